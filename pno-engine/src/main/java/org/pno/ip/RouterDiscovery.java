package org.pno.ip;

import java.util.concurrent.TimeUnit;
import org.pno.counters.CounterGroup;
import org.pno.wire.Icmpv6Header;
import org.pno.wire.IpAddress;
import org.pno.wire.Ipv6Header;
import org.pno.wire.MacAddress;
import org.pno.wire.NdpMessage;
import org.pno.wire.NdpOptions;

/**
 * Asks for routers at the start, and learns from their advertisements (RFC 4861 6.3): default routers, on-link
 * prefixes, MTU and hop limit. Addresses are not made of prefixes (no SLAAC): which are ours is the configuration's
 * word, since programs bind to them.
 */
final class RouterDiscovery {
    /** RFC 4861 10: MAX_RTR_SOLICITATIONS and RTR_SOLICITATION_INTERVAL. */
    static final int SOLICITATIONS = 3;

    static final long SOLICITATION_INTERVAL_NS = TimeUnit.SECONDS.toNanos(4);

    /** RFC 8200 5: every link carries packets of 1280 bytes. */
    static final int LEAST_MTU_BYTES = 1_280;

    private static final int DEFAULT_HOP_LIMIT = 64;

    private final long mac;
    private final int portMtuBytes;
    private final Ipv6Routes routes;
    private final Icmpv6Output output;
    private final CounterGroup<IpCounter> counters;
    private int solicitationsLeft;
    private long solicitNs;
    private int mtuBytes;
    private int hopLimit = DEFAULT_HOP_LIMIT;

    RouterDiscovery(final IpSettings settings, final Icmpv6Output output, final CounterGroup<IpCounter> counters) {
        mac = settings.macAddress();
        portMtuBytes = settings.mtuBytes();
        mtuBytes = portMtuBytes;
        routes = settings.routes().ipv6();
        this.output = output;
        this.counters = counters;
    }

    /** Our addresses may be used: asks now, and twice again if nobody answers. */
    void start(final long nowNs) {
        solicitationsLeft = SOLICITATIONS;
        solicitNs = nowNs;
        poll(nowNs);
    }

    void poll(final long nowNs) {
        if (solicitationsLeft > 0 && nowNs - solicitNs >= 0) {
            solicitationsLeft--;
            solicitNs = nowNs + SOLICITATION_INTERVAL_NS;
            solicit();
        }
    }

    long nextDeadlineNs() {
        return solicitationsLeft == 0 ? NeighbourTable.NO_DEADLINE : solicitNs;
    }

    private void solicit() {
        final int own = routes.sourceFor(IpAddress.LINK_MULTICAST_HI, IpAddress.ALL_ROUTERS_LO);
        final long station = MacAddress.multicastIpv6(IpAddress.ALL_ROUTERS_LO);
        if (own == Ipv6Routes.NONE || !output.open(station, Icmpv6Header.ROUTER_SOLICITATION, 0, Ndp.HOP_LIMIT)) {
            return;
        }
        output.from(routes.addressHi(own), routes.addressLo(own))
                .to(IpAddress.LINK_MULTICAST_HI, IpAddress.ALL_ROUTERS_LO);
        final long option = output.messageOffset() + NdpMessage.ROUTER_SOLICITATION_BYTES;
        NdpOptions.writeMac(output.memory(), option, NdpOptions.SOURCE_MAC, mac);
        counters.increment(IpCounter.ROUTER_SOLICITATIONS_OUT);
        output.send(NdpMessage.ROUTER_SOLICITATION_BYTES + NdpOptions.MAC_BYTES);
    }

    /** An advertisement that {@link Ndp} has found well-formed, from the link. */
    void onAdvertisement(
            final Ipv6Header packet, final NdpMessage message, final NdpOptions options, final long nowNs) {
        counters.increment(IpCounter.ROUTER_ADVERTISEMENTS_IN);
        solicitationsLeft = 0; // RFC 4861 6.3.7
        final long lifetimeNs = TimeUnit.SECONDS.toNanos(message.routerLifetimeSeconds());
        routes.learnRouter(packet.sourceHi(), packet.sourceLo(), nowNs + lifetimeNs, nowNs);
        if (message.currentHopLimit() != 0) {
            hopLimit = message.currentHopLimit();
        }
        // RFC 4861 6.3.4: what is below the least or above the link's own is not believed.
        if (options.mtuBytes() >= LEAST_MTU_BYTES && options.mtuBytes() <= portMtuBytes) {
            mtuBytes = options.mtuBytes();
        }
        for (int i = 0; i < options.prefixCount(); i++) {
            if (options.isOnLink(i) && !IpAddress.isLinkLocalIpv6(options.prefixHi(i))) {
                routes.learnPrefix(options, i, nowNs);
            }
        }
    }

    /** A neighbour that was a router says that it is none (RFC 4861 7.2.5). */
    void onHost(final long hi, final long lo, final long nowNs) {
        routes.learnRouter(hi, lo, nowNs, nowNs);
    }

    /** Bytes of the largest IPv6 packet on this link. */
    int mtuBytes() {
        return mtuBytes;
    }

    /** Of packets of ours that leave the link. */
    int hopLimit() {
        return hopLimit;
    }
}

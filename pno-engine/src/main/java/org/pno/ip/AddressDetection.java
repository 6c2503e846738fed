package org.pno.ip;

import java.util.concurrent.TimeUnit;
import org.pno.counters.CounterGroup;
import org.pno.wire.Icmpv6Header;
import org.pno.wire.IpAddress;
import org.pno.wire.MacAddress;
import org.pno.wire.NdpMessage;
import org.pno.wire.NdpOptions;

/**
 * Finds out whether another station has an address of ours before we use it (RFC 4862 5.4): one solicitation for each,
 * one second of silence. What nobody answers is ours and announced (RFC 4861 7.2.6); what somebody has is not used, and
 * said upward. All addresses at once, so there is one deadline.
 */
final class AddressDetection {
    /** RFC 4861 10: RETRANS_TIMER. RFC 4862 5.1: one solicitation. */
    static final long SILENCE_NS = TimeUnit.SECONDS.toNanos(1);

    private final long mac;
    private final Ipv6Routes routes;
    private final Icmpv6Output output;
    private final NeighbourListener listener;
    private final CounterGroup<IpCounter> counters;
    private boolean running;
    private long endNs;

    AddressDetection(
            final IpSettings settings,
            final Icmpv6Output output,
            final NeighbourListener listener,
            final CounterGroup<IpCounter> counters) {
        mac = settings.macAddress();
        routes = settings.routes().ipv6();
        this.output = output;
        this.listener = listener;
        this.counters = counters;
    }

    /** The port is up: asks for all addresses. */
    void start(final long nowNs) {
        running = true;
        endNs = nowNs + SILENCE_NS;
        for (int i = 0; i < routes.addressCount(); i++) {
            routes.state(i, Ipv6Routes.State.TENTATIVE);
            solicit(routes.addressHi(i), routes.addressLo(i));
        }
    }

    /** RFC 4862 5.4.2: from the unspecified address, without a link-layer address. */
    private void solicit(final long hi, final long lo) {
        final long group = IpAddress.solicitedNodeLo(lo);
        if (output.open(MacAddress.multicastIpv6(group), Icmpv6Header.NEIGHBOUR_SOLICITATION, 0, Ndp.HOP_LIMIT)) {
            output.from(0, 0).to(IpAddress.LINK_MULTICAST_HI, group).ndp().target(hi, lo);
            counters.increment(IpCounter.SOLICITATIONS_OUT);
            output.send(NdpMessage.SOLICITATION_BYTES);
        }
    }

    /** True once, when it is over; then the addresses that are left may be used. */
    boolean poll(final long nowNs) {
        if (!running || nowNs - endNs < 0) {
            return false;
        }
        running = false;
        for (int i = 0; i < routes.addressCount(); i++) {
            if (routes.state(i) == Ipv6Routes.State.TENTATIVE) {
                routes.state(i, Ipv6Routes.State.PREFERRED);
                announce(routes.addressHi(i), routes.addressLo(i));
            }
        }
        return true;
    }

    long nextDeadlineNs() {
        return running ? endNs : NeighbourTable.NO_DEADLINE;
    }

    /** RFC 4861 7.2.6: old entries elsewhere are replaced, those of a DPU before this one for instance. */
    private void announce(final long hi, final long lo) {
        final long station = MacAddress.multicastIpv6(IpAddress.ALL_NODES_LO);
        if (output.open(station, Icmpv6Header.NEIGHBOUR_ADVERTISEMENT, 0, Ndp.HOP_LIMIT)) {
            output.from(hi, lo).to(IpAddress.LINK_MULTICAST_HI, IpAddress.ALL_NODES_LO);
            output.ndp().flags(NdpMessage.FLAG_OVERRIDE).target(hi, lo);
            final long option = output.messageOffset() + NdpMessage.ADVERTISEMENT_BYTES;
            NdpOptions.writeMac(output.memory(), option, NdpOptions.TARGET_MAC, mac);
            counters.increment(IpCounter.ADVERTISEMENTS_OUT);
            output.send(NdpMessage.ADVERTISEMENT_BYTES + NdpOptions.MAC_BYTES);
        }
    }

    /** RFC 4862 5.4.3 and 5.4.4: another station asks for or has a tentative address of ours. */
    void onClaim(final int address) {
        routes.state(address, Ipv6Routes.State.DUPLICATE);
        counters.increment(IpCounter.ADDRESS_DUPLICATE);
        listener.onDuplicateAddress(routes.addressHi(address), routes.addressLo(address));
    }
}

package org.pno.ip;

import org.pno.counters.CounterGroup;
import org.pno.wire.Icmpv6Header;
import org.pno.wire.IpAddress;
import org.pno.wire.Ipv6Header;
import org.pno.wire.MacAddress;
import org.pno.wire.NdpMessage;
import org.pno.wire.NdpOptions;
import org.pno.wire.WireDrop;

/**
 * Neighbour discovery of one port (RFC 4861): answers solicitations, asks for the {@link NeighbourTable}, hands claims
 * on our addresses to {@link AddressDetection} and advertisements of routers to {@link RouterDiscovery}. Redirects are
 * not believed: with one router there is nothing to gain, and anybody on the link could send them.
 */
final class Ndp {
    /** RFC 4861 11.2: what no router has passed on. */
    static final int HOP_LIMIT = 255;

    private final long mac;
    private final Ipv6Routes routes;
    private final Icmpv6Output output;
    private final CounterGroup<IpCounter> counters;
    private final CounterGroup<WireDrop> drops;
    private final NeighbourTable neighbours;
    private final AddressDetection detection;
    private final RouterDiscovery routers;
    private final Icmpv6Header received = new Icmpv6Header();
    private final NdpMessage message = new NdpMessage();
    private final NdpOptions options = new NdpOptions();

    Ndp(
            final IpSettings settings,
            final Icmpv6Output output,
            final NeighbourListener listener,
            final CounterGroup<IpCounter> counters,
            final CounterGroup<WireDrop> drops) {
        mac = settings.macAddress();
        routes = settings.routes().ipv6();
        this.output = output;
        this.counters = counters;
        this.drops = drops;
        neighbours = new NeighbourTable(
                settings.maxNeighbours(),
                settings.maxWaiters(),
                NeighbourTable.DELAY_NS,
                this::sendSolicitation,
                listener,
                counters);
        detection = new AddressDetection(settings, output, listener, counters);
        routers = new RouterDiscovery(settings, output, counters);
    }

    NeighbourTable neighbours() {
        return neighbours;
    }

    RouterDiscovery routers() {
        return routers;
    }

    void start(final long nowNs) {
        detection.start(nowNs);
    }

    void poll(final long nowNs) {
        neighbours.poll(nowNs);
        routers.poll(nowNs);
        if (detection.poll(nowNs)) {
            routers.start(nowNs);
        }
    }

    long nextDeadlineNs() {
        return Math.min(neighbours.nextDeadlineNs(), Math.min(detection.nextDeadlineNs(), routers.nextDeadlineNs()));
    }

    /**
     * Judges a message of a type that {@link NdpMessage#headLength} knows; its checksum holds.
     *
     * @param offset of the message in the output's memory, {@code length} bytes
     * @param station the Ethernet address it came from
     */
    void onMessage(final Ipv6Header packet, final long offset, final int length, final long station, final long nowNs) {
        final Icmpv6Header icmp = received.wrap(output.memory(), offset);
        final int head = NdpMessage.headLength(icmp.type());
        // RFC 4861 6.1 and 7.1: a router between us would have made it 254.
        if (packet.hopLimit() != HOP_LIMIT || icmp.code() != 0) {
            counters.increment(IpCounter.NDP_NOT_FROM_LINK);
            return;
        }
        if (length < head || !options.parse(output.memory(), offset + head, length - head)) {
            drops.increment(WireDrop.NDP_FORMAT);
            return;
        }
        message.wrap(output.memory(), offset);
        switch (icmp.type()) {
            case Icmpv6Header.NEIGHBOUR_SOLICITATION -> onSolicitation(packet, station, nowNs);
            case Icmpv6Header.NEIGHBOUR_ADVERTISEMENT -> onAdvertisement(packet, nowNs);
            case Icmpv6Header.ROUTER_ADVERTISEMENT -> onRouter(packet, nowNs);
            default -> counters.increment(IpCounter.ICMP_IGNORED); // Solicitations are for routers.
        }
    }

    private void onSolicitation(final Ipv6Header packet, final long station, final long nowNs) {
        final boolean anonymous = packet.sourceHi() == 0 && packet.sourceLo() == 0;
        final int target = routes.index(message.targetHi(), message.targetLo());
        // RFC 4861 7.1.1: who has no address asks the group, and does not say where it is.
        final boolean valid = !anonymous
                || IpAddress.isMulticastIpv6(packet.destinationHi()) && options.sourceMac() == NdpOptions.NO_MAC;
        if (!valid || target == Ipv6Routes.NONE || routes.state(target) == Ipv6Routes.State.DUPLICATE) {
            counters.increment(IpCounter.NDP_UNRELATED);
        } else if (routes.state(target) == Ipv6Routes.State.TENTATIVE) {
            onSolicitationForTentative(anonymous, target, station);
        } else if (anonymous) {
            advertise(MacAddress.multicastIpv6(IpAddress.ALL_NODES_LO), 0, 0, NdpMessage.FLAG_OVERRIDE);
        } else {
            learnSource(packet, nowNs);
            final long to = MacAddress.isUnicast(options.sourceMac()) ? options.sourceMac() : station;
            final int flags = NdpMessage.FLAG_SOLICITED | NdpMessage.FLAG_OVERRIDE;
            advertise(to, packet.sourceHi(), packet.sourceLo(), flags);
        }
    }

    /** RFC 4862 5.4.3: two ask for one address, so neither may have it. A port that hears itself is no claim. */
    private void onSolicitationForTentative(final boolean anonymous, final int target, final long station) {
        if (anonymous && station != mac) {
            detection.onClaim(target);
        } else {
            counters.increment(IpCounter.NDP_UNRELATED);
        }
    }

    /** RFC 4861 7.2.3: who asks us is about to speak to us. */
    private void learnSource(final Ipv6Header packet, final long nowNs) {
        final long source = options.sourceMac();
        final boolean onLink = routes.isOnLink(packet.sourceHi(), packet.sourceLo(), nowNs);
        if (MacAddress.isUnicast(source) && source != mac && onLink) {
            neighbours.learn(packet.sourceHi(), packet.sourceLo(), source, nowNs);
        }
    }

    private void onAdvertisement(final Ipv6Header packet, final long nowNs) {
        final long hi = message.targetHi();
        final long lo = message.targetLo();
        final int flags = message.flags();
        final boolean solicited = (flags & NdpMessage.FLAG_SOLICITED) != 0;
        final int own = routes.index(hi, lo);
        if (own != Ipv6Routes.NONE) {
            onClaim(own);
            return;
        }
        final long target = options.targetMac();
        final boolean valid = !IpAddress.isMulticastIpv6(hi)
                && !(solicited && IpAddress.isMulticastIpv6(packet.destinationHi()))
                && (target == NdpOptions.NO_MAC || MacAddress.isUnicast(target) && target != mac);
        final boolean override = (flags & NdpMessage.FLAG_OVERRIDE) != 0;
        final long claimed = target == NdpOptions.NO_MAC ? MacAddress.NONE : target;
        if (!valid || !neighbours.advertise(hi, lo, claimed, solicited, override, nowNs)) {
            counters.increment(IpCounter.NDP_UNRELATED);
        } else if ((flags & NdpMessage.FLAG_ROUTER) == 0) {
            routers.onHost(hi, lo, nowNs);
        }
    }

    private void onClaim(final int own) {
        if (routes.state(own) == Ipv6Routes.State.TENTATIVE) {
            detection.onClaim(own);
        } else {
            counters.increment(IpCounter.ADDRESS_CONFLICT); // RFC 4862 5.4.4 leaves open what to do; we keep it.
        }
    }

    private void onRouter(final Ipv6Header packet, final long nowNs) {
        // RFC 4861 6.1.2: routers speak from their link-local address.
        if (!IpAddress.isLinkLocalIpv6(packet.sourceHi())) {
            counters.increment(IpCounter.NDP_UNRELATED);
            return;
        }
        if (message.routerLifetimeSeconds() > 0) {
            learnSource(packet, nowNs);
        }
        routers.onAdvertisement(packet, message, options, nowNs);
    }

    /** Says that a target of ours is here: the target of the solicitation at hand. 0/0 is to everybody. */
    private void advertise(final long station, final long toHi, final long toLo, final int flags) {
        final long hi = message.targetHi();
        final long lo = message.targetLo();
        if (!output.open(station, Icmpv6Header.NEIGHBOUR_ADVERTISEMENT, 0, HOP_LIMIT)) {
            return;
        }
        final boolean everybody = toHi == 0 && toLo == 0;
        output.from(hi, lo)
                .to(everybody ? IpAddress.LINK_MULTICAST_HI : toHi, everybody ? IpAddress.ALL_NODES_LO : toLo);
        output.ndp().flags(flags).target(hi, lo);
        final long option = output.messageOffset() + NdpMessage.ADVERTISEMENT_BYTES;
        NdpOptions.writeMac(output.memory(), option, NdpOptions.TARGET_MAC, mac);
        counters.increment(IpCounter.ADVERTISEMENTS_OUT);
        output.send(NdpMessage.ADVERTISEMENT_BYTES + NdpOptions.MAC_BYTES);
    }

    /** RFC 4861 7.2.2: to the group of the solicited node, or by unicast to who had the address last. */
    private void sendSolicitation(final long hi, final long lo, final long station) {
        final int own = routes.sourceFor(hi, lo);
        final long group = IpAddress.solicitedNodeLo(lo);
        final boolean everybody = station == MacAddress.BROADCAST;
        final long to = everybody ? MacAddress.multicastIpv6(group) : station;
        if (own == Ipv6Routes.NONE || !output.open(to, Icmpv6Header.NEIGHBOUR_SOLICITATION, 0, HOP_LIMIT)) {
            return;
        }
        output.from(routes.addressHi(own), routes.addressLo(own))
                .to(everybody ? IpAddress.LINK_MULTICAST_HI : hi, everybody ? group : lo);
        output.ndp().target(hi, lo);
        final long option = output.messageOffset() + NdpMessage.SOLICITATION_BYTES;
        NdpOptions.writeMac(output.memory(), option, NdpOptions.SOURCE_MAC, mac);
        counters.increment(IpCounter.SOLICITATIONS_OUT);
        output.send(NdpMessage.SOLICITATION_BYTES + NdpOptions.MAC_BYTES);
    }
}

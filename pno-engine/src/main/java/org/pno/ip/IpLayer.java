package org.pno.ip;

import org.pno.counters.CounterGroup;
import org.pno.wire.Checksum;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Icmpv4Header;
import org.pno.wire.IpAddress;
import org.pno.wire.Ipv4Header;
import org.pno.wire.MacAddress;
import org.pno.wire.VirtioNetHeader;
import org.pno.wire.WireDrop;

/**
 * All of {@code org.pno.ip} for one port, as the stack drives it: frames in, a way out for TCP's segments, time by
 * {@link #poll}. Addresses are 128 bits in two longs ({@link IpAddress}); only IPv4 leads anywhere yet.
 */
public final class IpLayer {
    /** Answer of {@link #onFrame}: nothing is left to do. */
    public static final int NOTHING = 0;
    /** Answer of {@link #onFrame}: a TCP segment for us; the accessors describe its packet. */
    public static final int TCP = 1;
    /** Answer of {@link #onFrame}: {@link #error()} is about a TCP segment of ours. */
    public static final int TCP_ERROR = 2;

    /** Answer of {@link #open}: no free frame; try again at the next flush. */
    public static final long NO_FRAME = FrameOutput.NO_FRAME;
    /** Answer of {@link #open}: the neighbour is not known yet; the waiter will be told. */
    public static final long NO_NEIGHBOUR = -2;
    /** Answer of {@link #open}: no route leads there. */
    public static final long NO_ROUTE = -3;

    /** A waiter that need not be told. */
    public static final int NOBODY = NeighbourTable.NOBODY;

    /** Nothing to do at any time, answer of {@link #nextDeadlineNs()}. */
    public static final long NO_DEADLINE = NeighbourTable.NO_DEADLINE;

    /** Ethernet and IPv4 header of a frame of ours; the transport's stands behind. */
    public static final int HEADERS_BYTES = EthernetHeader.BYTES + Ipv4Header.MIN_BYTES;

    private final long mac;
    private final int mtuBytes;
    private final RouteTable routes;
    private final FrameOutput output;
    private final CounterGroup<IpCounter> counters;
    private final CounterGroup<WireDrop> drops;
    private final Arp arp;
    private final Icmpv4 icmp;
    private final Ipv4Input input;
    private final Ipv4Output ipv4Output;

    private final EthernetHeader ethernet = new EthernetHeader();
    private final VirtioNetHeader marks = new VirtioNetHeader();
    private final Ipv4Header packet;

    /**
     * Builds the layer; it sends nothing before {@link #start}.
     *
     * @param counters made from {@link IpCounter}
     * @param drops made from {@link WireDrop}
     */
    public IpLayer(
            final IpSettings settings,
            final FrameOutput output,
            final NeighbourListener listener,
            final CounterGroup<IpCounter> counters,
            final CounterGroup<WireDrop> drops,
            final long nowNs) {
        mac = settings.macAddress();
        mtuBytes = settings.mtuBytes();
        routes = settings.routes();
        this.output = output;
        this.counters = counters;
        this.drops = drops;
        arp = new Arp(settings, output, listener, counters, drops, nowNs);
        icmp = new Icmpv4(settings, output, counters, drops, nowNs);
        input = new Ipv4Input(routes, counters, drops);
        ipv4Output = new Ipv4Output(settings, arp.neighbours(), output, counters);
        packet = input.header();
    }

    /** The port is up: makes our addresses known to the neighbours (RFC 5227 2.3). */
    public void start(final long nowNs) {
        arp.announce(nowNs);
    }

    /** Does what is due. */
    public void poll(final long nowNs) {
        arp.poll(nowNs);
    }

    /** When {@link #poll} has something to do next, or {@link #NO_DEADLINE}. */
    public long nextDeadlineNs() {
        return arp.nextDeadlineNs();
    }

    /**
     * Judges a frame that came in, and answers it where it is not TCP's.
     *
     * @param frame its offset in the output's memory, marks before it; it remains the caller's
     * @param length bytes from the Ethernet header on
     * @return {@link #NOTHING}, {@link #TCP} or {@link #TCP_ERROR}
     */
    public int onFrame(final long frame, final int length, final long nowNs) {
        counters.increment(IpCounter.PACKETS_IN);
        final WireDrop drop = EthernetHeader.validate(length);
        if (drop != null) {
            drops.increment(drop);
            return NOTHING;
        }
        ethernet.wrap(output.memory(), frame);
        final long destination = ethernet.destination();
        if (destination != mac && !MacAddress.isMulticast(destination)) {
            counters.increment(IpCounter.OTHER_STATION);
            return NOTHING;
        }
        if (!MacAddress.isUnicast(ethernet.source())) {
            counters.increment(IpCounter.GROUP_SOURCE);
            return NOTHING;
        }
        final long payload = frame + EthernetHeader.BYTES;
        final int payloadLength = length - EthernetHeader.BYTES;
        switch (ethernet.etherType()) {
            case EthernetHeader.ETHERTYPE_IPV4 -> {
                marks.wrap(output.memory(), frame - VirtioNetHeader.BYTES);
                return onIpv4(payload, payloadLength, nowNs);
            }
            case EthernetHeader.ETHERTYPE_ARP -> arp.onPacket(payload, payloadLength, nowNs);
            default -> counters.increment(IpCounter.ETHER_TYPE);
        }
        return NOTHING;
    }

    private int onIpv4(final long offset, final int length, final long nowNs) {
        final boolean forEverybody = MacAddress.isMulticast(ethernet.destination());
        if (!input.accept(output.memory(), offset, length, forEverybody, marks.checksumKnownGood())) {
            return NOTHING;
        }
        switch (packet.protocol()) {
            case Ipv4Header.PROTOCOL_TCP -> {
                return TCP;
            }
            case Ipv4Header.PROTOCOL_ICMP -> {
                return icmp.onMessage(packet, ethernet.source(), marks.checksumKnownGood(), nowNs)
                        ? TCP_ERROR
                        : NOTHING;
            }
            case Ipv4Header.PROTOCOL_UDP ->
                refuse(IpCounter.UDP, Icmpv4Header.CODE_PORT_UNREACHABLE, nowNs); // RFC 1122 4.1.3.1
            default -> refuse(IpCounter.PROTOCOL, Icmpv4Header.CODE_PROTOCOL_UNREACHABLE, nowNs); // RFC 1122 3.2.2.1
        }
        return NOTHING;
    }

    private void refuse(final IpCounter reason, final int code, final long nowNs) {
        counters.increment(reason);
        icmp.sendUnreachable(code, packet, ethernet.source(), nowNs);
    }

    /** Of the packet that {@link #onFrame} accepted last: who sent it. */
    public long sourceHi() {
        return IpAddress.IPV4_HI;
    }

    public long sourceLo() {
        return IpAddress.ipv4Lo(packet.source());
    }

    /** Of the packet accepted last: to which of our addresses. */
    public long destinationHi() {
        return IpAddress.IPV4_HI;
    }

    public long destinationLo() {
        return IpAddress.ipv4Lo(packet.destination());
    }

    /** Of the packet accepted last: where the transport's header starts, in the output's memory. */
    public long payloadOffset() {
        return packet.payloadOffset();
    }

    /** Of the packet accepted last: bytes of transport header and payload. */
    public int payloadLength() {
        return packet.payloadLength();
    }

    /** Of the packet accepted last: DSCP and ECN. */
    public int dscpEcn() {
        return packet.dscpEcn();
    }

    /** Of the packet accepted last: true if the transport's checksum needs no look. */
    public boolean checksumKnownGood() {
        return marks.checksumKnownGood();
    }

    /**
     * Of the packet accepted last: payload bytes of each segment that a super-segment was made of, 0 for a plain one.
     */
    public int gsoSizeBytes() {
        return marks.isSegmented() ? marks.gsoSizeBytes() : 0;
    }

    /** Of the packet accepted last: partial sum of the pseudo header, see {@link Checksum}. */
    public long pseudoHeaderSum() {
        return Checksum.pseudoHeader(packet.source(), packet.destination(), packet.protocol(), packet.payloadLength());
    }

    /** The error that {@link #onFrame} reported last. */
    public IcmpError error() {
        return icmp.error();
    }

    /** True for an address of ours. */
    public boolean isLocal(final long hi, final long lo) {
        return IpAddress.isIpv4(hi, lo) && routes.isLocal(IpAddress.ipv4(lo));
    }

    /**
     * Our address towards a destination, as its low half; the high half is {@link IpAddress#IPV4_HI}.
     *
     * @return {@link #NO_ROUTE} if no route leads there, or nobody can be there
     */
    public long sourceLoFor(final long destinationHi, final long destinationLo) {
        final int destination = IpAddress.ipv4(destinationLo);
        if (!IpAddress.isIpv4(destinationHi, destinationLo)
                || !RouteTable.isSingleHost(destination)
                || routes.isBroadcast(destination)) {
            return NO_ROUTE;
        }
        final int source = routes.sourceFor(destination);
        return source == RouteTable.NO_ROUTE ? NO_ROUTE : IpAddress.ipv4Lo(source);
    }

    /** Bytes of the largest packet to this destination, IP header included. */
    public int mtuBytes() {
        return mtuBytes;
    }

    /** The partial sum that a port's NEEDS_CSUM starts from, for a segment of ours. */
    public static long pseudoHeaderSum(
            final long sourceLo, final long destinationLo, final int protocol, final int length) {
        return Checksum.pseudoHeader(IpAddress.ipv4(sourceLo), IpAddress.ipv4(destinationLo), protocol, length);
    }

    /**
     * Begins a packet: finds the way, takes a frame, writes Ethernet and IPv4 header but for what {@link #finish} adds.
     * The marks before the frame are the caller's to write.
     *
     * @param waiter who is told by {@link NeighbourListener} if the answer is {@link #NO_NEIGHBOUR}, or {@link #NOBODY}
     * @return the frame's offset in the output's memory, the transport's header going {@link #HEADERS_BYTES} behind; or
     *     {@link #NO_FRAME}, {@link #NO_NEIGHBOUR}, {@link #NO_ROUTE}
     */
    public long open(
            final long sourceHi,
            final long sourceLo,
            final long destinationHi,
            final long destinationLo,
            final int waiter,
            final long nowNs) {
        if (!IpAddress.isIpv4(sourceHi, sourceLo) || !IpAddress.isIpv4(destinationHi, destinationLo)) {
            counters.increment(IpCounter.NO_ROUTE);
            return NO_ROUTE;
        }
        return ipv4Output.open(IpAddress.ipv4(sourceLo), IpAddress.ipv4(destinationLo), waiter, nowNs);
    }

    /**
     * Completes the headers of a packet that was begun by {@link #open}; then it is transmitted.
     *
     * @param payloadLength bytes behind the IP header: transport header and payload
     */
    public void finish(final long frame, final int protocol, final int payloadLength, final int dscpEcn) {
        ipv4Output.finish(frame, protocol, payloadLength, dscpEcn);
    }

    /**
     * The other side acknowledges what we send it: so its next hop is alive and need not be asked (RFC 1122 2.3.2.1,
     * method 4).
     */
    public void confirm(final long destinationLo, final long nowNs) {
        final int nextHop = routes.nextHop(IpAddress.ipv4(destinationLo));
        if (nextHop != RouteTable.NO_ROUTE) {
            arp.neighbours().confirm(nextHop, nowNs);
        }
    }

    /** What is known of the neighbour with an IPv4 address, or null; for views and tests. */
    public NeighbourState neighbourState(final int address, final long nowNs) {
        return arp.neighbours().state(address, nowNs);
    }
}

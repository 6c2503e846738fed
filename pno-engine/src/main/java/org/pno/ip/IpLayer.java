package org.pno.ip;

import org.pno.counters.CounterGroup;
import org.pno.wire.BigEndian;
import org.pno.wire.Checksum;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Icmpv4Header;
import org.pno.wire.IpAddress;
import org.pno.wire.Ipv4Header;
import org.pno.wire.Ipv6Header;
import org.pno.wire.MacAddress;
import org.pno.wire.VirtioNetHeader;
import org.pno.wire.WireDrop;

/**
 * All of {@code org.pno.ip} for one port, as the stack drives it: frames in, a way out for TCP's segments, time by
 * {@link #poll}. Addresses are 128 bits in two longs ({@link IpAddress}), which tell the family.
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

    /** For {@link #finish}: as many hops as is usual. */
    public static final int DEFAULT_HOPS = -1;

    /** A waiter that need not be told. */
    public static final int NOBODY = NeighbourTable.NOBODY;

    /** Nothing to do at any time, answer of {@link #nextDeadlineNs()}. */
    public static final long NO_DEADLINE = NeighbourTable.NO_DEADLINE;

    private static final int LOCALHOST_IPV4 = 0x7F00_0001;

    /** Ethernet and IPv4 header of a frame of ours; the transport's stands behind. */
    public static final int IPV4_HEADERS_BYTES = EthernetHeader.BYTES + Ipv4Header.MIN_BYTES;

    /** Ethernet and IPv6 header of a frame of ours; the transport's stands behind. */
    public static final int IPV6_HEADERS_BYTES = EthernetHeader.BYTES + Ipv6Header.BYTES;

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
    private final FragmentReassembly reassembly;
    private final Ipv4Fragments fragments;
    private final PathMtus pathMtus = new PathMtus();

    private final EthernetHeader ethernet = new EthernetHeader();
    private final VirtioNetHeader marks = new VirtioNetHeader();
    private final Ipv4Header packet;
    private final IpPacket accepted = new IpPacket();
    private final IcmpError error = new IcmpError();
    /** Null without an IPv6 address. */
    private final Ipv6 ipv6;

    private long routedSourceHi;
    private long routedSourceLo;

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
        icmp = new Icmpv4(settings, output, error, counters, drops, nowNs);
        input = new Ipv4Input(routes, counters, drops);
        ipv4Output = new Ipv4Output(settings, arp.neighbours(), output, counters);
        packet = input.header();
        reassembly = new FragmentReassembly(output, counters);
        fragments = new Ipv4Fragments(output, reassembly, icmp, counters);
        ipv6 = routes.ipv6().addressCount() == 0
                ? null
                : new Ipv6(settings, output, listener, accepted, error, new IpCounters(counters, drops), nowNs);
        if (ipv6 != null) {
            ipv6.join(reassembly);
        }
    }

    /** The port is up: makes our addresses known to the neighbours (RFC 5227 2.3, RFC 4862 5.4). */
    public void start(final long nowNs) {
        arp.announce(nowNs);
        if (ipv6 != null) {
            ipv6.ndp().start(nowNs);
        }
    }

    /** Does what is due. */
    public void poll(final long nowNs) {
        arp.poll(nowNs);
        if (ipv6 != null) {
            ipv6.ndp().poll(nowNs);
        }
        for (Datagram late = reassembly.late(nowNs); late != null; late = reassembly.late(nowNs)) {
            giveUp(late, nowNs);
        }
    }

    private void giveUp(final Datagram late, final long nowNs) {
        if (!late.isRefused()) {
            counters.increment(IpCounter.FRAGMENT_LATE);
            if (late.hasHeaders() && IpAddress.isIpv4(late.sourceHi(), late.sourceLo())) {
                fragments.onLate(late, nowNs);
            } else if (late.hasHeaders()) {
                ipv6.fragments().onLate(late, nowNs);
            }
        }
        reassembly.close(late);
    }

    /** When {@link #poll} has something to do next, or {@link #NO_DEADLINE}. */
    public long nextDeadlineNs() {
        final long ownNs = Math.min(arp.nextDeadlineNs(), reassembly.nextDeadlineNs());
        return ipv6 == null ? ownNs : Math.min(ownNs, ipv6.ndp().nextDeadlineNs());
    }

    /**
     * Judges a frame that came in, and answers it where it is not TCP's. What it tells of may stand in another frame,
     * put together of fragments, until {@link #endFrame}.
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
                readMarks(frame);
                return onIpv4(payload, payloadLength, nowNs);
            }
            case EthernetHeader.ETHERTYPE_IPV6 -> {
                readMarks(frame);
                return onIpv6(payload, payloadLength, nowNs);
            }
            case EthernetHeader.ETHERTYPE_ARP -> arp.onPacket(payload, payloadLength, nowNs);
            default -> counters.increment(IpCounter.ETHER_TYPE);
        }
        return NOTHING;
    }

    /** What {@link #onFrame} answered is done with. */
    public void endFrame() {
        reassembly.release();
    }

    private void readMarks(final long frame) {
        marks.wrap(output.memory(), frame - VirtioNetHeader.BYTES);
        accepted.checksumKnownGood = marks.checksumKnownGood();
        accepted.gsoSizeBytes = marks.isSegmented() ? marks.gsoSizeBytes() : 0;
    }

    private int onIpv6(final long offset, final int length, final long nowNs) {
        if (ipv6 == null) {
            counters.increment(IpCounter.ETHER_TYPE);
            return NOTHING;
        }
        final boolean forEverybody = MacAddress.isMulticast(ethernet.destination());
        return ipv6.onPacket(offset, length, forEverybody, ethernet.source(), accepted.checksumKnownGood, nowNs);
    }

    private int onIpv4(final long offset, final int length, final long nowNs) {
        final boolean forEverybody = MacAddress.isMulticast(ethernet.destination());
        if (!input.accept(output.memory(), offset, length, forEverybody, accepted.checksumKnownGood)) {
            return NOTHING;
        }
        return packet.isFragment() ? onIpv4Fragment(nowNs) : onIpv4Payload(nowNs);
    }

    private int onIpv4Fragment(final long nowNs) {
        final long whole = fragments.onFragment(packet, ethernet.source(), nowNs);
        if (whole == Ipv4Fragments.NONE) {
            return NOTHING;
        }
        accepted.clearMarks();
        packet.wrap(output.memory(), whole);
        return onIpv4Payload(nowNs);
    }

    private int onIpv4Payload(final long nowNs) {
        switch (packet.protocol()) {
            case Ipv4Header.PROTOCOL_TCP -> {
                accepted.of(packet);
                return TCP;
            }
            case Ipv4Header.PROTOCOL_ICMP -> {
                return icmp.onMessage(packet, ethernet.source(), accepted.checksumKnownGood, nowNs)
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
        icmp.sendError(Icmpv4Header.DESTINATION_UNREACHABLE, code, packet, ethernet.source(), nowNs);
    }

    /** Of the packet that {@link #onFrame} accepted last: who sent it. */
    public long sourceHi() {
        return accepted.sourceHi;
    }

    public long sourceLo() {
        return accepted.sourceLo;
    }

    /** Of the packet accepted last: to which of our addresses. */
    public long destinationHi() {
        return accepted.destinationHi;
    }

    public long destinationLo() {
        return accepted.destinationLo;
    }

    /** Of the packet accepted last: where the transport's header starts, in the output's memory. */
    public long payloadOffset() {
        return accepted.payloadOffset;
    }

    /** Of the packet accepted last: bytes of transport header and payload. */
    public int payloadLength() {
        return accepted.payloadLength;
    }

    /** Of the packet accepted last: DSCP and ECN, IPv6's traffic class. */
    public int dscpEcn() {
        return accepted.dscpEcn;
    }

    /** Of the packet accepted last: true if the transport's checksum needs no look. */
    public boolean checksumKnownGood() {
        return accepted.checksumKnownGood;
    }

    /**
     * Of the packet accepted last: payload bytes of each segment that a super-segment was made of, 0 for a plain one.
     */
    public int gsoSizeBytes() {
        return accepted.gsoSizeBytes;
    }

    /** Of the packet accepted last: partial sum of the pseudo header, see {@link Checksum}. */
    public long pseudoHeaderSum() {
        return accepted.pseudoHeaderSum();
    }

    /** The error that {@link #onFrame} reported last. */
    public IcmpError error() {
        return error;
    }

    /** As {@link #onFrame} for a frame of ours that never left: only such may come from and go to loopback. */
    public int onLoopedFrame(final long frame, final int length, final long nowNs) {
        isLooped(true);
        final int kind = onFrame(frame, length, nowNs);
        isLooped(false);
        return kind;
    }

    private void isLooped(final boolean looped) {
        input.isLooped = looped;
        if (ipv6 != null) {
            ipv6.isLooped(looped);
        }
    }

    /** True for a frame of ours that is for ourselves: it goes to {@link #onLoopedFrame}, not to the port. */
    public boolean isForUs(final long frame) {
        return BigEndian.i64(output.memory(), frame) >>> 16 == mac;
    }

    /** True for 127.0.0.0/8 and ::1. */
    public static boolean isLoopback(final long hi, final long lo) {
        return IpAddress.isIpv4(hi, lo)
                ? IpAddress.isLoopbackIpv4(IpAddress.ipv4(lo))
                : hi == Ipv6Routes.LOOPBACK_HI && lo == Ipv6Routes.LOOPBACK_LO;
    }

    /** True for an address that connections to ourselves can have: one of ours, or of loopback. */
    public boolean isOurs(final long hi, final long lo) {
        return isLocal(hi, lo) || isLoopback(hi, lo) && (ipv6 != null || IpAddress.isIpv4(hi, lo));
    }

    /** True for an address of ours. */
    public boolean isLocal(final long hi, final long lo) {
        return IpAddress.isIpv4(hi, lo)
                ? routes.isLocal(IpAddress.ipv4(lo))
                : routes.ipv6().isLocal(hi, lo);
    }

    /**
     * Finds our address towards a destination: {@link #routedSourceHi()} and {@link #routedSourceLo()}.
     *
     * @return false if no route leads there, or nobody can be there
     */
    public boolean route(final long destinationHi, final long destinationLo, final long nowNs) {
        if (isOurs(destinationHi, destinationLo)) {
            routeToUs(destinationHi, destinationLo);
            return true;
        }
        return IpAddress.isIpv4(destinationHi, destinationLo)
                ? routeIpv4(IpAddress.ipv4(destinationLo))
                : routeIpv6(destinationHi, destinationLo, nowNs);
    }

    /** To ourselves we speak from the address spoken to; all of 127.0.0.0/8 is 127.0.0.1 there, as in Linux. */
    private void routeToUs(final long hi, final long lo) {
        final boolean isLoopbackIpv4 = IpAddress.isIpv4(hi, lo) && isLoopback(hi, lo);
        routedSourceHi = hi;
        routedSourceLo = isLoopbackIpv4 ? IpAddress.ipv4Lo(LOCALHOST_IPV4) : lo;
    }

    private boolean routeIpv4(final int destination) {
        final boolean single = RouteTable.isSingleHost(destination) && !routes.isBroadcast(destination);
        final int source = single ? routes.sourceFor(destination) : RouteTable.NO_ROUTE;
        routedSourceHi = IpAddress.IPV4_HI;
        routedSourceLo = IpAddress.ipv4Lo(source);
        return source != RouteTable.NO_ROUTE;
    }

    private boolean routeIpv6(final long hi, final long lo, final long nowNs) {
        final Ipv6Routes table = routes.ipv6();
        final boolean possible = ipv6 != null && IpAddress.isSingleHostIpv6(hi, lo) && table.hasWay(hi, lo, nowNs);
        final int own = possible ? table.sourceFor(hi, lo) : Ipv6Routes.NONE;
        if (own == Ipv6Routes.NONE) {
            return false;
        }
        routedSourceHi = table.addressHi(own);
        routedSourceLo = table.addressLo(own);
        return true;
    }

    /** What {@link #route} found last. */
    public long routedSourceHi() {
        return routedSourceHi;
    }

    public long routedSourceLo() {
        return routedSourceLo;
    }

    /** Bytes of the largest packet to this destination, IP header included. */
    public int mtuBytes(final long destinationHi, final long destinationLo) {
        return ipv6 == null || IpAddress.isIpv4(destinationHi, destinationLo)
                ? mtuBytes
                : ipv6.ndp().routers().mtuBytes();
    }

    /** As {@link #mtuBytes}, or less if a router on the path has said so lately. */
    public int pathMtuBytes(final long destinationHi, final long destinationLo, final long nowNs) {
        return pathMtus.mtuBytes(destinationHi, destinationLo, mtuBytes(destinationHi, destinationLo), nowNs);
    }

    /**
     * A router has said what the path to a destination carries, and is believed.
     *
     * @param saidBytes 0 if it did not say (RFC 1191 4)
     * @return true if that is less than {@link #pathMtuBytes} was
     */
    public boolean narrowPath(
            final long destinationHi, final long destinationLo, final int saidBytes, final long nowNs) {
        final int least = IpAddress.isIpv4(destinationHi, destinationLo)
                ? PathMtus.LEAST_IPV4_BYTES
                : RouterDiscovery.LEAST_MTU_BYTES;
        final int bytes = Math.max(saidBytes, least);
        if (bytes >= pathMtuBytes(destinationHi, destinationLo, nowNs)) {
            counters.increment(IpCounter.PATH_MTU_NO_NEWS);
            return false;
        }
        counters.increment(IpCounter.PATH_MTUS);
        pathMtus.learn(destinationHi, destinationLo, bytes, nowNs);
        return true;
    }

    /** Bytes of Ethernet and IP header of a frame of ours to this destination; the transport's stands behind. */
    public static int headersBytes(final long destinationHi, final long destinationLo) {
        return IpAddress.isIpv4(destinationHi, destinationLo) ? IPV4_HEADERS_BYTES : IPV6_HEADERS_BYTES;
    }

    /** The partial sum that a port's NEEDS_CSUM starts from, for a segment of either family. */
    public static long pseudoHeaderSum(
            final long sourceHi,
            final long sourceLo,
            final long destinationHi,
            final long destinationLo,
            final int protocol,
            final int length) {
        return IpAddress.isIpv4(destinationHi, destinationLo)
                ? Checksum.pseudoHeader(IpAddress.ipv4(sourceLo), IpAddress.ipv4(destinationLo), protocol, length)
                : Checksum.pseudoHeader(sourceHi, sourceLo, destinationHi, destinationLo, protocol, length);
    }

    /**
     * Begins a packet: finds the way, takes a frame, writes Ethernet and IP header but for what {@link #finish} adds.
     * The marks before the frame are the caller's to write.
     *
     * @param waiter who is told by {@link NeighbourListener} if the answer is {@link #NO_NEIGHBOUR}, or {@link #NOBODY}
     * @return the frame's offset in the output's memory, the transport's header going {@link #headersBytes} behind;
     *     or {@link #NO_FRAME}, {@link #NO_NEIGHBOUR}, {@link #NO_ROUTE}
     */
    public long open(
            final long sourceHi,
            final long sourceLo,
            final long destinationHi,
            final long destinationLo,
            final int waiter,
            final long nowNs) {
        final boolean toIpv4 = IpAddress.isIpv4(destinationHi, destinationLo);
        if (toIpv4 != IpAddress.isIpv4(sourceHi, sourceLo) || !toIpv4 && ipv6 == null) {
            counters.increment(IpCounter.NO_ROUTE);
            return NO_ROUTE;
        }
        if (!toIpv4) {
            return ipv6.output().open(sourceHi, sourceLo, destinationHi, destinationLo, waiter, nowNs);
        }
        return ipv4Output.open(IpAddress.ipv4(sourceLo), IpAddress.ipv4(destinationLo), waiter, nowNs);
    }

    /**
     * Completes the headers of a packet that was begun by {@link #open}; then it is transmitted.
     *
     * @param payloadLength bytes behind the IP header: transport header and payload
     * @param hops time to live or hop limit, or {@link #DEFAULT_HOPS}
     */
    public void finish(
            final long frame, final int protocol, final int payloadLength, final int dscpEcn, final int hops) {
        if (ethernet.wrap(output.memory(), frame).etherType() == EthernetHeader.ETHERTYPE_IPV6) {
            ipv6.output().finish(frame, protocol, payloadLength, dscpEcn, hops);
        } else {
            ipv4Output.finish(frame, protocol, payloadLength, dscpEcn, hops);
        }
    }

    /**
     * The other side acknowledges what we send it: so its next hop is alive and need not be asked (RFC 1122 2.3.2.1,
     * method 4; RFC 4861 7.3.1).
     */
    public void confirm(final long destinationHi, final long destinationLo, final long nowNs) {
        if (!IpAddress.isIpv4(destinationHi, destinationLo)) {
            if (ipv6 != null) {
                ipv6.output().confirm(destinationHi, destinationLo, nowNs);
            }
            return;
        }
        final int nextHop = routes.nextHop(IpAddress.ipv4(destinationLo));
        if (nextHop != RouteTable.NO_ROUTE) {
            arp.neighbours().confirm(IpAddress.IPV4_HI, IpAddress.ipv4Lo(nextHop), nowNs);
        }
    }

    /** What is known of a neighbour, or null; for views and tests. */
    public NeighbourState neighbourState(final long hi, final long lo, final long nowNs) {
        if (IpAddress.isIpv4(hi, lo)) {
            return arp.neighbours().state(hi, lo, nowNs);
        }
        return ipv6 == null ? null : ipv6.ndp().neighbours().state(hi, lo, nowNs);
    }
}

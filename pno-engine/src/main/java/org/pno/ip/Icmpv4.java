package org.pno.ip;

import java.lang.foreign.MemorySegment;
import org.pno.counters.CounterGroup;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Icmpv4Header;
import org.pno.wire.IpAddress;
import org.pno.wire.Ipv4Header;
import org.pno.wire.TcpHeader;
import org.pno.wire.VirtioNetHeader;
import org.pno.wire.WireDrop;

/**
 * ICMP for IPv4 (RFC 792, RFC 1122 3.2.2): answers pings, reports what cannot be delivered, reads errors about segments
 * of ours. Both kinds of answer are bounded in rate, and go to the station that the packet came from: there is no
 * neighbour to wait for, so no packet to keep.
 */
final class Icmpv4 {
    /** RFC 1812 4.3.2.3: quote as much as fits a packet of 576 bytes. */
    private static final int MAX_ERROR_BYTES = 576;

    /** RFC 792: an error quotes 8 bytes of the payload at least; ports and sequence number of TCP. */
    private static final int LEAST_QUOTED_PAYLOAD = 8;

    private static final int IP_OFFSET = EthernetHeader.BYTES;
    private static final int ICMP_OFFSET = IP_OFFSET + Ipv4Header.MIN_BYTES;
    private static final int DSCP_MASK = 0xFC;
    private static final int BURSTS_PER_SECOND = 10;

    private final long mac;
    private final int mtuBytes;
    private final RouteTable routes;
    private final FrameOutput output;
    private final CounterGroup<IpCounter> counters;
    private final CounterGroup<WireDrop> drops;
    private final TokenBucket echoLimit;
    private final TokenBucket errorLimit;

    private final IcmpError error;
    private final Icmpv4Header received = new Icmpv4Header();
    private final Ipv4Header quotedIp = new Ipv4Header();
    private final TcpHeader quotedTcp = new TcpHeader();
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header ip = new Ipv4Header();
    private final Icmpv4Header icmp = new Icmpv4Header();
    private final VirtioNetHeader marks = new VirtioNetHeader();

    Icmpv4(
            final IpSettings settings,
            final FrameOutput output,
            final IcmpError error,
            final CounterGroup<IpCounter> counters,
            final CounterGroup<WireDrop> drops,
            final long nowNs) {
        this.error = error;
        mac = settings.macAddress();
        mtuBytes = settings.mtuBytes();
        routes = settings.routes();
        this.output = output;
        this.counters = counters;
        this.drops = drops;
        echoLimit = bucket(settings.echoRepliesPerSecond(), nowNs);
        errorLimit = bucket(settings.errorsPerSecond(), nowNs);
    }

    private static TokenBucket bucket(final int perSecond, final long nowNs) {
        return new TokenBucket(perSecond, Math.max(1, perSecond / BURSTS_PER_SECOND), nowNs);
    }

    /**
     * Judges an ICMP message.
     *
     * @param packet an accepted packet
     * @param station the Ethernet address it came from
     * @return true if the error given at construction now holds an error about a segment of ours
     */
    boolean onMessage(final Ipv4Header packet, final long station, final boolean checksumKnownGood, final long nowNs) {
        final long offset = packet.payloadOffset();
        final int length = packet.payloadLength();
        final WireDrop drop = Icmpv4Header.validate(output.memory(), offset, length, checksumKnownGood);
        if (drop != null) {
            drops.increment(drop);
            return false;
        }
        received.wrap(output.memory(), offset);
        if (received.type() == Icmpv4Header.ECHO_REQUEST) {
            onEchoRequest(packet, station, nowNs);
            return false;
        }
        if (!error.isV4(received.type(), received.code())) {
            counters.increment(IpCounter.ICMP_IGNORED);
            return false;
        }
        final boolean ours = readError(offset + Icmpv4Header.BYTES, length - Icmpv4Header.BYTES);
        counters.increment(ours ? IpCounter.ERRORS_IN : IpCounter.ERROR_QUOTE);
        return ours;
    }

    /** RFC 1122 3.2.2.6: the same data back, from the address that was asked, with the same type of service. */
    private void onEchoRequest(final Ipv4Header request, final long station, final long nowNs) {
        final int length = request.payloadLength();
        if (Ipv4Header.MIN_BYTES + length > mtuBytes) {
            counters.increment(IpCounter.ICMP_IGNORED);
            return;
        }
        final long frame = open(echoLimit, IpCounter.ECHO_LIMITED, nowNs);
        if (frame == FrameOutput.NO_FRAME) {
            return;
        }
        final MemorySegment memory = output.memory();
        MemorySegment.copy(memory, request.payloadOffset(), memory, frame + ICMP_OFFSET, length);
        icmp.wrap(memory, frame + ICMP_OFFSET).type(Icmpv4Header.ECHO_REPLY).updateChecksum(length);
        counters.increment(IpCounter.ECHO_REPLIES);
        send(frame, request, station, request.dscpEcn() & DSCP_MASK, length);
    }

    /**
     * Tells the sender of an accepted packet what has become of it. RFC 1122 3.2.2 forbids it for broadcasts, martian
     * sources (neither is accepted), fragments but the first, and ICMP errors (these are not for the caller).
     */
    void sendError(final int type, final int code, final Ipv4Header packet, final long station, final long nowNs) {
        final long frame = open(errorLimit, IpCounter.ERRORS_LIMITED, nowNs);
        if (frame == FrameOutput.NO_FRAME) {
            return;
        }
        final MemorySegment memory = output.memory();
        final int room = MAX_ERROR_BYTES - Ipv4Header.MIN_BYTES - Icmpv4Header.BYTES;
        final int quoted = Math.min(packet.totalLength(), room);
        final long quote = packet.payloadOffset() - packet.headerLength();
        MemorySegment.copy(memory, quote, memory, frame + ICMP_OFFSET + Icmpv4Header.BYTES, quoted);
        icmp.wrap(memory, frame + ICMP_OFFSET)
                .type(type)
                .code(code)
                .identifier(0)
                .nextHopMtuBytes(0)
                .updateChecksum(Icmpv4Header.BYTES + quoted);
        counters.increment(IpCounter.ERRORS_OUT);
        send(frame, packet, station, 0, Icmpv4Header.BYTES + quoted);
    }

    private long open(final TokenBucket limit, final IpCounter limited, final long nowNs) {
        if (!limit.take(nowNs)) {
            counters.increment(limited);
            return FrameOutput.NO_FRAME;
        }
        final long frame = output.allocate();
        if (frame == FrameOutput.NO_FRAME) {
            counters.increment(IpCounter.NO_FRAME);
        }
        return frame;
    }

    private void send(
            final long frame, final Ipv4Header answered, final long station, final int dscp, final int icmpLength) {
        final MemorySegment memory = output.memory();
        marks.wrap(memory, frame - VirtioNetHeader.BYTES).clear();
        ethernet.wrap(memory, frame).destination(station).source(mac).etherType(EthernetHeader.ETHERTYPE_IPV4);
        ip.wrap(memory, frame + IP_OFFSET)
                .initialize(Ipv4Output.TTL)
                .dscpEcn(dscp)
                .totalLength(Ipv4Header.MIN_BYTES + icmpLength)
                .fragmentFlags(Ipv4Header.DONT_FRAGMENT)
                .protocol(Ipv4Header.PROTOCOL_ICMP)
                .source(answered.destination())
                .destination(answered.source())
                .updateChecksum();
        output.transmit(frame, ICMP_OFFSET + icmpLength);
    }

    /** Reads what an error quotes; false unless it is the start of a TCP segment from one of our addresses. */
    private boolean readError(final long quote, final int length) {
        if (length < Ipv4Header.MIN_BYTES) {
            return false;
        }
        quotedIp.wrap(output.memory(), quote);
        final boolean tcp = quotedIp.isVersion4()
                && quotedIp.headerLength() >= Ipv4Header.MIN_BYTES
                && quotedIp.headerLength() + LEAST_QUOTED_PAYLOAD <= length
                && quotedIp.protocol() == Ipv4Header.PROTOCOL_TCP
                && quotedIp.fragmentOffset() == 0
                && routes.isLocal(quotedIp.source());
        if (!tcp) {
            return false;
        }
        quotedTcp.wrap(output.memory(), quotedIp.payloadOffset());
        error.nextHopMtuBytes = error.isTooBig() ? received.nextHopMtuBytes() : 0;
        error.localHi = IpAddress.IPV4_HI;
        error.localLo = IpAddress.ipv4Lo(quotedIp.source());
        error.localPort = quotedTcp.sourcePort();
        error.remoteHi = IpAddress.IPV4_HI;
        error.remoteLo = IpAddress.ipv4Lo(quotedIp.destination());
        error.remotePort = quotedTcp.destinationPort();
        error.sequence = quotedTcp.sequence();
        return true;
    }
}

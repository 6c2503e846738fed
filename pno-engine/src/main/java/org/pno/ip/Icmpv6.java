package org.pno.ip;

import java.lang.foreign.MemorySegment;
import org.pno.counters.CounterGroup;
import org.pno.wire.Icmpv6Header;
import org.pno.wire.IpAddress;
import org.pno.wire.Ipv6Header;
import org.pno.wire.NdpMessage;
import org.pno.wire.TcpHeader;
import org.pno.wire.WireDrop;

/**
 * ICMPv6 (RFC 4443): answers pings, reports what cannot be delivered, reads errors about segments of ours, and hands
 * neighbour discovery to {@link Ndp}. Both kinds of answer are bounded in rate, and go to the station that the packet
 * came from, as with IPv4.
 */
final class Icmpv6 {
    /** RFC 4443 2.4(c): as much of the packet as fits the least MTU. */
    private static final int MAX_ERROR_BYTES = RouterDiscovery.LEAST_MTU_BYTES;

    /** Ports and sequence number of TCP. */
    private static final int LEAST_QUOTED_PAYLOAD = 8;

    private static final int DSCP_MASK = 0xFC;
    private static final int BURSTS_PER_SECOND = 10;

    private final Ipv6Routes routes;
    private final FrameOutput output;
    private final Icmpv6Output messages;
    private final Ndp ndp;
    private final IcmpError error;
    private final CounterGroup<IpCounter> counters;
    private final CounterGroup<WireDrop> drops;
    private final TokenBucket echoLimit;
    private final TokenBucket errorLimit;
    private final Icmpv6Header received = new Icmpv6Header();
    private final Ipv6Header quotedIp = new Ipv6Header();
    private final TcpHeader quotedTcp = new TcpHeader();

    Icmpv6(
            final IpSettings settings,
            final FrameOutput output,
            final Icmpv6Output messages,
            final Ndp ndp,
            final IcmpError error,
            final IpCounters counting,
            final long nowNs) {
        routes = settings.routes().ipv6();
        this.output = output;
        this.messages = messages;
        this.ndp = ndp;
        this.error = error;
        counters = counting.counters();
        drops = counting.drops();
        echoLimit = bucket(settings.echoRepliesPerSecond(), nowNs);
        errorLimit = bucket(settings.errorsPerSecond(), nowNs);
    }

    private static TokenBucket bucket(final int perSecond, final long nowNs) {
        return new TokenBucket(perSecond, Math.max(1, perSecond / BURSTS_PER_SECOND), nowNs);
    }

    /**
     * Judges an ICMPv6 message.
     *
     * @param packet an accepted packet
     * @param offset of the message in the output's memory, {@code length} bytes
     * @param station the Ethernet address it came from
     * @return true if the error given at construction now holds one about a segment of ours
     */
    boolean onMessage(
            final Ipv6Header packet,
            final long offset,
            final int length,
            final long station,
            final boolean checksumKnownGood,
            final long nowNs) {
        final long sum = packet.pseudoHeaderSum(Ipv6Header.PROTOCOL_ICMPV6, length);
        final WireDrop drop = Icmpv6Header.validate(output.memory(), offset, length, sum, checksumKnownGood);
        if (drop != null) {
            drops.increment(drop);
            return false;
        }
        final int type = received.wrap(output.memory(), offset).type();
        if (NdpMessage.headLength(type) >= 0) {
            ndp.onMessage(packet, offset, length, station, nowNs);
        } else if (type == Icmpv6Header.ECHO_REQUEST) {
            onEchoRequest(packet, offset, length, station, nowNs);
        } else if (type < Icmpv6Header.FIRST_INFORMATIONAL) {
            return onError(offset, length);
        } else {
            counters.increment(IpCounter.ICMP_IGNORED);
        }
        return false;
    }

    private boolean onError(final long offset, final int length) {
        if (!error.isV6(received.type(), received.code())) {
            counters.increment(IpCounter.ICMP_IGNORED);
            return false;
        }
        final boolean ours = readError(offset + Icmpv6Header.BYTES, length - Icmpv6Header.BYTES);
        counters.increment(ours ? IpCounter.ERRORS_IN : IpCounter.ERROR_QUOTE);
        return ours;
    }

    /** RFC 4443 4.2: the same data back, from the address that was asked, or from one of ours if all were asked. */
    private void onEchoRequest(
            final Ipv6Header request, final long offset, final int length, final long station, final long nowNs) {
        final boolean everybody = IpAddress.isMulticastIpv6(request.destinationHi());
        final int own = everybody
                ? routes.sourceFor(request.sourceHi(), request.sourceLo())
                : routes.index(request.destinationHi(), request.destinationLo());
        if (own == Ipv6Routes.NONE
                || !isAnothers(request.sourceHi(), request.sourceLo())
                || Ipv6Header.BYTES + length > ndp.routers().mtuBytes()) {
            counters.increment(IpCounter.ICMP_IGNORED);
            return;
        }
        if (!open(echoLimit, IpCounter.ECHO_LIMITED, station, Icmpv6Header.ECHO_REPLY, 0, nowNs)) {
            return;
        }
        final MemorySegment memory = output.memory();
        MemorySegment.copy(memory, offset + 4, memory, messages.messageOffset() + 4, length - 4);
        messages.from(routes.addressHi(own), routes.addressLo(own)).to(request.sourceHi(), request.sourceLo());
        messages.ip().dscpEcn(request.dscpEcn() & DSCP_MASK);
        counters.increment(IpCounter.ECHO_REPLIES);
        messages.send(length);
    }

    /** True for a source that an answer can go to. */
    private boolean isAnothers(final long hi, final long lo) {
        return IpAddress.isSingleHostIpv6(hi, lo) && routes.index(hi, lo) == Ipv6Routes.NONE;
    }

    private boolean open(
            final TokenBucket limit,
            final IpCounter limited,
            final long station,
            final int type,
            final int code,
            final long nowNs) {
        if (!limit.take(nowNs)) {
            counters.increment(limited);
            return false;
        }
        return messages.open(station, type, code, ndp.routers().hopLimit());
    }

    /**
     * Tells the sender of a packet what is wrong with it. RFC 4443 2.4(e) forbids it for packets to many, but for
     * unknown options, and for those whose sender is not one host; ICMP errors are not for the caller.
     *
     * @param packet an accepted packet that starts at {@code offset} in the output's memory
     * @param word the pointer of a parameter problem, else 0
     */
    void sendError(
            final int type,
            final int code,
            final int word,
            final Ipv6Header packet,
            final long offset,
            final long station,
            final long nowNs) {
        final boolean everybody = IpAddress.isMulticastIpv6(packet.destinationHi());
        final boolean allowed =
                !everybody || type == Icmpv6Header.PARAMETER_PROBLEM && code == Icmpv6Header.CODE_UNKNOWN_OPTION;
        final int own = everybody
                ? routes.sourceFor(packet.sourceHi(), packet.sourceLo())
                : routes.index(packet.destinationHi(), packet.destinationLo());
        if (!allowed || !isAnothers(packet.sourceHi(), packet.sourceLo()) || own == Ipv6Routes.NONE) {
            return;
        }
        if (!open(errorLimit, IpCounter.ERRORS_LIMITED, station, type, code, nowNs)) {
            return;
        }
        final MemorySegment memory = output.memory();
        final int room = MAX_ERROR_BYTES - Ipv6Header.BYTES - Icmpv6Header.BYTES;
        final int quoted = Math.min(Ipv6Header.BYTES + packet.payloadLength(), room);
        MemorySegment.copy(memory, offset, memory, messages.messageOffset() + Icmpv6Header.BYTES, quoted);
        messages.icmp().word(word);
        messages.from(routes.addressHi(own), routes.addressLo(own)).to(packet.sourceHi(), packet.sourceLo());
        counters.increment(IpCounter.ERRORS_OUT);
        messages.send(Icmpv6Header.BYTES + quoted);
    }

    /** Reads what an error quotes; false unless it is the start of a TCP segment as we send them. */
    private boolean readError(final long quote, final int length) {
        if (length < Ipv6Header.BYTES + LEAST_QUOTED_PAYLOAD) {
            return false;
        }
        quotedIp.wrap(output.memory(), quote);
        final boolean tcp = quotedIp.isVersion6()
                && quotedIp.nextHeader() == Ipv6Header.PROTOCOL_TCP
                && routes.isLocal(quotedIp.sourceHi(), quotedIp.sourceLo());
        if (!tcp) {
            return false;
        }
        quotedTcp.wrap(output.memory(), quotedIp.payloadOffset());
        error.nextHopMtuBytes = error.isTooBig() ? mtuBytes(received.word()) : 0;
        error.localHi = quotedIp.sourceHi();
        error.localLo = quotedIp.sourceLo();
        error.localPort = quotedTcp.sourcePort();
        error.remoteHi = quotedIp.destinationHi();
        error.remoteLo = quotedIp.destinationLo();
        error.remotePort = quotedTcp.destinationPort();
        error.sequence = quotedTcp.sequence();
        return true;
    }

    /** RFC 8201 4: no node takes an MTU below the least to be one. */
    private static int mtuBytes(final int said) {
        return Integer.compareUnsigned(said, 1 << 16) > 0 ? 1 << 16 : Math.max(said, RouterDiscovery.LEAST_MTU_BYTES);
    }
}

package org.pno.ip;

import java.lang.foreign.MemorySegment;
import org.pno.counters.CounterGroup;
import org.pno.wire.BigEndian;
import org.pno.wire.Icmpv6Header;
import org.pno.wire.IpAddress;
import org.pno.wire.Ipv6Extensions;
import org.pno.wire.Ipv6Header;
import org.pno.wire.TcpHeader;
import org.pno.wire.WireDrop;

/** Judges IPv6 fragments before they are put together (RFC 8200 4.5, RFC 7112), and makes the whole packet's header. */
final class Ipv6Fragments {
    /** Answer of {@link #onFragment}: no packet is whole by it. */
    static final long NONE = -1;

    /** RFC 8200 3: the most behind an IPv6 header. */
    private static final int MAX_PAYLOAD_BYTES = 0xFFFF;

    private static final int UNIT_MASK = 7;
    private static final int PAYLOAD_LENGTH_POINTER = 4;
    private static final int FRAGMENT_OFFSET_POINTER = 2; // behind the start of the fragment header
    private static final int DATA_OFFSET_OFFSET = 12; // u8 of a TCP header, in its upper half 32-bit words
    private static final int UDP_BYTES = 8;

    private final FrameOutput output;
    private final FragmentReassembly reassembly;
    private final Icmpv6 icmp;
    private final CounterGroup<IpCounter> counters;
    private final CounterGroup<WireDrop> drops;
    private final Fragment fragment = new Fragment();
    private final Ipv6Header header = new Ipv6Header();
    private final Ipv6Extensions chain = new Ipv6Extensions();
    private int wholeLength;

    Ipv6Fragments(
            final FrameOutput output,
            final FragmentReassembly reassembly,
            final Icmpv6 icmp,
            final IpCounters counting) {
        this.output = output;
        this.reassembly = reassembly;
        this.icmp = icmp;
        counters = counting.counters();
        drops = counting.drops();
    }

    /**
     * Takes a fragment that was accepted, and walked up to its fragment header.
     *
     * @return where the packet that is whole by it starts in the output's memory, {@link #wholeLength()} bytes, or NONE
     */
    long onFragment(final Ipv6Header packet, final Ipv6Extensions extensions, final long station, final long nowNs) {
        counters.increment(IpCounter.FRAGMENTS_IN);
        if (IpAddress.isMulticastIpv6(packet.destinationHi())) {
            counters.increment(IpCounter.BROADCAST); // Only neighbour discovery has groups, and no fragments.
            return NONE;
        }
        fragment.of(packet, extensions, station);
        if (!isLengthRight(packet, extensions, nowNs) || !hasWholeChain(packet, extensions, nowNs)) {
            return NONE;
        }
        final Datagram datagram = reassembly.add(fragment, nowNs);
        return datagram == null ? NONE : whole(datagram);
    }

    private boolean isLengthRight(final Ipv6Header packet, final Ipv6Extensions extensions, final long nowNs) {
        if (fragment.length == 0) {
            counters.increment(IpCounter.FRAGMENT_LENGTH);
            return false;
        }
        if (fragment.moreFollow && (fragment.length & UNIT_MASK) != 0) {
            counters.increment(IpCounter.FRAGMENT_LENGTH);
            problem(Icmpv6Header.CODE_ERRONEOUS_FIELD, PAYLOAD_LENGTH_POINTER, packet, nowNs);
            return false;
        }
        final int kept = extensions.fragmentPointer() - Ipv6Header.BYTES;
        if (kept + fragment.position + fragment.length > MAX_PAYLOAD_BYTES) {
            counters.increment(IpCounter.FRAGMENT_TOO_LONG);
            final int pointer = extensions.fragmentPointer() + FRAGMENT_OFFSET_POINTER;
            problem(Icmpv6Header.CODE_ERRONEOUS_FIELD, pointer, packet, nowNs);
            return false;
        }
        return true;
    }

    /** RFC 7112 5: the first fragment has all headers, the transport's included. */
    private boolean hasWholeChain(final Ipv6Header packet, final Ipv6Extensions extensions, final long nowNs) {
        if (fragment.position != 0) {
            return true;
        }
        final int answer = extensions.walkInto();
        final boolean cut = answer == Ipv6Extensions.DROP
                ? extensions.drop() == WireDrop.IPV6_EXTENSION_TRUNCATED
                : answer == Ipv6Extensions.TRANSPORT && extensions.transportLength() < transportHeaderBytes(extensions);
        if (cut) {
            counters.increment(IpCounter.FRAGMENT_TINY);
            problem(Icmpv6Header.CODE_INCOMPLETE_CHAIN, 0, packet, nowNs);
        } else if (answer == Ipv6Extensions.DROP) {
            drops.increment(extensions.drop()); // Nested fragments, or headers that are wrong by themselves.
        } else {
            return true;
        }
        reassembly.refuse(fragment, nowNs);
        return false;
    }

    private int transportHeaderBytes(final Ipv6Extensions extensions) {
        return switch (extensions.protocol()) {
            case Ipv6Header.PROTOCOL_TCP -> {
                if (extensions.transportLength() < TcpHeader.MIN_BYTES) {
                    yield TcpHeader.MIN_BYTES;
                }
                final long dataOffset = extensions.transportOffset() + DATA_OFFSET_OFFSET;
                yield BigEndian.u8(output.memory(), dataOffset) >>> 4 << 2;
            }
            case Ipv6Header.PROTOCOL_UDP -> UDP_BYTES;
            case Ipv6Header.PROTOCOL_ICMPV6 -> Icmpv6Header.BYTES;
            default -> 0;
        };
    }

    private void problem(final int code, final int pointer, final Ipv6Header packet, final long nowNs) {
        if (!isIcmpError(packet, fragment.headersOffset)) {
            final int type = Icmpv6Header.PARAMETER_PROBLEM;
            icmp.sendError(type, code, pointer, packet, fragment.headersOffset, fragment.station, nowNs);
        }
    }

    /** RFC 4443 2.4(e): no errors about errors. */
    private boolean isIcmpError(final Ipv6Header packet, final long offset) {
        return chain.walk(output.memory(), offset, packet) == Ipv6Extensions.PART
                && chain.fragmentOffset() == 0
                && chain.walkInto() == Ipv6Extensions.TRANSPORT
                && chain.protocol() == Ipv6Header.PROTOCOL_ICMPV6
                && chain.transportLength() > 0
                && BigEndian.u8(output.memory(), chain.transportOffset()) < Icmpv6Header.FIRST_INFORMATIONAL;
    }

    /** RFC 8200 4.5: the headers of the first fragment without its fragment header, which the others move up to. */
    private long whole(final Datagram datagram) {
        final MemorySegment memory = output.memory();
        final int kept = datagram.headersBytes() - Ipv6Extensions.FRAGMENT_BYTES;
        wholeLength = kept + datagram.lengthBytes();
        if (wholeLength - Ipv6Header.BYTES > MAX_PAYLOAD_BYTES) { // More headers in the first than in the last.
            counters.increment(IpCounter.FRAGMENT_TOO_LONG);
            return NONE;
        }
        final long start = datagram.headersOffset() + Ipv6Extensions.FRAGMENT_BYTES;
        MemorySegment.copy(memory, datagram.headersOffset(), memory, start, kept);
        BigEndian.u8(memory, start + datagram.nextHeaderPointer(), datagram.nextHeader());
        header.wrap(memory, start).payloadLength(wholeLength - Ipv6Header.BYTES).dscpEcn(datagram.dscpEcn());
        return start;
    }

    /** Bytes of the packet that {@link #onFragment} answered last, header included. */
    int wholeLength() {
        return wholeLength;
    }

    /** RFC 8200 4.5: its sender is told if the first fragment has come. */
    void onLate(final Datagram datagram, final long nowNs) {
        header.wrap(output.memory(), datagram.headersOffset());
        final long offset = datagram.headersOffset();
        if (!isIcmpError(header, offset)) {
            final int type = Icmpv6Header.TIME_EXCEEDED;
            icmp.sendError(type, Icmpv6Header.CODE_REASSEMBLY, 0, header, offset, datagram.station(), nowNs);
        }
    }
}

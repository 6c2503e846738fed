package org.pno.ip;

import org.pno.counters.CounterGroup;
import org.pno.wire.BigEndian;
import org.pno.wire.Icmpv4Header;
import org.pno.wire.Ipv4Header;
import org.pno.wire.TcpHeader;

/** Judges IPv4 fragments before they are put together (RFC 791 3.2, RFC 1858), and makes the whole packet's header. */
final class Ipv4Fragments {
    /** Answer of {@link #onFragment}: no packet is whole by it. */
    static final long NONE = -1;

    /** RFC 791 3.1: the longest packet, header included. */
    private static final int MAX_BYTES = 0xFFFF;

    private static final int UNIT_MASK = 7;
    private static final int DATA_OFFSET_OFFSET = 12; // u8 of a TCP header, in its upper half 32-bit words

    private final FrameOutput output;
    private final FragmentReassembly reassembly;
    private final Icmpv4 icmp;
    private final CounterGroup<IpCounter> counters;
    private final Fragment fragment = new Fragment();
    private final Ipv4Header header = new Ipv4Header();

    Ipv4Fragments(
            final FrameOutput output,
            final FragmentReassembly reassembly,
            final Icmpv4 icmp,
            final CounterGroup<IpCounter> counters) {
        this.output = output;
        this.reassembly = reassembly;
        this.icmp = icmp;
        this.counters = counters;
    }

    /**
     * Takes a fragment that was accepted.
     *
     * @return where the packet that is whole by it starts in the output's memory, or NONE
     */
    long onFragment(final Ipv4Header packet, final long station, final long nowNs) {
        counters.increment(IpCounter.FRAGMENTS_IN);
        final int length = packet.payloadLength();
        if (length == 0 || packet.moreFragments() && (length & UNIT_MASK) != 0) {
            counters.increment(IpCounter.FRAGMENT_LENGTH);
            return NONE;
        }
        if (packet.headerLength() + packet.fragmentOffset() + length > MAX_BYTES) {
            counters.increment(IpCounter.FRAGMENT_TOO_LONG);
            return NONE;
        }
        fragment.of(packet, station);
        if (packet.protocol() == Ipv4Header.PROTOCOL_TCP && cutsTcpHeader(packet)) {
            counters.increment(IpCounter.FRAGMENT_TINY);
            reassembly.refuse(fragment, nowNs);
            return NONE;
        }
        final Datagram datagram = reassembly.add(fragment, nowNs);
        return datagram == null ? NONE : whole(datagram);
    }

    /** RFC 1858: a TCP header stands whole in the first fragment, where filters on the way have seen it. */
    private boolean cutsTcpHeader(final Ipv4Header packet) {
        if (packet.fragmentOffset() != 0) {
            return packet.fragmentOffset() < TcpHeader.MIN_BYTES;
        }
        final int length = packet.payloadLength();
        return length < TcpHeader.MIN_BYTES || length < tcpHeaderLength(packet);
    }

    private int tcpHeaderLength(final Ipv4Header packet) {
        return BigEndian.u8(output.memory(), packet.payloadOffset() + DATA_OFFSET_OFFSET) >>> 4 << 2;
    }

    private long whole(final Datagram datagram) {
        final int wholeLength = datagram.headersBytes() + datagram.lengthBytes();
        if (wholeLength > MAX_BYTES) { // The first fragment has options that the last did not count.
            counters.increment(IpCounter.FRAGMENT_TOO_LONG);
            return NONE;
        }
        header.wrap(output.memory(), datagram.headersOffset())
                .totalLength(wholeLength)
                .fragmentFlags(0)
                .dscpEcn(datagram.dscpEcn())
                .updateChecksum();
        return datagram.headersOffset();
    }

    /** RFC 1122 3.3.2: its sender is told if the first fragment has come. */
    void onLate(final Datagram datagram, final long nowNs) {
        header.wrap(output.memory(), datagram.headersOffset());
        final boolean icmpError = header.protocol() == Ipv4Header.PROTOCOL_ICMP
                && BigEndian.u8(output.memory(), header.payloadOffset()) != Icmpv4Header.ECHO_REQUEST;
        if (icmpError) {
            return; // RFC 1122 3.2.2: no errors about errors.
        }
        icmp.sendError(Icmpv4Header.TIME_EXCEEDED, Icmpv4Header.CODE_REASSEMBLY, header, datagram.station(), nowNs);
    }
}

package org.pno.sim.net;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.pno.wire.Checksum;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Ipv4Header;
import org.pno.wire.Ipv6Header;
import org.pno.wire.TcpHeader;
import org.pno.wire.VirtioNetHeader;

/**
 * What a network card does to the frames of a stack: cuts super-segments into packets and completes checksums.
 */
final class PacketCutter {
    private static final int IP_OFFSET = EthernetHeader.BYTES;
    private static final int MAX_PACKET_BYTES = 9_216;

    /** Takes packets. */
    interface Sink {
        /**
         * A packet.
         *
         * @param marked it has marks before it, and what they ask for is not done yet
         */
        void accept(MemorySegment from, long packet, int length, boolean marked);
    }

    private final MemorySegment scratch = Arena.ofAuto().allocate(MAX_PACKET_BYTES, 64);
    private final VirtioNetHeader marks = new VirtioNetHeader();
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header ip = new Ipv4Header();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private final TcpHeader tcp = new TcpHeader();

    void cut(final MemorySegment from, final long frame, final int length, final Sink sink) {
        marks.wrap(from, frame - VirtioNetHeader.BYTES);
        if (!marks.needsChecksum()) {
            sink.accept(from, frame, length, false);
        } else if (marks.isSegmented()) {
            final int headers = marks.headerLength();
            final int size = marks.gsoSizeBytes();
            for (int at = 0; at < length - headers; at += size) {
                final int payload = Math.min(size, length - headers - at);
                copyPart(from, frame, headers, at, payload, at + payload == length - headers);
                sink.accept(scratch, 0, headers + payload, false);
            }
        } else {
            MemorySegment.copy(from, frame, scratch, 0, length);
            completeChecksum(length);
            sink.accept(scratch, 0, length, false);
        }
    }

    private void copyPart(
            final MemorySegment from,
            final long frame,
            final int headers,
            final int at,
            final int payload,
            final boolean last) {
        MemorySegment.copy(from, frame, scratch, 0, headers);
        MemorySegment.copy(from, frame + headers + at, scratch, headers, payload);
        if (isIpv6()) {
            ipv6.wrap(scratch, IP_OFFSET).payloadLength(headers - IP_OFFSET - Ipv6Header.BYTES + payload);
            tcp.wrap(scratch, IP_OFFSET + Ipv6Header.BYTES);
        } else {
            ip.wrap(scratch, IP_OFFSET)
                    .totalLength(headers - IP_OFFSET + payload)
                    .updateChecksum();
            tcp.wrap(scratch, IP_OFFSET + Ipv4Header.MIN_BYTES);
        }
        tcp.sequence(tcp.sequence() + at);
        if (!last) {
            tcp.flags(tcp.flags() & ~(TcpHeader.FIN | TcpHeader.PSH));
        }
        completeChecksum(headers + payload);
    }

    private void completeChecksum(final int length) {
        ip.wrap(scratch, IP_OFFSET);
        ipv6.wrap(scratch, IP_OFFSET);
        final long offset = isIpv6() ? ipv6.payloadOffset() : ip.payloadOffset();
        final int tcpLength = length - (int) offset;
        tcp.wrap(scratch, offset).checksum(0);
        final long pseudo = isIpv6()
                ? ipv6.pseudoHeaderSum(Ipv6Header.PROTOCOL_TCP, tcpLength)
                : Checksum.pseudoHeader(ip.source(), ip.destination(), Ipv4Header.PROTOCOL_TCP, tcpLength);
        tcp.checksum(Checksum.finish(pseudo + Checksum.sum(scratch, offset, tcpLength)));
    }

    private boolean isIpv6() {
        return ethernet.wrap(scratch, 0).etherType() == EthernetHeader.ETHERTYPE_IPV6;
    }
}

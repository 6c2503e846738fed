package org.pno.port;

import java.lang.foreign.MemorySegment;
import org.pno.wire.BigEndian;
import org.pno.wire.Checksum;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Ipv4Header;
import org.pno.wire.Ipv6Header;
import org.pno.wire.TcpHeader;

/**
 * Finds the TCP segment in a frame of either family, as hardware does: in an IPv4 packet that is no fragment, or right
 * behind an IPv6 header. Segments behind extension headers are left to who looks closer. Filled anew for each frame.
 */
final class TcpFrame {
    private static final int ETHERTYPE_OFFSET = 12;

    private final Ipv4Header ipv4 = new Ipv4Header();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private boolean isIpv6;
    private long segment;
    private int length;

    /** True if there is one; then the accessors tell of it. */
    boolean find(final MemorySegment memory, final long frame, final int frameLength) {
        final long packet = frame + EthernetHeader.BYTES;
        final int packetLength = frameLength - EthernetHeader.BYTES;
        if (packetLength < Ipv4Header.MIN_BYTES) {
            return false;
        }
        return switch (BigEndian.u16(memory, frame + ETHERTYPE_OFFSET)) {
            case EthernetHeader.ETHERTYPE_IPV4 -> findIpv4(memory, packet, packetLength);
            case EthernetHeader.ETHERTYPE_IPV6 -> findIpv6(memory, packet, packetLength);
            default -> false;
        };
    }

    private boolean findIpv4(final MemorySegment memory, final long packet, final int packetLength) {
        if (Ipv4Header.validate(memory, packet, packetLength) != null) {
            return false;
        }
        ipv4.wrap(memory, packet);
        isIpv6 = false;
        segment = ipv4.payloadOffset();
        length = ipv4.payloadLength();
        return ipv4.protocol() == Ipv4Header.PROTOCOL_TCP && !ipv4.isFragment();
    }

    private boolean findIpv6(final MemorySegment memory, final long packet, final int packetLength) {
        if (Ipv6Header.validate(memory, packet, packetLength) != null) {
            return false;
        }
        ipv6.wrap(memory, packet);
        isIpv6 = true;
        segment = ipv6.payloadOffset();
        length = ipv6.payloadLength();
        return ipv6.nextHeader() == Ipv6Header.PROTOCOL_TCP;
    }

    boolean isIpv6() {
        return isIpv6;
    }

    /** Where the TCP header starts. */
    long segment() {
        return segment;
    }

    /** Bytes of TCP header and payload. */
    int length() {
        return length;
    }

    /** True if the checksum of the IP header holds, where there is one. */
    boolean hasValidIpHeader(final MemorySegment memory, final long frame) {
        return isIpv6 || Ipv4Header.validateChecksum(memory, frame + EthernetHeader.BYTES) == null;
    }

    /** Partial sum of the pseudo header. */
    long pseudoHeaderSum() {
        return isIpv6
                ? ipv6.pseudoHeaderSum(Ipv6Header.PROTOCOL_TCP, length)
                : Checksum.pseudoHeader(ipv4.source(), ipv4.destination(), Ipv4Header.PROTOCOL_TCP, length);
    }

    /**
     * Makes the IP header of a copy of the frame that of its segment {@code index}.
     *
     * @param segmentLength bytes of TCP header and payload of that segment
     */
    void finishIp(final MemorySegment memory, final long copy, final int index, final int segmentLength) {
        final long packet = copy + EthernetHeader.BYTES;
        length = segmentLength;
        if (isIpv6) {
            ipv6.wrap(memory, packet).payloadLength(segmentLength);
            segment = ipv6.payloadOffset();
            return;
        }
        ipv4.wrap(memory, packet);
        ipv4.totalLength(ipv4.headerLength() + segmentLength)
                .identification(ipv4.identification() + index)
                .updateChecksum();
        segment = ipv4.payloadOffset();
    }

    /** Completes the checksum of the segment that {@link #finishIp} was called for. */
    void finishTcp(final MemorySegment memory, final TcpHeader tcp) {
        tcp.wrap(memory, segment).checksum(0);
        tcp.checksum(Checksum.finish(pseudoHeaderSum() + Checksum.sum(memory, segment, length)));
    }
}

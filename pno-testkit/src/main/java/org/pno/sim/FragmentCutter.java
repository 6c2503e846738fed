package org.pno.sim;

import java.lang.foreign.MemorySegment;
import org.pno.wire.BigEndian;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Ipv4Header;
import org.pno.wire.Ipv6Header;

/** Cuts frames with a TCP segment into fragments, as a router on the way does (RFC 791 3.2, RFC 8200 4.5). */
public final class FragmentCutter {
    /** Fragments of one frame, at most. */
    public static final int MAX_PIECES = 64;

    private static final int FRAGMENT_HEADER_BYTES = 8;
    private static final int UNIT_BYTES = 8;
    private static final int FRAGMENT_OFFSET = EthernetHeader.BYTES + 6; // of IPv4: flags and offset

    private final Ipv4Header ipv4 = new Ipv4Header();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private MemorySegment memory;
    private long frame;
    private boolean isIpv6;
    private int headers;
    private int payload;
    private int pieceBytes;
    private int identification;

    /**
     * Takes a frame to cut; it stays as it is.
     *
     * @param bytes payload of a fragment, a multiple of 8; more if there were too many
     * @return how many fragments there will be, 1 for a frame that is to stay whole
     */
    public int cut(final MemorySegment from, final long offset, final int length, final int bytes, final int number) {
        memory = from;
        frame = offset;
        isIpv6 = BigEndian.u16(memory, frame + 12) == EthernetHeader.ETHERTYPE_IPV6;
        headers = EthernetHeader.BYTES + (isIpv6 ? Ipv6Header.BYTES : Ipv4Header.MIN_BYTES);
        payload = length - headers;
        final int least = (payload / MAX_PIECES + UNIT_BYTES) / UNIT_BYTES * UNIT_BYTES;
        pieceBytes = Math.max(bytes, least);
        identification = number;
        return isTcp() ? (payload + pieceBytes - 1) / pieceBytes : 1;
    }

    private boolean isTcp() {
        final int type = BigEndian.u16(memory, frame + 12);
        final int protocol = BigEndian.u8(memory, frame + EthernetHeader.BYTES + (isIpv6 ? 6 : 9));
        return (isIpv6 || type == EthernetHeader.ETHERTYPE_IPV4) && protocol == Ipv4Header.PROTOCOL_TCP;
    }

    /** Writes a fragment as a frame; returns its length. */
    public int piece(final int piece, final MemorySegment to, final long target) {
        final int at = piece * pieceBytes;
        final int bytes = Math.min(pieceBytes, payload - at);
        final boolean more = at + bytes < payload;
        final int extra = isIpv6 ? FRAGMENT_HEADER_BYTES : 0;
        MemorySegment.copy(memory, frame, to, target, headers);
        MemorySegment.copy(memory, frame + headers + at, to, target + headers + extra, bytes);
        if (isIpv6) {
            ipv6.wrap(to, target + EthernetHeader.BYTES)
                    .nextHeader(Ipv6Header.FRAGMENT)
                    .payloadLength(extra + bytes);
            BigEndian.u16(to, target + headers, Ipv4Header.PROTOCOL_TCP << 8);
            BigEndian.u16(to, target + headers + 2, at | (more ? 1 : 0));
            BigEndian.i32(to, target + headers + 4, identification);
        } else {
            BigEndian.u16(to, target + FRAGMENT_OFFSET, (more ? Ipv4Header.MORE_FRAGMENTS : 0) | at >>> 3);
            ipv4.wrap(to, target + EthernetHeader.BYTES)
                    .identification(identification & 0xFFFF)
                    .totalLength(Ipv4Header.MIN_BYTES + bytes)
                    .updateChecksum();
        }
        return headers + extra + bytes;
    }
}

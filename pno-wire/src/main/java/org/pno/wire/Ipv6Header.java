package org.pno.wire;

import java.lang.foreign.MemorySegment;

/**
 * IPv6 header (RFC 8200 3). What may stand between it and the transport's header is {@link Ipv6Extensions}' business.
 *
 * <pre>
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-------+-----------+---+---------------------------------------+
 *   |version|   DSCP    |ECN|              flow label               |
 *   +-------+-----------+---+-------+---------------+---------------+
 *   |        payload length         |  next header  |   hop limit   |
 *   +-------------------------------+---------------+---------------+
 *   |                   source address, 16 bytes                    |
 *   +---------------------------------------------------------------+
 *   |                 destination address, 16 bytes                 |
 * </pre>
 */
public final class Ipv6Header {
    public static final int BYTES = 40;

    public static final int HOP_BY_HOP = 0;
    public static final int PROTOCOL_TCP = 6;
    public static final int PROTOCOL_UDP = 17;
    public static final int ROUTING = 43;
    public static final int FRAGMENT = 44;
    public static final int PROTOCOL_ICMPV6 = 58;
    public static final int NO_NEXT_HEADER = 59;
    public static final int DESTINATION_OPTIONS = 60;

    /** Where the next-header field stands, for those who point at it. */
    public static final int NEXT_HEADER_OFFSET = 6; // u8

    private static final int VERSION = 6;
    private static final int CLASS_SHIFT = 20;
    private static final int FLOW_LABEL_MASK = 0xF_FFFF;

    private static final int VERSION_CLASS_LABEL_OFFSET = 0; // u32
    private static final int PAYLOAD_LENGTH_OFFSET = 4; // u16
    private static final int HOP_LIMIT_OFFSET = 7; // u8
    private static final int SOURCE_OFFSET = 8; // 16 bytes
    private static final int DESTINATION_OFFSET = 24; // 16 bytes

    private MemorySegment segment;
    private long offset;

    /**
     * Why a packet is refused, or null. A jumbogram (RFC 2675) says length 0, and is then one without payload.
     *
     * @param length bytes from the header's first on; there may be padding behind the packet
     */
    public static WireDrop validate(final MemorySegment segment, final long offset, final int length) {
        if (length < BYTES) {
            return WireDrop.IPV6_TRUNCATED;
        }
        if (BigEndian.u8(segment, offset + VERSION_CLASS_LABEL_OFFSET) >>> 4 != VERSION) {
            return WireDrop.IPV6_VERSION;
        }
        final int payloadLength = BigEndian.u16(segment, offset + PAYLOAD_LENGTH_OFFSET);
        return payloadLength > length - BYTES ? WireDrop.IPV6_TRUNCATED : null;
    }

    public Ipv6Header wrap(final MemorySegment segment, final long offset) {
        this.segment = segment;
        this.offset = offset;
        return this;
    }

    /** Writes the header but for addresses, length and next header: no DSCP, flow label 0. */
    public Ipv6Header initialize(final int hopLimit) {
        BigEndian.i32(segment, offset + VERSION_CLASS_LABEL_OFFSET, VERSION << 28);
        BigEndian.u8(segment, offset + HOP_LIMIT_OFFSET, hopLimit);
        return this;
    }

    /** What {@link #validate} has found true of a packet; to be asked of one that is only quoted. */
    public boolean isVersion6() {
        return BigEndian.u8(segment, offset + VERSION_CLASS_LABEL_OFFSET) >>> 4 == VERSION;
    }

    /** The traffic class. */
    public int dscpEcn() {
        return BigEndian.i32(segment, offset + VERSION_CLASS_LABEL_OFFSET) >>> CLASS_SHIFT & 0xFF;
    }

    /** Writes the traffic class, and leaves the flow label. */
    public Ipv6Header dscpEcn(final int value) {
        BigEndian.i32(segment, offset + VERSION_CLASS_LABEL_OFFSET, VERSION << 28 | value << CLASS_SHIFT | flowLabel());
        return this;
    }

    /** 20 bits. */
    public int flowLabel() {
        return BigEndian.i32(segment, offset + VERSION_CLASS_LABEL_OFFSET) & FLOW_LABEL_MASK;
    }

    /** Writes the flow label's 20 bits out of {@code value}, and leaves the traffic class. */
    public Ipv6Header flowLabel(final int value) {
        final int kept = BigEndian.i32(segment, offset + VERSION_CLASS_LABEL_OFFSET) & ~FLOW_LABEL_MASK;
        BigEndian.i32(segment, offset + VERSION_CLASS_LABEL_OFFSET, kept | value & FLOW_LABEL_MASK);
        return this;
    }

    /** Bytes behind this header, extension headers included. */
    public int payloadLength() {
        return BigEndian.u16(segment, offset + PAYLOAD_LENGTH_OFFSET);
    }

    public Ipv6Header payloadLength(final int bytes) {
        BigEndian.u16(segment, offset + PAYLOAD_LENGTH_OFFSET, bytes);
        return this;
    }

    /** Where the payload starts, in the segment; extension headers first. */
    public long payloadOffset() {
        return offset + BYTES;
    }

    /** A protocol, or the kind of the first extension header. */
    public int nextHeader() {
        return BigEndian.u8(segment, offset + NEXT_HEADER_OFFSET);
    }

    public Ipv6Header nextHeader(final int value) {
        BigEndian.u8(segment, offset + NEXT_HEADER_OFFSET, value);
        return this;
    }

    public int hopLimit() {
        return BigEndian.u8(segment, offset + HOP_LIMIT_OFFSET);
    }

    public Ipv6Header hopLimit(final int hops) {
        BigEndian.u8(segment, offset + HOP_LIMIT_OFFSET, hops);
        return this;
    }

    public long sourceHi() {
        return BigEndian.i64(segment, offset + SOURCE_OFFSET);
    }

    public long sourceLo() {
        return BigEndian.i64(segment, offset + SOURCE_OFFSET + Long.BYTES);
    }

    public Ipv6Header source(final long hi, final long lo) {
        BigEndian.i64(segment, offset + SOURCE_OFFSET, hi);
        BigEndian.i64(segment, offset + SOURCE_OFFSET + Long.BYTES, lo);
        return this;
    }

    public long destinationHi() {
        return BigEndian.i64(segment, offset + DESTINATION_OFFSET);
    }

    public long destinationLo() {
        return BigEndian.i64(segment, offset + DESTINATION_OFFSET + Long.BYTES);
    }

    public Ipv6Header destination(final long hi, final long lo) {
        BigEndian.i64(segment, offset + DESTINATION_OFFSET, hi);
        BigEndian.i64(segment, offset + DESTINATION_OFFSET + Long.BYTES, lo);
        return this;
    }

    /** Partial sum of the pseudo header of RFC 8200 8.1, see {@link Checksum}. */
    public long pseudoHeaderSum(final int protocol, final int length) {
        return Checksum.pseudoHeader(sourceHi(), sourceLo(), destinationHi(), destinationLo(), protocol, length);
    }
}

package org.pno.wire;

import java.lang.foreign.MemorySegment;

/**
 * IPv4 header (RFC 791 3.1).
 *
 * <pre>
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-------+-------+-----------+---+-------------------------------+
 *   |version|  IHL  |   DSCP    |ECN|         total length          |
 *   +-------+-------+-----------+---+-----+-------------------------+
 *   |        identification         |0 D M|     fragment offset     |
 *   +---------------+---------------+-----+-------------------------+
 *   |      TTL      |   protocol    |        header checksum        |
 *   +---------------+---------------+-------------------------------+
 *   |                        source address                         |
 *   +---------------------------------------------------------------+
 *   |                      destination address                      |
 *   +---------------------------------------------------------------+
 *   |                   options, 0 to 40 bytes                      |
 * </pre>
 */
public final class Ipv4Header {
    /** Without options. */
    public static final int MIN_BYTES = 20;

    public static final int PROTOCOL_ICMP = 1;
    public static final int PROTOCOL_TCP = 6;
    public static final int PROTOCOL_UDP = 17;

    public static final int DONT_FRAGMENT = 0x4000;
    public static final int MORE_FRAGMENTS = 0x2000;

    private static final int FRAGMENT_OFFSET_MASK = 0x1FFF;
    private static final int VERSION_AND_IHL = 0x45;

    private static final int VERSION_IHL_OFFSET = 0; // u8
    private static final int DSCP_ECN_OFFSET = 1; // u8
    private static final int TOTAL_LENGTH_OFFSET = 2; // u16
    private static final int IDENTIFICATION_OFFSET = 4; // u16
    private static final int FRAGMENT_OFFSET = 6; // u16
    private static final int TTL_OFFSET = 8; // u8
    private static final int PROTOCOL_OFFSET = 9; // u8
    private static final int CHECKSUM_OFFSET = 10; // u16
    private static final int SOURCE_OFFSET = 12; // u32
    private static final int DESTINATION_OFFSET = 16; // u32

    private MemorySegment segment;
    private long offset;

    /**
     * Why a packet is refused, or null. The header checksum is not looked at: see {@link #validateChecksum}.
     *
     * @param length bytes from the header's first on; there may be padding behind the packet
     */
    public static WireDrop validate(final MemorySegment segment, final long offset, final int length) {
        if (length < MIN_BYTES) {
            return WireDrop.IPV4_TRUNCATED;
        }
        final int versionIhl = BigEndian.u8(segment, offset + VERSION_IHL_OFFSET);
        if (versionIhl >>> 4 != 4) {
            return WireDrop.IPV4_VERSION;
        }
        final int headerLength = (versionIhl & 0xF) << 2;
        final int totalLength = BigEndian.u16(segment, offset + TOTAL_LENGTH_OFFSET);
        if (headerLength < MIN_BYTES || headerLength > totalLength) {
            return WireDrop.IPV4_HEADER_LENGTH;
        }
        return totalLength > length ? WireDrop.IPV4_TRUNCATED : null;
    }

    /** Why the checksum of a header that passed {@link #validate} is refused, or null (RFC 1122 3.2.1.2). */
    public static WireDrop validateChecksum(final MemorySegment segment, final long offset) {
        final int headerLength = (BigEndian.u8(segment, offset + VERSION_IHL_OFFSET) & 0xF) << 2;
        return Checksum.isValid(Checksum.sum(segment, offset, headerLength)) ? null : WireDrop.IPV4_CHECKSUM;
    }

    public Ipv4Header wrap(final MemorySegment segment, final long offset) {
        this.segment = segment;
        this.offset = offset;
        return this;
    }

    /** Writes a header of 20 bytes but for addresses, length, protocol and checksum: no DSCP, no fragment. */
    public Ipv4Header initialize(final int ttl) {
        BigEndian.u16(segment, offset + VERSION_IHL_OFFSET, VERSION_AND_IHL << 8);
        BigEndian.i32(segment, offset + IDENTIFICATION_OFFSET, 0);
        BigEndian.u8(segment, offset + TTL_OFFSET, ttl);
        return this;
    }

    /** What {@link #validate} has found true of a packet; to be asked of one that is only quoted. */
    public boolean isVersion4() {
        return BigEndian.u8(segment, offset + VERSION_IHL_OFFSET) >>> 4 == 4;
    }

    /** Bytes, options included. */
    public int headerLength() {
        return (BigEndian.u8(segment, offset + VERSION_IHL_OFFSET) & 0xF) << 2;
    }

    public int dscpEcn() {
        return BigEndian.u8(segment, offset + DSCP_ECN_OFFSET);
    }

    public Ipv4Header dscpEcn(final int value) {
        BigEndian.u8(segment, offset + DSCP_ECN_OFFSET, value);
        return this;
    }

    /** Bytes of header and payload. */
    public int totalLength() {
        return BigEndian.u16(segment, offset + TOTAL_LENGTH_OFFSET);
    }

    public Ipv4Header totalLength(final int bytes) {
        BigEndian.u16(segment, offset + TOTAL_LENGTH_OFFSET, bytes);
        return this;
    }

    public int payloadLength() {
        return totalLength() - headerLength();
    }

    /** Where the payload starts, in the segment. */
    public long payloadOffset() {
        return offset + headerLength();
    }

    public int identification() {
        return BigEndian.u16(segment, offset + IDENTIFICATION_OFFSET);
    }

    public Ipv4Header identification(final int value) {
        BigEndian.u16(segment, offset + IDENTIFICATION_OFFSET, value);
        return this;
    }

    public boolean dontFragment() {
        return (BigEndian.u16(segment, offset + FRAGMENT_OFFSET) & DONT_FRAGMENT) != 0;
    }

    /** True for a part of a packet, first and last part included. */
    public boolean isFragment() {
        return (BigEndian.u16(segment, offset + FRAGMENT_OFFSET) & (MORE_FRAGMENTS | FRAGMENT_OFFSET_MASK)) != 0;
    }

    /** True for a part that is not the last. */
    public boolean moreFragments() {
        return (BigEndian.u16(segment, offset + FRAGMENT_OFFSET) & MORE_FRAGMENTS) != 0;
    }

    /** Where the payload of this packet stands in that of the whole one, bytes. */
    public int fragmentOffset() {
        return (BigEndian.u16(segment, offset + FRAGMENT_OFFSET) & FRAGMENT_OFFSET_MASK) << 3;
    }

    /** {@link #DONT_FRAGMENT} and {@link #MORE_FRAGMENTS}, with fragment offset 0. */
    public Ipv4Header fragmentFlags(final int flags) {
        BigEndian.u16(segment, offset + FRAGMENT_OFFSET, flags);
        return this;
    }

    public int ttl() {
        return BigEndian.u8(segment, offset + TTL_OFFSET);
    }

    public Ipv4Header ttl(final int hops) {
        BigEndian.u8(segment, offset + TTL_OFFSET, hops);
        return this;
    }

    public int protocol() {
        return BigEndian.u8(segment, offset + PROTOCOL_OFFSET);
    }

    public Ipv4Header protocol(final int value) {
        BigEndian.u8(segment, offset + PROTOCOL_OFFSET, value);
        return this;
    }

    public int checksum() {
        return BigEndian.u16(segment, offset + CHECKSUM_OFFSET);
    }

    /** Computes and writes the checksum, last of all fields. */
    public Ipv4Header updateChecksum() {
        BigEndian.u16(segment, offset + CHECKSUM_OFFSET, 0);
        final long sum = Checksum.sum(segment, offset, headerLength());
        BigEndian.u16(segment, offset + CHECKSUM_OFFSET, Checksum.finish(sum));
        return this;
    }

    public int source() {
        return BigEndian.i32(segment, offset + SOURCE_OFFSET);
    }

    public Ipv4Header source(final int ipv4) {
        BigEndian.i32(segment, offset + SOURCE_OFFSET, ipv4);
        return this;
    }

    public int destination() {
        return BigEndian.i32(segment, offset + DESTINATION_OFFSET);
    }

    public Ipv4Header destination(final int ipv4) {
        BigEndian.i32(segment, offset + DESTINATION_OFFSET, ipv4);
        return this;
    }
}

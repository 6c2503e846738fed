package org.pno.wire;

import java.lang.foreign.MemorySegment;

/**
 * ICMPv6 header (RFC 4443 2.1). The last four bytes depend on the type: identifier and sequence number of an echo, the
 * MTU of a packet too big, the pointer of a parameter problem. The messages of neighbour discovery are
 * {@link NdpMessage}'s.
 *
 * <pre>
 *   0      1      2          4            6               8
 *   +------+------+----------+------------+---------------+--------------------------------------------+
 *   | type | code | checksum | identifier | sequence      | echo: data                                 |
 *   |      |      |          | MTU or pointer             | error: the packet, as much of it as fits   |
 *   +------+------+----------+------------+---------------+--------------------------------------------+
 * </pre>
 */
public final class Icmpv6Header {
    public static final int BYTES = 8;

    public static final int DESTINATION_UNREACHABLE = 1;
    public static final int PACKET_TOO_BIG = 2;
    public static final int TIME_EXCEEDED = 3;
    public static final int PARAMETER_PROBLEM = 4;
    public static final int ECHO_REQUEST = 128;
    public static final int ECHO_REPLY = 129;
    public static final int ROUTER_SOLICITATION = 133;
    public static final int ROUTER_ADVERTISEMENT = 134;
    public static final int NEIGHBOUR_SOLICITATION = 135;
    public static final int NEIGHBOUR_ADVERTISEMENT = 136;
    public static final int REDIRECT = 137;

    /** Types below are errors, those from here on information (RFC 4443 2.1). */
    public static final int FIRST_INFORMATIONAL = 128;

    public static final int CODE_NO_ROUTE = 0;
    public static final int CODE_PROHIBITED = 1;
    public static final int CODE_BEYOND_SCOPE = 2;
    public static final int CODE_ADDRESS_UNREACHABLE = 3;
    public static final int CODE_PORT_UNREACHABLE = 4;

    public static final int CODE_ERRONEOUS_FIELD = 0;
    public static final int CODE_UNKNOWN_NEXT_HEADER = 1;
    public static final int CODE_UNKNOWN_OPTION = 2;
    /** RFC 7112 5: the first fragment does not hold all headers. */
    public static final int CODE_INCOMPLETE_CHAIN = 3;

    /** Of {@link #TIME_EXCEEDED}: not all parts of a packet arrived. */
    public static final int CODE_REASSEMBLY = 1;

    private static final int TYPE_OFFSET = 0; // u8
    private static final int CODE_OFFSET = 1; // u8
    private static final int CHECKSUM_OFFSET = 2; // u16
    private static final int IDENTIFIER_OFFSET = 4; // u16
    private static final int SEQUENCE_OFFSET = 6; // u16
    private static final int WORD_OFFSET = 4; // u32: MTU, pointer

    private MemorySegment segment;
    private long offset;

    /**
     * Why a message is refused, or null.
     *
     * @param length bytes of the whole message, that is, the IP payload behind extension headers
     * @param pseudoHeaderSum see {@link Ipv6Header#pseudoHeaderSum}
     * @param checksumKnownGood true if the port has verified it
     */
    public static WireDrop validate(
            final MemorySegment segment,
            final long offset,
            final int length,
            final long pseudoHeaderSum,
            final boolean checksumKnownGood) {
        if (length < BYTES) {
            return WireDrop.ICMPV6_TRUNCATED;
        }
        final boolean valid =
                checksumKnownGood || Checksum.isValid(pseudoHeaderSum + Checksum.sum(segment, offset, length));
        return valid ? null : WireDrop.ICMPV6_CHECKSUM;
    }

    public Icmpv6Header wrap(final MemorySegment segment, final long offset) {
        this.segment = segment;
        this.offset = offset;
        return this;
    }

    public int type() {
        return BigEndian.u8(segment, offset + TYPE_OFFSET);
    }

    public Icmpv6Header type(final int value) {
        BigEndian.u8(segment, offset + TYPE_OFFSET, value);
        return this;
    }

    public int code() {
        return BigEndian.u8(segment, offset + CODE_OFFSET);
    }

    public Icmpv6Header code(final int value) {
        BigEndian.u8(segment, offset + CODE_OFFSET, value);
        return this;
    }

    public int checksum() {
        return BigEndian.u16(segment, offset + CHECKSUM_OFFSET);
    }

    /**
     * Computes and writes the checksum, last of all.
     *
     * @param length bytes of the whole message
     * @param pseudoHeaderSum see {@link Ipv6Header#pseudoHeaderSum}
     */
    public Icmpv6Header updateChecksum(final int length, final long pseudoHeaderSum) {
        BigEndian.u16(segment, offset + CHECKSUM_OFFSET, 0);
        final long sum = pseudoHeaderSum + Checksum.sum(segment, offset, length);
        BigEndian.u16(segment, offset + CHECKSUM_OFFSET, Checksum.finish(sum));
        return this;
    }

    public int identifier() {
        return BigEndian.u16(segment, offset + IDENTIFIER_OFFSET);
    }

    public Icmpv6Header identifier(final int value) {
        BigEndian.u16(segment, offset + IDENTIFIER_OFFSET, value);
        return this;
    }

    public int sequence() {
        return BigEndian.u16(segment, offset + SEQUENCE_OFFSET);
    }

    public Icmpv6Header sequence(final int value) {
        BigEndian.u16(segment, offset + SEQUENCE_OFFSET, value);
        return this;
    }

    /** Bytes, unsigned, of a packet too big; the pointer of a parameter problem. */
    public int word() {
        return BigEndian.i32(segment, offset + WORD_OFFSET);
    }

    public Icmpv6Header word(final int value) {
        BigEndian.i32(segment, offset + WORD_OFFSET, value);
        return this;
    }
}

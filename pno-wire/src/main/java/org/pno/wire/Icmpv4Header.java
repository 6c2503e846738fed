package org.pno.wire;

import java.lang.foreign.MemorySegment;

/**
 * ICMP header for IPv4 (RFC 792). The last four bytes depend on the type: identifier and sequence number of an echo, or
 * the next hop's MTU where a packet was too big (RFC 1191 4).
 *
 * <pre>
 *   0      1      2          4            6               8
 *   +------+------+----------+------------+---------------+------------------------------------------+
 *   | type | code | checksum | identifier | sequence      | echo: data                               |
 *   |      |      |          | unused     | next-hop MTU  | error: the IP header and 8 bytes or more |
 *   +------+------+----------+------------+---------------+------------------------------------------+
 * </pre>
 */
public final class Icmpv4Header {
    public static final int BYTES = 8;

    public static final int ECHO_REPLY = 0;
    public static final int DESTINATION_UNREACHABLE = 3;
    public static final int SOURCE_QUENCH = 4;
    public static final int REDIRECT = 5;
    public static final int ECHO_REQUEST = 8;
    public static final int TIME_EXCEEDED = 11;
    public static final int PARAMETER_PROBLEM = 12;

    public static final int CODE_NET_UNREACHABLE = 0;
    public static final int CODE_HOST_UNREACHABLE = 1;
    public static final int CODE_PROTOCOL_UNREACHABLE = 2;
    public static final int CODE_PORT_UNREACHABLE = 3;
    public static final int CODE_FRAGMENTATION_NEEDED = 4;
    /** Of {@link #TIME_EXCEEDED}: the fragments of a packet did not all come in time. */
    public static final int CODE_REASSEMBLY = 1;

    private static final int TYPE_OFFSET = 0; // u8
    private static final int CODE_OFFSET = 1; // u8
    private static final int CHECKSUM_OFFSET = 2; // u16
    private static final int IDENTIFIER_OFFSET = 4; // u16
    private static final int SEQUENCE_OFFSET = 6; // u16, next-hop MTU

    private MemorySegment segment;
    private long offset;

    /**
     * Why a message is refused, or null.
     *
     * @param length bytes of the whole message, that is, the IP payload
     * @param checksumKnownGood true if the port has verified it
     */
    public static WireDrop validate(
            final MemorySegment segment, final long offset, final int length, final boolean checksumKnownGood) {
        if (length < BYTES) {
            return WireDrop.ICMPV4_TRUNCATED;
        }
        final boolean valid = checksumKnownGood || Checksum.isValid(Checksum.sum(segment, offset, length));
        return valid ? null : WireDrop.ICMPV4_CHECKSUM;
    }

    public Icmpv4Header wrap(final MemorySegment segment, final long offset) {
        this.segment = segment;
        this.offset = offset;
        return this;
    }

    public int type() {
        return BigEndian.u8(segment, offset + TYPE_OFFSET);
    }

    public Icmpv4Header type(final int value) {
        BigEndian.u8(segment, offset + TYPE_OFFSET, value);
        return this;
    }

    public int code() {
        return BigEndian.u8(segment, offset + CODE_OFFSET);
    }

    public Icmpv4Header code(final int value) {
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
     */
    public Icmpv4Header updateChecksum(final int length) {
        BigEndian.u16(segment, offset + CHECKSUM_OFFSET, 0);
        BigEndian.u16(segment, offset + CHECKSUM_OFFSET, Checksum.finish(Checksum.sum(segment, offset, length)));
        return this;
    }

    public int identifier() {
        return BigEndian.u16(segment, offset + IDENTIFIER_OFFSET);
    }

    public Icmpv4Header identifier(final int value) {
        BigEndian.u16(segment, offset + IDENTIFIER_OFFSET, value);
        return this;
    }

    public int sequence() {
        return BigEndian.u16(segment, offset + SEQUENCE_OFFSET);
    }

    public Icmpv4Header sequence(final int value) {
        BigEndian.u16(segment, offset + SEQUENCE_OFFSET, value);
        return this;
    }

    /** Of {@link #CODE_FRAGMENTATION_NEEDED}; 0 from routers older than RFC 1191. */
    public int nextHopMtuBytes() {
        return sequence();
    }

    public Icmpv4Header nextHopMtuBytes(final int bytes) {
        return sequence(bytes);
    }
}

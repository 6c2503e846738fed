package org.pno.wire;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The offload marks of one frame: a virtio-net header (VIRTIO 1.2, 5.1.6) in the ten bytes before it, little-endian.
 *
 * <pre>
 *   0       1          2            4            6              8               10
 *   +-------+----------+------------+------------+--------------+---------------+----------------
 *   | flags | gso type | header     | gso size   | checksum     | checksum      | the frame …
 *   |       |          | length     | (MSS)      | start        | offset        |
 *   +-------+----------+------------+------------+--------------+---------------+----------------
 * </pre>
 *
 * Offsets in it count from the frame's first byte. NEEDS_CSUM: the 16 bits at checksum start + checksum offset hold the
 * folded sum of the pseudo header; whoever puts the frame on a wire sums from checksum start to the end and writes the
 * result there.
 */
public final class VirtioNetHeader {
    public static final int BYTES = 10;

    /** The checksum is left to be completed. Received: the frame never saw a wire, so it needs no look. */
    public static final int NEEDS_CSUM = 1;
    /** Received: the checksum has been verified. */
    public static final int DATA_VALID = 2;

    public static final int GSO_NONE = 0;
    public static final int GSO_TCPV4 = 1;
    public static final int GSO_TCPV6 = 4;
    /** Set beside a type if the first segment carries CWR. */
    public static final int GSO_ECN = 0x80;

    private static final int FLAGS_OFFSET = 0; // u8
    private static final int GSO_TYPE_OFFSET = 1; // u8
    private static final int HEADER_LENGTH_OFFSET = 2; // u16
    private static final int GSO_SIZE_OFFSET = 4; // u16
    private static final int CHECKSUM_START_OFFSET = 6; // u16
    private static final int CHECKSUM_OFFSET_OFFSET = 8; // u16

    private static final VarHandle U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
    private static final VarHandle I64 = ValueLayout.JAVA_LONG_UNALIGNED.varHandle();

    private MemorySegment segment;
    private long offset;

    /**
     * Wraps the header itself, which for a frame is at {@code frame - BYTES}.
     *
     * @param offset of the header's first byte
     */
    public VirtioNetHeader wrap(final MemorySegment segment, final long offset) {
        this.segment = segment;
        this.offset = offset;
        return this;
    }

    /** No marks: the frame is complete, or of unverified checksum. */
    public VirtioNetHeader clear() {
        I64.set(segment, offset, 0L);
        U16.set(segment, offset + CHECKSUM_OFFSET_OFFSET, (short) 0);
        return this;
    }

    /** A set of {@link #NEEDS_CSUM} and {@link #DATA_VALID}. */
    public int flags() {
        return segment.get(JAVA_BYTE, offset + FLAGS_OFFSET) & 0xFF;
    }

    public VirtioNetHeader flags(final int flags) {
        segment.set(JAVA_BYTE, offset + FLAGS_OFFSET, (byte) flags);
        return this;
    }

    public boolean needsChecksum() {
        return (flags() & NEEDS_CSUM) != 0;
    }

    /** True if the receiver of this frame may skip the transport checksum. */
    public boolean checksumKnownGood() {
        return (flags() & (NEEDS_CSUM | DATA_VALID)) != 0;
    }

    /** {@link #GSO_NONE}, {@link #GSO_TCPV4} or {@link #GSO_TCPV6}, maybe with {@link #GSO_ECN}. */
    public int gsoType() {
        return segment.get(JAVA_BYTE, offset + GSO_TYPE_OFFSET) & 0xFF;
    }

    public VirtioNetHeader gsoType(final int type) {
        segment.set(JAVA_BYTE, offset + GSO_TYPE_OFFSET, (byte) type);
        return this;
    }

    /** True for a super-segment. */
    public boolean isSegmented() {
        return gsoType() != GSO_NONE;
    }

    /** Bytes of Ethernet, IP and TCP header, of a super-segment. */
    public int headerLength() {
        return u16(HEADER_LENGTH_OFFSET);
    }

    public VirtioNetHeader headerLength(final int bytes) {
        return u16(HEADER_LENGTH_OFFSET, bytes);
    }

    /** Payload bytes of each segment but the last, of a super-segment. */
    public int gsoSizeBytes() {
        return u16(GSO_SIZE_OFFSET);
    }

    public VirtioNetHeader gsoSizeBytes(final int bytes) {
        return u16(GSO_SIZE_OFFSET, bytes);
    }

    /** Where to start summing, from the frame's first byte. */
    public int checksumStart() {
        return u16(CHECKSUM_START_OFFSET);
    }

    public VirtioNetHeader checksumStart(final int bytes) {
        return u16(CHECKSUM_START_OFFSET, bytes);
    }

    /** Where the checksum field stands, from checksum start. */
    public int checksumOffset() {
        return u16(CHECKSUM_OFFSET_OFFSET);
    }

    public VirtioNetHeader checksumOffset(final int bytes) {
        return u16(CHECKSUM_OFFSET_OFFSET, bytes);
    }

    private int u16(final int field) {
        return (short) U16.get(segment, offset + field) & 0xFFFF;
    }

    private VirtioNetHeader u16(final int field, final int value) {
        U16.set(segment, offset + field, (short) value);
        return this;
    }
}

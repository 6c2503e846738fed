package org.pno.port.ring;

import org.pno.memory.CacheLine;
import org.pno.port.FramePool;
import org.pno.wire.VirtioNetHeader;

/**
 * Layout of a frame ring in shared memory, little-endian. Positions count bytes of records since the ring was made, and
 * never wrap; the record at position <em>p</em> stands at {@code RECORDS_OFFSET + p % capacity}.
 *
 * <pre>
 *         0          8                        64
 *       0 +----------+-------------------------+ 128     tail: records are written up to here
 *         | tail     | (a line to itself)      |         writer: producer
 *     128 +----------+----------+--------------+ 256     head: records are consumed up to here
 *         | head     | sleeping | (a line ...) |         sleeping: 1 while the consumer sleeps or is about to
 *     256 +----------+----------+--------------+         writer: consumer
 *         | records, capacity bytes            |         writer: producer, from head to tail none
 *         +------------------------------------+
 *
 *   record, aligned to 16:
 *         0        4        6                    16                   16 + length
 *         +--------+--------+--------------------+--------------------+- - - - - +
 *         | length | kind   | VirtioNetHeader    | frame              | to 16    |
 *         +--------+--------+--------------------+--------------------+- - - - - +
 * </pre>
 *
 * The marks stand right before the frame, as they do in a frame pool, so that one copy moves both. A record never
 * wraps: if it does not fit before the ring's end, a PADDING record fills the rest.
 *
 * <p>Lines are two cache lines apart, since processors fetch them in pairs.
 */
public final class RingDescriptor {
    private static final int LINE_BYTES = 2 * CacheLine.BYTES;

    /** u64. Writer: producer, release; the consumer acquires it and then reads records. */
    public static final int TAIL_OFFSET = 0;

    /** u64. Writer: consumer, release; the producer acquires it and then overwrites records. */
    public static final int HEAD_OFFSET = LINE_BYTES;

    /**
     * u64, 0 or 1. Writer: consumer. Dekker's handshake with TAIL: each side writes its word, fences, reads the
     * other's.
     */
    public static final int SLEEPING_OFFSET = HEAD_OFFSET + 8;

    public static final int RECORDS_OFFSET = 2 * LINE_BYTES;

    /** u32 in a record. Bytes of the frame, without marks. */
    public static final int LENGTH_OFFSET = 0;

    /** u16 in a record: FRAME or PADDING. */
    public static final int KIND_OFFSET = 4;

    /** The marks in a record. */
    public static final int MARKS_OFFSET = 6;

    /** The frame in a record. */
    public static final int FRAME_OFFSET = MARKS_OFFSET + VirtioNetHeader.BYTES;

    public static final int RECORD_ALIGNMENT = 16;

    public static final int FRAME = 1;
    public static final int PADDING = 2;

    /** A ring must take two of the longest frames, so that padding never fills it for good. */
    public static final int MIN_CAPACITY = Integer.highestOneBit(2 * recordBytes(FramePool.MAX_FRAME_BYTES)) << 1;

    private RingDescriptor() {}

    /** Bytes of the record for a frame of {@code length} bytes. */
    public static int recordBytes(final int length) {
        return (int) CacheLine.align(FRAME_OFFSET + length, RECORD_ALIGNMENT);
    }

    /**
     * Bytes of a ring.
     *
     * @param capacity of its records, a power of two, at least {@link #MIN_CAPACITY}
     */
    public static long ringBytes(final int capacity) {
        return RECORDS_OFFSET + (long) capacity;
    }

    /** The first eight bytes of a record in one word, so that they are fetched once. */
    static long header(final int length, final int kind) {
        return Integer.toUnsignedLong(length) | (long) kind << (KIND_OFFSET * Byte.SIZE);
    }

    static int length(final long header) {
        return (int) header;
    }

    static int kind(final long header) {
        return (int) (header >>> (KIND_OFFSET * Byte.SIZE)) & 0xFFFF;
    }
}

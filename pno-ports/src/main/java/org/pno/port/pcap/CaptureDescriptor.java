package org.pno.port.pcap;

import org.pno.memory.CacheLine;
import org.pno.port.FramePool;

/**
 * Layout of a capture's ring in shared memory, little-endian: the DPU writes records, one reader takes them out.
 * Positions count bytes of records since the ring was made, and never wrap; the record at position <em>p</em> stands at
 * {@code RECORDS_OFFSET + p % capacity}. What does not fit is not waited for but counted.
 *
 * <pre>
 *         0          8          16         24        32
 *       0 +----------+----------+----------+---------+       tail: records are written up to here
 *         | tail     | accepted | dropped  | snap    |       accepted, dropped: frames of the filter, of these lost
 *     128 +----------+----------+----------+---------+       writer: DPU
 *         | head     | sleeping | (a line to itself) |       head: records are taken up to here
 *     256 +----------+----------+--------------------+       sleeping: 1 while the reader sleeps or is about to
 *         | length u32, name of the port, UTF-8      |       writer: reader
 *     512 +------------------------------------------+
 *         | records, capacity bytes                  |       writer: DPU
 *         +------------------------------------------+
 *
 *   record, aligned to 8:
 *         0        4      6           8        16         20      24
 *         +--------+------+-----------+--------+----------+-------+-----------------+- - - -+
 *         | length | kind | direction | timeNs | original | (0)   | frame, or a part| to 8  |
 *         +--------+------+-----------+--------+----------+-------+-----------------+- - - -+
 * </pre>
 *
 * A record never wraps: if it does not fit before the ring's end, a PADDING record fills the rest.
 */
public final class CaptureDescriptor {
    private static final int LINE_BYTES = 2 * CacheLine.BYTES;

    /** u64. Writer: DPU, release; the reader acquires it and then reads records. */
    public static final int TAIL_OFFSET = 0;
    /** u64. Frames that the filter let through. */
    public static final int ACCEPTED_OFFSET = 8;
    /** u64. Of these, frames for which there was no room. */
    public static final int DROPPED_OFFSET = 16;
    /** u64. What is kept of a frame at most, bytes; written before the ring is handed over. */
    public static final int SNAP_OFFSET = 24;
    /** u64. Writer: reader, release; the DPU acquires it and then overwrites records. */
    public static final int HEAD_OFFSET = LINE_BYTES;
    /** u64, 0 or 1. Writer: reader. Each side writes its word, fences, and reads the other's. */
    public static final int SLEEPING_OFFSET = HEAD_OFFSET + 8;
    /** u32 length, then UTF-8; written before the ring is handed over. */
    public static final int NAME_OFFSET = 2 * LINE_BYTES;

    public static final int RECORDS_OFFSET = 4 * LINE_BYTES;
    public static final int MAX_NAME_BYTES = RECORDS_OFFSET - NAME_OFFSET - Integer.BYTES;

    /** Offsets in a record. */
    public static final int LENGTH_OFFSET = 0; // u32

    public static final int KIND_OFFSET = 4; // u16
    public static final int DIRECTION_OFFSET = 6; // u16: 1 in, 2 out
    public static final int TIME_OFFSET = 8; // u64, ns since 1970
    public static final int ORIGINAL_OFFSET = 16; // u32
    public static final int FRAME_OFFSET = 24;
    public static final int RECORD_ALIGNMENT = 8;

    public static final int FRAME = 1;
    public static final int PADDING = 2;

    /** Room for 240 super-segments, or 130,000 ACKs. Memory that was never written costs nothing. */
    public static final int CAPACITY = 1 << 24;

    /** The least: two of the longest frames, so that padding never fills the ring for good. */
    public static final int MIN_CAPACITY = Integer.highestOneBit(2 * recordBytes(FramePool.MAX_FRAME_BYTES)) << 1;

    private CaptureDescriptor() {}

    /** Bytes of the record for {@code length} bytes of a frame. */
    static int recordBytes(final int length) {
        return (int) CacheLine.align(FRAME_OFFSET + length, RECORD_ALIGNMENT);
    }

    /** Bytes of a ring's memory. */
    public static long ringBytes(final int capacity) {
        return RECORDS_OFFSET + (long) capacity;
    }

    /** The first eight bytes of a record. */
    static long header(final int length, final int kind, final int direction) {
        return Integer.toUnsignedLong(length)
                | (long) kind << KIND_OFFSET * Byte.SIZE
                | (long) direction << DIRECTION_OFFSET * Byte.SIZE;
    }

    static int length(final long header) {
        return (int) header;
    }

    static int kind(final long header) {
        return (int) (header >>> KIND_OFFSET * Byte.SIZE) & 0xFFFF;
    }

    static int direction(final long header) {
        return (int) (header >>> DIRECTION_OFFSET * Byte.SIZE);
    }
}

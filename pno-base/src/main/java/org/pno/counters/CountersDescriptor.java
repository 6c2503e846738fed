package org.pno.counters;

/**
 * Layout of a counters segment. Little-endian.
 *
 * <pre>
 *   0        64                       64 + 256 n                 64 + 264 n
 *   +--------+------------------------+--------------------------+
 *   | header | n labels and sentences | n values, 8 bytes each   |
 *   +--------+------------------------+--------------------------+
 *
 *   header:  magic u64 | version u32 | capacity u32 | count u64 (release: entries below it are complete)
 *   entry:   label length u16 | label, UTF-8 | sentence length u16 | sentence, UTF-8
 * </pre>
 */
public final class CountersDescriptor {
    /** ASCII "PNOCOUNT", little-endian. */
    public static final long MAGIC = 0x544E_554F_434F_4E50L;

    public static final int VERSION = 1;

    public static final int MAGIC_OFFSET = 0; // u64
    public static final int VERSION_OFFSET = 8; // u32
    public static final int CAPACITY_OFFSET = 12; // u32
    public static final int COUNT_OFFSET = 16; // u64
    public static final int HEADER_BYTES = 64;

    public static final int ENTRY_BYTES = 256;
    public static final int LABEL_LENGTH_OFFSET = 0; // u16
    public static final int LABEL_OFFSET = 2;
    public static final int LABEL_MAX_BYTES = 60;
    public static final int SENTENCE_LENGTH_OFFSET = 62; // u16
    public static final int SENTENCE_OFFSET = 64;
    public static final int SENTENCE_MAX_BYTES = ENTRY_BYTES - SENTENCE_OFFSET;

    public static final int VALUE_BYTES = 8;

    private CountersDescriptor() {}

    /** Bytes of a segment with room for {@code capacity} counters. */
    public static long segmentBytes(final int capacity) {
        return valueOffset(capacity, capacity);
    }

    public static long entryOffset(final int counter) {
        return HEADER_BYTES + (long) counter * ENTRY_BYTES;
    }

    public static long valueOffset(final int capacity, final int counter) {
        return entryOffset(capacity) + (long) counter * VALUE_BYTES;
    }
}

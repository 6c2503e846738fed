package org.pno.sim.net;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Bytes that their position determines, eight at a time: whoever knows the position knows what must stand there. */
public final class StreamPattern {
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;

    private StreamPattern() {}

    private static long word(final long salt, final long index) {
        final long mixed = (index + salt) * 0x9E37_79B9_7F4A_7C15L;
        return mixed ^ mixed >>> 29;
    }

    private static byte at(final long salt, final long position) {
        return (byte) (word(salt, position >>> 3) >>> ((position & 7) << 3));
    }

    /** The eight bytes from a position on. */
    private static long eightAt(final long salt, final long position) {
        final int shift = (int) (position & 7) << 3;
        final long word = word(salt, position >>> 3);
        return shift == 0 ? word : word >>> shift | word(salt, (position >>> 3) + 1) << -shift;
    }

    /** Writes what must stand at these positions. */
    public static void fill(
            final long salt, final long position, final int length, final MemorySegment memory, final long offset) {
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            memory.set(WORD, offset + i, eightAt(salt, position + i));
        }
        for (; i < length; i++) {
            memory.set(ValueLayout.JAVA_BYTE, offset + i, at(salt, position + i));
        }
    }

    /** The first position that holds something else, or -1. */
    public static long mismatch(
            final long salt, final long position, final int length, final MemorySegment memory, final long offset) {
        int i = 0;
        while (i <= length - Long.BYTES && memory.get(WORD, offset + i) == eightAt(salt, position + i)) {
            i += Long.BYTES;
        }
        for (; i < length; i++) {
            if (memory.get(ValueLayout.JAVA_BYTE, offset + i) != at(salt, position + i)) {
                return position + i;
            }
        }
        return -1;
    }
}

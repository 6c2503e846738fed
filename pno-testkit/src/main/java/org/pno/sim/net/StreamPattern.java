package org.pno.sim.net;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Bytes that their position determines, eight at a time: whoever knows the position knows what must stand there. */
final class StreamPattern {
    private StreamPattern() {}

    private static long word(final long salt, final long index) {
        final long mixed = (index + salt) * 0x9E37_79B9_7F4A_7C15L;
        return mixed ^ mixed >>> 29;
    }

    private static byte at(final long salt, final long position) {
        return (byte) (word(salt, position >>> 3) >>> ((position & 7) << 3));
    }

    static void fill(
            final long salt, final long position, final int length, final MemorySegment memory, final long offset) {
        for (int i = 0; i < length; i++) {
            memory.set(ValueLayout.JAVA_BYTE, offset + i, at(salt, position + i));
        }
    }

    /** The first position that holds something else, or -1. */
    static long mismatch(
            final long salt, final long position, final int length, final MemorySegment memory, final long offset) {
        for (int i = 0; i < length; i++) {
            if (memory.get(ValueLayout.JAVA_BYTE, offset + i) != at(salt, position + i)) {
                return position + i;
            }
        }
        return -1;
    }
}

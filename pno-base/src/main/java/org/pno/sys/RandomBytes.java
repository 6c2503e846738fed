package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/** Randomness that nobody can guess, from the kernel: for secrets and seeds, not for the hot path. */
public final class RandomBytes {
    private static final LibcFunction GETRANDOM =
            LibcFunction.of("getrandom", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT);

    private RandomBytes() {}

    /** Fills memory with random bytes. */
    public static void fill(final MemorySegment memory, final long offset, final int length) {
        final long address = NativeMemory.address(memory, offset, length);
        int filled = 0;
        while (filled < length) {
            final long result = GETRANDOM.call(address + filled, length - filled, 0);
            if (result != -Errno.EINTR) {
                filled += (int) SystemCallException.check(result, "getrandom", length);
            }
        }
        Reference.reachabilityFence(memory);
    }

    public static long nextLong() {
        final Scratch scratch = Scratch.ofThread();
        fill(scratch.memory(), scratch.argumentOffset(), Long.BYTES);
        return scratch.longAt(0);
    }
}

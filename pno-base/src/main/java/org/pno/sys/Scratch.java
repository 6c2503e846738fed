package org.pno.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A few bytes of native memory for each thread, so that a system call allocates nothing: errno is captured into it, and
 * small arguments (a timespec, a pollfd, an eventfd's counter) are passed in it.
 *
 * <pre>
 *   0        16                      64
 *   +--------+-----------------------+
 *   | errno  | argument              |
 *   +--------+-----------------------+
 * </pre>
 */
final class Scratch {
    static final int ARGUMENT_OFFSET = 16;
    static final int BYTES = 64;

    private static final long ERRNO_OFFSET =
            Linker.Option.captureStateLayout().byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    private static final ThreadLocal<MemorySegment> OF_THREAD =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(BYTES, 16));

    private Scratch() {}

    /** The calling thread's scratch; lives as long as the thread. */
    static MemorySegment ofThread() {
        return OF_THREAD.get();
    }

    /** Address of the argument part. */
    static long argument(final MemorySegment scratch) {
        return scratch.address() + ARGUMENT_OFFSET;
    }

    static int errno(final MemorySegment scratch) {
        return scratch.get(ValueLayout.JAVA_INT, ERRNO_OFFSET);
    }
}

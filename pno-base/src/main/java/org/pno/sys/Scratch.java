package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;

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
    private static final int ARGUMENT_OFFSET = 16;
    private static final int BYTES = 64;

    private static final long ERRNO_OFFSET =
            Linker.Option.captureStateLayout().byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    /** All of memory: a constant, so that an access through it is a plain load or store. */
    private static final MemorySegment EVERYTHING = everything();

    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    private final MemorySegment memory = Arena.ofAuto().allocate(BYTES, 16);
    private final long address = memory.address();

    private Scratch() {}

    @SuppressWarnings("restricted")
    private static MemorySegment everything() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }

    /** The calling thread's scratch; lives as long as the thread. */
    static Scratch ofThread() {
        return OF_THREAD.get();
    }

    /** Where the linker captures errno. */
    MemorySegment captureState() {
        return memory;
    }

    /** The result of the call that captured its state here, or its negative errno if it failed. */
    long answer(final long result) {
        return result == -1 ? -EVERYTHING.get(JAVA_INT, address + ERRNO_OFFSET) : result;
    }

    /** The argument's memory, for calls that want a segment. */
    MemorySegment memory() {
        return memory;
    }

    /** Where the argument starts in {@link #memory()}. */
    long argumentOffset() {
        return ARGUMENT_OFFSET;
    }

    /** Address of the argument. */
    long argument() {
        return address + ARGUMENT_OFFSET;
    }

    int intAt(final long offset) {
        return EVERYTHING.get(JAVA_INT, argument() + offset);
    }

    void intAt(final long offset, final int value) {
        EVERYTHING.set(JAVA_INT, argument() + offset, value);
    }

    int shortAt(final long offset) {
        return Short.toUnsignedInt(EVERYTHING.get(JAVA_SHORT, argument() + offset));
    }

    void shortAt(final long offset, final int value) {
        EVERYTHING.set(JAVA_SHORT, argument() + offset, (short) value);
    }

    long longAt(final long offset) {
        return EVERYTHING.get(JAVA_LONG_UNALIGNED, argument() + offset);
    }

    void longAt(final long offset, final long value) {
        EVERYTHING.set(JAVA_LONG_UNALIGNED, argument() + offset, value);
    }
}

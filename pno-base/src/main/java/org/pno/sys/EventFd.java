package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A counter that wakes whoever polls its descriptor: the doorbell between two processes. Made non-blocking; but that is
 * a flag of the open file, so an owner in another process can clear it. What others own is signalled through
 * {@link EventSignals}, and not read at all.
 */
public final class EventFd {
    private static final int EFD_NONBLOCK = 0x800;
    private static final int EFD_CLOEXEC = 0x80000;

    private static final LibcFunction EVENTFD = LibcFunction.of("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MemorySegment ONE = Arena.global().allocateFrom(JAVA_LONG, 1L);

    private EventFd() {}

    /** A new eventfd with the counter at 0. */
    public static int create() {
        return (int) SystemCallException.check(EVENTFD.call(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd");
    }

    /** Adds 1 and wakes. 0, or a negative errno (-EAGAIN: the counter is full, so nobody needs waking). */
    public static int signal(final int descriptor) {
        final int result = Descriptors.write(descriptor, ONE, 0, Long.BYTES);
        return result < 0 ? result : 0;
    }

    /**
     * Takes the counter and leaves 0. The counter (at most Long.MAX_VALUE), or a negative errno: -EAGAIN if it is 0.
     */
    public static long drain(final int descriptor) {
        final Scratch scratch = Scratch.ofThread();
        final int result = Descriptors.read(descriptor, scratch.memory(), scratch.argumentOffset(), Long.BYTES);
        return result < 0 ? result : scratch.longAt(0) & Long.MAX_VALUE;
    }
}

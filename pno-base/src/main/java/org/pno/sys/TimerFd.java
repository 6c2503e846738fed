package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/**
 * A descriptor that polls readable once a time has passed, for who must be woken through an epoll set of somebody else.
 *
 * <pre>
 *   struct itimerspec:   0 interval seconds | 8 nanoseconds | 16 first seconds | 24 nanoseconds      32 bytes
 * </pre>
 */
public final class TimerFd {
    private static final int CLOCK_MONOTONIC = 1;
    private static final int TFD_NONBLOCK = 0x800;
    private static final int TFD_CLOEXEC = 0x80000;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private static final LibcFunction TIMERFD_CREATE = LibcFunction.of("timerfd_create", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final LibcFunction TIMERFD_SETTIME =
            LibcFunction.of("timerfd_settime", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);

    private TimerFd() {}

    /** A timer that is not armed. */
    public static int create() {
        return (int) SystemCallException.check(
                TIMERFD_CREATE.call(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), "timerfd_create");
    }

    /**
     * Arms the timer anew; it is not readable until then. Does not allocate.
     *
     * @param delayNs from now, at least 1; 0 disarms
     */
    public static void arm(final int descriptor, final long delayNs) {
        final Scratch scratch = Scratch.ofThread();
        scratch.longAt(0, 0);
        scratch.longAt(8, 0);
        scratch.longAt(16, delayNs / NANOS_PER_SECOND);
        scratch.longAt(24, delayNs % NANOS_PER_SECOND);
        TIMERFD_SETTIME.call(descriptor, 0, scratch.argument(), 0);
    }
}

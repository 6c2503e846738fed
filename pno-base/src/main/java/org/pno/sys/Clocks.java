package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.invoke.MethodHandle;

/** The kernel's clocks in nanoseconds. Reading one does not allocate. */
public final class Clocks {
    private static final int CLOCK_REALTIME = 0;
    private static final int CLOCK_MONOTONIC = 1;
    private static final int CLOCK_PROCESS_CPUTIME_ID = 2;
    private static final int CLOCK_THREAD_CPUTIME_ID = 3;
    private static final int CLOCK_BOOTTIME = 7;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private static final MethodHandle CLOCK_GETTIME =
            LibcFunction.of("clock_gettime", JAVA_INT, JAVA_INT, JAVA_LONG).handle();

    private Clocks() {}

    /** Since 1970; jumps when somebody sets the clock. */
    public static long realtimeNs() {
        return read(CLOCK_REALTIME);
    }

    /** Since boot, not counting suspension; the same in every process, and System.nanoTime's clock. */
    public static long monotonicNs() {
        return read(CLOCK_MONOTONIC);
    }

    /** Since boot, suspension included: survives the death of a process, so timestamps (RFC 7323) can go on. */
    public static long bootNs() {
        return read(CLOCK_BOOTTIME);
    }

    /** CPU time of the calling thread. */
    public static long threadCpuNs() {
        return read(CLOCK_THREAD_CPUTIME_ID);
    }

    /** CPU time of this process, all its threads. */
    public static long processCpuNs() {
        return read(CLOCK_PROCESS_CPUTIME_ID);
    }

    private static long read(final int clock) {
        final Scratch scratch = Scratch.ofThread();
        try {
            scratch.answer((long) CLOCK_GETTIME.invokeExact(scratch.captureState(), (long) clock, scratch.argument()));
        } catch (final Throwable e) {
            throw LibcFunction.unexpected(e);
        }
        return scratch.longAt(0) * NANOS_PER_SECOND + scratch.longAt(8);
    }
}

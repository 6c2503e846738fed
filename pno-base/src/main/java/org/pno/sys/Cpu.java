package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/** Which core a thread runs on, and who we are: process, thread, user. */
public final class Cpu {
    private static final int MAX_CPUS = 8192;
    private static final int GETTID_NUMBER = "amd64".equals(System.getProperty("os.arch")) ? 186 : 178;

    private static final LibcFunction SCHED_SETAFFINITY =
            LibcFunction.of("sched_setaffinity", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final LibcFunction SCHED_GETAFFINITY =
            LibcFunction.of("sched_getaffinity", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final LibcFunction SCHED_GETCPU = LibcFunction.of("sched_getcpu", JAVA_INT);
    private static final LibcFunction GETPID = LibcFunction.of("getpid", JAVA_INT);
    private static final LibcFunction GETTID = LibcFunction.orSystemCall("gettid", GETTID_NUMBER, JAVA_INT);
    private static final LibcFunction GETUID = LibcFunction.of("getuid", JAVA_INT);
    private static final LibcFunction GETEUID = LibcFunction.of("geteuid", JAVA_INT);

    private Cpu() {}

    /** Binds the calling thread to one core; EINVAL if it may not run there. */
    public static void pin(final int cpu) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment mask = arena.allocate(MAX_CPUS / 8, 8);
            mask.setAtIndex(JAVA_LONG, cpu / Long.SIZE, 1L << cpu % Long.SIZE);
            SystemCallException.check(
                    SCHED_SETAFFINITY.call(0, mask.byteSize(), mask.address()), "sched_setaffinity", "cpu " + cpu);
        }
    }

    /** The cores that the calling thread may run on. */
    public static BitSet allowed() {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment mask = arena.allocate(MAX_CPUS / 8, 8);
            SystemCallException.check(
                    SCHED_GETAFFINITY.call(0, mask.byteSize(), mask.address()), "sched_getaffinity", "this thread");
            return BitSet.valueOf(mask.toArray(JAVA_LONG));
        }
    }

    /** The core that the calling thread runs on just now. */
    public static int current() {
        return (int) SystemCallException.check(SCHED_GETCPU.call(), "sched_getcpu");
    }

    public static int processId() {
        return (int) GETPID.call();
    }

    /** The kernel's number of the calling thread. */
    public static int threadId() {
        return (int) GETTID.call();
    }

    public static int userId() {
        return (int) GETUID.call();
    }

    public static int effectiveUserId() {
        return (int) GETEUID.call();
    }
}

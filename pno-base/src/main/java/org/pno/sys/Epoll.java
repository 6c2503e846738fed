package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * An epoll set with its buffer of events. One thread waits; it adds and removes too.
 *
 * <pre>
 *   struct epoll_event, packed on x86-64 only:
 *     x86-64   0 events u32 | 4 data u64                 12 bytes
 *     others   0 events u32 | 4 (pad) | 8 data u64       16 bytes
 * </pre>
 */
public final class Epoll implements AutoCloseable {
    public static final int EPOLLIN = 0x1;
    public static final int EPOLLOUT = 0x4;
    public static final int EPOLLERR = 0x8;
    public static final int EPOLLHUP = 0x10;
    public static final int EPOLLRDHUP = 0x2000;
    public static final int EPOLLONESHOT = 1 << 30;
    public static final int EPOLLET = 1 << 31;

    /** For {@link #await}: no time-out. */
    public static final long FOREVER = -1;

    private static final int EPOLL_CLOEXEC = 0x80000;
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_DEL = 2;
    private static final int EPOLL_CTL_MOD = 3;

    private static final int DATA_OFFSET = "amd64".equals(System.getProperty("os.arch")) ? 4 : 8;
    private static final int EVENT_BYTES = DATA_OFFSET + Long.BYTES;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_MILLI = 1_000_000L;

    private static final LibcFunction EPOLL_CREATE = LibcFunction.of("epoll_create1", JAVA_INT, JAVA_INT);
    private static final LibcFunction EPOLL_CTL =
            LibcFunction.of("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle EPOLL_WAIT = LibcFunction.of(
                    "epoll_wait", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT)
            .handle();
    private static final int EPOLL_PWAIT2_NUMBER = 441; // the same on every architecture
    private static final MethodHandle EPOLL_PWAIT2 = epollPwait2().handle();

    private final Arena arena = Arena.ofShared();
    private final MemorySegment events;
    private final int maxEvents;
    private final int descriptor;
    private boolean nanosecondTimeouts = true;

    /** @param maxEvents how many events one {@link #await} can bring */
    public Epoll(final int maxEvents) {
        this.maxEvents = maxEvents;
        events = arena.allocate((long) maxEvents * EVENT_BYTES, 8);
        descriptor = (int) SystemCallException.check(EPOLL_CREATE.call(EPOLL_CLOEXEC), "epoll_create1");
    }

    private static LibcFunction epollPwait2() {
        // The raw call has a sixth argument, the signal mask's size; with no mask it is not looked at.
        return LibcFunction.systemCall(
                "epoll_pwait2", EPOLL_PWAIT2_NUMBER, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    }

    /** The set's own descriptor, which polls readable when an event is ready. */
    public int descriptor() {
        return descriptor;
    }

    /**
     * Adds a descriptor.
     *
     * @param data comes back with its events, see {@link #data}
     */
    public void add(final int member, final int interest, final long data) {
        control(EPOLL_CTL_ADD, "EPOLL_CTL_ADD", member, interest, data);
    }

    /** Changes what a member waits for. */
    public void modify(final int member, final int interest, final long data) {
        control(EPOLL_CTL_MOD, "EPOLL_CTL_MOD", member, interest, data);
    }

    /** Takes a member out. */
    public void remove(final int member) {
        control(EPOLL_CTL_DEL, "EPOLL_CTL_DEL", member, 0, 0);
    }

    private void control(
            final int operation, final String operationName, final int member, final int interest, final long data) {
        final Scratch scratch = Scratch.ofThread();
        scratch.intAt(0, interest);
        scratch.longAt(DATA_OFFSET, data);
        SystemCallException.check(
                EPOLL_CTL.call(descriptor, operation, member, scratch.argument()), "epoll_ctl", operationName, member);
    }

    /**
     * Waits for events. Does not allocate.
     *
     * @param timeoutNs nanoseconds, 0 to only look, {@link #FOREVER}; without epoll_pwait2 (Linux 5.11) it is rounded
     * up
     *     to milliseconds
     * @return how many events there are, or a negative errno (-EINTR)
     */
    public int await(final long timeoutNs) {
        if (nanosecondTimeouts && timeoutNs > 0) {
            final int result = awaitNanos(timeoutNs);
            if (result != -Errno.ENOSYS) {
                return result;
            }
            nanosecondTimeouts = false;
        }
        final Scratch scratch = Scratch.ofThread();
        try {
            return (int) scratch.answer((long) EPOLL_WAIT.invokeExact(
                    scratch.captureState(),
                    (long) descriptor,
                    events.address(),
                    (long) maxEvents,
                    timeoutMillis(timeoutNs)));
        } catch (final Throwable e) {
            throw LibcFunction.unexpected(e);
        }
    }

    private int awaitNanos(final long timeoutNs) {
        final Scratch scratch = Scratch.ofThread();
        scratch.longAt(0, timeoutNs / NANOS_PER_SECOND);
        scratch.longAt(8, timeoutNs % NANOS_PER_SECOND);
        try {
            return (int) scratch.answer((long) EPOLL_PWAIT2.invokeExact(
                    scratch.captureState(),
                    (long) descriptor,
                    events.address(),
                    (long) maxEvents,
                    scratch.argument(),
                    0L));
        } catch (final Throwable e) {
            throw LibcFunction.unexpected(e);
        }
    }

    private static long timeoutMillis(final long timeoutNs) {
        return timeoutNs <= 0
                ? timeoutNs
                : Math.min(Integer.MAX_VALUE, (timeoutNs + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
    }

    /** What holds, of event {@code index} of the last {@link #await}. */
    public int events(final int index) {
        return events.get(JAVA_INT, (long) index * EVENT_BYTES);
    }

    /** The member's data, of event {@code index} of the last {@link #await}. */
    public long data(final int index) {
        return events.get(JAVA_LONG_UNALIGNED, (long) index * EVENT_BYTES + DATA_OFFSET);
    }

    @Override
    public void close() {
        Descriptors.close(descriptor);
        arena.close();
    }
}

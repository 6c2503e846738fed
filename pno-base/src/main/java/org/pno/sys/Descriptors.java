package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/** What every descriptor can do: open, close, read, write, duplicate, poll. */
public final class Descriptors {
    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0x40;
    public static final int O_EXCL = 0x80;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_CLOEXEC = 0x80000;

    public static final int POLLIN = 0x1;
    public static final int POLLOUT = 0x4;
    public static final int POLLERR = 0x8;
    public static final int POLLHUP = 0x10;
    public static final int POLLNVAL = 0x20;
    public static final int POLLRDHUP = 0x2000;

    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int LOCK_EX = 2;
    private static final int LOCK_NB = 4;

    private static final LibcFunction OPEN = LibcFunction.variadic("open", 2, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);
    private static final LibcFunction CLOSE = LibcFunction.of("close", JAVA_INT, JAVA_INT);
    private static final boolean IS_X86 = "amd64".equals(System.getProperty("os.arch"));
    private static final MethodHandle READ = LibcFunction.systemCall(
                    "read", IS_X86 ? 0 : 63, JAVA_INT, JAVA_LONG, JAVA_LONG)
            .handle();
    private static final MethodHandle WRITE = LibcFunction.systemCall(
                    "write", IS_X86 ? 1 : 64, JAVA_INT, JAVA_LONG, JAVA_LONG)
            .handle();
    private static final LibcFunction FCNTL =
            LibcFunction.variadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final LibcFunction FLOCK = LibcFunction.of("flock", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle POLL =
            LibcFunction.of("poll", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT).handle();

    private Descriptors() {}

    /**
     * Opens a file close-on-exec; a created one gets mode 0600.
     *
     * @param flags O_RDWR and the like
     */
    public static int open(final String path, final int flags) {
        try (Arena arena = Arena.ofConfined()) {
            final long name = arena.allocateFrom(path).address();
            return (int) SystemCallException.check(OPEN.call(name, flags | O_CLOEXEC, 0600), "open", path);
        }
    }

    /** Closes a descriptor. An error has no cure (the number is free either way), so none is told. */
    public static void close(final int descriptor) {
        CLOSE.call(descriptor);
    }

    /** Bytes read, 0 at the end, or a negative errno. Does not allocate. */
    public static int read(final int descriptor, final MemorySegment memory, final long offset, final int length) {
        final long address = NativeMemory.address(memory, offset, length);
        final Scratch scratch = Scratch.ofThread();
        try {
            return (int) scratch.answer(
                    (long) READ.invokeExact(scratch.captureState(), (long) descriptor, address, (long) length));
        } catch (final Throwable e) {
            throw LibcFunction.unexpected(e);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /** Bytes written, or a negative errno. Does not allocate. */
    public static int write(final int descriptor, final MemorySegment memory, final long offset, final int length) {
        final long address = NativeMemory.address(memory, offset, length);
        final Scratch scratch = Scratch.ofThread();
        try {
            return (int) scratch.answer(
                    (long) WRITE.invokeExact(scratch.captureState(), (long) descriptor, address, (long) length));
        } catch (final Throwable e) {
            throw LibcFunction.unexpected(e);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    /** A new close-on-exec descriptor for the same open file. */
    public static int duplicate(final int descriptor) {
        return (int) fcntl(descriptor, F_DUPFD_CLOEXEC, 0, "F_DUPFD_CLOEXEC");
    }

    /** Sets or clears O_NONBLOCK. */
    public static void nonBlocking(final int descriptor, final boolean on) {
        final int flags = (int) fcntl(descriptor, F_GETFL, 0, "F_GETFL");
        fcntl(descriptor, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK, "F_SETFL");
    }

    /**
     * Waits for one descriptor. Does not allocate.
     *
     * @param events POLLIN and the like
     * @param timeoutMillis 0 only looks, -1 waits without end
     * @return the events that hold, 0 after the time-out, or a negative errno
     */
    public static int poll(final int descriptor, final int events, final int timeoutMillis) {
        final Scratch scratch = Scratch.ofThread();
        scratch.intAt(0, descriptor);
        scratch.shortAt(4, events);
        scratch.shortAt(6, 0);
        try {
            final long result = scratch.answer(
                    (long) POLL.invokeExact(scratch.captureState(), scratch.argument(), 1L, (long) timeoutMillis));
            return result > 0 ? scratch.shortAt(6) : (int) result;
        } catch (final Throwable e) {
            throw LibcFunction.unexpected(e);
        }
    }

    /**
     * Takes an advisory lock on an open file or directory, against others that do the same; it goes with the
     * descriptor. Does not wait.
     *
     * @return false if another holds it
     */
    public static boolean tryLock(final int descriptor) {
        return FLOCK.call(descriptor, LOCK_EX | LOCK_NB) == 0;
    }

    static long fcntl(final int descriptor, final int command, final long argument, final String commandName) {
        return SystemCallException.check(FCNTL.call(descriptor, command, argument), "fcntl", descriptor, commandName);
    }
}

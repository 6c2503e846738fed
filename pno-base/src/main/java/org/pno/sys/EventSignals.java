package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Signals eventfds that belong to others, and never waits. A {@code write(2)} could: O_NONBLOCK is a flag of the open
 * file, so its other owner can clear it and fill the counter, and write takes no flags of its own (RWF_NOWAIT is not
 * supported there). Here the kernel itself adds 1, as the completion of an asynchronous read of /dev/null, which is
 * complete when the call returns: a full counter stays full and its waiters are woken all the same, and what is no
 * eventfd is refused. One system call, nothing allocated. Used by one thread.
 *
 * <pre>
 *   struct iocb        0 data u64 | 8 key u32 | 12 rw_flags u32 | 16 opcode u16 | 18 priority u16 | 20 fildes u32
 *                     24 buffer u64 | 32 bytes u64 | 40 offset u64 | 48 reserved u64 | 56 flags u32 | 60 resfd u32
 *   struct aio_ring    0 id u32 | 4 capacity u32 | 8 head u32 | 12 tail u32 | 16 magic u32 | ... completions
 * </pre>
 */
public final class EventSignals implements AutoCloseable {
    private static final int IOCB_FILDES = 20;
    private static final int IOCB_BUFFER = 24;
    private static final int IOCB_LENGTH = 32;
    private static final int IOCB_FLAGS = 56;
    private static final int IOCB_RESFD = 60;
    private static final int IOCB_BYTES = 64;
    private static final int IOCB_FLAG_RESFD = 1;

    private static final int RING_HEAD = 8;
    private static final int RING_TAIL = 12;
    private static final int RING_MAGIC = 16;
    private static final int RING_HEADER_BYTES = 32;
    private static final int MAGIC = 0xA10A10A1;

    private static final boolean IS_X86 = "amd64".equals(System.getProperty("os.arch"));
    private static final LibcFunction IO_SETUP =
            LibcFunction.orSystemCall("io_setup", IS_X86 ? 206 : 0, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final LibcFunction IO_DESTROY =
            LibcFunction.orSystemCall("io_destroy", IS_X86 ? 207 : 1, JAVA_INT, JAVA_LONG);
    private static final MethodHandle IO_SUBMIT = LibcFunction.orSystemCall(
                    "io_submit", IS_X86 ? 209 : 2, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG)
            .handle();

    /** One iocb, its address for the array of one that io_submit wants, and a byte that nobody reads. */
    private final MemorySegment request = Arena.ofAuto().allocate(IOCB_BYTES + 2 * Long.BYTES, Long.BYTES);

    private final long requests = request.address() + IOCB_BYTES;
    private final long context;
    private final MemorySegment ring;
    private final int nothing;

    /** Opens it; ENOSYS if this kernel has no asynchronous I/O, EAGAIN if /proc/sys/fs/aio-max-nr is used up. */
    @SuppressWarnings("restricted")
    public EventSignals() {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment answer = arena.allocateFrom(JAVA_LONG, 0);
            SystemCallException.check(IO_SETUP.call(1, answer.address()), "io_setup", 1);
            context = answer.get(JAVA_LONG, 0);
        }
        ring = MemorySegment.ofAddress(context).reinterpret(RING_HEADER_BYTES);
        if (ring.get(JAVA_INT, RING_MAGIC) != MAGIC) {
            IO_DESTROY.call(context);
            throw new SystemCallException("io_setup with a ring of another layout", Errno.ENOSYS);
        }
        nothing = Descriptors.open("/dev/null", Descriptors.O_RDONLY);
        request.set(JAVA_LONG, IOCB_BYTES, request.address());
        request.set(JAVA_SHORT, IOCB_FILDES - Integer.BYTES, (short) 0); // IOCB_CMD_PREAD
        request.set(JAVA_INT, IOCB_FILDES, nothing);
        request.set(JAVA_LONG, IOCB_BUFFER, requests + Long.BYTES);
        request.set(JAVA_LONG, IOCB_LENGTH, 1);
        request.set(JAVA_INT, IOCB_FLAGS, IOCB_FLAG_RESFD);
    }

    /** Adds 1 and wakes. 0, or a negative errno: -EINVAL if the descriptor is no eventfd. Does not allocate. */
    public int signal(final int eventFd) {
        request.set(JAVA_INT, IOCB_RESFD, eventFd);
        final Scratch scratch = Scratch.ofThread();
        final long result;
        try {
            result = scratch.answer((long) IO_SUBMIT.invokeExact(scratch.captureState(), context, 1L, requests));
        } catch (final Throwable e) {
            throw LibcFunction.unexpected(e);
        }
        // The completion is in the ring; nobody wants it.
        ring.set(JAVA_INT, RING_HEAD, ring.get(JAVA_INT, RING_TAIL));
        return result < 0 ? (int) result : 0;
    }

    @Override
    public void close() {
        IO_DESTROY.call(context);
        Descriptors.close(nothing);
    }
}

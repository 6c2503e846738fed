package org.pno.link.fabric;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.pno.sys.NativeLibrary;

/** Where the contexts of completed operations come out. To look is also to drive a provider that needs it. */
final class CompletionQueue extends Fid {
    /** How many completions one look takes at most. */
    static final int BATCH = 64;

    /** Instead of a number of completions: one that failed comes first, see {@link #readFailure}. */
    static final int FAILED = -259; // FI_EAVAIL

    private static final MethodHandle READ = NativeLibrary.caller(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private final MemorySegment entries = Arena.ofAuto().allocate(BATCH * (long) Long.BYTES, Long.BYTES);
    private final MemorySegment failure = Arena.ofAuto().allocate(FidDescriptor.CQ_ERR_BYTES, Long.BYTES);
    private final MemorySegment itself = Arena.ofAuto().allocate(Long.BYTES, Long.BYTES);
    private final MemorySegment read;
    private final MemorySegment readerr;
    private final boolean hasDescriptor;

    CompletionQueue(final long address, final boolean hasDescriptor) {
        super("completion queue", address);
        this.hasDescriptor = hasDescriptor;
        final long table = table(FidDescriptor.OWN_OPS_OFFSET);
        read = Pointers.function(table, FidDescriptor.CQ_READ_OFFSET, "fi_cq_read");
        readerr = Pointers.function(table, FidDescriptor.CQ_READERR_OFFSET, "fi_cq_readerr");
        itself.set(JAVA_LONG, 0, address);
    }

    /** How many operations have completed, {@link #FAILED}, or another negative error: -EAGAIN if there are none. */
    int read() {
        try {
            return (int) (long) READ.invokeExact(read, address(), entries.address(), (long) BATCH);
        } catch (final Throwable e) {
            throw Libfabric.unexpected(e);
        }
    }

    /** The context of one of those that {@link #read} has brought. */
    long context(final int index) {
        return entries.get(JAVA_LONG, index * (long) Long.BYTES);
    }

    /** Takes a failed completion; false if there is none. Then the methods below speak of it. */
    boolean readFailure() {
        failure.fill((byte) 0);
        try {
            return (long) READ.invokeExact(readerr, address(), failure.address(), 0L) > 0;
        } catch (final Throwable e) {
            throw Libfabric.unexpected(e);
        }
    }

    long failedContext() {
        return Pointers.wide(failure.address() + FidDescriptor.CQ_ERR_CONTEXT_OFFSET);
    }

    /** A positive error number. */
    int failedError() {
        return Pointers.narrow(failure.address() + FidDescriptor.CQ_ERR_ERR_OFFSET);
    }

    /** What polls readable when there may be completions, or something to drive; -1 if there is no such thing. */
    int descriptor() {
        if (!hasDescriptor) {
            return -1;
        }
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment answer = arena.allocate(Long.BYTES, Long.BYTES);
            FabricException.check(control(FidDescriptor.FI_GETWAIT, answer.address()), "the queue's descriptor");
            return Pointers.narrow(answer.address());
        }
    }

    /** A list with the queue as its only member, for fi_trywait. */
    long listOfOne() {
        return itself.address();
    }
}

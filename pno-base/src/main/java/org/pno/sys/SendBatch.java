package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/**
 * Packets that one sendmmsg(2) sends on a connected or bound socket. The memory that they stand in must stay as it is
 * until they are sent. One thread; does not allocate.
 *
 * <pre>
 *   capacity x struct mmsghdr   msghdr 56 | sent u32 | (pad)      64 bytes
 *   capacity x struct iovec     base, length                      16 bytes
 * </pre>
 */
public final class SendBatch {
    private static final int MESSAGE_BYTES = 64;
    private static final int IOVEC_BYTES = 16;
    private static final int IOV_POINTER = 16;
    private static final int IOV_COUNT = 24;

    private static final MethodHandle SENDMMSG = LibcFunction.of(
                    "sendmmsg", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT)
            .handle();

    private final MemorySegment messages;
    private final int capacity;
    private int count;

    /** @param capacity packets in one batch at most */
    public SendBatch(final int capacity) {
        this.capacity = capacity;
        messages = Arena.ofAuto().allocate((long) capacity * (MESSAGE_BYTES + IOVEC_BYTES), 8);
        for (int i = 0; i < capacity; i++) {
            messages.set(JAVA_LONG, message(i) + IOV_POINTER, messages.address() + vector(i));
            messages.set(JAVA_LONG, message(i) + IOV_COUNT, 1);
        }
    }

    private long message(final int index) {
        return (long) index * MESSAGE_BYTES;
    }

    private long vector(final int index) {
        return (long) capacity * MESSAGE_BYTES + (long) index * IOVEC_BYTES;
    }

    public int count() {
        return count;
    }

    public boolean isFull() {
        return count == capacity;
    }

    /** Adds a packet; the batch must not be full. */
    public void add(final MemorySegment memory, final long offset, final int length) {
        final long address = NativeMemory.address(memory, offset, length);
        messages.set(JAVA_LONG, vector(count), address);
        messages.set(JAVA_LONG, vector(count) + 8, length);
        count++;
    }

    /**
     * Sends packets from number {@code from} on, without waiting.
     *
     * @return how many were sent, at least one, or the negative errno of the first
     */
    public int send(final int socket, final int from) {
        final long first = NativeMemory.address(messages, message(from), message(count - from));
        final Scratch scratch = Scratch.ofThread();
        final long flags = Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL;
        try {
            return (int) scratch.answer((long)
                    SENDMMSG.invokeExact(scratch.captureState(), (long) socket, first, (long) (count - from), flags));
        } catch (final Throwable e) {
            throw LibcFunction.unexpected(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Forgets the packets. */
    public void clear() {
        count = 0;
    }
}

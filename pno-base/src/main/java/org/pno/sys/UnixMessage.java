package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * One message of a UNIX socket with the descriptors that travel with it (SCM_RIGHTS), reusable. Used by one thread.
 *
 * <pre>
 *     0 struct msghdr    name, namelen, iov, iovlen, control, controllen, flags        56 bytes
 *    56 struct iovec     base, length                                                  16 bytes
 *    72 struct cmsghdr   len u64, level u32, type u32, then descriptors u32 each       16 + 4 x MAX_DESCRIPTORS
 * </pre>
 */
public final class UnixMessage {
    /**
     * Descriptors in one message at most: as many as the kernel carries (SCM_MAX_FD), so that all arrive. One that did
     * not fit would be closed by the kernel within the receiving call, and to close a socket that lingers takes time.
     */
    public static final int MAX_DESCRIPTORS = 253;

    private static final int IOV_POINTER = 16;
    private static final int IOV_COUNT = 24;
    private static final int CONTROL_POINTER = 32;
    private static final int CONTROL_BYTES = 40;
    private static final int FLAGS = 48;
    private static final int IOVEC = 56;
    private static final int CONTROL = 72;
    private static final int CONTROL_HEADER_BYTES = 16;
    private static final int CONTROL_CAPACITY = CONTROL_HEADER_BYTES + Integer.BYTES * MAX_DESCRIPTORS;

    private static final int SCM_RIGHTS = 1;
    private static final int MSG_CTRUNC = 0x8;
    private static final int MSG_TRUNC = 0x20;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;

    private static final LibcFunction SENDMSG = LibcFunction.of("sendmsg", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final LibcFunction RECVMSG = LibcFunction.of("recvmsg", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);

    private final MemorySegment header = Arena.ofAuto().allocate(CONTROL + CONTROL_CAPACITY, 8);
    private int descriptorCount;

    public UnixMessage() {
        header.set(JAVA_LONG, IOV_POINTER, header.address() + IOVEC);
        header.set(JAVA_LONG, IOV_COUNT, 1);
    }

    /**
     * Sends one message, waiting for room unless the socket is non-blocking.
     *
     * @param descriptors go with it; the receiver gets duplicates, the caller keeps its own
     * @return bytes sent, or a negative errno
     */
    public int send(
            final int socket,
            final MemorySegment memory,
            final long offset,
            final int length,
            final int... descriptors) {
        if (descriptors.length > MAX_DESCRIPTORS) {
            throw new IllegalArgumentException(
                    descriptors.length + " descriptors, one message takes " + MAX_DESCRIPTORS);
        }
        payload(memory, offset, length);
        final long controlBytes = CONTROL_HEADER_BYTES + (long) Integer.BYTES * descriptors.length;
        header.set(JAVA_LONG, CONTROL_POINTER, descriptors.length == 0 ? 0 : header.address() + CONTROL);
        header.set(JAVA_LONG, CONTROL_BYTES, descriptors.length == 0 ? 0 : controlBytes);
        header.set(JAVA_LONG, CONTROL, controlBytes);
        header.set(JAVA_INT, CONTROL + 8, Sockets.SOL_SOCKET);
        header.set(JAVA_INT, CONTROL + 12, SCM_RIGHTS);
        for (int i = 0; i < descriptors.length; i++) {
            header.set(JAVA_INT, descriptorOffset(i), descriptors[i]);
        }
        final int result = (int) SENDMSG.call(socket, header.address(), Sockets.MSG_NOSIGNAL);
        Reference.reachabilityFence(memory);
        return result;
    }

    /**
     * Receives one message, waiting for it unless the socket is non-blocking. The descriptors that came with it are the
     * caller's to close, whatever it thinks of the message.
     *
     * @return bytes of payload, 0 at the connection's end, or a negative errno
     */
    public int receive(final int socket, final MemorySegment memory, final long offset, final int length) {
        payload(memory, offset, length);
        header.set(JAVA_LONG, CONTROL_POINTER, header.address() + CONTROL);
        header.set(JAVA_LONG, CONTROL_BYTES, CONTROL_CAPACITY);
        header.set(JAVA_INT, FLAGS, 0);
        final int result = (int) RECVMSG.call(socket, header.address(), MSG_CMSG_CLOEXEC);
        Reference.reachabilityFence(memory);
        descriptorCount = result < 0 ? 0 : receivedDescriptors();
        return result;
    }

    private void payload(final MemorySegment memory, final long offset, final int length) {
        header.set(JAVA_LONG, IOVEC, NativeMemory.address(memory, offset, length));
        header.set(JAVA_LONG, IOVEC + 8, length);
    }

    private int receivedDescriptors() {
        final long present = header.get(JAVA_LONG, CONTROL_BYTES);
        if (present < CONTROL_HEADER_BYTES
                || header.get(JAVA_INT, CONTROL + 8) != Sockets.SOL_SOCKET
                || header.get(JAVA_INT, CONTROL + 12) != SCM_RIGHTS) {
            return 0;
        }
        final long bytes = Math.min(header.get(JAVA_LONG, CONTROL), CONTROL_CAPACITY) - CONTROL_HEADER_BYTES;
        return (int) (bytes / Integer.BYTES);
    }

    private static long descriptorOffset(final int index) {
        return CONTROL + CONTROL_HEADER_BYTES + (long) index * Integer.BYTES;
    }

    /** How many descriptors the last received message brought. */
    public int descriptorCount() {
        return descriptorCount;
    }

    /** One of the descriptors of the last received message, close-on-exec. */
    public int descriptor(final int index) {
        if (index < 0 || index >= descriptorCount) {
            throw new IndexOutOfBoundsException("descriptor " + index + " of " + descriptorCount);
        }
        return header.get(JAVA_INT, descriptorOffset(index));
    }

    /** Closes all descriptors of the last received message, for a message that is refused. */
    public void closeDescriptors() {
        for (int i = 0; i < descriptorCount; i++) {
            Descriptors.close(descriptor(i));
        }
        descriptorCount = 0;
    }

    /** True if the last received message was longer than the memory for it, or brought too many descriptors. */
    public boolean isTruncated() {
        return (header.get(JAVA_INT, FLAGS) & (MSG_TRUNC | MSG_CTRUNC)) != 0;
    }
}

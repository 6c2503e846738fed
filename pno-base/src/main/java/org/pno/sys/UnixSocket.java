package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * UNIX sockets: sequenced packets for control connections, datagrams for frames. Messages with descriptors go through
 * {@link UnixMessage}. No call raises SIGPIPE.
 */
public final class UnixSocket {
    public static final int STREAM = 1;
    public static final int DATAGRAM = 2;
    public static final int SEQPACKET = 5;
    /** To be or-ed to a type. */
    public static final int NONBLOCK = 0x800;

    private static final int AF_UNIX = 1;
    private static final int SHUT_RD = 0;
    private static final int SHUT_RDWR = 2;
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int SO_PEERCRED = 17;

    private static final LibcFunction LISTEN = LibcFunction.of("listen", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final LibcFunction ACCEPT4 =
            LibcFunction.of("accept4", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final LibcFunction CONNECT = LibcFunction.of("connect", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final LibcFunction SHUTDOWN = LibcFunction.of("shutdown", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final LibcFunction SOCKETPAIR =
            LibcFunction.of("socketpair", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle SENDTO = LibcFunction.of(
                    "sendto", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT)
            .handle();
    private static final MethodHandle RECVFROM = LibcFunction.of(
                    "recvfrom", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG)
            .handle();
    private static final int MSG_TRUNC = 0x20;

    private UnixSocket() {}

    /** @param type STREAM, DATAGRAM or SEQPACKET, with NONBLOCK if wanted */
    public static int open(final int type) {
        return Sockets.open(AF_UNIX, type, 0);
    }

    /** Two connected sockets. */
    public static int[] pair(final int type) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment both = arena.allocate(JAVA_INT, 2);
            SystemCallException.check(
                    SOCKETPAIR.call(AF_UNIX, type | Sockets.SOCK_CLOEXEC, 0, both.address()), "socketpair", type);
            return both.toArray(JAVA_INT);
        }
    }

    /** Binds; EADDRINUSE if a file of that name exists, a dead socket's included. */
    public static void bind(final int socket, final UnixAddress address) {
        Sockets.bind(socket, address.memory(), address.length(), address.path());
        Reference.reachabilityFence(address);
    }

    public static void listen(final int socket, final int backlog) {
        SystemCallException.check(LISTEN.call(socket, backlog), "listen", socket, backlog);
    }

    /**
     * Takes a connection.
     *
     * @param flags 0 or NONBLOCK, for the connection
     * @return its descriptor, or a negative errno (-EAGAIN)
     */
    public static int accept(final int socket, final int flags) {
        return (int) ACCEPT4.call(socket, 0, 0, flags | Sockets.SOCK_CLOEXEC);
    }

    /**
     * 0, or a negative errno: -ENOENT no such file, -ECONNREFUSED nobody listens there any more, -EAGAIN backlog full.
     */
    public static int connect(final int socket, final UnixAddress address) {
        final int result = (int) CONNECT.call(socket, address.memory().address(), address.length());
        Reference.reachabilityFence(address);
        return result;
    }

    /** Ends a connection both ways at once, whatever becomes of the descriptor. */
    public static void shutdown(final int socket) {
        SHUTDOWN.call(socket, SHUT_RDWR);
    }

    /** Takes nothing more from the other end, which is told so when it sends. */
    public static void shutdownReading(final int socket) {
        SHUTDOWN.call(socket, SHUT_RD);
    }

    /** The process that connected, or that listened, at the time it did. */
    public static PeerCredentials peerCredentials(final int socket) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment ucred = arena.allocate(JAVA_INT, 3);
            Sockets.option(socket, Sockets.SOL_SOCKET, SO_PEERCRED, ucred, "SO_PEERCRED");
            return new PeerCredentials(
                    ucred.getAtIndex(JAVA_INT, 0), ucred.getAtIndex(JAVA_INT, 1), ucred.getAtIndex(JAVA_INT, 2));
        }
    }

    /** Asks for buffers of that size; the kernel caps them at net.core.wmem_max and rmem_max. */
    public static void bufferSizes(final int socket, final int sendBytes, final int receiveBytes) {
        Sockets.setIntOption(socket, Sockets.SOL_SOCKET, SO_SNDBUF, sendBytes);
        Sockets.setIntOption(socket, Sockets.SOL_SOCKET, SO_RCVBUF, receiveBytes);
    }

    /** Sends on a connected socket without waiting. Bytes sent, or a negative errno. Does not allocate. */
    public static int send(final int socket, final MemorySegment memory, final long offset, final int length) {
        final long bytes = NativeMemory.address(memory, offset, length);
        final int result = sendTo(socket, bytes, length, 0, 0);
        Reference.reachabilityFence(memory);
        return result;
    }

    /** Sends one datagram without waiting. Bytes sent, or a negative errno. Does not allocate. */
    public static int sendTo(
            final int socket, final MemorySegment memory, final long offset, final int length, final UnixAddress to) {
        final long bytes = NativeMemory.address(memory, offset, length);
        final int result = sendTo(socket, bytes, length, to.memory().address(), to.length());
        Reference.reachabilityFence(memory);
        Reference.reachabilityFence(to);
        return result;
    }

    /**
     * Receives one packet without waiting. Does not allocate.
     *
     * @return its whole length, more than {@code length} if it was truncated; 0 for an empty packet or the end of a
     *     connection; or a negative errno
     */
    public static int receive(final int socket, final MemorySegment memory, final long offset, final int length) {
        final long bytes = NativeMemory.address(memory, offset, length);
        final int result = receiveFrom(socket, bytes, length, 0, 0);
        Reference.reachabilityFence(memory);
        return result;
    }

    /**
     * Receives one datagram without waiting, and who sent it. Does not allocate.
     *
     * @param from takes the sender's address; not present if the sender is unbound
     * @return its whole length, more than {@code length} if it was truncated, or a negative errno
     */
    public static int receiveFrom(
            final int socket, final MemorySegment memory, final long offset, final int length, final UnixAddress from) {
        final long bytes = NativeMemory.address(memory, offset, length);
        final Scratch scratch = Scratch.ofThread();
        scratch.intAt(0, UnixAddress.CAPACITY);
        final int result = receiveFrom(socket, bytes, length, from.memory().address(), scratch.argument());
        if (result >= 0) {
            from.length(scratch.intAt(0));
        }
        Reference.reachabilityFence(memory);
        Reference.reachabilityFence(from);
        return result;
    }

    private static int sendTo(
            final int socket, final long bytes, final int length, final long address, final int addressLength) {
        final Scratch scratch = Scratch.ofThread();
        final long flags = Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL;
        try {
            return (int) scratch.answer((long) SENDTO.invokeExact(
                    scratch.captureState(), (long) socket, bytes, (long) length, flags, address, (long) addressLength));
        } catch (final Throwable e) {
            throw LibcFunction.unexpected(e);
        }
    }

    private static int receiveFrom(
            final int socket, final long bytes, final int length, final long address, final long addressLength) {
        final Scratch scratch = Scratch.ofThread();
        final long flags = Sockets.MSG_DONTWAIT | MSG_TRUNC;
        try {
            return (int) scratch.answer((long) RECVFROM.invokeExact(
                    scratch.captureState(), (long) socket, bytes, (long) length, flags, address, addressLength));
        } catch (final Throwable e) {
            throw LibcFunction.unexpected(e);
        }
    }

    /** Removes a bound socket's file, if there is one; abstract names have none. */
    public static void unlink(final UnixAddress address) {
        final String path = address.path();
        if (path.isEmpty() || path.startsWith("@")) {
            return;
        }
        try {
            Files.deleteIfExists(Path.of(path));
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot remove the socket " + path, e);
        }
    }
}

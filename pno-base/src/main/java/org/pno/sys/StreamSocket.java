package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A non-blocking TCP socket of the kernel's, call by call: for the connection between {@code pno host} and the DPU, and
 * for tests that hold the kernel and us to the same script. All calls answer with a result or a negative errno. One
 * thread.
 *
 * <pre>
 *   struct sockaddr_in    0 family u16 | 2 port, big-endian | 4 address, big-endian | 8 zeros       16 bytes
 *   struct sockaddr_in6   0 family u16 | 2 port, big-endian | 4 flowinfo | 8 address | 24 scope       28 bytes
 *   struct linger         0 on i32 | 4 seconds i32
 *   struct tcp_info       0 state u8 | ...
 * </pre>
 */
public final class StreamSocket implements AutoCloseable {
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int IPPROTO_TCP = 6;
    private static final int SO_REUSEADDR = 2;
    private static final int SO_ERROR = 4;
    private static final int SO_KEEPALIVE = 9;
    private static final int SO_LINGER = 13;
    private static final int TCP_NODELAY = 1;
    private static final int TCP_KEEPIDLE = 4;
    private static final int TCP_KEEPINTVL = 5;
    private static final int TCP_KEEPCNT = 6;
    private static final int TCP_INFO = 11;
    private static final int TCP_USER_TIMEOUT = 18;
    private static final int MILLIS_PER_SECOND = 1000;
    private static final int TCP_INFO_BYTES = 8;
    private static final int SHUT_WR = 1;
    private static final int ADDRESS_BYTES = 16;
    private static final int ADDRESS_IPV6_BYTES = 28;
    private static final int MSG_OOB = 1;

    private static final ValueLayout.OfShort BIG_ENDIAN_SHORT = JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt BIG_ENDIAN_INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final ValueLayout.OfLong BIG_ENDIAN_LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final LibcFunction LISTEN = LibcFunction.of("listen", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final LibcFunction ACCEPT =
            LibcFunction.of("accept4", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final LibcFunction BIND = LibcFunction.of("bind", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final LibcFunction CONNECT = LibcFunction.of("connect", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final LibcFunction SHUTDOWN = LibcFunction.of("shutdown", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final LibcFunction SETSOCKOPT =
            LibcFunction.of("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);

    private static final LibcFunction SEND =
            LibcFunction.of("send", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final LibcFunction RECV =
            LibcFunction.of("recv", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final LibcFunction SOCKATMARK = LibcFunction.of("sockatmark", JAVA_INT, JAVA_INT);

    private final int descriptor;

    private StreamSocket(final int descriptor) {
        this.descriptor = descriptor;
    }

    /** A new socket of IPv4 that may be bound to a port in TIME-WAIT. */
    public static StreamSocket open() {
        return open(InetSocket.AF_INET);
    }

    /** As {@link #open}, of IPv6. */
    public static StreamSocket openIpv6() {
        return open(InetSocket.AF_INET6);
    }

    /** As {@link #open}, of the address's family. */
    public static StreamSocket openFor(final InetSocket.Endpoint address) {
        return address.isIpv4() ? open() : openIpv6();
    }

    private static StreamSocket open(final int family) {
        final int descriptor = Sockets.open(family, InetSocket.SOCK_STREAM | SOCK_NONBLOCK, IPPROTO_TCP);
        Sockets.setIntOption(descriptor, Sockets.SOL_SOCKET, SO_REUSEADDR, 1);
        return new StreamSocket(descriptor);
    }

    private static MemorySegment address(final Arena arena, final int ipv4, final int port) {
        final MemorySegment address = arena.allocate(ADDRESS_BYTES, 8);
        address.set(JAVA_SHORT, 0, (short) InetSocket.AF_INET);
        address.set(BIG_ENDIAN_SHORT, 2, (short) port);
        address.set(BIG_ENDIAN_INT, 4, ipv4);
        return address;
    }

    private static MemorySegment address(final Arena arena, final long hi, final long lo, final int port) {
        final MemorySegment address = arena.allocate(ADDRESS_IPV6_BYTES, 8);
        address.set(JAVA_SHORT, 0, (short) InetSocket.AF_INET6);
        address.set(BIG_ENDIAN_SHORT, 2, (short) port);
        address.set(BIG_ENDIAN_LONG, 8, hi);
        address.set(BIG_ENDIAN_LONG, 16, lo);
        return address;
    }

    /** Of a socket of IPv6; so {@link #connect(long, long, int)}. */
    public int bind(final long hi, final long lo, final int port) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) BIND.call(descriptor, address(arena, hi, lo, port).address(), ADDRESS_IPV6_BYTES);
        }
    }

    public int connect(final long hi, final long lo, final int port) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) CONNECT.call(descriptor, address(arena, hi, lo, port).address(), ADDRESS_IPV6_BYTES);
        }
    }

    public int bind(final int ipv4, final int port) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) BIND.call(descriptor, address(arena, ipv4, port).address(), ADDRESS_BYTES);
        }
    }

    /** Of a socket that was opened for such an address; so {@link #connect(InetSocket.Endpoint)}. */
    public int bind(final InetSocket.Endpoint address) {
        return address.isIpv4()
                ? bind((int) address.addressLo(), address.port())
                : bind(address.addressHi(), address.addressLo(), address.port());
    }

    public int connect(final InetSocket.Endpoint address) {
        return address.isIpv4()
                ? connect((int) address.addressLo(), address.port())
                : connect(address.addressHi(), address.addressLo(), address.port());
    }

    /** Stays this object's to close. */
    public int descriptor() {
        return descriptor;
    }

    public int listen(final int backlog) {
        return (int) LISTEN.call(descriptor, backlog);
    }

    /** The next connection; null if there is none. */
    public StreamSocket accept() {
        final int accepted = (int) ACCEPT.call(descriptor, 0, 0, SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC);
        return accepted < 0 ? null : new StreamSocket(accepted);
    }

    /** -EINPROGRESS if it has begun. */
    public int connect(final int ipv4, final int port) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) CONNECT.call(descriptor, address(arena, ipv4, port).address(), ADDRESS_BYTES);
        }
    }

    public int write(final byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            return Descriptors.write(descriptor, arena.allocateFrom(JAVA_BYTE, bytes), 0, bytes.length);
        }
    }

    /** Reads into {@code bytes}. */
    public int read(final byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment memory = arena.allocate(Math.max(1, bytes.length));
            final int count = Descriptors.read(descriptor, memory, 0, bytes.length);
            MemorySegment.copy(memory, JAVA_BYTE, 0, bytes, 0, Math.max(0, count));
            return count;
        }
    }

    /** Writes bytes of which the last is urgent. */
    public int writeUrgent(final byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment memory = arena.allocateFrom(JAVA_BYTE, bytes);
            return (int) SEND.call(descriptor, memory.address(), (long) bytes.length, MSG_OOB);
        }
    }

    /** Reads the urgent byte out of band, into the first of {@code bytes}. */
    public int readUrgent(final byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment memory = arena.allocate(1);
            final int count = (int) RECV.call(descriptor, memory.address(), 1L, MSG_OOB);
            bytes[0] = memory.get(JAVA_BYTE, 0);
            return count;
        }
    }

    /** 1 if what is read next is the urgent byte, or what follows it. */
    public int isAtMark() {
        return (int) SOCKATMARK.call(descriptor);
    }

    /** Ends our direction. */
    public int shutdown() {
        return (int) SHUTDOWN.call(descriptor, SHUT_WR);
    }

    public int option(final int level, final int option, final int value) {
        return Sockets.setIntOption(descriptor, level, option, value);
    }

    /**
     * Sends small things at once, and fails (ETIMEDOUT) when the other end has not been heard of for so long, whether
     * anything is under way or not: the kernel asks it now and then.
     */
    public void dialogue(final int patienceSeconds) {
        option(IPPROTO_TCP, TCP_NODELAY, 1);
        option(Sockets.SOL_SOCKET, SO_KEEPALIVE, 1);
        option(IPPROTO_TCP, TCP_KEEPIDLE, 1);
        option(IPPROTO_TCP, TCP_KEEPINTVL, 1);
        option(IPPROTO_TCP, TCP_KEEPCNT, patienceSeconds);
        option(IPPROTO_TCP, TCP_USER_TIMEOUT, patienceSeconds * MILLIS_PER_SECOND);
    }

    /** SO_ERROR: taken by asking. */
    public int error() {
        return Sockets.intOption(descriptor, Sockets.SOL_SOCKET, SO_ERROR);
    }

    /** The state of TCP_INFO, as the kernel numbers it: 1 established, 7 closed, 10 listening … */
    public int state() {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment info = arena.allocate(TCP_INFO_BYTES, 8);
            Sockets.option(descriptor, IPPROTO_TCP, TCP_INFO, info, "TCP_INFO");
            return info.get(JAVA_BYTE, 0);
        }
    }

    /** Closes with RST: SO_LINGER of no seconds. */
    public void abort() {
        final Scratch scratch = Scratch.ofThread();
        scratch.intAt(0, 1);
        scratch.intAt(4, 0);
        SETSOCKOPT.call(descriptor, Sockets.SOL_SOCKET, SO_LINGER, scratch.argument(), 2L * Integer.BYTES);
        close();
    }

    @Override
    public void close() {
        Descriptors.close(descriptor);
    }
}

package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * What can be asked of a program's own kernel socket that was passed to us: the placeholder that holds its port.
 *
 * <pre>
 *   struct sockaddr_in    0 family u16 | 2 port, big-endian | 4 address, 4 bytes                     16 bytes
 *   struct sockaddr_in6   0 family u16 | 2 port, big-endian | 4 flowinfo | 8 address | 24 scope       28 bytes
 * </pre>
 */
public final class InetSocket {
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    public static final int SOCK_STREAM = 1;
    public static final int SOCK_DGRAM = 2;

    private static final int SO_TYPE = 3;
    private static final int SO_ACCEPTCONN = 30;
    private static final int SO_PROTOCOL = 38;
    private static final int SO_DOMAIN = 39;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_V6ONLY = 26;
    private static final int SOCKADDR_BYTES = 28;
    private static final long IPV4_MAPPED = 0xFFFF_0000_0000L;

    private static final ValueLayout.OfShort BIG_ENDIAN_SHORT = JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt BIG_ENDIAN_INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong BIG_ENDIAN_LONG = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final LibcFunction GETSOCKNAME =
            LibcFunction.of("getsockname", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final LibcFunction GETPEERNAME =
            LibcFunction.of("getpeername", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);

    private InetSocket() {}

    /**
     * An address and port; 128 bits in two longs, IPv4 as IPv4-mapped. Both longs 0, or the mapped 0.0.0.0: the
     * wildcard.
     */
    public record Endpoint(long addressHi, long addressLo, int port) {
        /** True for 0.0.0.0 and for ::. */
        public boolean isWildcard() {
            return addressHi == 0 && (addressLo == 0 || addressLo == IPV4_MAPPED);
        }

        /** True for an IPv4 address. */
        public boolean isIpv4() {
            return addressHi == 0 && addressLo >>> 32 == 0xFFFF;
        }
    }

    /** A new socket, not bound; for tests and for probing the kernel. */
    public static int open(final int domain, final int type) {
        return Sockets.open(domain, type, 0);
    }

    /**
     * The address a socket is bound to. ENOTSOCK if the descriptor is no socket; EAFNOSUPPORT if it is not an IP one.
     */
    public static Endpoint localEndpoint(final int socket) {
        return endpoint(GETSOCKNAME, "getsockname", socket);
    }

    /** The address at the other end; ENOTCONN if there is none any more. */
    public static Endpoint remoteEndpoint(final int socket) {
        return endpoint(GETPEERNAME, "getpeername", socket);
    }

    private static Endpoint endpoint(final LibcFunction call, final String name, final int socket) {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment address = arena.allocate(SOCKADDR_BYTES, 8);
            final MemorySegment length = arena.allocateFrom(JAVA_INT, SOCKADDR_BYTES);
            SystemCallException.check(call.call(socket, address.address(), length.address()), name, socket);
            final int port = Short.toUnsignedInt(address.get(BIG_ENDIAN_SHORT, 2));
            final int family = address.get(JAVA_SHORT, 0);
            return switch (family) {
                case AF_INET ->
                    new Endpoint(0, IPV4_MAPPED | Integer.toUnsignedLong(address.get(BIG_ENDIAN_INT, 4)), port);
                case AF_INET6 -> new Endpoint(address.get(BIG_ENDIAN_LONG, 8), address.get(BIG_ENDIAN_LONG, 16), port);
                default ->
                    throw new SystemCallException(
                            name + "(" + socket + ") of address family " + family, Errno.EAFNOSUPPORT);
            };
        }
    }

    /** SOCK_STREAM, SOCK_DGRAM …; ENOTSOCK if the descriptor is no socket. */
    public static int type(final int socket) {
        return option(socket, Sockets.SOL_SOCKET, SO_TYPE, "SO_TYPE");
    }

    /** AF_INET, AF_INET6 … */
    public static int domain(final int socket) {
        return option(socket, Sockets.SOL_SOCKET, SO_DOMAIN, "SO_DOMAIN");
    }

    /** 6 for TCP, 17 for UDP … */
    public static int protocol(final int socket) {
        return option(socket, Sockets.SOL_SOCKET, SO_PROTOCOL, "SO_PROTOCOL");
    }

    /** True if the socket listens in the kernel. */
    public static boolean isListening(final int socket) {
        return option(socket, Sockets.SOL_SOCKET, SO_ACCEPTCONN, "SO_ACCEPTCONN") != 0;
    }

    /** True if an AF_INET6 socket takes no IPv4. */
    public static boolean isIpv6Only(final int socket) {
        return option(socket, IPPROTO_IPV6, IPV6_V6ONLY, "IPV6_V6ONLY") != 0;
    }

    private static int option(final int socket, final int level, final int option, final String name) {
        return (int) SystemCallException.check(Sockets.intOption(socket, level, option), "getsockopt", socket, name);
    }
}

package org.pno.control;

import org.pno.sys.Errno;
import org.pno.sys.InetSocket;
import org.pno.sys.SystemCallException;
import org.pno.wire.IpAddress;

/**
 * What a host's placeholder says of the address that it holds, or why it is none. To ask it can take time: whoever has
 * the socket too can hold its lock.
 *
 * @param errno 0 if the address is good
 */
public record Placeholder(int errno, String why, long addressHi, long addressLo, int port) {
    private static final int PROTOCOL_TCP = 6;

    /** Asks a socket. */
    public static Placeholder of(final int socket) {
        try {
            return ask(socket);
        } catch (final SystemCallException e) {
            return refused(e.errno(), "the placeholder: " + e.getMessage());
        }
    }

    private static Placeholder ask(final int socket) {
        final int domain = InetSocket.domain(socket);
        if (domain != InetSocket.AF_INET && domain != InetSocket.AF_INET6
                || InetSocket.type(socket) != InetSocket.SOCK_STREAM
                || InetSocket.protocol(socket) != PROTOCOL_TCP) {
            return refused(Errno.EINVAL, "the placeholder is no TCP socket");
        }
        final InetSocket.Endpoint endpoint = InetSocket.localEndpoint(socket);
        if (endpoint.port() == 0) {
            return refused(Errno.EINVAL, "the placeholder is not bound to a port");
        }
        // What listens on :: takes IPv4 too, unless the kernel's own socket would not.
        final boolean onlyIpv6 = !endpoint.isIpv4() && endpoint.isWildcard() && InetSocket.isIpv6Only(socket);
        return new Placeholder(
                0,
                "",
                onlyIpv6 ? IpAddress.ANY_IPV6.hi() : endpoint.addressHi(),
                onlyIpv6 ? IpAddress.ANY_IPV6.lo() : endpoint.addressLo(),
                endpoint.port());
    }

    private static Placeholder refused(final int errno, final String why) {
        return new Placeholder(errno, why, 0, 0, 0);
    }
}

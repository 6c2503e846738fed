package org.pno.relay;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.pno.sys.InetSocket.Endpoint;

/** Addresses of the relay as people write them: {@code HOST:PORT}, {@code [IPV6]:PORT}. */
public final class RelayAddress {
    private static final int MAX_PORT = 0xFFFF;
    private static final int IPV4_BYTES = 4;
    private static final long IPV4_MAPPED = 0xFFFF_0000_0000L;

    private RelayAddress() {}

    /**
     * Parses, and asks for the address of a name.
     *
     * @throws RelayException if it is no such text, or nobody knows the name
     */
    public static Endpoint parse(final String text) throws RelayException {
        final int colon = text.lastIndexOf(':');
        final String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.isEmpty() || host.indexOf(':') >= 0 && !(host.startsWith("[") && host.endsWith("]"))) {
            throw new RelayException("'" + text + "' is not HOST:PORT such as 192.0.2.1:7700 or [fd00::1]:7700");
        }
        try {
            return endpoint(InetAddress.getByName(host), port(text, text.substring(colon + 1)));
        } catch (final UnknownHostException e) {
            throw new RelayException("'" + text + "': nobody knows the host " + host, e);
        }
    }

    private static int port(final String text, final String digits) throws RelayException {
        try {
            final int port = Integer.parseInt(digits);
            if (port >= 0 && port <= MAX_PORT) {
                return port;
            }
        } catch (final NumberFormatException e) {
            throw new RelayException("'" + text + "': '" + digits + "' is no port", e);
        }
        throw new RelayException("'" + text + "': a port is from 0 to " + MAX_PORT);
    }

    private static Endpoint endpoint(final InetAddress address, final int port) {
        final ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return bytes.remaining() == IPV4_BYTES
                ? new Endpoint(0, IPV4_MAPPED | Integer.toUnsignedLong(bytes.getInt()), port)
                : new Endpoint(bytes.getLong(), bytes.getLong(), port);
    }

    /** The text of an address with its port. */
    public static String format(final Endpoint endpoint) {
        final String host = host(endpoint);
        return (endpoint.isIpv4() ? host : "[" + host + "]") + ":" + endpoint.port();
    }

    /** The text of an address without its port. */
    public static String host(final Endpoint endpoint) {
        final ByteBuffer bytes = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(endpoint.addressHi())
                .putLong(endpoint.addressLo());
        try {
            return InetAddress.getByAddress(bytes.array()).getHostAddress();
        } catch (final UnknownHostException e) {
            throw new IllegalStateException(e); // 16 bytes are an address.
        }
    }
}

package org.pno.cli;

import org.pno.cli.machine.UserError;
import org.pno.link.CaptureRequest;
import org.pno.wire.IpAddress;

/** A connection as it is written: {@code ADDRESS:PORT}, or both ends with a hyphen between; IPv6 in brackets. */
final class ConnectionEnds {
    private static final int MAX_PORT = 0xFFFF;

    private ConnectionEnds() {}

    /** @throws UserError if it is none */
    static CaptureRequest.Connection parse(final String text) {
        final int hyphen = text.indexOf('-');
        final String first = hyphen < 0 ? text : text.substring(0, hyphen);
        try {
            final IpAddress address = address(first);
            if (hyphen < 0) {
                return new CaptureRequest.Connection(address.hi(), address.lo(), port(first), 0, 0, 0);
            }
            final String second = text.substring(hyphen + 1);
            final IpAddress other = address(second);
            return new CaptureRequest.Connection(
                    address.hi(), address.lo(), port(first), other.hi(), other.lo(), port(second));
        } catch (final IllegalArgumentException e) {
            throw new UserError(
                    "'" + text + "' is no connection such as 10.77.0.1:6379, 10.77.0.1:6379-10.77.0.2:40000"
                            + " or [fd00::1]:80: " + e.getMessage(),
                    e);
        }
    }

    private static IpAddress address(final String end) {
        final int colon = end.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("'" + end + "' has no address and port");
        }
        final String address = end.substring(0, colon);
        final boolean isBracketed = address.startsWith("[") && address.endsWith("]") && address.length() > 1;
        if (isBracketed != address.indexOf(':') >= 0) {
            throw new IllegalArgumentException("an IPv6 address stands in brackets, and no other");
        }
        return IpAddress.parse(isBracketed ? address.substring(1, address.length() - 1) : address);
    }

    private static int port(final String end) {
        return parsePort(end.substring(end.lastIndexOf(':') + 1));
    }

    /** @throws IllegalArgumentException if it is none that a connection has */
    static int parsePort(final String text) {
        final int port = text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("'" + text + "' is no port from 1 to " + MAX_PORT);
        }
        return port;
    }
}

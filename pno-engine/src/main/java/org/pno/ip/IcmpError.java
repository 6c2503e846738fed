package org.pno.ip;

import org.pno.sys.Errno;
import org.pno.wire.Icmpv4Header;

/**
 * An ICMP error that quotes a TCP segment of ours: for the stack to hand to TCP, which decides whether to believe it
 * (RFC 5927). Filled anew for each.
 */
public final class IcmpError {
    /** What Linux makes of the codes of destination unreachable, by code. */
    private static final int[] UNREACHABLE_ERRNO = {
        Errno.ENETUNREACH,
        Errno.EHOSTUNREACH,
        Errno.ENOPROTOOPT,
        Errno.ECONNREFUSED,
        Errno.EMSGSIZE,
        Errno.EOPNOTSUPP,
        Errno.ENETUNREACH,
        Errno.EHOSTDOWN,
        Errno.ENONET,
        Errno.ENETUNREACH,
        Errno.EHOSTUNREACH,
        Errno.ENETUNREACH,
        Errno.EHOSTUNREACH,
        Errno.EHOSTUNREACH,
        Errno.EHOSTUNREACH,
        Errno.EHOSTUNREACH
    };

    int type;
    int code;
    int nextHopMtuBytes;
    int localAddress;
    int localPort;
    int remoteAddress;
    int remotePort;
    int sequence;

    IcmpError() {}

    /** {@code Icmpv4Header}'s type: destination unreachable, time exceeded or parameter problem. */
    public int type() {
        return type;
    }

    public int code() {
        return code;
    }

    /** True if a router could not fragment the packet: it is too big for {@link #nextHopMtuBytes()}. */
    public boolean isTooBig() {
        return type == Icmpv4Header.DESTINATION_UNREACHABLE && code == Icmpv4Header.CODE_FRAGMENTATION_NEEDED;
    }

    /** Bytes of the largest packet that the next hop takes, or 0 if the router did not say (RFC 1191 4). */
    public int nextHopMtuBytes() {
        return nextHopMtuBytes;
    }

    /** The errno that Linux reports for it. */
    public int errno() {
        return switch (type) {
            case Icmpv4Header.DESTINATION_UNREACHABLE -> UNREACHABLE_ERRNO[code];
            case Icmpv4Header.PARAMETER_PROBLEM -> Errno.EPROTO;
            default -> Errno.EHOSTUNREACH;
        };
    }

    /** True for a code that {@link #errno()} knows. */
    static boolean isKnown(final int type, final int code) {
        return switch (type) {
            case Icmpv4Header.DESTINATION_UNREACHABLE -> code < UNREACHABLE_ERRNO.length;
            case Icmpv4Header.TIME_EXCEEDED, Icmpv4Header.PARAMETER_PROBLEM -> true;
            default -> false;
        };
    }

    /** Our address, from which the quoted segment was sent. */
    public int localAddress() {
        return localAddress;
    }

    public int localPort() {
        return localPort;
    }

    /** The address that it was sent to. */
    public int remoteAddress() {
        return remoteAddress;
    }

    public int remotePort() {
        return remotePort;
    }

    /** The quoted segment's sequence number: believe the error only if it is in flight. */
    public int sequence() {
        return sequence;
    }
}

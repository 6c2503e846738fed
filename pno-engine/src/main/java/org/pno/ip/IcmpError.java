package org.pno.ip;

import org.pno.sys.Errno;
import org.pno.wire.Icmpv4Header;
import org.pno.wire.Icmpv6Header;

/**
 * An ICMP error of either family that quotes a TCP segment of ours: for the stack to hand to TCP, which decides whether
 * to believe it (RFC 5927). Filled anew for each. Addresses are 128 bits, IPv4 as mapped.
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

    /** The same for ICMPv6 (RFC 4443 3.1). */
    private static final int[] UNREACHABLE_ERRNO_V6 = {
        Errno.ENETUNREACH,
        Errno.EACCES,
        Errno.EHOSTUNREACH,
        Errno.EHOSTUNREACH,
        Errno.ECONNREFUSED,
        Errno.EACCES,
        Errno.EACCES
    };

    int type;
    int code;
    int errno;
    boolean tooBig;
    int nextHopMtuBytes;
    long localHi;
    long localLo;
    int localPort;
    long remoteHi;
    long remoteLo;
    int remotePort;
    int sequence;

    IcmpError() {}

    /** {@code Icmpv4Header}'s or {@code Icmpv6Header}'s type. */
    public int type() {
        return type;
    }

    public int code() {
        return code;
    }

    /** True if a router could not pass the packet on: it is too big for {@link #nextHopMtuBytes()}. */
    public boolean isTooBig() {
        return tooBig;
    }

    /** Bytes of the largest packet that the next hop takes, or 0 if the router did not say (RFC 1191 4). */
    public int nextHopMtuBytes() {
        return nextHopMtuBytes;
    }

    /** The errno that Linux reports for it. */
    public int errno() {
        return errno;
    }

    /** Sets what it is of an ICMP message for IPv4; false if its code is none that Linux knows. */
    boolean isV4(final int messageType, final int messageCode) {
        type = messageType;
        code = messageCode;
        tooBig = type == Icmpv4Header.DESTINATION_UNREACHABLE && code == Icmpv4Header.CODE_FRAGMENTATION_NEEDED;
        errno = switch (type) {
            case Icmpv4Header.DESTINATION_UNREACHABLE -> code < UNREACHABLE_ERRNO.length ? UNREACHABLE_ERRNO[code] : 0;
            case Icmpv4Header.TIME_EXCEEDED -> Errno.EHOSTUNREACH;
            case Icmpv4Header.PARAMETER_PROBLEM -> Errno.EPROTO;
            default -> 0;
        };
        return errno != 0;
    }

    /** Sets what it is of an ICMPv6 message; false if its type is none that is known. */
    boolean isV6(final int messageType, final int messageCode) {
        type = messageType;
        code = messageCode;
        tooBig = type == Icmpv6Header.PACKET_TOO_BIG;
        errno = switch (type) {
            // RFC 4443 2.4(a): an unknown code is an error all the same.
            case Icmpv6Header.DESTINATION_UNREACHABLE ->
                code < UNREACHABLE_ERRNO_V6.length ? UNREACHABLE_ERRNO_V6[code] : Errno.EPROTO;
            case Icmpv6Header.PACKET_TOO_BIG -> Errno.EMSGSIZE;
            case Icmpv6Header.TIME_EXCEEDED -> Errno.EHOSTUNREACH;
            case Icmpv6Header.PARAMETER_PROBLEM -> Errno.EPROTO;
            default -> 0;
        };
        return errno != 0;
    }

    /** The high half of our address, from which the quoted segment was sent. */
    public long localHi() {
        return localHi;
    }

    public long localLo() {
        return localLo;
    }

    public int localPort() {
        return localPort;
    }

    /** The high half of the address that it was sent to. */
    public long remoteHi() {
        return remoteHi;
    }

    public long remoteLo() {
        return remoteLo;
    }

    public int remotePort() {
        return remotePort;
    }

    /** The quoted segment's sequence number: believe the error only if it is in flight. */
    public int sequence() {
        return sequence;
    }
}

package org.pno.wire;

/**
 * IP addresses: 128 bits in two longs, IPv4 as IPv4-mapped {@code ::ffff:a.b.c.d} (RFC 4291 2.5.5.2). The hot path
 * keeps the longs in its own fields and uses the static methods; configuration and messages use the record.
 *
 * @param hi bits 127..64
 * @param lo bits 63..0
 */
public record IpAddress(long hi, long lo) {
    private static final long V4_PREFIX = 0xFFFFL;

    /** ::, "any" of either family, as the sockets' interface has it: 0/0. */
    public static final IpAddress ANY = new IpAddress(0, 0);

    /** 0.0.0.0: to a listener, every IPv4 address. */
    public static final IpAddress ANY_IPV4 = new IpAddress(0, V4_PREFIX << 32);

    /** To a listener, every IPv6 address and no IPv4 (IPV6_V6ONLY): ff00::, reserved, so nobody's (RFC 4291 2.7.1). */
    public static final IpAddress ANY_IPV6 = new IpAddress(0xFFL << 56, 0);

    /** True for what stands for many addresses to a listener. */
    public static boolean isAny(final long hi, final long lo) {
        return hi == 0 && (lo == 0 || lo == V4_PREFIX << 32) || hi == 0xFFL << 56 && lo == 0;
    }

    /** True if a listener on one of them takes what is for the other, either of which may stand for many. */
    public static boolean overlap(final long hi, final long lo, final long otherHi, final long otherLo) {
        if (hi == otherHi && lo == otherLo || hi == 0 && lo == 0 || otherHi == 0 && otherLo == 0) {
            return true;
        }
        final boolean sameFamily = isIpv4(hi, lo) == isIpv4(otherHi, otherLo);
        return sameFamily && (isAny(hi, lo) || isAny(otherHi, otherLo));
    }

    /** The high half of every IPv4 address. */
    public static final long IPV4_HI = 0;

    /** The low half of an IPv4 address. */
    public static long ipv4Lo(final int ipv4) {
        return V4_PREFIX << 32 | Integer.toUnsignedLong(ipv4);
    }

    /** The 32 bits of an IPv4-mapped address. */
    public static int ipv4(final long lo) {
        return (int) lo;
    }

    public static boolean isIpv4(final long hi, final long lo) {
        return hi == 0 && lo >>> 32 == V4_PREFIX;
    }

    public static IpAddress ofIpv4(final int ipv4) {
        return new IpAddress(IPV4_HI, ipv4Lo(ipv4));
    }

    /** 224.0.0.0/4. */
    public static boolean isMulticastIpv4(final int ipv4) {
        return ipv4 >>> 28 == 0xE;
    }

    /** 127.0.0.0/8. */
    public static boolean isLoopbackIpv4(final int ipv4) {
        return ipv4 >>> 24 == 127;
    }

    /** 0.0.0.0/8, "this network": no destination, and a source only before an address is known (RFC 1122 3.2.1.3). */
    public static boolean isThisNetworkIpv4(final int ipv4) {
        return ipv4 >>> 24 == 0;
    }

    /** 240.0.0.0/4, the limited broadcast 255.255.255.255 included (RFC 1112 4). */
    public static boolean isReservedIpv4(final int ipv4) {
        return ipv4 >>> 28 == 0xF;
    }

    /** The high half of every link-local IPv6 address of ours and of most others: fe80::/64. */
    public static final long LINK_LOCAL_HI = 0xFE80L << 48;

    /** The high half of multicast addresses whose scope is the link: ff02::/64. */
    public static final long LINK_MULTICAST_HI = 0xFF02L << 48;

    /** The low halves of ff02::1, all nodes, and ff02::2, all routers (RFC 4291 2.7.1). */
    public static final long ALL_NODES_LO = 1;

    public static final long ALL_ROUTERS_LO = 2;

    private static final long SOLICITED_NODE_LO = 0x1_FF00_0000L;
    private static final long SOLICITED_NODE_BITS = 0xFF_FFFFL;

    /** ff00::/8. */
    public static boolean isMulticastIpv6(final long hi) {
        return hi >>> 56 == 0xFF;
    }

    /** fe80::/10. */
    public static boolean isLinkLocalIpv6(final long hi) {
        return hi >>> 54 == 0xFE80 >>> 6;
    }

    /** True for an IPv6 address that one host can have: neither multicast, ::, ::1 nor an IPv4 address in disguise. */
    public static boolean isSingleHostIpv6(final long hi, final long lo) {
        return !isMulticastIpv6(hi) && (hi != 0 || lo != 0 && lo != 1 && lo >>> 32 != V4_PREFIX);
    }

    /** The low half of the solicited-node multicast address; the high one is {@link #LINK_MULTICAST_HI}. */
    public static long solicitedNodeLo(final long lo) {
        return SOLICITED_NODE_LO | lo & SOLICITED_NODE_BITS;
    }

    /** The low half of the address that a station makes of its MAC: modified EUI-64 (RFC 4291 appendix A). */
    public static long eui64(final long mac) {
        final long upper = (mac >>> 24 ^ 0x02_0000L) & 0xFF_FFFFL;
        return upper << 40 | 0xFF_FE00_0000L | mac & 0xFF_FFFFL;
    }

    public boolean isIpv4() {
        return isIpv4(hi, lo);
    }

    /** The 32 bits of an IPv4 address; asks {@link #isIpv4()} of nobody. */
    public int ipv4() {
        return ipv4(lo);
    }

    /** Reads {@code 10.77.0.1} or an IPv6 address of RFC 4291 2.2. */
    public static IpAddress parse(final String text) {
        return text.indexOf(':') < 0 ? ofIpv4(parseIpv4(text)) : Ipv6Text.parse(text);
    }

    /** Reads dotted decimal: four numbers, no leading zeros, nothing else. */
    public static int parseIpv4(final String text) {
        int address = 0;
        int octet = -1;
        int octets = 0;
        boolean valid = !text.isEmpty();
        for (int i = 0; valid && i < text.length(); i++) {
            final char c = text.charAt(i);
            if (c == '.') {
                valid = octet >= 0 && ++octets <= 3;
                address = address << 8 | octet;
                octet = -1;
            } else {
                valid = c >= '0' && c <= '9' && octet != 0; // "01" is octal to some.
                octet = Math.max(octet, 0) * 10 + (c - '0');
                valid &= octet <= 255;
            }
        }
        if (!valid || octets != 3 || octet < 0) {
            throw new IllegalArgumentException("\"" + text + "\" is no IPv4 address such as 10.77.0.1");
        }
        return address << 8 | octet;
    }

    public static String formatIpv4(final int ipv4) {
        return (ipv4 >>> 24) + "." + (ipv4 >>> 16 & 0xFF) + "." + (ipv4 >>> 8 & 0xFF) + "." + (ipv4 & 0xFF);
    }

    /** Dotted decimal for IPv4, RFC 5952 otherwise. */
    public static String format(final long hi, final long lo) {
        return isIpv4(hi, lo) ? formatIpv4(ipv4(lo)) : Ipv6Text.format(hi, lo);
    }

    @Override
    public String toString() {
        return format(hi, lo);
    }
}

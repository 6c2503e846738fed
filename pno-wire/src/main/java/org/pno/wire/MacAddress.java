package org.pno.wire;

import java.util.HexFormat;

/** IEEE 802 addresses as longs: six bytes, the first in bits 47..40. */
public final class MacAddress {
    public static final int BYTES = 6;
    public static final long BROADCAST = 0xFFFF_FFFF_FFFFL;
    public static final long NONE = 0;

    private static final long GROUP_BIT = 0x0100_0000_0000L;
    private static final long LOCAL_BIT = 0x0200_0000_0000L;
    private static final int DIGITS = 2 * BYTES + BYTES - 1;

    private MacAddress() {}

    /** A group address, broadcast included: never the source of a frame. */
    public static boolean isMulticast(final long mac) {
        return (mac & GROUP_BIT) != 0;
    }

    public static boolean isBroadcast(final long mac) {
        return mac == BROADCAST;
    }

    /** True for an address that can be one station's. */
    public static boolean isUnicast(final long mac) {
        return mac != NONE && !isMulticast(mac);
    }

    /** Where an IPv6 multicast address with this low half is sent to (RFC 2464 7). */
    public static long multicastIpv6(final long lo) {
        return 0x3333_0000_0000L | lo & 0xFFFF_FFFFL;
    }

    /** An address of nobody's, made from {@code bits}: locally administered, unicast. */
    public static long local(final long bits) {
        return (bits & BROADCAST & ~GROUP_BIT) | LOCAL_BIT;
    }

    /** Reads {@code 02:00:00:00:00:01}. */
    public static long parse(final String text) {
        long mac = 0;
        boolean valid = text.length() == DIGITS;
        for (int i = 0; valid && i < DIGITS; i++) {
            final char c = text.charAt(i);
            if (i % 3 == 2) {
                valid = c == ':';
            } else {
                valid = HexFormat.isHexDigit(c);
                mac = mac << 4 | Character.digit(c, 16);
            }
        }
        if (!valid) {
            throw new IllegalArgumentException("\"" + text + "\" is no MAC address such as 02:00:00:00:00:01");
        }
        return mac;
    }

    public static String format(final long mac) {
        final StringBuilder text = new StringBuilder(DIGITS);
        for (int shift = 40; shift >= 0; shift -= 8) {
            HexFormat.of().toHexDigits(text, (byte) (mac >>> shift));
            if (shift > 0) {
                text.append(':');
            }
        }
        return text.toString();
    }
}

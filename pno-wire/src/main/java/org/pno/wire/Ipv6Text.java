package org.pno.wire;

/** IPv6 addresses as text: reads RFC 4291 2.2, writes RFC 5952 4. */
final class Ipv6Text {
    private static final int GROUPS = 8;

    private Ipv6Text() {}

    static IpAddress parse(final String text) {
        try {
            final int gap = text.indexOf("::");
            if (gap < 0) {
                return join(groups(text, text, true), new int[0], 0);
            }
            final int[] before = groups(text, text.substring(0, gap), false);
            final int[] after = groups(text, text.substring(gap + 2), true);
            return join(before, after, 1);
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException("\"" + text + "\" is no IPv6 address such as fd00::1", e);
        }
    }

    /** The 16-bit groups of a part of the address, the last of which may be an IPv4 address if {@code mayEndInIpv4}. */
    private static int[] groups(final String whole, final String part, final boolean mayEndInIpv4) {
        if (part.isEmpty()) {
            return new int[0];
        }
        final String[] words = part.split(":", -1);
        final String last = words[words.length - 1];
        final boolean endsInIpv4 = mayEndInIpv4 && last.indexOf('.') >= 0;
        final int[] groups = new int[words.length + (endsInIpv4 ? 1 : 0)];
        for (int i = 0; i < words.length - (endsInIpv4 ? 1 : 0); i++) {
            groups[i] = group(whole, words[i]);
        }
        if (endsInIpv4) {
            final int ipv4 = IpAddress.parseIpv4(last);
            groups[groups.length - 2] = ipv4 >>> 16;
            groups[groups.length - 1] = ipv4 & 0xFFFF;
        }
        return groups;
    }

    private static int group(final String whole, final String word) {
        boolean valid = !word.isEmpty() && word.length() <= 4;
        int value = 0;
        for (int i = 0; valid && i < word.length(); i++) {
            final char c = word.charAt(i);
            valid = c < 0x80 && Character.digit(c, 16) >= 0;
            value = value << 4 | Character.digit(c, 16);
        }
        if (!valid) {
            throw new IllegalArgumentException("group \"" + word + "\" of " + whole);
        }
        return value;
    }

    private static IpAddress join(final int[] before, final int[] after, final int leastZeros) {
        final int zeros = GROUPS - before.length - after.length;
        if (zeros < leastZeros || (leastZeros == 0 && zeros != 0)) {
            throw new IllegalArgumentException((before.length + after.length) + " groups");
        }
        final long[] halves = new long[2];
        for (int i = 0; i < before.length; i++) {
            put(halves, i, before[i]);
        }
        for (int i = 0; i < after.length; i++) {
            put(halves, GROUPS - after.length + i, after[i]);
        }
        return new IpAddress(halves[0], halves[1]);
    }

    private static void put(final long[] halves, final int index, final int group) {
        halves[index / 4] |= (long) group << (48 - 16 * (index % 4));
    }

    private static int groupAt(final long hi, final long lo, final int index) {
        return (int) ((index < 4 ? hi : lo) >>> (48 - 16 * (index % 4))) & 0xFFFF;
    }

    static String format(final long hi, final long lo) {
        int gapStart = -1;
        int gapLength = 1; // RFC 5952 4.2.2: a single zero group is written out.
        for (int i = 0, run = 0; i < GROUPS; i++) {
            run = groupAt(hi, lo, i) == 0 ? run + 1 : 0;
            if (run > gapLength) { // RFC 5952 4.2.3: the longest run, the first of equals.
                gapLength = run;
                gapStart = i - run + 1;
            }
        }
        final StringBuilder text = new StringBuilder(39);
        int index = 0;
        while (index < GROUPS) {
            if (index == gapStart) {
                text.append("::");
                index += gapLength;
            } else {
                if (index > 0 && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                text.append(Integer.toHexString(groupAt(hi, lo, index)));
                index++;
            }
        }
        return text.toString();
    }
}

package org.pno.cli.load;

/** The content of values, files and messages: letters in turn, so that a byte out of place is seen. */
public final class PayloadPattern {
    /** After so many bytes it begins anew; prime, so that no power of two hides a shift. */
    public static final int PERIOD = 23;

    private PayloadPattern() {}

    /** The byte at a place. */
    public static byte at(final long place) {
        return (byte) ('a' + place % PERIOD);
    }

    /** The first bytes. */
    public static byte[] bytes(final int count) {
        return bytes(0, count);
    }

    /** Bytes from a place on. */
    public static byte[] bytes(final long from, final int count) {
        final byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = at(from + i);
        }
        return bytes;
    }
}

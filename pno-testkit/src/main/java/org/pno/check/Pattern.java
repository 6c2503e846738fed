package org.pno.check;

/** What the bytes of a stream are, as their positions determine, so that nothing has to be stored to check them. */
final class Pattern {
    private Pattern() {}

    /** The byte at this position of either stream. */
    static byte at(final long position) {
        return (byte) (position * 31 + (position >>> 8));
    }

    static byte[] bytes(final long position, final int length) {
        final byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = at(position + i);
        }
        return bytes;
    }
}

package org.pno.wire;

/**
 * TCP sequence numbers: 32 bits that wrap (RFC 9293 3.4). The only place where they are compared; everything else
 * counts in 64-bit positions, see {@link #extend}.
 *
 * <p>{@code a} is before {@code b} if going forward from {@code a} reaches {@code b} in less than 2^31 steps. Numbers
 * exactly 2^31 apart are each before the other; no window of TCP is that wide (RFC 7323 2.2 bounds it to 2^30).
 */
public final class SeqNum {
    private SeqNum() {}

    /** True if {@code a} is before {@code b}. */
    public static boolean lt(final int a, final int b) {
        return a - b < 0;
    }

    /** True if {@code a} is before {@code b} or is {@code b}. */
    public static boolean leq(final int a, final int b) {
        return a - b <= 0;
    }

    /** True if {@code a} is after {@code b}. */
    public static boolean gt(final int a, final int b) {
        return b - a < 0;
    }

    /** True if {@code a} is after {@code b} or is {@code b}. */
    public static boolean geq(final int a, final int b) {
        return b - a <= 0;
    }

    /** Steps from {@code b} forward to {@code a}; negative if {@code a} is before {@code b}. */
    public static int diff(final int a, final int b) {
        return a - b;
    }

    /** The number {@code delta} steps after {@code seq}. */
    public static int add(final int seq, final long delta) {
        return seq + (int) delta;
    }

    /** The later of the two. */
    public static int max(final int a, final int b) {
        return lt(a, b) ? b : a;
    }

    /** The earlier of the two. */
    public static int min(final int a, final int b) {
        return lt(a, b) ? a : b;
    }

    /**
     * True if {@code seq} is one of the {@code length} numbers from {@code start} on.
     *
     * @param length 0 to 2^32 - 1
     */
    public static boolean inWindow(final int seq, final int start, final long length) {
        return Integer.toUnsignedLong(seq - start) < length;
    }

    /**
     * The 64-bit position of a sequence number: of all positions that {@code seq} can stand for, the one nearest to
     * {@code basePosition}. It may be negative, before the start of the stream.
     *
     * @param basePosition a position near by, such as RCV.NXT or SND.UNA
     * @param baseSeq its sequence number
     */
    public static long extend(final long basePosition, final int baseSeq, final int seq) {
        return basePosition + (seq - baseSeq);
    }

    /** The sequence number of a stream position: position 0 is the byte after the SYN, which has the initial number. */
    public static int ofPosition(final int initialSeq, final long position) {
        return initialSeq + 1 + (int) position;
    }
}

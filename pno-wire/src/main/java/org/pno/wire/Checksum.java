package org.pno.wire;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The Internet checksum (RFC 1071), its pseudo headers, and its incremental update (RFC 1624).
 *
 * <p>A <em>partial sum</em> is a long that is congruent, modulo 2^16 - 1, to the sum of the 16-bit words in network
 * order. Partial sums of pieces that start at even offsets of one message are simply added; {@link #finish} makes the
 * header field of the total.
 */
public final class Checksum {
    private static final VarHandle I64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
    private static final VarHandle I32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
    private static final VarHandle U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private static final long LOW_32 = 0xFFFF_FFFFL;
    private static final int BLOCK_BYTES = 32;

    private Checksum() {}

    /**
     * Partial sum of {@code length} bytes; an odd last byte counts as if a zero followed.
     *
     * @return 0..0xFFFF
     */
    public static long sum(final MemorySegment segment, final long offset, final int length) {
        // RFC 1071 2(B): the sum of byte-swapped words is the swapped sum, so little-endian loads do and one swap is
        // left.
        // 2(C): words may be summed 32 bits at a time. Two accumulators per load, no carries to watch.
        long even = 0;
        long odd = 0;
        long at = offset;
        final long blocksEnd = offset + (length & -BLOCK_BYTES);
        for (; at < blocksEnd; at += BLOCK_BYTES) {
            final long a = (long) I64.get(segment, at);
            final long b = (long) I64.get(segment, at + 8);
            final long c = (long) I64.get(segment, at + 16);
            final long d = (long) I64.get(segment, at + 24);
            even += (a & LOW_32) + (b & LOW_32) + (c & LOW_32) + (d & LOW_32);
            odd += (a >>> 32) + (b >>> 32) + (c >>> 32) + (d >>> 32);
        }
        return swap(fold(even + odd + sumTail(segment, at, length & (BLOCK_BYTES - 1))));
    }

    private static long sumTail(final MemorySegment segment, final long offset, final int length) {
        long sum = 0;
        long at = offset;
        final long end = offset + length;
        for (; at + 4 <= end; at += 4) {
            sum += (int) I32.get(segment, at) & LOW_32;
        }
        if (at + 2 <= end) {
            sum += (short) U16.get(segment, at) & 0xFFFF;
            at += 2;
        }
        if (at < end) {
            sum += segment.get(JAVA_BYTE, at) & 0xFF;
        }
        return sum;
    }

    /** The partial sum of a piece that starts at an odd offset of its message (RFC 1071 2(B)). */
    public static long swap(final long sum) {
        final int folded = fold(sum);
        return (folded & 0xFFL) << 8 | folded >>> 8;
    }

    /**
     * Partial sum of the pseudo header of RFC 9293 3.1.
     *
     * @param length bytes of the segment, header and payload
     */
    public static long pseudoHeader(final int source, final int destination, final int protocol, final int length) {
        return (source & LOW_32) + (destination & LOW_32) + protocol + length;
    }

    /** Partial sum of the pseudo header of RFC 8200 8.1. */
    public static long pseudoHeader(
            final long sourceHi,
            final long sourceLo,
            final long destinationHi,
            final long destinationLo,
            final int protocol,
            final int length) {
        return halves(sourceHi) + halves(sourceLo) + halves(destinationHi) + halves(destinationLo) + protocol + length;
    }

    private static long halves(final long bits) {
        return (bits & LOW_32) + (bits >>> 32);
    }

    /** A partial sum as 16 bits, carries added in. Zero only if it is zero. */
    public static int fold(final long sum) {
        long folded = (sum & LOW_32) + (sum >>> 32);
        folded = (folded & 0xFFFF) + (folded >>> 16 & 0xFFFF) + (folded >>> 32);
        folded = (folded & 0xFFFF) + (folded >>> 16);
        folded = (folded & 0xFFFF) + (folded >>> 16);
        return (int) folded;
    }

    /** The checksum field of a message with this partial sum (its own field counted as zero). */
    public static int finish(final long sum) {
        return ~fold(sum) & 0xFFFF;
    }

    /** True if a message holds, its checksum field included in this partial sum. */
    public static boolean isValid(final long sum) {
        return fold(sum) == 0xFFFF;
    }

    /** The checksum after a 16-bit word of the message changed: RFC 1624 3, equation 3. */
    public static int update16(final int checksum, final int oldWord, final int newWord) {
        return finish((~checksum & 0xFFFFL) + (~oldWord & 0xFFFFL) + (newWord & 0xFFFFL));
    }

    /** The checksum after two words of the message changed, such as an address. */
    public static int update32(final int checksum, final int oldWords, final int newWords) {
        return finish((~checksum & 0xFFFFL) + (~oldWords & LOW_32) + (newWords & LOW_32));
    }
}

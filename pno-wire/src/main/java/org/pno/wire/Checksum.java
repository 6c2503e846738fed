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

    private Checksum() {}

    /**
     * Partial sum of {@code length} bytes; an odd last byte counts as if a zero followed.
     *
     * @return 0..0xFFFF
     */
    public static long sum(final MemorySegment segment, final long offset, final int length) {
        // RFC 1071 2(B): the sum of swapped words is the swapped sum, so little-endian loads do, with one swap at the
        // end. 2(C): words may be added 32 bits at a time. Written as the plainest of loops: so the JIT makes it one of
        // vectors.
        long sum = 0;
        final int end = length & -Long.BYTES;
        for (int i = 0; i < end; i += Long.BYTES) {
            final long words = (long) I64.get(segment, offset + i);
            sum += (words & LOW_32) + (words >>> 32);
        }
        return swap(fold(sum + sumTail(segment, offset + end, length - end)));
    }

    /** The last bytes, fewer than eight. */
    private static long sumTail(final MemorySegment segment, final long offset, final int length) {
        long sum = 0;
        long at = offset;
        if ((length & 4) != 0) {
            sum = (int) I32.get(segment, at) & LOW_32;
            at += 4;
        }
        if ((length & 2) != 0) {
            sum += (short) U16.get(segment, at) & 0xFFFF;
            at += 2;
        }
        return (length & 1) == 0 ? sum : sum + (segment.get(JAVA_BYTE, at) & 0xFF);
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

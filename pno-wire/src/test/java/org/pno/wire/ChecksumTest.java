package org.pno.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The checksum beside the definition of RFC 1071, word by word. */
class ChecksumTest {
    private static int naiveSum(final byte[] bytes, final int from, final int to) {
        int sum = 0;
        for (int i = from; i < to; i += 2) {
            final int low = i + 1 < to ? bytes[i + 1] & 0xFF : 0;
            sum += (bytes[i] & 0xFF) << 8 | low;
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return sum;
    }

    @Property
    void shouldSumAnyRangeAsTheDefinitionDoes(
            @ForAll @Size(max = 400) final byte[] bytes, @ForAll @IntRange(max = 400) final int start) {
        final int from = Math.min(start, bytes.length);

        final long sum = Checksum.sum(MemorySegment.ofArray(bytes), from, bytes.length - from);

        assertEquals(naiveSum(bytes, from, bytes.length), sum);
    }

    @Example
    void shouldSumTheLargestPacketOfAllOnes() {
        final byte[] bytes = new byte[65_535];
        Arrays.fill(bytes, (byte) 0xFF);

        assertEquals(naiveSum(bytes, 0, bytes.length), Checksum.sum(MemorySegment.ofArray(bytes), 0, bytes.length));
    }

    @Property
    void shouldAddUpOverPiecesAtEvenAndOddOffsets(
            @ForAll @Size(min = 2, max = 100) final byte[] bytes, @ForAll @IntRange(max = 100) final int split) {
        final int at = Math.min(split, bytes.length);
        final MemorySegment segment = MemorySegment.ofArray(bytes);
        final long head = Checksum.sum(segment, 0, at);
        final long tail = Checksum.sum(segment, at, bytes.length - at);

        final long sum = head + ((at & 1) == 0 ? tail : Checksum.swap(tail));

        assertEquals(naiveSum(bytes, 0, bytes.length), Checksum.fold(sum));
    }

    @Property
    void shouldFoldAsRemainderDoes(@ForAll final long sum) {
        final int folded = Checksum.fold(sum);

        assertEquals(Long.remainderUnsigned(sum, 0xFFFF), folded % 0xFFFF);
        assertTrue(folded >= 0 && folded <= 0xFFFF);
        assertEquals(sum == 0, folded == 0);
    }

    @Property
    void shouldUpdateAsIfComputedAnew(
            @ForAll @Size(20) final byte[] bytes, @ForAll @IntRange(max = 8) final int word, @ForAll final int value) {
        final MemorySegment segment = MemorySegment.ofArray(bytes);
        BigEndian.u16(segment, 0, 0x4500); // A header is never all zeros.
        final int before = Checksum.finish(Checksum.sum(segment, 0, bytes.length));
        final long offset = 2L + 2L * word;
        final int old16 = BigEndian.u16(segment, offset);
        final int new16 = value & 0xFFFF;
        BigEndian.u16(segment, offset, new16);

        final int after = Checksum.finish(Checksum.sum(segment, 0, bytes.length));

        assertEquals(after, Checksum.update16(before, old16, new16));
    }

    @Property
    void shouldUpdateAnAddressAsIfComputedAnew(@ForAll @Size(20) final byte[] bytes, @ForAll final int value) {
        final MemorySegment segment = MemorySegment.ofArray(bytes);
        BigEndian.u16(segment, 0, 0x4500);
        final int before = Checksum.finish(Checksum.sum(segment, 0, bytes.length));
        final int old32 = BigEndian.i32(segment, 12);
        BigEndian.i32(segment, 12, value);

        final int after = Checksum.finish(Checksum.sum(segment, 0, bytes.length));

        assertEquals(after, Checksum.update32(before, old32, value));
    }

    @Example
    void shouldUpdateToTheValueOfRfc1624() {
        // RFC 1624 4: HC = 0xDD2F, m = 0x5555, m' = 0x3285 gives 0x0000, not 0xFFFF.
        assertEquals(0x0000, Checksum.update16(0xDD2F, 0x5555, 0x3285));
    }

    @Example
    void shouldAcceptThePseudoHeaderOfARealSegment() {
        // A SYN from 10.77.0.2:40000 to 10.77.0.1:6379; its checksum was computed by hand from RFC 9293 3.1.
        final byte[] segment = HexFormat.of().parseHex("9c4018eb" + "00000001" + "00000000" + "5002ffff" + "00000000");
        final long pseudo = Checksum.pseudoHeader(0x0A4D0002, 0x0A4D0001, Ipv4Header.PROTOCOL_TCP, segment.length);
        final MemorySegment memory = MemorySegment.ofArray(segment);
        final int byHand = naiveSum(
                ByteBuffer.allocate(12 + segment.length)
                        .putInt(0x0A4D0002)
                        .putInt(0x0A4D0001)
                        .putShort((short) 6)
                        .putShort((short) segment.length)
                        .put(segment)
                        .array(),
                0,
                12 + segment.length);

        assertEquals(~byHand & 0xFFFF, Checksum.finish(pseudo + Checksum.sum(memory, 0, segment.length)));
        BigEndian.u16(memory, TcpHeader.CHECKSUM_OFFSET, ~byHand);
        assertTrue(Checksum.isValid(pseudo + Checksum.sum(memory, 0, segment.length)));
        BigEndian.u16(memory, TcpHeader.CHECKSUM_OFFSET, ~byHand + 1);
        assertFalse(Checksum.isValid(pseudo + Checksum.sum(memory, 0, segment.length)));
    }

    @Property
    void shouldSumThePseudoHeaderOfIpv6(
            @ForAll final long a, @ForAll final long b, @ForAll final long c, @ForAll final long d) {
        final byte[] header = ByteBuffer.allocate(40)
                .putLong(a)
                .putLong(b)
                .putLong(c)
                .putLong(d)
                .putInt(1_000)
                .putInt(6)
                .array();

        assertEquals(naiveSum(header, 0, 40), Checksum.fold(Checksum.pseudoHeader(a, b, c, d, 6, 1_000)));
    }
}

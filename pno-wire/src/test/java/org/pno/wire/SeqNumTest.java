package org.pno.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Sequence numbers beside a model of unbounded integers taken modulo 2^32. */
class SeqNumTest {
    private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(32);
    private static final int LARGEST_STEP = Integer.MAX_VALUE;

    /** The number that stands for a position on the wire. */
    private static int wire(final BigInteger position) {
        return position.mod(MODULUS).intValue();
    }

    @Property
    void shouldOrderNumbersAsThePositionsTheyStandFor(
            @ForAll final long position, @ForAll @IntRange(min = 1, max = LARGEST_STEP) final int step) {
        final int a = wire(BigInteger.valueOf(position));
        final int b = wire(BigInteger.valueOf(position).add(BigInteger.valueOf(step)));

        assertTrue(SeqNum.lt(a, b) && SeqNum.leq(a, b) && SeqNum.gt(b, a) && SeqNum.geq(b, a));
        assertFalse(SeqNum.lt(b, a) || SeqNum.leq(b, a) || SeqNum.gt(a, b) || SeqNum.geq(a, b));
        assertEquals(a, SeqNum.min(a, b));
        assertEquals(a, SeqNum.min(b, a));
        assertEquals(b, SeqNum.max(a, b));
        assertEquals(b, SeqNum.max(b, a));
    }

    @Property
    void shouldFindANumberNeitherBeforeNorAfterItself(@ForAll final int a) {
        assertTrue(SeqNum.leq(a, a) && SeqNum.geq(a, a));
        assertFalse(SeqNum.lt(a, a) || SeqNum.gt(a, a));
        assertEquals(0, SeqNum.diff(a, a));
    }

    @Property
    void shouldCountStepsBothWays(@ForAll final int a, @ForAll @IntRange(max = LARGEST_STEP) final int step) {
        final int b = wire(BigInteger.valueOf(a).add(BigInteger.valueOf(step)));

        assertEquals(b, SeqNum.add(a, step));
        assertEquals(step, SeqNum.diff(b, a));
        assertEquals(-step, SeqNum.diff(a, b));
    }

    @Property
    void shouldAddAStepOfAnyWidth(@ForAll final int a, @ForAll final long step) {
        assertEquals(wire(BigInteger.valueOf(a).add(BigInteger.valueOf(step))), SeqNum.add(a, step));
    }

    @Property
    void shouldHoldANumberInAWindowAsTheModelDoes(
            @ForAll final int start,
            @ForAll @LongRange(max = 0xFFFF_FFFFL) final long length,
            @ForAll @LongRange(max = 0xFFFF_FFFFL) final long step) {
        final int seq = wire(BigInteger.valueOf(start).add(BigInteger.valueOf(step)));

        assertEquals(step < length, SeqNum.inWindow(seq, start, length));
    }

    @Property
    void shouldExtendToThePositionItWasMadeFrom(
            @ForAll final int initialSeq,
            @ForAll @LongRange(min = -1, max = Long.MAX_VALUE / 2) final long base,
            @ForAll final int distance) {
        final int baseSeq = SeqNum.ofPosition(initialSeq, base);
        final int seq = SeqNum.ofPosition(initialSeq, base + distance);

        assertEquals(base + distance, SeqNum.extend(base, baseSeq, seq));
    }

    @Property
    void shouldExtendToTheNearestPosition(
            @ForAll @LongRange(min = 0, max = Long.MAX_VALUE / 2) final long base,
            @ForAll final int baseSeq,
            @ForAll final int seq) {
        final long position = SeqNum.extend(base, baseSeq, seq);

        assertTrue(Math.abs(position - base) <= 1L << 31);
        assertEquals(seq, wire(BigInteger.valueOf(baseSeq).add(BigInteger.valueOf(position - base))));
    }

    @Example
    void shouldPutTheSynBeforeTheFirstByte() {
        assertEquals(0xFFFF_FFFF, SeqNum.ofPosition(0xFFFF_FFFF, -1));
        assertEquals(0, SeqNum.ofPosition(0xFFFF_FFFF, 0));
    }
}

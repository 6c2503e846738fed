package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.BitSet;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class IntervalSetPropertyTest {
    private static final int SPACE = 200;

    @Property
    void shouldAgreeWithASetOfPositions(@ForAll final long seed, @ForAll @IntRange(min = 1, max = 60) final int steps) {
        final Random random = new Random(seed);
        final IntervalSet set = new IntervalSet(1_000);
        final BitSet model = new BitSet();
        for (int i = 0; i < steps; i++) {
            final int start = random.nextInt(SPACE);
            final int end = start + 1 + random.nextInt(20);
            final int before = model.cardinality();
            if (random.nextInt(5) == 0) {
                model.clear(0, start);
                assertEquals(before - model.cardinality(), set.removeBelow(start));
            } else {
                model.set(start, end);
                assertEquals(model.cardinality() - before, set.add(start, end));
            }
            check(set, model, random.nextInt(SPACE), random.nextInt(SPACE));
        }
    }

    private static void check(final IntervalSet set, final BitSet model, final int one, final int other) {
        final StringBuilder expected = new StringBuilder();
        for (int from = model.nextSetBit(0); from >= 0; from = model.nextSetBit(model.nextClearBit(from))) {
            expected.append('[')
                    .append(from)
                    .append(',')
                    .append(model.nextClearBit(from))
                    .append(')');
        }
        assertEquals(expected.toString(), set.toString());
        assertEquals(model.cardinality(), set.totalBytes());
        assertEquals(model.get(one), set.indexOf(one) >= 0);
        final int from = Math.min(one, other);
        final int to = Math.max(one, other);
        assertEquals(model.get(from, to).cardinality(), set.bytesWithin(from, to));
    }
}

package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.BitSet;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** RFC 6675 4, IsLost (). */
class SackScoreboardPropertyTest {
    private static final int MSS = 10;
    private static final int SPACE = 300;

    /** IsLost () as RFC 6675 words it, byte by byte. */
    private static boolean isLost(final BitSet sacked, final int position) {
        int stretches = 0;
        int bytes = 0;
        for (int i = sacked.nextSetBit(position + 1); i >= 0; i = sacked.nextSetBit(i + 1)) {
            bytes++;
            if (!sacked.get(i - 1)) {
                stretches++;
            }
        }
        return stretches >= 3 || bytes > 2 * MSS;
    }

    @Property(tries = 300)
    void shouldAgreeWithTheRfcByteByByte(@ForAll final long seed) {
        final Random random = new Random(seed);
        final SackScoreboard tested = new SackScoreboard(1_000);
        final BitSet sacked = new BitSet();
        for (int i = 0; i < 6; i++) {
            final int start = 1 + random.nextInt(SPACE);
            final int end = start + 1 + random.nextInt(12);
            tested.add(start, end);
            sacked.set(start, end);
            final long edge = tested.lostEdge(0, MSS);
            for (int position = 0; position < SPACE; position++) {
                if (!sacked.get(position)) {
                    assertEquals(isLost(sacked, position), position < edge, "position " + position + " of " + sacked);
                }
            }
            assertEquals(SPACE - sacked.get(0, SPACE).cardinality(), tested.missingWithin(0, SPACE));
        }
    }
}

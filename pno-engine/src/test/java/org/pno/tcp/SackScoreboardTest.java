package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** RFC 2018, RFC 6675 4. */
class SackScoreboardTest {
    private static final int MSS = 10;

    private final SackScoreboard board = new SackScoreboard(3);

    @Test
    void shouldReachThresholdWithThreeStretches() {
        board.add(10, 11);
        board.add(20, 21);
        assertFalse(board.reachesThreshold(MSS));
        board.add(30, 31);
        assertTrue(board.reachesThreshold(MSS));
    }

    @Test
    void shouldReachThresholdWithMoreThanTwoSegments() {
        board.add(10, 30);
        assertFalse(board.reachesThreshold(MSS));
        board.add(30, 31);
        assertTrue(board.reachesThreshold(MSS));
    }

    @Test
    void shouldTellWhatIsNew() {
        assertEquals(10, board.add(10, 20));
        assertEquals(5, board.add(10, 25));
        assertEquals(0, board.add(12, 18));
    }

    @Test
    void shouldIgnoreReportBeyondItsBound() {
        board.add(10, 11);
        board.add(20, 21);
        board.add(30, 31);
        assertEquals(0, board.add(40, 41));
        assertEquals(3, board.sackedBytes());
    }

    @Test
    void shouldTellReneging() {
        board.add(10, 20);
        assertFalse(board.isReneged(9));
        assertTrue(board.isReneged(10));
    }
}

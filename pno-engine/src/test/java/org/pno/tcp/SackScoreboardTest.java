package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** RFC 6675 4. */
class SackScoreboardTest {
    private static final int MSS = 10;

    private final SackScoreboard board = new SackScoreboard(100);

    @Test
    void shouldCallHoleLostBelowThreeStretches() {
        board.add(10, 11);
        board.add(20, 21);
        assertEquals(0, board.lostEdge(0, MSS));
        board.add(30, 31);
        assertEquals(10, board.lostEdge(0, MSS));
    }

    @Test
    void shouldCallHoleLostBelowMoreThanTwoSegments() {
        board.add(10, 30);
        assertEquals(0, board.lostEdge(0, MSS));
        board.add(30, 31);
        assertEquals(10, board.lostEdge(0, MSS));
    }

    @Test
    void shouldFindHoles() {
        board.add(10, 20);
        board.add(30, 40);
        assertEquals(0, board.firstMissing(0));
        assertEquals(10, board.holeEnd(0, 100));
        assertEquals(20, board.firstMissing(15));
        assertEquals(30, board.holeEnd(20, 100));
        assertEquals(100, board.holeEnd(40, 100));
        assertEquals(25, board.holeEnd(20, 25));
        assertEquals(40, board.highestSacked(0));
    }

    @Test
    void shouldTellReneging() {
        board.add(10, 20);
        assertFalse(board.isReneged(9));
        assertTrue(board.isReneged(10));
    }
}

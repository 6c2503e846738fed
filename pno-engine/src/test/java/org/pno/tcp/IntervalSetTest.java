package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class IntervalSetTest {
    @Test
    void shouldJoinNeighboursAndOverlaps() {
        final IntervalSet set = new IntervalSet(10);
        assertEquals(10, set.add(10, 20));
        assertEquals(10, set.add(30, 40));
        assertEquals(10, set.add(20, 30));
        assertEquals("[10,40)", set.toString());
        assertEquals(15, set.add(5, 60) - 10);
        assertEquals("[5,60)", set.toString());
    }

    @Test
    void shouldRefuseBeyondItsBoundButJoin() {
        final IntervalSet set = new IntervalSet(2);
        set.add(10, 20);
        set.add(30, 40);
        assertFalse(set.hasRoomFor(50, 60));
        assertEquals(-1, set.add(50, 60));
        assertTrue(set.hasRoomFor(40, 60));
        assertEquals(20, set.add(40, 60));
        assertTrue(set.hasRoomFor(0, 10));
    }

    @Test
    void shouldGrowUpToItsBound() {
        final IntervalSet set = new IntervalSet(100);
        for (int i = 0; i < 100; i++) {
            assertEquals(1, set.add(2L * i, 2L * i + 1));
        }
        assertEquals(100, set.count());
        assertEquals(-1, set.add(1_000, 1_001));
    }
}

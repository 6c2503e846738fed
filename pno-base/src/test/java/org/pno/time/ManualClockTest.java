package org.pno.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ManualClockTest {
    private final ManualClock clock = new ManualClock(Long.MAX_VALUE - 5);

    @Test
    void shouldAdvancePastTheLargestLong() {
        assertEquals(Long.MIN_VALUE + 4, clock.advance(10));
        assertEquals(Long.MIN_VALUE + 4, clock.nowNs());
    }

    @Test
    void shouldRefuseToGoBack() {
        assertThrows(IllegalArgumentException.class, () -> clock.advance(-1));
        assertThrows(IllegalArgumentException.class, () -> clock.advanceTo(Long.MAX_VALUE - 6));
    }
}

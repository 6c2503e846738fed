package org.pno.cli.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.pno.cli.machine.UserError;

class CoreTimeTest {
    // user nice system idle iowait irq softirq steal guest guest_nice
    private static final List<String> STAT = List.of(
            "cpu  100 100 100 100 100 100 100 100 0 0", "cpu0 1 2 3 400 50 6 7 80 0 0", "cpu10 10 0 0 0 0 0 0 0 0 0");

    @Test
    void shouldCountWhatKeepsACoreBusySoftirqsIncluded() {
        assertEquals((1 + 2 + 3 + 6 + 7) * 10_000, CoreTime.busyMicros(STAT, 0));
    }

    @Test
    void shouldNotTakeOneCoreForAnother() {
        assertEquals(100_000, CoreTime.busyMicros(STAT, 10));
        assertThrows(UserError.class, () -> CoreTime.busyMicros(STAT, 1));
    }
}

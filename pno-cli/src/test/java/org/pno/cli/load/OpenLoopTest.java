package org.pno.cli.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenLoopTest {
    private static final long START_NS = 1_000_000_000;
    private static final long GAP_NS = 1_000_000;

    private final List<Long> began = new ArrayList<>();
    private final OpenLoop loop = new OpenLoop((exchange, beganNs) -> began.add(beganNs - START_NS), 1_000);
    private final Exchange exchange = new Exchange(null, null, 64, 0, 1, 1);

    @Test
    void shouldSendWhenDueAndNotBefore() {
        loop.free(exchange, START_NS);
        loop.free(exchange, START_NS);
        loop.step(START_NS);
        assertEquals(List.of(0L), began);
        assertEquals(START_NS + GAP_NS, loop.nextNs());
        loop.step(START_NS + GAP_NS - 1);
        assertEquals(List.of(0L), began);
        loop.step(START_NS + GAP_NS);
        assertEquals(List.of(0L, GAP_NS), began);
    }

    @Test
    void shouldCountLatencyFromWhenItWasDueThoughNoConnectionWasFree() {
        loop.free(exchange, START_NS);
        loop.step(START_NS);
        loop.step(START_NS + 5 * GAP_NS);
        assertEquals(Long.MAX_VALUE, loop.nextNs());
        loop.free(exchange, START_NS + 5 * GAP_NS);
        loop.free(exchange, START_NS + 5 * GAP_NS);
        loop.step(START_NS + 5 * GAP_NS);
        assertEquals(List.of(0L, GAP_NS, 2 * GAP_NS), began);
    }
}

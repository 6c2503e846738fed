package org.pno.cli.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.pno.cli.machine.UserError;

class RedisBenchmarkTest {
    private static final String HEAD = "\"test\",\"rps\",\"avg_latency_ms\",\"min_latency_ms\",\"p50_latency_ms\","
            + "\"p95_latency_ms\",\"p99_latency_ms\",\"max_latency_ms\"\n";
    private static final String GET =
            "\"GET\",\"66666.67\",\"0.041\",\"0.016\",\"0.039\",\"0.063\",\"0.095\",\"0.175\"\n";

    @Test
    void shouldReadRateAndLatencies() {
        assertEquals(new ToolReport(1_000, 1_000 / 66_666.67, 39, 95), RedisBenchmark.parse(HEAD + GET, "get", 1_000));
    }

    @Test
    void shouldRefuseOutputWithoutTheTest() {
        assertThrows(UserError.class, () -> RedisBenchmark.parse(HEAD + GET, "set", 1_000));
    }

    @Test
    void shouldRefuseWhatOldVersionsWrite() {
        assertThrows(UserError.class, () -> RedisBenchmark.parse("\"GET\",\"66666.67\"\n", "get", 1_000));
    }

    @Test
    void shouldRefuseOutputThatTellsOfErrors() {
        assertThrows(VoidRound.class, () -> RedisBenchmark.parse("Error: reset\n" + HEAD + GET, "get", 1_000));
    }
}

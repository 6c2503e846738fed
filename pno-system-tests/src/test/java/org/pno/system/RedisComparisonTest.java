package org.pno.system;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pno.cli.lab.Lab;
import org.pno.cli.lab.Labs;
import org.pno.cli.machine.Cores;
import org.pno.cli.measure.RedisComparison;
import org.pno.cli.measure.Sample;
import org.pno.cli.measure.Transport;

@Tag("system")
class RedisComparisonTest {
    @Test
    void shouldMeasureTheKernel() {
        try (Lab lab = Labs.open("test-kernel")) {
            final RedisComparison comparison = new RedisComparison(lab, Cores.ofThisProcess(), 0.5);
            final RedisComparison.Round round = comparison.measure(Transport.KERNEL);
            isPlausible(round.set());
            isPlausible(round.get());
        }
    }

    private static void isPlausible(final Sample sample) {
        final String text = sample.toString();
        assertTrue(sample.requestsPerSecond() > 100, text);
        assertTrue(sample.p50Micros() > 0 && sample.p50Micros() <= sample.p99Micros(), text);
        assertTrue(sample.hostCpuMicrosPerRequest() > 0, text);
    }
}

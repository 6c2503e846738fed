package org.pno.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.pno.cli.json.Json;
import org.pno.cli.measure.Pair;
import org.pno.cli.measure.Sample;
import org.pno.cli.measure.Warmth;

class DemoCommandTest {
    @Test
    void shouldReportBothSidesAndTheirRatio() {
        final Sample kernel = new Sample(100_000, 200, 400, 8);
        final Sample pno = new Sample(150_000, 100, 300, 2);
        assertEquals(
                "{\"app\":\"redis\",\"payloadBytes\":64,\"connections\":32,"
                        + "\"kernel\":{\"requestsPerSecond\":100000,\"p50Micros\":200,\"p99Micros\":400,"
                        + "\"hostCpuMicrosPerRequest\":8},"
                        + "\"pno\":{\"requestsPerSecond\":150000,\"p50Micros\":100,\"p99Micros\":300,"
                        + "\"hostCpuMicrosPerRequest\":2},"
                        + "\"ratio\":{\"requestsPerSecond\":1.5,\"hostCpu\":0.25},"
                        + "\"warmup\":{\"seconds\":4.5,\"jitCpuSeconds\":2.5,\"jitShareAtEnd\":0.01,\"atRest\":true}}",
                Json.write(DemoCommand.report(new Pair(kernel, pno), new Warmth(4.5, 2.5, 0.01))));
    }
}

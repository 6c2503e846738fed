package org.pno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./pno bench} as a user starts it: workloads run over all routes, and answers are checked. */
@Tag("system")
class BenchTest {
    private static final List<String> SHORT = List.of(
            "--seconds=0.3", "--warm-up=0.3", "--rounds=1", "--connections=4", "--max-host-cpu=1000", "--json=-");

    @BeforeAll
    static void build() {
        Pno.build();
    }

    @Test
    void shouldTellACellForEachPayloadAndNothingElse() throws IOException, InterruptedException {
        final String report = run("echo", "--payload=64,4096", "--pipeline=2");
        assertTrue(report.startsWith("{\"machine\":{\"processor\":"), report);
        for (final int bytes : new int[] {64, 4096}) {
            final String cell = "{\"app\":\"echo\",\"payloadBytes\":" + bytes + ",\"connections\":4,\"pipeline\":2,";
            assertTrue(report.contains(cell), report);
        }
        assertTrue(
                report.matches("(?s).*\"ratio\":\\{\"requestsPerSecond\":[0-9.]+,\"hostCpu\":[0-9.]+,"
                        + "\"removableHostCpu\":-?[0-9.]+,.*"),
                report);
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis", "lighttpd", "haproxy", "memcached", "connect"})
    void shouldCompareRoutes(final String workload) throws IOException, InterruptedException {
        final String report = run(workload);
        for (final String route : List.of("kernel-steered", "kernel-unsteered", "pno")) {
            assertTrue(
                    report.contains("{\"name\":\"" + route + "\",\"requestsPerSecond\":"), () -> route + ": " + report);
        }
        assertTrue(report.contains("\"voided\":[]"), report);
    }

    /** All routes of the load generator: to a kernel and to a DPU, each at its best port and at the same one. */
    @ParameterizedTest
    @ValueSource(strings = {"redis", "haproxy"})
    void shouldCompareRoutesByTheLoadGenerator(final String workload) throws IOException, InterruptedException {
        final String report = run(workload, "--client=lean");
        for (final String route : List.of("kernel-steered", "pno", "kernel-same-port", "pno-same-port")) {
            assertTrue(
                    report.contains("{\"name\":\"" + route + "\",\"requestsPerSecond\":"), () -> route + ": " + report);
        }
        assertTrue(report.contains("\"client\":\"lean\",\"port\":\"ring\""), report);
        assertTrue(report.contains("\"client\":\"lean\",\"port\":\"packet\""), report);
    }

    @Test
    void shouldTellWhatIdleConnectionsCost() throws IOException, InterruptedException {
        final String report = bench(List.of("bench", "idle", "--connections=300", "--seconds=0.3", "--json"));
        assertTrue(
                report.contains("\"cells\":[{\"app\":\"idle\",\"connections\":300,\"seconds\":0.3,\"bus\":\"mapped\","),
                report);
        assertTrue(
                report.matches("(?s).*\"kernel\":\\{\"bytesPerConnection\":.*\"pno\":\\{\"bytesPerConnection\":.*"),
                report);
    }

    private static String run(final String workload, final String... options) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(List.of("bench", workload));
        command.addAll(SHORT);
        command.addAll(List.of(options));
        return bench(command);
    }

    private static String bench(final List<String> command) throws IOException, InterruptedException {
        final Process bench = new ProcessBuilder(Pno.command(command.toArray(String[]::new)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        final String report = new String(bench.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, bench.waitFor());
        return report;
    }
}

package org.pno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pno.cli.machine.RunDirectory;

/** {@code ./pno demo} as a user starts it, and as a user may end it. */
@Tag("system")
class DemoTest {
    private static final String NUMBER = "\\d+(\\.\\d+)?";
    private static final String SIDE = "\\{\"requestsPerSecond\":" + NUMBER + ",\"p50Micros\":" + NUMBER
            + ",\"p99Micros\":" + NUMBER + ",\"hostCpuMicrosPerRequest\":" + NUMBER + "\\}";
    private static final String REPORT =
            "\\{\"app\":\"redis\",\"payloadBytes\":64,\"connections\":32,\"kernel\":" + SIDE + ",\"pno\":" + SIDE
                    + ",\"ratio\":\\{\"requestsPerSecond\":" + NUMBER + ",\"hostCpu\":" + NUMBER
                    + "\\},\"warmup\":\\{\"seconds\":" + NUMBER + ",\"jitCpuSeconds\":" + NUMBER
                    + ",\"jitShareAtEnd\":" + NUMBER + ",\"atRest\":(true|false)\\}\\}";

    @BeforeAll
    static void build() {
        Pno.build();
    }

    @Test
    void shouldReportBothSidesAsJsonAndNothingElse() throws IOException, InterruptedException {
        final Process demo = start();
        final String report = new String(demo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, demo.waitFor());
        assertTrue(report.strip().matches(REPORT), report);
        assertFalse(Files.exists(directoryOf(demo)));
    }

    @Test
    void shouldLeaveNothingBehindWhenItIsKilled() throws IOException, InterruptedException {
        final Process demo = start();
        final Path directory = directoryOf(demo);
        Await.until("the demo measures", () -> Files.exists(directory.resolve("redis-benchmark.log")));
        final ProcessHandle[] started = demo.descendants().toArray(ProcessHandle[]::new);
        assertTrue(started.length > 0);
        demo.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        for (final ProcessHandle process : started) {
            Await.until("process " + process.pid() + " ends with the demo", () -> !process.isAlive());
        }
        Await.until(directory + " is gone", () -> !Files.exists(directory));
    }

    private static Process start() throws IOException {
        return new ProcessBuilder(Pno.command("demo", "--json", "--seconds", "0.3"))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Of the demo's lab: the script becomes the JVM, so the pid is the same. */
    private static Path directoryOf(final Process demo) {
        return RunDirectory.ofUser().resolve("lab-demo-" + demo.pid());
    }
}

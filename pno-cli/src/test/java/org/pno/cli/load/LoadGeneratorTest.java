package org.pno.cli.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pno.wire.IpPrefix;

/** Two load generators at the ends of a ring: one loads, the other is the server of a file. */
@Timeout(60)
class LoadGeneratorTest {
    private static final int BYTES = 3_000;

    @TempDir
    private Path directory;

    private final AtomicBoolean isOver = new AtomicBoolean();
    private LoadGenerator client;
    private LoadGenerator server;
    private Thread serving;

    @BeforeEach
    void start() {
        final String ring = "ring:" + directory.resolve("ring");
        server = new LoadGenerator(ring, List.of(IpPrefix.parse("10.9.0.1/24")));
        server.serveFile(8000, BYTES);
        serving = Thread.ofPlatform().start(() -> server.idleUntil(isOver::get));
        client = new LoadGenerator(ring, List.of(IpPrefix.parse("10.9.0.2/24"), IpPrefix.parse("10.9.0.3/24")));
    }

    @AfterEach
    void end() throws InterruptedException {
        isOver.set(true);
        server.wake();
        serving.join();
        client.close();
        server.close();
    }

    private LoadReport run(final String words) {
        return client.run(
                LoadJob.parse("protocol=http to=10.9.0.1:8000 payload=" + BYTES + " " + words), () -> {}, () -> {});
    }

    @Test
    void shouldCountAnswersOnConnectionsThatStay() {
        final LoadReport report = run("connections=4 pipeline=2 count=1000");
        assertNull(report.failure());
        assertEquals(1_000, report.requests());
        assertEquals(1_000, report.latencies().getTotalCount());
    }

    @Test
    void shouldMakeAConnectionForEachPipelineOfRequests() {
        final LoadReport report = run("connections=3 reconnect=true count=300");
        assertNull(report.failure());
        assertEquals(300, report.requests());
    }

    @Test
    void shouldOpenMoreConnectionsThanItOpensAtOnce() {
        final LoadReport report = run("connections=600 count=1200");
        assertNull(report.failure());
        assertEquals(1_200, report.requests());
    }

    @Test
    void shouldKeepToARate() {
        final LoadReport report = run("connections=4 rate=500 seconds=0.4");
        assertNull(report.failure());
        assertTrue(report.requests() <= 201, () -> report.requests() + " requests");
        assertTrue(report.requests() > 0);
    }

    @Test
    void shouldEndAtAWrongAnswer() {
        final LoadReport report = client.run(
                LoadJob.parse("protocol=http to=10.9.0.1:8000 payload=" + (BYTES + 1) + " connections=1 count=1"),
                () -> {},
                () -> {});
        assertTrue(report.failure().startsWith("an answer that is not 200 with 3001 bytes"), report.failure());
    }

    @Test
    void shouldDoJobsOneAfterTheOther() {
        for (int i = 0; i < 3; i++) {
            assertEquals(50, run("connections=2 count=50").requests());
        }
    }

    @Test
    void shouldRefuseAProtocolThatItDoesNotKnow() {
        assertThrows(
                IllegalArgumentException.class,
                () -> client.run(LoadJob.parse("protocol=gopher to=10.9.0.1:70"), () -> {}, () -> {}));
    }
}

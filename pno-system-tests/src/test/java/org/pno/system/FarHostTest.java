package org.pno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pno.cli.machine.Side;
import org.pno.cli.measure.Transport;

/** Host and DPU in network, mount and IPC namespaces of their own, and libfabric's tcp between them. */
@Tag("system")
class FarHostTest {
    private static final String ARENA = "memfd:pno-arena";

    private static Testbed open(final String purpose) {
        return Testbed.open(purpose, Transport.PNO, "--bus", "fabric:tcp");
    }

    private static String maps(final ProcessHandle process) throws IOException {
        return Files.readString(Path.of("/proc/" + process.pid() + "/maps"));
    }

    private static String ask(final Testbed bed, final Redis redis, final String... question) {
        final List<String> line =
                new ArrayList<>(List.of("redis-cli", "-h", redis.address(), "-p", Integer.toString(redis.port())));
        line.addAll(List.of(question));
        return bed.run(Side.PEER, line.toArray(String[]::new)).strip();
    }

    @Test
    void shouldServeRedisWithoutMappingItsArena() throws IOException {
        try (Testbed bed = open("far")) {
            final Redis redis = Redis.start(bed);
            final String value = "v".repeat(100_000);
            assertEquals("OK", ask(bed, redis, "SET", "key", value));
            assertEquals(value, ask(bed, redis, "GET", "key"));
            assertTrue(maps(redis.program()).contains(ARENA), "the program's own memory has no arena");
            assertTrue(maps(bed.farHost().program()).contains(ARENA), "pno host has registered no arena");
            assertFalse(maps(bed.dpu().program()).contains(ARENA), "the DPU maps an arena");
            for (final String namespace : List.of("net", "mnt", "ipc")) {
                assertNotEquals(
                        namespace(redis.program(), namespace),
                        namespace(bed.dpu().program(), namespace));
            }
        }
    }

    private static Path namespace(final ProcessHandle process, final String kind) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/ns/" + kind));
    }

    @Test
    void shouldResetConnectionsWhenThePnoHostIsKilled() {
        try (Testbed bed = open("far-end")) {
            final Redis redis = Redis.start(bed);
            final PeerConnections connections = PeerConnections.open(redis, 1);
            assertTrue(connections.isOpen());
            bed.farHost().program().destroyForcibly();
            Await.until("the connection's end", () -> !connections.isOpen());
            assertTrue(bed.dpu().isAlive(), bed.dpu().tail());
        }
    }
}

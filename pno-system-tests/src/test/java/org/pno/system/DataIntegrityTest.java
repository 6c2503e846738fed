package org.pno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pno.cli.machine.Side;
import org.pno.cli.measure.Transport;

/** What is written is what is read: through PnO as through the kernel's TCP. */
@Tag("system")
class DataIntegrityTest {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final KeySet MANY = new KeySet(200_000, 1, 64 << 10);
    private static final KeySet BIG = new KeySet(64, 256 << 10, 256 << 10);

    @ParameterizedTest
    @EnumSource
    void shouldCarryManyKeys(final Transport transport) throws IOException {
        try (Testbed bed = Testbed.open("data", transport)) {
            assertEquals(MANY.digest(), writeAndRead(Redis.start(bed), MANY));
        }
    }

    @Test
    void shouldCarryBigValuesOverABadWire() throws IOException {
        final String faults = "loss=0.01,reorder=0.01,duplicate=0.01,seed=2";
        try (Testbed bed = Testbed.open("faults", Transport.PNO, "--fault", faults)) {
            assertEquals(BIG.digest(), writeAndRead(Redis.start(bed), BIG));
            for (final String fault : List.of("lost", "reordered", "duplicated")) {
                assertTrue(bed.view().counter("port.fault-" + fault) > 0, "no segment was " + fault);
            }
        }
    }

    /** Writes all keys by redis-cli --pipe on the peer, reads them back there, and returns the digest of what came. */
    private static String writeAndRead(final Redis redis, final KeySet keys) {
        final Testbed bed = redis.bed();
        final String client = "redis-cli -h " + redis.address() + " -p " + redis.port();
        final String written = bed.shell(PATIENCE, Side.PEER, keys.program("write") + " | " + client + " --pipe");
        assertTrue(written.contains("errors: 0, replies: " + keys.count()), written);
        assertEquals(Integer.toString(keys.count()), redis.ask("DBSIZE"));
        return bed.shell(PATIENCE, Side.PEER, keys.program("read") + " | " + client + " | sha256sum")
                .substring(0, 64);
    }
}

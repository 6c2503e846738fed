package org.pno.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pno.bridge.BridgeFixture.Network;
import org.pno.bridge.BridgeFixture.Pair;
import org.pno.counters.CountersReader;
import org.pno.ip.IpCounter;
import org.pno.port.SoftwareOffload;
import org.pno.sim.Bus;
import org.pno.sim.FragmentingPort;
import org.pno.sim.SimulatedHost;

/** A path cuts the peer's segments into IP fragments: the host's memory gets the same bytes, the pool its frames. */
class BridgeFragmentsTest {
    private static final int PIECE_BYTES = 400;
    private static final int TRANSFER_BYTES = 300_000;

    private BridgeFixture fixture;

    @AfterEach
    void close() {
        fixture.assertHealthy();
        fixture.close();
    }

    private long count(final IpCounter counter) {
        final CountersReader reader = new CountersReader(fixture.dpu.counters.segment());
        for (int i = 0; i < reader.count(); i++) {
            if (reader.label(i).equals(counter.label())) {
                return reader.value(i);
            }
        }
        throw new AssertionError("no counter is called " + counter.label());
    }

    @ParameterizedTest
    @CsvSource({"MAPPED, IPV4", "MAPPED, IPV6", "DMA, IPV4", "DMA, IPV6"})
    void shouldPlaceDataThatComesInFragments(final Bus bus, final Network network) {
        fixture = new BridgeFixture(
                bus,
                SimulatedHost.smallGeometry(),
                null,
                network,
                port -> SoftwareOffload.complete(new FragmentingPort(port, PIECE_BYTES, 1)));
        final int free = fixture.port.pool().available();
        final Pair pair = fixture.acceptedPair();

        fixture.transfer(pair.peer(), pair.own(), BridgeFixture.pattern(TRANSFER_BYTES, 2));
        fixture.transfer(pair.own(), pair.peer(), BridgeFixture.pattern(TRANSFER_BYTES, 3));

        assertTrue(count(IpCounter.REASSEMBLED) >= TRANSFER_BYTES / 1_460);
        fixture.clock.advance(TimeUnit.SECONDS.toNanos(60)); // For duplicates of what had been whole already.
        fixture.steps(1_000);
        assertEquals(free, fixture.port.pool().available());
    }
}

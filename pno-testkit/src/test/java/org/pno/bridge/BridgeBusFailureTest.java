package org.pno.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pno.bridge.BridgeFixture.Network;
import org.pno.bridge.BridgeFixture.Pair;
import org.pno.dpu.Buses;
import org.pno.link.Fence;
import org.pno.link.SocketStatus;
import org.pno.link.bus.BusOpener;
import org.pno.sim.Bus;
import org.pno.sim.HostChannel;
import org.pno.sim.HostSocket;
import org.pno.sim.SimulatedHost;
import org.pno.sys.Errno;

/** A bus that is cut or slow, and a host that goes while its memory is read and written. */
class BridgeBusFailureTest {
    private static final byte[] BYTES = BridgeFixture.pattern(200_000, 1);

    private BridgeFixture fixture;

    private void open(final BusOpener bus) {
        fixture = new BridgeFixture(bus, SimulatedHost.smallGeometry(), null, Network.IPV4, UnaryOperator.identity());
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    /** Both directions are full of bytes. */
    private static void fill(final Pair pair) {
        assertTrue(pair.own().send(BYTES, 0, BYTES.length) > 0);
        assertTrue(pair.peer().send(BYTES, 0, BYTES.length) > 0);
    }

    private void assertReset(final HostSocket socket) {
        fixture.await(() -> socket.state() == SocketStatus.CLOSED);
        assertEquals(Errno.ECONNRESET, socket.soError());
    }

    @ParameterizedTest
    @EnumSource
    void shouldResetTheConnectionsOfAHostThatGoesInTheMiddleOfATransferAndNoOthers(final Bus bus) {
        open(bus);
        final Pair pair = fixture.acceptedPair();
        final TestDpu.Attached other = fixture.dpu.attach(SimulatedHost.smallGeometry());
        fixture.await(() -> other.arena != null);
        final HostChannel channel = fixture.dpu.openChannel(other);
        fill(pair);
        fixture.steps(7);
        fixture.dpu.memory.failRegion(fixture.host.arena.region());

        assertReset(pair.peer());
        fixture.await(() -> fixture.dpu.ended.contains(fixture.host.arena));
        assertEquals(Fence.BUS, fixture.dpu.fenced.getFirst().fence());
        assertFalse(fixture.dpu.ended.contains(other.arena));
        final HostSocket refused = other.host.takeRecord(channel);
        refused.connect(0, 0, 0, fixture.peer.address.hi(), fixture.peer.address.lo(), BridgeFixture.PORT);
        fixture.await(refused::isRequestDone);
        assertEquals(Errno.ECONNREFUSED, refused.requestError(), "the other host is served");
    }

    @Test
    void shouldResetEverythingWhenTheLinkIsCut() {
        open(Buses.judge("pcie:bluefield3,cut=5s"));
        final Pair pair = fixture.acceptedPair();
        fixture.pass(2_000_000_000L);
        fill(pair);
        fixture.steps(50);
        assertTrue(fixture.dpu.fenced.isEmpty());
        fixture.pass(2_000_000_000L);

        assertReset(pair.peer());
        fixture.await(() -> fixture.dpu.ended.contains(fixture.host.arena));
        assertEquals(Fence.BUS, fixture.dpu.fenced.getFirst().fence());
        fixture.pass(10_000_000);
        assertEquals(0, fixture.dpu.bridge.memoryInUse()[0], "reads that nobody answers are given up");
        assertEquals(fixture.port.pool().capacity(), fixture.port.pool().available());
    }

    @Test
    void shouldOnlyTakeLongerOverASlowBus() {
        open(Buses.judge("pcie:read=3ms,write=2ms,jitter=50%,outstanding=2,bandwidth=100MB/s"));
        fixture.stepNs(20_000);
        final Pair pair = fixture.acceptedPair();
        fixture.transfer(pair.peer(), pair.own(), BYTES);
        fixture.transfer(pair.own(), pair.peer(), BYTES);
        fixture.assertHealthy();
    }
}

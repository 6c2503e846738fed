package org.pno.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pno.bridge.BridgeFixture.Pair;
import org.pno.link.ArenaGeometry;
import org.pno.link.SocketStatus;
import org.pno.sim.Bus;
import org.pno.sim.HostChannel;
import org.pno.sim.HostListener;
import org.pno.sim.HostSocket;
import org.pno.sim.OverEachTimedBus;
import org.pno.sim.SimulatedHost;
import org.pno.sys.Errno;

/** Connections and their streams, over both kinds of bus. */
class BridgeTransferTest {
    private static final int FEW_CHUNKS = 4;

    private BridgeFixture fixture;

    @AfterEach
    void close() {
        fixture.assertHealthy();
        fixture.close();
    }

    @ParameterizedTest
    @EnumSource
    void shouldAccept(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();

        assertEquals(SocketStatus.ESTABLISHED, pair.own().state());
        assertEquals(SocketStatus.ESTABLISHED, pair.peer().state());
        assertEquals(fixture.peer.address.lo(), pair.own().info().remoteLo());
        assertEquals(BridgeFixture.PORT, pair.own().info().localPort());
        assertEquals(pair.peer().info().localPort(), pair.own().info().remotePort());
    }

    @ParameterizedTest
    @EnumSource
    void shouldAcceptThoughDataThatNobodyReadsTakesAllOtherChunks(final Bus bus) {
        fixture = new BridgeFixture(bus, ArenaGeometry.of(2, 64, 4, 1024, FEW_CHUNKS));
        final HostListener listener = fixture.listen(FEW_CHUNKS + 1);
        for (int i = 0; i < FEW_CHUNKS; i++) {
            fixture.acceptedPair(listener).peer().send(new byte[] {1}, 0, 1);
        }
        fixture.await(() -> fixture.host.arena.rxChunksInUse() >= FEW_CHUNKS - 1);
        fixture.steps(20_000); // Until what can be placed is.

        fixture.acceptedPair(listener);
    }

    @ParameterizedTest
    @EnumSource
    void shouldConnect(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final HostListener listener = fixture.listen(fixture.peer, fixture.peerHost, fixture.peerChannel, 1);
        final HostSocket socket = fixture.connectToPeer();
        fixture.await(() -> socket.isRequestDone() && listener.accept() != null);
        fixture.await(() -> socket.state() != SocketStatus.CONNECTING); // The words of one batch come in any order.

        assertEquals(0, socket.requestError());
        assertEquals(SocketStatus.ESTABLISHED, socket.state());
        assertEquals(fixture.dpu.address.lo(), socket.info().localLo());
        assertEquals(BridgeFixture.PORT, socket.info().remotePort());
    }

    @ParameterizedTest
    @EnumSource
    void shouldTellThatNobodyListens(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final HostSocket socket = fixture.connectToPeer();
        fixture.await(() -> socket.isRequestDone() && socket.state() == SocketStatus.CLOSED);

        assertEquals(Errno.ECONNREFUSED, socket.requestError());
        assertEquals(Errno.ECONNREFUSED, socket.soError());
    }

    @ParameterizedTest
    @EnumSource
    void shouldEcho(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        for (int round = 0; round < 20; round++) {
            final byte[] request = BridgeFixture.pattern(1 + round * 37, round);
            fixture.transfer(pair.peer(), pair.own(), request);
            fixture.transfer(pair.own(), pair.peer(), request);
        }
        assertEquals(pair.own().rxRead(), pair.own().txWritten());
    }

    /** The DPU parks whenever it can, and the host reads only when an event has come. */
    @OverEachTimedBus
    void shouldTellBehindWhatTheHostIsToSee(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        final Random random = new Random(9);
        for (int round = 1; round <= 300; round++) {
            final int expected = round;
            pair.own().send(new byte[1], 0, 1); // Whose acknowledgement is told of as well.
            for (int steps = random.nextInt(20); steps > 0; steps--) {
                fixture.step();
                fixture.dpu.bridge.park();
            }
            pair.peer().send(new byte[1], 0, 1);
            fixture.await(() -> {
                fixture.dpu.bridge.park();
                final int before = pair.own().events();
                fixture.channel.poll();
                if (pair.own().events() != before) {
                    pair.own().receive(1);
                }
                return pair.own().rxRead() == expected;
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldReceiveInBulk(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        fixture.transfer(pair.peer(), pair.own(), BridgeFixture.pattern(5_000_000, 1));
        assertEquals(5_000_000, pair.own().rxRead());
    }

    @ParameterizedTest
    @EnumSource
    void shouldSendInBulk(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        fixture.transfer(pair.own(), pair.peer(), BridgeFixture.pattern(5_000_000, 2));
        assertEquals(5_000_000, pair.peer().rxRead());
    }

    @ParameterizedTest
    @EnumSource
    void shouldPassAHalfClose(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        fixture.transfer(pair.peer(), pair.own(), BridgeFixture.pattern(100, 3));
        pair.peer().shutdownWrite();
        fixture.await(() -> pair.own().isAtEnd());

        fixture.transfer(pair.own(), pair.peer(), BridgeFixture.pattern(200, 4));
        assertFalse(pair.peer().isAtEnd());
        pair.own().shutdownWrite();
        fixture.await(() -> pair.peer().isAtEnd());
        assertTrue(pair.own().isAtEnd());
    }

    @ParameterizedTest
    @EnumSource
    void shouldTellANewChannelOfARecordThatMovesToIt(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        final HostChannel other = fixture.dpu.openChannel(fixture.host);
        fixture.steps(100);

        pair.own().moveTo(other);
        fixture.await(() -> other.poll() == 1);

        pair.peer().send(new byte[1], 0, 1);
        fixture.await(() -> other.poll() == 1);
        assertEquals(1, pair.own().readable());
    }

    @ParameterizedTest
    @EnumSource
    void shouldTellTcpInfoWhenAsked(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        fixture.transfer(pair.peer(), pair.own(), BridgeFixture.pattern(5_000, 7));
        pair.own().askInfo();
        fixture.await(() -> pair.own().isInfoTold());

        assertEquals(1, pair.own().infoField(0) & 0xFF, "ESTABLISHED");
        assertEquals(5_000, pair.own().infoField(128), "tcpi_bytes_received");

        fixture.transfer(pair.peer(), pair.own(), BridgeFixture.pattern(100, 8));
        assertEquals(5_000, pair.own().infoField(128), "it is told when asked");
        pair.own().askInfo();
        fixture.await(() -> pair.own().isInfoTold());
        assertEquals(5_100, pair.own().infoField(128));
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepTheBytesOnABadWire(final Bus bus) {
        final String faults = "loss=0.02,reorder=0.02,duplicate=0.01,seed=3";
        fixture = new BridgeFixture(bus, SimulatedHost.smallGeometry(), faults);
        fixture.stepNs(50_000);
        final Pair pair = fixture.acceptedPair();
        fixture.transfer(pair.peer(), pair.own(), BridgeFixture.pattern(1_500_000, 5));
        fixture.transfer(pair.own(), pair.peer(), BridgeFixture.pattern(1_500_000, 6));
        assertEquals(1_500_000, pair.own().rxRead());
    }

    /** Else what came beyond a hole would take all chunks, and what is missing could never be placed. */
    @OverEachTimedBus
    void shouldGiveChunksToWhatIsMissing(final Bus bus) {
        fixture = new BridgeFixture(bus, ArenaGeometry.of(2, 64, 4, 1024, 3), "loss=0.01,seed=3");
        fixture.stepNs(50_000);
        final Pair pair = fixture.acceptedPair();
        fixture.transfer(pair.peer(), pair.own(), BridgeFixture.pattern(1_500_000, 7));
        assertEquals(1_500_000, pair.own().rxRead());
    }

    /** A segment that reaches into the next chunk, of which there is none while the one before is not read. */
    @OverEachTimedBus
    void shouldTakeAsMuchAsFindsAChunk(final Bus bus) {
        fixture = new BridgeFixture(bus, ArenaGeometry.of(2, 64, 4, 1024, 3));
        fixture.stepNs(50_000);
        final HostListener listener = fixture.listen(4);
        final Pair unread = fixture.acceptedPair(listener);
        final Pair pair = fixture.acceptedPair(listener);
        unread.peer().send(new byte[1], 0, 1);
        fixture.await(() -> unread.own().readable() == 1);

        fixture.transfer(pair.peer(), pair.own(), BridgeFixture.pattern(16_000, 7));
        fixture.transfer(pair.peer(), pair.own(), BridgeFixture.pattern(1_000, 8));
        assertEquals(17_000, pair.own().rxRead());
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseConnectsBeyondTheQuota(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Tenant tenant = fixture.dpu.tenant;
        while (tenant.sockets() < TestDpu.MAX_SOCKETS) {
            assertTrue(tenant.takeSocket());
        }
        final HostSocket socket = fixture.connectToPeer();
        fixture.await(socket::isRequestDone);
        assertEquals(Errno.ENOBUFS, socket.requestError());
        assertEquals(1, fixture.dpu.count(BridgeCounter.QUOTA));
        socket.close();
        fixture.await(socket::isFreed);
        assertEquals(TestDpu.MAX_SOCKETS, tenant.sockets());
    }
}

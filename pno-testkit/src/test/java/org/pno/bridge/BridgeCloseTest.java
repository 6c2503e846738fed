package org.pno.bridge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.pno.bridge.BridgeFixture.Pair;
import org.pno.link.SocketStatus;
import org.pno.sim.Bus;
import org.pno.sim.HostListener;
import org.pno.sim.HostSocket;
import org.pno.sim.OverEachTimedBus;
import org.pno.sys.Errno;
import org.pno.tcp.TcpCounter;

/** How sockets end, and that everything comes back. */
class BridgeCloseTest {
    private BridgeFixture fixture;

    @AfterEach
    void close() {
        fixture.assertHealthy();
        fixture.close();
    }

    @OverEachTimedBus
    void shouldFreeRecordsAfterAnOrderlyEnd(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        fixture.transfer(pair.peer(), pair.own(), BridgeFixture.pattern(50_000, 1));
        pair.own().close();
        fixture.await(() -> pair.peer().isAtEnd());
        pair.peer().close();
        fixture.await(() -> pair.own().isFreed() && pair.peer().isFreed());

        assertEquals(1, fixture.host.host.reclaim());
        assertEquals(1, fixture.peerHost.host.reclaim());
        fixture.assertAtRest(1);
    }

    @OverEachTimedBus
    void shouldDeliverWhatWasWrittenBeforeClose(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        final byte[] last = BridgeFixture.pattern(300_000, 2);
        assertEquals(last.length, pair.own().send(last, 0, last.length));
        pair.own().close();
        fixture.await(() -> pair.peer().readable() == last.length);

        assertArrayEquals(last, pair.peer().receive(last.length));
        fixture.await(() -> pair.peer().isAtEnd());
    }

    @OverEachTimedBus
    void shouldResetWhenBytesAreLeftUnread(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        pair.peer().send(new byte[100], 0, 100);
        fixture.await(() -> pair.own().readable() == 100);
        pair.own().close();
        fixture.await(() -> pair.peer().state() == SocketStatus.CLOSED);

        assertEquals(Errno.ECONNRESET, pair.peer().soError());
        fixture.await(() -> pair.own().isFreed());
    }

    /** The DPU hears of both by a sweep, and has to ask where the bytes stand. */
    @OverEachTimedBus
    void shouldSendWhatWasWrittenAheadOfAReset(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        fixture.channel.busyWhen(() -> true);
        pair.own().send(new byte[5_000], 0, 5_000);
        pair.own().abort();
        fixture.await(() -> pair.peer().state() == SocketStatus.CLOSED);

        assertEquals(5_000, pair.peer().rxCommitted());
        assertEquals(0, fixture.peer.bridge.stack().tcp().counters().value(TcpCounter.CHALLENGES));
    }

    @OverEachTimedBus
    void shouldAbort(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        pair.own().abort();
        fixture.await(() -> pair.peer().state() == SocketStatus.CLOSED);
        assertEquals(Errno.ECONNRESET, pair.peer().soError());

        fixture.await(() -> pair.own().state() == SocketStatus.CLOSED);
        assertFalse(pair.own().isFreed());
        pair.own().close();
        fixture.await(() -> pair.own().isFreed());
    }

    @OverEachTimedBus
    void shouldKeepDataReadableAfterTheirReset(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        pair.peer().send(new byte[] {1, 2, 3}, 0, 3);
        fixture.await(() -> pair.own().readable() == 3);
        pair.peer().abort();
        fixture.await(() -> pair.own().state() == SocketStatus.CLOSED);

        assertEquals(Errno.ECONNRESET, pair.own().soError());
        assertArrayEquals(new byte[] {1, 2, 3}, pair.own().receive(10));
    }

    @OverEachTimedBus
    void shouldForgetAConnectThatIsClosed(final Bus bus) {
        fixture = new BridgeFixture(bus);
        fixture.port.cut(true);
        final HostSocket socket = fixture.connectToPeer();
        fixture.await(() -> socket.state() == SocketStatus.CONNECTING);
        assertEquals(1, fixture.dpu.tenant.halfOpen());
        socket.close();
        fixture.await(socket::isFreed);
        fixture.steps(20); // Until the DPU knows that its words have arrived.

        assertEquals(0, fixture.dpu.tenant.halfOpen());
        assertEquals(0, fixture.dpu.tenant.sockets());
    }

    @OverEachTimedBus
    void shouldResetUnacceptedConnectionsWithTheirListener(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final HostListener listener = fixture.listen(4);
        final HostSocket first = fixture.connectFromPeer();
        final HostSocket second = fixture.connectFromPeer();
        fixture.await(() -> listener.socket().readable() == 16);
        listener.close();
        fixture.await(() -> first.state() == SocketStatus.CLOSED && second.state() == SocketStatus.CLOSED);

        assertEquals(Errno.ECONNRESET, first.soError());
        assertEquals(2, fixture.dpu.count(BridgeCounter.UNACCEPTED_RESETS));
        fixture.await(() -> fixture.host.host.reclaim() + fixture.host.host.closing() == 0
                || fixture.host.host.untakenRecords() == 64);
        assertEquals(64, fixture.host.host.untakenRecords());
        fixture.assertAtRest(0);
    }

    @OverEachTimedBus
    void shouldFreeCreditsThatAreStillBeingRead(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final HostListener listener = fixture.listen(4);
        listener.postCredits(20);
        listener.close();
        fixture.await(() -> {
            fixture.host.host.reclaim();
            return fixture.host.host.untakenRecords() == 64;
        });
        fixture.assertAtRest(0);
    }

    @OverEachTimedBus
    void shouldRefuseAHandshakeWithoutACreditUntilThereIsOne(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final HostListener listener = fixture.listen(1);
        final Pair first = fixture.acceptedPair(listener, false);
        final HostSocket second = fixture.connectFromPeer();
        fixture.await(second::isRequestDone);
        second.send(new byte[] {9}, 0, 1);
        fixture.await(() -> fixture.dpu.count(BridgeCounter.NO_CREDIT) > 0);
        assertEquals(0, listener.socket().readable());

        listener.postCredits(1);
        final List<HostSocket> accepted = new ArrayList<>();
        fixture.awaitLong(() -> {
            final HostSocket socket = accepted.isEmpty() ? listener.acceptWithoutCredit() : null;
            if (socket != null) {
                accepted.add(socket);
            }
            return !accepted.isEmpty() && accepted.getFirst().readable() == 1;
        });
        assertTrue(first.own().record() != accepted.getFirst().record());
    }

    @OverEachTimedBus
    void shouldAcceptWhoWasRefusedAsSoonAsThereAreCredits(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final HostListener listener = fixture.listen(1);
        fixture.acceptedPair(listener, false);
        for (int i = 0; i < 3; i++) {
            fixture.await(fixture.connectFromPeer()::isRequestDone);
        }
        fixture.await(() -> fixture.dpu.count(BridgeCounter.NO_CREDIT) == 3);
        listener.postCredits(2);
        fixture.await(() -> listener.socket().readable() == 16);
        listener.postCredits(1);
        fixture.await(() -> listener.socket().readable() == 24);
    }

    @OverEachTimedBus
    void shouldGiveChunksOfIdleConnectionsBack(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        fixture.transfer(pair.peer(), pair.own(), BridgeFixture.pattern(40_000, 3));
        fixture.transfer(pair.own(), pair.peer(), BridgeFixture.pattern(100, 4));
        assertTrue(fixture.host.arena.rxChunksInUse() > 0);
        fixture.pass(1_000_000_000L);

        assertEquals(0, fixture.host.arena.rxChunksInUse());
        assertEquals(0, fixture.dpu.bridge.memoryInUse()[2]);
        fixture.transfer(pair.peer(), pair.own(), BridgeFixture.pattern(40_000, 5));
    }

    @OverEachTimedBus
    void shouldKeepUnreadBytesOfAnIdleConnection(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        final byte[] unread = BridgeFixture.pattern(40_000, 6);
        pair.peer().send(unread, 0, unread.length);
        fixture.await(() -> pair.own().readable() == unread.length);
        fixture.pass(2_000_000_000L);

        assertArrayEquals(unread, pair.own().receive(unread.length));
        fixture.pass(8_000_000_000L);
        assertEquals(0, fixture.host.arena.rxChunksInUse());
    }

    /** What a program reads without a word is found out ever less often, until something comes again. */
    @OverEachTimedBus
    void shouldLookOftenAgainWhenSomethingComes(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        final byte[] bytes = BridgeFixture.pattern(100, 7);
        pair.peer().send(bytes, 0, bytes.length);
        fixture.pass(20_000_000_000L);
        pair.peer().send(bytes, 0, bytes.length);
        fixture.await(() -> pair.own().readable() == 2 * bytes.length);
        pair.own().receive(2 * bytes.length);
        fixture.pass(500_000_000L);
        assertEquals(0, fixture.host.arena.rxChunksInUse());
    }

    @OverEachTimedBus
    void shouldOpenSpeakAndCloseManyTimes(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final HostListener listener = fixture.listen(8);
        for (int round = 0; round < 40; round++) {
            final Pair pair = fixture.acceptedPair(listener);
            fixture.transfer(pair.peer(), pair.own(), BridgeFixture.pattern(1_000, round));
            fixture.transfer(pair.own(), pair.peer(), BridgeFixture.pattern(3_000, round));
            pair.peer().close();
            fixture.await(() -> pair.own().isAtEnd());
            pair.own().close();
            fixture.await(() -> fixture.host.host.reclaim() + fixture.host.host.closing() == 0
                    && fixture.peerHost.host.reclaim() + fixture.peerHost.host.closing() == 0);
        }
        fixture.assertAtRest(1);
    }
}

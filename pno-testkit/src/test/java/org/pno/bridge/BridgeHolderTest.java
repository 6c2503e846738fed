package org.pno.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.pno.bridge.BridgeFixture.Pair;
import org.pno.link.HolderDescriptor;
import org.pno.link.RecordDescriptor;
import org.pno.link.SocketStatus;
import org.pno.memory.Words;
import org.pno.sim.Bus;
import org.pno.sim.HostListener;
import org.pno.sim.HostSocket;
import org.pno.sim.OverEachTimedBus;
import org.pno.sim.SimulatedHost;
import org.pno.sys.Errno;

/** Who holds what: death of processes, and families made by fork. */
class BridgeHolderTest {
    private static final int CHILD_SLOT = 2;

    private static final int NEXT_SLOT = 3;
    /** In which the DPU has looked who holds a socket, however slow the bus is. */
    private static final int STEPS_OF_A_LOOK = 40;

    /** No process of this family has it otherwise. */
    private static final long CHILD_PID = 1;

    private BridgeFixture fixture;

    @AfterEach
    void close() {
        fixture.assertHealthy();
        fixture.close();
    }

    private void fillSlotForChild() {
        fillSlot(CHILD_SLOT);
    }

    /** The parent fills a slot for a child, as before fork(2). */
    private void fillSlot(final int slot) {
        final SimulatedHost host = fixture.host.host;
        final long parent = host.geometry().holderOffset(SimulatedHost.HOLDER_SLOT);
        final long child = host.geometry().holderOffset(slot);
        final long bits = HolderDescriptor.BITMAP_OFFSET;
        Words.setPlain(host.memory(), child + bits, Words.getPlain(host.memory(), parent + bits));
        final long pid = Words.getPlain(host.memory(), parent + HolderDescriptor.PID_OFFSET);
        Words.setRelease(host.memory(), child + HolderDescriptor.STATE_OFFSET, HolderDescriptor.forking(pid));
    }

    /** The child says who it is, as it does before it asks the DPU for its slot. */
    private void claimSlotOfChild() {
        final SimulatedHost host = fixture.host.host;
        final long child = host.geometry().holderOffset(CHILD_SLOT);
        Words.setRelease(host.memory(), child + HolderDescriptor.PID_OFFSET, CHILD_PID);
    }

    private Holder adoptChild() {
        final Holder[] adopted = new Holder[1];
        fixture.dpu.bridge.adoptHolder(fixture.host.arena, CHILD_SLOT, (holder, errno) -> adopted[0] = holder);
        fixture.await(() -> adopted[0] != null);
        return adopted[0];
    }

    private void die(final Holder holder) {
        fixture.dpu.bridge.holderDied(holder);
        fixture.dpu.bridge.holderDisconnected(holder);
    }

    @OverEachTimedBus
    void shouldSendWhatADeadProcessHadWritten(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        final byte[] last = BridgeFixture.pattern(200_000, 1);
        pair.own().send(last, 0, last.length);
        die(fixture.host.holder);
        fixture.await(() -> pair.peer().readable() == last.length);
        pair.peer().receive(last.length);
        fixture.await(() -> pair.peer().isAtEnd());

        assertTrue(fixture.dpu.ended.isEmpty());
        pair.peer().close();
        fixture.await(() -> fixture.dpu.ended.size() == 1);
        assertEquals(0, fixture.dpu.tenant.sockets());
    }

    @OverEachTimedBus
    void shouldResetWhereADeadProcessLeftBytesUnread(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        pair.peer().send(new byte[10], 0, 10);
        fixture.await(() -> pair.own().readable() == 10);
        die(fixture.host.holder);
        fixture.await(() -> pair.peer().state() == SocketStatus.CLOSED);

        assertEquals(Errno.ECONNRESET, pair.peer().soError());
        fixture.await(() -> fixture.dpu.ended.size() == 1);
    }

    @OverEachTimedBus
    void shouldCloseWhatADeadProcessHadScribbledOver(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        for (final HostSocket socket : List.of(pair.own(), pair.listener().socket())) {
            final long record = fixture.host.host.geometry().recordOffset(socket.record());
            fixture.host.host.memory().set(ValueLayout.JAVA_INT, record + RecordDescriptor.GENERATION_OFFSET, 77);
        }
        die(fixture.host.holder);
        fixture.await(() -> pair.peer().isAtEnd());

        pair.peer().close();
        fixture.await(() -> fixture.dpu.ended.size() == 1);
        assertEquals(0, fixture.dpu.tenant.sockets());
    }

    @OverEachTimedBus
    void shouldResetWhatADeadProcessDidNotAccept(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final HostListener listener = fixture.listen(4);
        final HostSocket unaccepted = fixture.connectFromPeer();
        fixture.await(() -> listener.socket().readable() == 8);
        die(fixture.host.holder);
        fixture.await(() -> unaccepted.state() == SocketStatus.CLOSED);

        assertEquals(Errno.ECONNRESET, unaccepted.soError());
        fixture.await(() -> fixture.dpu.ended.size() == 1);
        final HostSocket late = fixture.connectFromPeer();
        fixture.await(late::isRequestDone);
        assertEquals(Errno.ECONNREFUSED, late.requestError());
    }

    @OverEachTimedBus
    void shouldCloseWhatADeadProcessAcceptedWithoutAWord(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final HostListener listener = fixture.listen(4);
        final HostSocket peer = fixture.connectFromPeer();
        fixture.await(() -> listener.socket().readable() == 8);
        fillSlotForChild();
        final Holder child = adoptChild();
        assertNotNull(listener.acceptWithoutCredit());
        die(fixture.host.holder);
        fixture.await(() -> peer.isAtEnd() || peer.state() == SocketStatus.CLOSED);

        // The child holds the listener, but not what the parent had taken off it.
        assertEquals(1, fixture.host.arena.socketsInUse() - pendingPeers(peer));
        die(child);
    }

    @OverEachTimedBus
    void shouldCloseWhatADeadProcessAskedForBeforeTheDpuLooked(final Bus bus) {
        fixture = new BridgeFixture(bus);
        fixture.listen(fixture.peer, fixture.peerHost, fixture.peerChannel, 4);
        fillSlotForChild();
        final Holder child = adoptChild();
        final HostSocket socket = fixture.connectToPeer();
        die(fixture.host.holder);
        socket.retire(); // The child waits for the record to come back.
        fixture.awaitLong(socket::isFreed);
        die(child);
    }

    @OverEachTimedBus
    void shouldTakeUpWhatADeadProcessHadSubmittedOnItsChannel(final Bus bus) {
        fixture = new BridgeFixture(bus);
        fixture.listen(fixture.peer, fixture.peerHost, fixture.peerChannel, 4);
        fillSlotForChild();
        final Holder child = adoptChild();
        final HostSocket socket = fixture.connectToPeer();
        fixture.dpu.bridge.detachChannel(fixture.host.arena, fixture.channel.number());
        die(fixture.host.holder);
        socket.retire();
        fixture.awaitLong(socket::isFreed);
        die(child);
    }

    private static int pendingPeers(final HostSocket peer) {
        return peer.state() == SocketStatus.CLOSED ? 0 : 1;
    }

    @OverEachTimedBus
    void shouldKeepSocketsThatAChildHolds(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        fillSlotForChild();
        final Holder child = adoptChild();
        die(fixture.host.holder);
        fixture.pass(50_000_000);
        assertFalse(pair.peer().isAtEnd());
        fixture.transfer(pair.peer(), pair.own(), BridgeFixture.pattern(1000, 2));

        die(child);
        fixture.await(() -> pair.peer().isAtEnd());
    }

    /** Another process's death lets the DPU look at all sockets, at any moment of a hand-over from parent to child. */
    @OverEachTimedBus
    void shouldKeepWhatPassesToAChildWhileItLooks(final Bus bus) {
        for (int steps = 0; steps < STEPS_OF_A_LOOK; steps++) {
            fixture = new BridgeFixture(bus);
            final Pair pair = fixture.acceptedPair();
            fillSlotForChild();
            die(adoptChild());
            fixture.steps(steps);
            fillSlot(NEXT_SLOT);
            pair.own().close();
            fixture.pass(100_000);

            assertFalse(pair.peer().isAtEnd(), "closed under its new holder after " + steps + " steps");
            fixture.dpu.bridge.holderDisconnected(fixture.host.holder);
            fixture.await(() -> pair.peer().isAtEnd());
            if (steps + 1 < STEPS_OF_A_LOOK) {
                close();
            }
        }
    }

    @OverEachTimedBus
    void shouldKeepSocketsForAChildThatHasNotSpoken(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        fillSlotForChild();
        fixture.dpu.bridge.holderDied(fixture.host.holder);
        fixture.pass(50_000_000);
        assertFalse(pair.peer().isAtEnd());
        claimSlotOfChild();
        fixture.pass(50_000_000);
        assertFalse(pair.peer().isAtEnd());

        final Holder child = adoptChild();
        fixture.dpu.bridge.holderDisconnected(fixture.host.holder);
        fixture.pass(50_000_000);
        assertFalse(pair.peer().isAtEnd());
        die(child);
        fixture.await(() -> pair.peer().isAtEnd());
    }

    @OverEachTimedBus
    void shouldCloseWhenNoChildSpokeBeforeTheConnectionEnded(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        fillSlotForChild();
        fixture.dpu.bridge.holderDied(fixture.host.holder);
        fixture.pass(50_000_000);
        fixture.dpu.bridge.holderDisconnected(fixture.host.holder);
        fixture.await(() -> pair.peer().isAtEnd());
    }

    @OverEachTimedBus
    void shouldKeepASocketThatOnlyTheParentClosed(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        fillSlotForChild();
        final Holder child = adoptChild();
        pair.own().close();
        fixture.pass(50_000_000);

        assertFalse(pair.peer().isAtEnd());
        assertFalse(pair.own().isFreed());
        die(child);
        fixture.await(() -> pair.peer().isAtEnd());
    }

    @OverEachTimedBus
    void shouldFreeAConnectionThatWasClosedBeforeItsListenerSaidThatItWasTaken(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair(fixture.listen(4), false);
        pair.own().close(); // Nothing was submitted for the listener since.
        fixture.await(() -> pair.peer().isAtEnd());
        pair.peer().close();
        fixture.await(pair.own()::isFreed);
        fixture.await(() -> fixture.host.arena.socketsInUse() == 1); // The host may see it before the DPU hears of it.
    }

    @OverEachTimedBus
    void shouldRefuseASlotThatNobodyFilled(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final int[] result = {-1};
        fixture.dpu.bridge.adoptHolder(fixture.host.arena, CHILD_SLOT, (holder, errno) -> result[0] = errno);
        fixture.await(() -> result[0] != -1);
        assertEquals(Errno.EINVAL, result[0]);
    }

    @OverEachTimedBus
    void shouldRefuseASlotThatIsTaken(final Bus bus) {
        fixture = new BridgeFixture(bus);
        fillSlotForChild();
        adoptChild();
        final int[] result = {-1};
        fixture.dpu.bridge.adoptHolder(fixture.host.arena, CHILD_SLOT, (holder, errno) -> result[0] = errno);
        fixture.await(() -> result[0] != -1);
        assertEquals(Errno.EBUSY, result[0]);
    }
}

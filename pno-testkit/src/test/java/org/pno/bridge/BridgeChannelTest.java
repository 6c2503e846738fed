package org.pno.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.pno.bridge.BridgeFixture.Pair;
import org.pno.link.AddressLine;
import org.pno.link.ChannelDescriptor;
import org.pno.link.HolderDescriptor;
import org.pno.link.RecordDescriptor;
import org.pno.link.SocketStatus;
import org.pno.link.SubmissionDescriptor;
import org.pno.sim.Bus;
import org.pno.sim.HostChannel;
import org.pno.sim.HostListener;
import org.pno.sim.HostSocket;
import org.pno.sim.MisbehavingHost;
import org.pno.sim.OverEachTimedBus;
import org.pno.sim.SimulatedHost;

/** Events, bells, parking, overflow and debt. */
class BridgeChannelTest {
    private BridgeFixture fixture;

    @AfterEach
    void close() {
        fixture.assertHealthy();
        fixture.close();
    }

    private long asleep(final int channel) {
        return new MisbehavingHost(fixture.host.host, 1)
                .word(fixture.host.host.geometry().channelOffset(channel) + ChannelDescriptor.ASLEEP_OFFSET);
    }

    /** Cycles of both DPUs until ours may sleep. */
    private void park() {
        fixture.await(() -> fixture.dpu.bridge.park());
    }

    /** The word of the host's holder slot that has the bits of the first records. */
    private long holderBits() {
        return fixture.host.host.geometry().holderOffset(SimulatedHost.HOLDER_SLOT) + HolderDescriptor.BITMAP_OFFSET;
    }

    /** Lets everything under way arrive, and consumes its events. */
    private void calm() {
        fixture.steps(200);
        fixture.channel.poll();
    }

    /** As many events, one for each byte. */
    private void sendOneByOne(final Pair pair, final int bytes) {
        pair.peer().option(RecordDescriptor.OPTION_FLAGS_OFFSET, RecordDescriptor.OPTION_NODELAY);
        for (int i = 1; i <= bytes; i++) {
            pair.peer().send(new byte[] {1}, 0, 1);
            final int expected = i;
            fixture.await(() -> pair.own().readable() == expected);
        }
    }

    @OverEachTimedBus
    void shouldTellTheHostWhatCame(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        calm();
        final int before = pair.own().events();
        pair.peer().send(new byte[] {1}, 0, 1);
        fixture.await(() -> fixture.channel.poll() > 0);

        assertEquals(before + 1, pair.own().events());
        assertEquals(1, pair.own().readable());
    }

    @OverEachTimedBus
    void shouldRingAHostThatSleeps(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        calm();
        assertTrue(fixture.channel.sleep());
        assertFalse(fixture.channel.isRung());
        pair.peer().send(new byte[] {1}, 0, 1);
        fixture.await(() -> fixture.channel.isRung());

        fixture.channel.wake();
        assertEquals(1, fixture.channel.poll());
        assertEquals(1, pair.own().readable());
    }

    @OverEachTimedBus
    void shouldNotRingAHostThatIsAwake(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        pair.peer().send(new byte[] {1}, 0, 1);
        fixture.await(() -> pair.own().readable() == 1);
        fixture.steps(100);

        assertFalse(fixture.channel.isRung());
        assertEquals(0, fixture.dpu.count(BridgeCounter.BELLS));
    }

    @OverEachTimedBus
    void shouldNotRingForAcknowledgements(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        calm();
        final long before = fixture.channel.eventsConsumed();
        pair.own().send(new byte[1000], 0, 1000);
        fixture.await(() -> pair.own().txAcked() == 1000);
        fixture.steps(100);

        fixture.channel.poll();
        assertEquals(before, fixture.channel.eventsConsumed());
    }

    @OverEachTimedBus
    void shouldTellWhenTxWaitIsReached(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        calm();
        pair.own().send(new byte[100_000], 0, 100_000);
        pair.own().waitForAcked(60_000);
        fixture.await(() -> fixture.channel.poll() > 0);

        assertTrue(pair.own().txAcked() >= 60_000);
    }

    @OverEachTimedBus
    void shouldTellAtOnceWhenTxWaitWasReachedBefore(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        pair.own().send(new byte[1000], 0, 1000);
        fixture.await(() -> pair.own().txAcked() == 1000);
        calm();
        pair.own().waitForAcked(1000);
        fixture.await(() -> fixture.channel.poll() > 0);
    }

    @OverEachTimedBus
    void shouldParkAndBeRungByASubmission(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        park();
        assertEquals(ChannelDescriptor.ASLEEP_PARKED, asleep(0));
        final long reads = fixture.dpu.memory.counters().reads();
        fixture.steps(50);
        assertEquals(reads, fixture.dpu.memory.counters().reads());

        assertFalse(fixture.host.isRung);
        pair.own().send(new byte[] {5}, 0, 1);
        assertTrue(fixture.host.isRung);
        fixture.await(() -> pair.peer().readable() == 1);
        assertEquals(ChannelDescriptor.ASLEEP_NOT, asleep(0));
    }

    @OverEachTimedBus
    void shouldNotStayParkedWhenASubmissionCameMeanwhile(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        fixture.dpu.bridge.park();
        pair.own().send(new byte[] {5}, 0, 1);
        fixture.host.isRung = false; // Whatever the host did, the new look must find it too.
        if (bus != Bus.MAPPED) {
            fixture.await(() -> pair.peer().readable() == 1);
        }
    }

    @OverEachTimedBus
    void shouldDeliverToAHostWhoseChannelIsParked(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        calm();
        assertTrue(fixture.channel.sleep());
        park();
        pair.peer().send(new byte[] {1}, 0, 1);
        fixture.await(() -> fixture.channel.isRung());
        assertEquals(1, pair.own().readable());
    }

    @OverEachTimedBus
    void shouldSweepAfterAnOverflow(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        final MisbehavingHost host = new MisbehavingHost(fixture.host.host, 1);
        // The host writes and cannot submit: as when its SUB ring is full.
        final int record = pair.own().record();
        host.txMap(record, 0, 3);
        host.recordWord(record, RecordDescriptor.TX_WRITTEN_OFFSET, 100);
        fixture.steps(200);
        assertEquals(0, pair.peer().readable());

        fixture.channel.overflow();
        fixture.await(() -> pair.peer().readable() == 100);
        assertEquals(1, fixture.dpu.count(BridgeCounter.SWEEPS));
    }

    @OverEachTimedBus
    void shouldFindALostConnectInASweep(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final HostListener peers = fixture.listen(fixture.peer, fixture.peerHost, fixture.peerChannel, 2);
        final HostSocket lost = fixture.host.host.takeRecord(fixture.channel);
        final long record = fixture.host.host.geometry().recordOffset(lost.record());
        new AddressLine()
                .wrap(fixture.host.host.memory(), record + RecordDescriptor.HOST_ADDRESS_LINE_OFFSET)
                .family(4)
                .remote(fixture.peer.address.hi(), fixture.peer.address.lo(), BridgeFixture.PORT);
        final MisbehavingHost host = new MisbehavingHost(fixture.host.host, 1);
        host.word(holderBits(), host.word(holderBits()) | 1L << lost.record());
        host.recordWord(
                lost.record(),
                RecordDescriptor.REQUEST_OFFSET,
                1 | (long) RecordDescriptor.REQUEST_CONNECT << Integer.SIZE);
        fixture.steps(100);
        assertEquals(SocketStatus.FREE, lost.state());

        fixture.channel.overflow();
        fixture.await(() -> peers.accept() != null);
        fixture.await(() -> lost.state() == SocketStatus.ESTABLISHED);
    }

    @OverEachTimedBus
    void shouldFindALostCloseInASweep(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        final MisbehavingHost host = new MisbehavingHost(fixture.host.host, 1);
        host.word(holderBits(), host.word(holderBits()) & ~(1L << pair.own().record()));
        fixture.channel.overflow();
        fixture.await(() -> pair.peer().isAtEnd());
    }

    @OverEachTimedBus
    void shouldOweEventsToAFullRingAndPayThem(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        sendOneByOne(pair, ChannelDescriptor.EVT_CAPACITY + 100);
        assertTrue(fixture.dpu.count(BridgeCounter.EVENT_DEBTS) > 0);
        fixture.steps(100);

        fixture.await(() -> fixture.channel.poll(100) == 0);
        assertTrue(fixture.channel.eventsConsumed() > ChannelDescriptor.EVT_CAPACITY);
    }

    @OverEachTimedBus
    void shouldPayDebtsOfAParkedChannelWhenTheHostRings(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        sendOneByOne(pair, ChannelDescriptor.EVT_CAPACITY + 10);
        park();
        assertEquals(ChannelDescriptor.ASLEEP_OWING, asleep(0));
        fixture.channel.poll();
        final long consumed = fixture.channel.eventsConsumed();
        assertFalse(fixture.host.isRung);
        assertTrue(fixture.channel.sleep());
        assertTrue(fixture.host.isRung);
        fixture.await(() -> fixture.channel.isRung());
        fixture.channel.wake();
        fixture.channel.poll();
        assertTrue(fixture.channel.eventsConsumed() > consumed);
    }

    @OverEachTimedBus
    void shouldServeOneChannelBesideAnotherThatNeverStops(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final HostChannel second = fixture.dpu.openChannel(fixture.host);
        final Pair noisy = fixture.acceptedPair();
        final HostListener peers = fixture.listen(fixture.peer, fixture.peerHost, fixture.peerChannel, 2);
        final HostSocket quiet = fixture.host.host.takeRecord(second);
        quiet.connect(0, 0, 0, fixture.peer.address.hi(), fixture.peer.address.lo(), BridgeFixture.PORT);
        for (int i = 0; i < 400 && !quiet.isRequestDone(); i++) {
            for (int j = 0; j < 300; j++) {
                noisy.own().submit(0);
            }
            fixture.step();
            peers.accept();
        }
        assertTrue(quiet.isRequestDone());
        assertEquals(0, quiet.requestError());
    }

    @OverEachTimedBus
    void shouldSendEventsWhereTheHostWantsThem(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final HostChannel second = fixture.dpu.openChannel(fixture.host);
        final Pair pair = fixture.acceptedPair();
        new MisbehavingHost(fixture.host.host, 1)
                .recordWord(
                        pair.own().record(),
                        RecordDescriptor.EV_CHANNEL_OFFSET,
                        second.number() | (long) pair.own().generation() << Integer.SIZE);
        pair.own().submit(SubmissionDescriptor.FLAG_HOST_LINE);
        calm();
        final long before = fixture.channel.eventsConsumed();
        pair.peer().send(new byte[] {1}, 0, 1);
        fixture.await(() -> second.poll() > 0);

        fixture.channel.poll();
        assertEquals(before, fixture.channel.eventsConsumed());
    }

    @OverEachTimedBus
    void shouldTellEachChannelOfWhatIsForAnybody(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final HostChannel other = fixture.dpu.openChannel(fixture.host);
        final HostListener listener = fixture.listen(4);
        calm();
        listener.socket().tellAllChannels();
        fixture.await(() -> other.poll() > 0);
        calm();
        other.poll();
        assertTrue(fixture.channel.sleep());
        assertTrue(other.sleep());
        fixture.connectFromPeer();
        fixture.await(() -> fixture.channel.isRung() && other.isRung());

        fixture.channel.wake();
        other.wake();
        assertEquals(1, fixture.channel.poll());
        assertEquals(1, other.poll());
        assertEquals(8, listener.socket().readable());
    }

    @OverEachTimedBus
    void shouldTellEachChannelOfAConnectionThatProcessesShare(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final HostChannel other = fixture.dpu.openChannel(fixture.host);
        final Pair pair = fixture.acceptedPair();
        pair.own().tellAllChannels();
        fixture.await(() -> other.poll() > 0);
        calm();
        fixture.channel.poll();
        other.poll();
        assertTrue(fixture.channel.sleep());
        assertTrue(other.sleep());
        pair.peer().send(new byte[] {1}, 0, 1);
        fixture.await(() -> fixture.channel.isRung() && other.isRung());

        fixture.channel.wake();
        other.wake();
        assertEquals(1, fixture.channel.poll());
        assertEquals(1, other.poll());
    }

    @OverEachTimedBus
    void shouldTakeNoMapForWhatSubSaysAfterTheEnd(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair(fixture.listen(4));
        pair.own().send(new byte[100], 0, 100);
        for (int i = 0; i < 800; i++) {
            pair.own().submit(0);
        }
        fixture.channel.busyWhen(() -> true); // A sweep tells of the end before SUB has been read.
        pair.own().abort();
        pair.own().close();
        fixture.channel.busyWhen(() -> false);
        fixture.await(pair.own()::isFreed);
        pair.peer().close();
        fixture.assertAtRest(1);
    }
}

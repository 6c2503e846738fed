package org.pno.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pno.bridge.BridgeFixture.Pair;
import org.pno.link.ArenaDescriptor;
import org.pno.link.ChannelDescriptor;
import org.pno.link.Fence;
import org.pno.link.ListenerEntry;
import org.pno.link.RecordDescriptor;
import org.pno.link.SocketStatus;
import org.pno.link.SubmissionDescriptor;
import org.pno.sim.Bus;
import org.pno.sim.HostChannel;
import org.pno.sim.HostListener;
import org.pno.sim.HostSocket;
import org.pno.sim.MisbehavingHost;
import org.pno.sim.OverEachTimedBus;
import org.pno.sim.SimulatedDma;
import org.pno.sim.SimulatedHost;
import org.pno.sys.Errno;

/** Each value that cannot be costs its own arena, and nobody else's. */
class BridgeFenceTest {
    private BridgeFixture fixture;
    private MisbehavingHost rogue;
    private HostListener listener;
    private Pair pair;
    private TestDpu.Attached innocent;
    private HostChannel innocentChannel;

    @AfterEach
    void close() {
        assertTrue(fixture.peer.fenced.isEmpty());
        fixture.close();
    }

    /** A host with a listener and a connection, and a second, innocent one on the same DPU. */
    private void start(final Bus bus) {
        fixture = new BridgeFixture(bus);
        innocent = fixture.dpu.attach(SimulatedHost.smallGeometry());
        fixture.await(() -> innocent.arena != null);
        innocentChannel = fixture.dpu.openChannel(innocent);
        listener = fixture.listen(4);
        pair = fixture.acceptedPair(listener);
        rogue = new MisbehavingHost(fixture.host.host, 1);
    }

    private void submit(
            final int record, final int generation, final long txWritten, final long rxRead, final int txChunk) {
        rogue.submission(0)
                .socket(record, generation)
                .positions(txWritten, rxRead)
                .txChunk(txChunk)
                .flags(0);
        rogue.submit(0);
    }

    private void assertFenced(final Fence reason) {
        fixture.await(() -> !fixture.dpu.fenced.isEmpty());
        assertEquals(reason, fixture.dpu.fenced.getFirst().fence());
        assertEquals(1, fixture.dpu.fenced.size());
        fixture.await(() -> pair.peer().state() == SocketStatus.CLOSED);
        assertTrue(pair.peer().soError() == Errno.ECONNRESET || pair.peer().soError() == Errno.EPIPE); // As in Linux.
        fixture.await(() -> fixture.channel.fenced() == reason.code() && fixture.channel.isRung());
        fixture.await(() -> fixture.dpu.ended.contains(fixture.host.arena));
        assertFalse(fixture.dpu.ended.contains(innocent.arena));
        assertInnocentServed();
        assertEquals(0, fixture.dpu.bridge.memoryInUse()[0]);
    }

    private void assertInnocentServed() {
        final HostListener peers = fixture.listen(fixture.peer, fixture.peerHost, fixture.peerChannel, 1);
        final HostSocket socket = innocent.host.takeRecord(innocentChannel);
        socket.connect(0, 0, 0, fixture.peer.address.hi(), fixture.peer.address.lo(), BridgeFixture.PORT);
        fixture.await(() -> socket.isRequestDone() && peers.socket().readable() > 0);
        assertEquals(0, socket.requestError());
        fixture.transfer(socket, peers.acceptWithoutCredit(), BridgeFixture.pattern(1_000, 1));
    }

    @OverEachTimedBus
    void shouldFenceASubTailPastTheRing(final Bus bus) {
        start(bus);
        rogue.channelWord(0, ChannelDescriptor.SUB_TAIL_OFFSET, 1_000_000);
        assertFenced(Fence.SUB_TAIL);
    }

    @OverEachTimedBus
    void shouldFenceASubTailThatGoesBack(final Bus bus) {
        start(bus);
        rogue.channelWord(0, ChannelDescriptor.SUB_TAIL_OFFSET, 0);
        assertFenced(Fence.SUB_TAIL);
    }

    /** A host behind a bus that fails is given up like any other; it cannot be told. */
    @Test
    void shouldFenceAHostThatTheBusDoesNotReachAnyMore() {
        start(Bus.DMA);
        ((SimulatedDma) fixture.dpu.memory).failRegion(fixture.host.arena.region());
        fixture.await(() -> !fixture.dpu.fenced.isEmpty());
        assertEquals(Fence.BUS, fixture.dpu.fenced.getFirst().fence());
        fixture.await(() -> pair.peer().state() == SocketStatus.CLOSED);
        fixture.await(() -> fixture.dpu.ended.contains(fixture.host.arena));
        assertFalse(fixture.dpu.ended.contains(innocent.arena));
        assertInnocentServed();
        assertEquals(0, fixture.dpu.bridge.memoryInUse()[0]);
    }

    /** Whatever of its channel's line was under way, or wanted, when it was given up. */
    @OverEachTimedBus
    void shouldParkWhenAHostIsFencedThatWasAboutToBeParked(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Random random = new Random(3);
        for (int count = 1; count <= 60; count++) {
            final TestDpu.Attached other = fixture.dpu.attach(SimulatedHost.smallGeometry());
            fixture.await(() -> other.arena != null);
            fixture.dpu.openChannel(other);
            for (int steps = random.nextInt(40); steps > 0; steps--) {
                fixture.dpu.bridge.park();
                fixture.step();
            }
            final MisbehavingHost bad = new MisbehavingHost(other.host, 1);
            bad.channelWord(0, ChannelDescriptor.SUB_TAIL_OFFSET, 1_000_000);
            other.isRung = true;
            fixture.await(() -> fixture.dpu.ended.contains(other.arena));
            fixture.await(() -> fixture.dpu.bridge.park());
        }
    }

    @OverEachTimedBus
    void shouldFenceAnEvHeadPastWhatWasSent(final Bus bus) {
        start(bus);
        rogue.channelWord(0, ChannelDescriptor.EV_HEAD_OFFSET, 1_000_000);
        assertFenced(Fence.EV_HEAD);
    }

    @OverEachTimedBus
    void shouldFenceARecordNumberOutsideTheArena(final Bus bus) {
        start(bus);
        submit(1 << 20, 1, 0, 0, RecordDescriptor.NO_CHUNK);
        assertFenced(Fence.RECORD_NUMBER);
    }

    @OverEachTimedBus
    void shouldFenceATxWrittenBeyondTheStream(final Bus bus) {
        start(bus);
        submit(pair.own().record(), pair.own().generation(), ArenaDescriptor.STREAM_BYTES + 1L, 0, 0);
        assertFenced(Fence.TX_WRITTEN);
    }

    @OverEachTimedBus
    void shouldFenceAnRxReadBeyondWhatWasCommitted(final Bus bus) {
        start(bus);
        submit(pair.own().record(), pair.own().generation(), 0, 1, RecordDescriptor.NO_CHUNK);
        assertFenced(Fence.RX_READ);
    }

    @OverEachTimedBus
    void shouldFenceATxChunkOutsideThePool(final Bus bus) {
        start(bus);
        submit(pair.own().record(), pair.own().generation(), 10, 0, 1 << 20);
        assertFenced(Fence.TX_CHUNK);
    }

    @OverEachTimedBus
    void shouldFenceATxMapEntryOutsideThePool(final Bus bus) {
        start(bus);
        rogue.txMap(pair.own().record(), 0, 1 << 20);
        submit(pair.own().record(), pair.own().generation(), 10, 0, RecordDescriptor.NO_CHUNK);
        assertFenced(Fence.TX_CHUNK);
    }

    @OverEachTimedBus
    void shouldFenceATxUrgentBeyondTheStream(final Bus bus) {
        start(bus);
        rogue.recordWord(pair.own().record(), RecordDescriptor.TX_URGENT_OFFSET, ArenaDescriptor.STREAM_BYTES + 1L);
        pair.own().submit(SubmissionDescriptor.FLAG_HOST_LINE);
        assertFenced(Fence.TX_URGENT);
    }

    @OverEachTimedBus
    void shouldFenceATxFinThatIsWithdrawn(final Bus bus) {
        start(bus);
        pair.own().shutdownWrite();
        fixture.await(() -> pair.peer().isAtEnd());
        rogue.recordWord(pair.own().record(), RecordDescriptor.TX_FIN_OFFSET, 0);
        pair.own().submit(SubmissionDescriptor.FLAG_HOST_LINE);
        assertFenced(Fence.TX_FIN);
    }

    @OverEachTimedBus
    void shouldFenceBytesWrittenAfterTheFin(final Bus bus) {
        start(bus);
        pair.own().shutdownWrite();
        fixture.await(() -> pair.peer().isAtEnd());
        pair.own().send(new byte[1], 0, 1);
        assertFenced(Fence.TX_FIN);
    }

    @OverEachTimedBus
    void shouldFenceAnUnknownRequest(final Bus bus) {
        start(bus);
        rogue.recordWord(pair.own().record(), RecordDescriptor.REQUEST_OFFSET, 7L << 32 | 1);
        pair.own().submit(SubmissionDescriptor.FLAG_HOST_LINE);
        assertFenced(Fence.REQUEST);
    }

    @OverEachTimedBus
    void shouldFenceAnUnknownRequestOfANewRecord(final Bus bus) {
        start(bus);
        final HostSocket fresh = fixture.host.host.takeRecord(fixture.channel);
        rogue.recordWord(fresh.record(), RecordDescriptor.REQUEST_OFFSET, 7L << 32 | 1);
        fresh.submit(SubmissionDescriptor.FLAG_HOST_LINE);
        assertFenced(Fence.REQUEST);
    }

    @OverEachTimedBus
    void shouldFenceAnEventChannelThatDoesNotExist(final Bus bus) {
        start(bus);
        rogue.recordWord(
                pair.own().record(),
                RecordDescriptor.EV_CHANNEL_OFFSET,
                99 | (long) pair.own().generation() << 32);
        pair.own().submit(SubmissionDescriptor.FLAG_HOST_LINE);
        assertFenced(Fence.EV_CHANNEL);
    }

    @OverEachTimedBus
    void shouldFenceACreditForARecordInUse(final Bus bus) {
        start(bus);
        final byte[] entry = new byte[ListenerEntry.BYTES];
        entry[0] = (byte) pair.own().record();
        entry[4] = 77;
        listener.socket().send(entry, 0, entry.length);
        assertFenced(Fence.CREDIT);
    }

    @OverEachTimedBus
    void shouldFenceACreditForARecordOutsideTheArena(final Bus bus) {
        start(bus);
        listener.socket().send(new byte[] {0, 0, 0, 1, 1, 0, 0, 0}, 0, ListenerEntry.BYTES);
        assertFenced(Fence.RECORD_NUMBER);
    }

    @OverEachTimedBus
    void shouldFenceAnOptionOutsideItsBounds(final Bus bus) {
        start(bus);
        pair.own().option(RecordDescriptor.KEEP_CNT_OFFSET, 1_000_000);
        assertFenced(Fence.OPTIONS);
    }

    @OverEachTimedBus
    void shouldSurviveAHostThatWritesAnything(final Bus bus) {
        for (int seed = 0; seed < 25; seed++) {
            start(bus);
            final MisbehavingHost scribbler = new MisbehavingHost(fixture.host.host, seed);
            for (int i = 0; i < 60; i++) {
                scribbler.scribble();
                fixture.steps(3);
            }
            assertFalse(fixture.dpu.fenced.contains(innocent.arena), "seed " + seed);
            assertInnocentServed();
            if (seed < 24) {
                fixture.close();
            }
        }
    }
}

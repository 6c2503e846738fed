package org.pno.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pno.bridge.BridgeFixture.Pair;
import org.pno.link.ArenaDescriptor;
import org.pno.link.ChannelDescriptor;
import org.pno.link.Fence;
import org.pno.link.ListenerEntry;
import org.pno.link.RecordDescriptor;
import org.pno.link.SubmissionDescriptor;
import org.pno.sim.Bus;
import org.pno.sim.HostChannel;
import org.pno.sim.HostListener;
import org.pno.sim.HostSocket;
import org.pno.sim.MisbehavingHost;
import org.pno.sim.SimulatedHost;

/**
 * The kinds of hosts that break the protocol, each beside one that keeps it: the rogue pays with its arena, or for
 * what means nothing with nothing; the other's connection goes on, and every byte of it is right. docs/bridge.md has
 * the same table.
 */
class MisbehavingHostTest {
    private static final int BYTES = 20_000;
    private static final long BEYOND = ArenaDescriptor.STREAM_BYTES + 1L;
    private static final int FAR_OUT = 1 << 20;

    /** What a rogue does, and what it costs: {@link Fence#NONE} if the DPU has nothing to fear of it. */
    private enum Kind {
        SUBMISSIONS_RUN_BACKWARDS(
                Fence.SUB_TAIL, rogue -> rogue.writes.channelWord(0, ChannelDescriptor.SUB_TAIL_OFFSET, 0)),
        SUBMISSIONS_PAST_THE_RING(
                Fence.SUB_TAIL, rogue -> rogue.writes.channelWord(0, ChannelDescriptor.SUB_TAIL_OFFSET, FAR_OUT)),
        SUBMISSIONS_WITHOUT_END(
                Fence.SUB_TAIL, rogue -> rogue.writes.channelWord(0, ChannelDescriptor.SUB_TAIL_OFFSET, -1)),
        EVENTS_READ_THAT_NEVER_CAME(
                Fence.EV_HEAD, rogue -> rogue.writes.channelWord(0, ChannelDescriptor.EV_HEAD_OFFSET, FAR_OUT)),
        A_RECORD_OUTSIDE_THE_ARENA(
                Fence.RECORD_NUMBER, rogue -> rogue.submit(FAR_OUT, 1, 0, 0, RecordDescriptor.NO_CHUNK)),
        BYTES_PAST_THE_STREAMS_RING(Fence.TX_WRITTEN, rogue -> rogue.submit(BEYOND, 0, 0)),
        BYTES_READ_THAT_NEVER_CAME(Fence.RX_READ, rogue -> rogue.submit(0, 1, RecordDescriptor.NO_CHUNK)),
        A_CHUNK_OUTSIDE_THE_POOL(Fence.TX_CHUNK, rogue -> rogue.submit(10, 0, FAR_OUT)),
        A_MAP_OUT_OF_THE_POOL(Fence.TX_CHUNK, rogue -> {
            rogue.writes.txMap(rogue.own().record(), 0, FAR_OUT);
            rogue.submit(10, 0, RecordDescriptor.NO_CHUNK);
        }),
        URGENT_BYTE_PAST_THE_RING(Fence.TX_URGENT, rogue -> rogue.word(RecordDescriptor.TX_URGENT_OFFSET, BEYOND)),
        AN_END_TAKEN_BACK(Fence.TX_FIN, rogue -> {
            rogue.finish();
            rogue.word(RecordDescriptor.TX_FIN_OFFSET, 0);
        }),
        BYTES_AFTER_THE_END(Fence.TX_FIN, rogue -> {
            rogue.finish();
            rogue.own().send(new byte[1], 0, 1);
        }),
        AN_UNKNOWN_REQUEST(Fence.REQUEST, rogue -> rogue.word(RecordDescriptor.REQUEST_OFFSET, 7L << 32 | 1)),
        A_CHANNEL_THAT_DOES_NOT_EXIST(
                Fence.EV_CHANNEL,
                rogue -> rogue.word(
                        RecordDescriptor.EV_CHANNEL_OFFSET,
                        99 | (long) rogue.own().generation() << 32)),
        A_SOCKET_IN_USE_AS_CREDIT(Fence.CREDIT, rogue -> {
            final byte[] entry = new byte[ListenerEntry.BYTES];
            entry[0] = (byte) rogue.own().record();
            entry[4] = 77;
            rogue.pair.listener().socket().send(entry, 0, entry.length);
        }),
        A_CREDIT_OUTSIDE_THE_ARENA(
                Fence.RECORD_NUMBER,
                rogue -> rogue.pair
                        .listener()
                        .socket()
                        .send(new byte[] {0, 0, 0, 1, 1, 0, 0, 0}, 0, ListenerEntry.BYTES)),
        AN_OPTION_OUT_OF_BOUNDS(
                Fence.OPTIONS, rogue -> rogue.own().option(RecordDescriptor.KEEP_CNT_OFFSET, 1_000_000)),
        A_SOCKET_OF_ANOTHER_TIME(
                Fence.NONE,
                rogue -> rogue.submit(rogue.own().record(), rogue.own().generation() + 1, BEYOND, BEYOND, FAR_OUT)),
        A_FLOOD_OF_SUBMISSIONS(Fence.NONE, rogue -> {
            for (int i = 0; i < ChannelDescriptor.SUB_CAPACITY / 2; i++) {
                rogue.submit(i % 8, FAR_OUT + i, i, i, RecordDescriptor.NO_CHUNK);
            }
        }),
        A_FLOOD_OF_OPENS(Fence.NONE, rogue -> {
            for (int i = 0; i < 32; i++) {
                rogue.fixture.connectToPeer();
            }
        });

        private final Fence fence;
        private final Consumer<MisbehavingHostTest> deed;

        Kind(final Fence fence, final Consumer<MisbehavingHostTest> deed) {
            this.fence = fence;
            this.deed = deed;
        }
    }

    private BridgeFixture fixture;
    private MisbehavingHost writes;
    private Pair pair;
    private HostChannel goodChannel;

    private HostSocket own() {
        return pair.own();
    }

    private void word(final int offset, final long value) {
        writes.recordWord(own().record(), offset, value);
        own().submit(SubmissionDescriptor.FLAG_HOST_LINE);
    }

    private void finish() {
        own().shutdownWrite();
        fixture.await(() -> pair.peer().isAtEnd());
    }

    private void submit(final long txWritten, final long rxRead, final int txChunk) {
        submit(own().record(), own().generation(), txWritten, rxRead, txChunk);
    }

    private void submit(
            final int record, final int generation, final long txWritten, final long rxRead, final int txChunk) {
        writes.submission(0)
                .socket(record, generation)
                .positions(txWritten, rxRead)
                .txChunk(txChunk)
                .flags(0);
        writes.submit(0);
    }

    private HostSocket connectGood(final TestDpu.Attached good) {
        goodChannel = fixture.dpu.openChannel(good);
        final HostSocket socket = good.host.takeRecord(goodChannel);
        socket.connect(0, 0, 0, fixture.peer.address.hi(), fixture.peer.address.lo(), BridgeFixture.PORT);
        return socket;
    }

    private void exchange(final HostSocket good, final HostSocket far, final long seed) {
        fixture.transfer(good, far, BridgeFixture.pattern(BYTES, seed));
        goodChannel.poll();
        fixture.transfer(far, good, BridgeFixture.pattern(BYTES, seed + 1));
        goodChannel.poll();
    }

    private void misbehave(final Bus bus, final Kind kind) {
        try (BridgeFixture opened = new BridgeFixture(bus)) {
            fixture = opened;
            final TestDpu.Attached good = fixture.dpu.attach(SimulatedHost.smallGeometry());
            fixture.await(() -> good.arena != null);
            final HostListener peers = fixture.listen(fixture.peer, fixture.peerHost, fixture.peerChannel, 4);
            final HostSocket near = connectGood(good);
            fixture.await(() -> near.isRequestDone() && peers.socket().readable() > 0);
            assertEquals(0, near.requestError());
            final HostSocket far = peers.acceptWithoutCredit();
            pair = fixture.acceptedPair();
            writes = new MisbehavingHost(fixture.host.host, 1);
            exchange(near, far, 1);
            // Under way while the rogue acts.
            final byte[] bytes = BridgeFixture.pattern(BYTES, 3);
            final int sent = near.send(bytes, 0, BYTES / 2);

            kind.deed.accept(this);

            fixture.transferRest(near, far, bytes, sent);
            exchange(near, far, 4);
            assertPaid(kind.fence);
            assertFalse(fixture.dpu.ended.contains(good.arena));
            assertTrue(fixture.peer.fenced.isEmpty());
        }
    }

    private void assertPaid(final Fence fence) {
        if (fence == Fence.NONE) {
            fixture.steps(1_000);
            fixture.assertHealthy();
            return;
        }
        fixture.await(() -> fixture.dpu.ended.contains(fixture.host.arena));
        assertEquals(1, fixture.dpu.fenced.size());
        assertEquals(fence, fixture.dpu.fenced.getFirst().fence());
        assertEquals(fence.code(), fixture.channel.fenced());
    }

    @ParameterizedTest
    @EnumSource
    void shouldHarmNobodyElseThroughAMapping(final Kind kind) {
        misbehave(Bus.MAPPED, kind);
    }

    @ParameterizedTest
    @EnumSource
    void shouldHarmNobodyElseOverDma(final Kind kind) {
        misbehave(Bus.DMA, kind);
    }
}

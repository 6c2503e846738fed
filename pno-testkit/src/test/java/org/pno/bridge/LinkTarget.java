package org.pno.bridge;

import java.nio.ByteBuffer;
import org.pno.bridge.BridgeFixture.Pair;
import org.pno.link.ArenaGeometry;
import org.pno.link.ChannelDescriptor;
import org.pno.link.RecordDescriptor;
import org.pno.sim.Bus;
import org.pno.sim.HostListener;
import org.pno.sim.MisbehavingHost;
import org.pno.sim.SimulatedHost;

/**
 * Words of a host that writes what it likes into its arena: host lines, submissions, records, options, maps, holder
 * slots. Input: pieces of kind, place (u16), value (u64). Its own arena may be given up; nothing may throw, and the
 * host beside it on the same DPU stays as it was.
 */
public final class LinkTarget {
    private static final int PIECE_BYTES = 1 + 2 + 8;
    private static final int MAX_PIECES = 32;

    private LinkTarget() {}

    /** Jazzer's entry. */
    public static void fuzzerTestOneInput(final byte[] data) {
        try (BridgeFixture fixture = new BridgeFixture(Bus.MAPPED)) {
            final TestDpu.Attached innocent = fixture.dpu.attach(SimulatedHost.smallGeometry());
            fixture.await(() -> innocent.arena != null);
            final HostListener listener = fixture.listen(2);
            final Pair pair = fixture.acceptedPair(listener);
            final MisbehavingHost rogue = new MisbehavingHost(fixture.host.host, 1);
            final ByteBuffer pieces = ByteBuffer.wrap(data);
            for (int i = 0; i < MAX_PIECES && pieces.remaining() >= PIECE_BYTES; i++) {
                final int kind = pieces.get();
                write(rogue, fixture.host.host.geometry(), pair, kind, pieces.getChar(), pieces.getLong());
                fixture.host.isRung = true;
                fixture.steps(2);
            }
            fixture.steps(50);
            check(fixture, innocent);
        }
    }

    private static void write(
            final MisbehavingHost rogue,
            final ArenaGeometry geometry,
            final Pair pair,
            final int kind,
            final int place,
            final long value) {
        final int own = pair.own().record();
        switch (kind & 7) {
            case 0 -> rogue.channelWord(0, place % ChannelDescriptor.HOST_LINE_WORDS * Long.BYTES, value);
            case 1 ->
                rogue.channelWord(
                        0,
                        ChannelDescriptor.SUB_OFFSET + place % (4 * ChannelDescriptor.SUB_CAPACITY) * Long.BYTES,
                        value);
            case 2 -> rogue.recordWord(own, place % RecordDescriptor.HOST_LINE_WORDS * Long.BYTES, value);
            case 3 ->
                rogue.recordWord(
                        pair.listener().socket().record(),
                        place % RecordDescriptor.HOST_LINE_WORDS * Long.BYTES,
                        value);
            case 4 -> rogue.txMap(own, place % 64, (int) value);
            case 5 -> rogue.recordWord(own, RecordDescriptor.OPTIONS_LINE_OFFSET + place % 16 * Long.BYTES, value);
            case 6 -> rogue.word(geometry.holderOffset(place % geometry.holderCount()) + place % 8 * Long.BYTES, value);
            default -> {
                rogue.submission(0)
                        .socket((int) value % 4, place)
                        .positions(value >>> 16, value >>> 32)
                        .txChunk((int) (value >>> 48))
                        .flags(place);
                rogue.submit(0);
            }
        }
    }

    private static void check(final BridgeFixture fixture, final TestDpu.Attached innocent) {
        if (fixture.dpu.fenced.contains(innocent.arena) || !innocent.arena.isLive()) {
            throw new AssertionError("another host's arena was given up");
        }
        if (!fixture.peer.fenced.isEmpty()) {
            throw new AssertionError("a host of the peer was given up");
        }
    }
}

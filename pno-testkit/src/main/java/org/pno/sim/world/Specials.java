package org.pno.sim.world;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.pno.link.RecordDescriptor;
import org.pno.sim.world.Plan.End;
import org.pno.sim.world.Plan.Manner;
import org.pno.sim.world.Plan.Turns;
import org.pno.tcp.FastOpen;
import org.pno.tcp.TcpConfiguration;

/**
 * What a seed says of things that few programs use: TCP Fast Open, urgent data, TCP_NOTSENT_LOWAT; and of receive pools
 * that are all but too small. Drawn from a stream of its own, so that runs without any of it stay what they are.
 */
final class Specials {
    private static final long STREAM = 0xC2B2_AE3D_27D4_EB4FL;
    /** Server ports of Fast Open, see {@link FlowKey#salt}. */
    static final int FAST_OPEN_PORT = 4_000;

    static final int MOST_FAST_OPEN_PORTS = 2;

    private static final int NO_COOKIE = RecordDescriptor.OPTION_FASTOPEN | RecordDescriptor.OPTION_FASTOPEN_NO_COOKIE;
    /** Less, and a program could wait for a chunk that nobody gives back: each of many connections holds one. */
    private static final int LEAST_RX_CHUNKS = 6;

    private static final int MOST_RX_CHUNKS = 11;
    private static final long LEAST_KEY_LIFE_NS = 50_000_000L;
    private static final long LONGEST_KEY_LIFE_NS = 40_000_000_000_000L;

    private static final int MOST_MARKS = 100;

    private final Draw draw;
    private final boolean opensFast;
    private final boolean isUrgent;
    private final boolean isThrifty;
    private final boolean hasFewChunks;

    Specials(final long seed) {
        draw = new Draw(new SplittableRandom(seed * STREAM + 2));
        opensFast = draw.oneIn(6);
        isUrgent = draw.oneIn(8);
        isThrifty = draw.oneIn(8);
        hasFewChunks = draw.oneIn(10);
    }

    /** Chunks of a receive pool that would have so many otherwise. */
    int receiveChunks(final int otherwise) {
        return hasFewChunks ? draw.between(LEAST_RX_CHUNKS, MOST_RX_CHUNKS) : otherwise;
    }

    void set(final TcpConfiguration tcp) {
        if (opensFast) {
            tcp.fastOpen = draw.oneIn(8) ? FastOpen.CLIENT : FastOpen.CLIENT | FastOpen.SERVER;
            tcp.fastOpenKeyLifeNs = draw.spread(LEAST_KEY_LIFE_NS, LONGEST_KEY_LIFE_NS);
        }
    }

    /** The dialogues with what they have of all this. */
    List<Dialogue> dialogues(final List<Dialogue> drawn) {
        final List<Dialogue> dialogues = new ArrayList<>();
        for (final Dialogue dialogue : drawn) {
            final int flags = isThrifty && draw.oneIn(2) ? RecordDescriptor.OPTION_TX_SENT : 0;
            final int urgentEvery = isUrgent && draw.oneIn(2) ? urgentEvery(dialogue) : 0;
            dialogues.add(
                    flags == 0 && urgentEvery == 0
                            ? dialogue
                            : dialogue.with(dialogue.options().with(flags, urgentEvery)));
        }
        for (int count = opensFast ? draw.between(1, MOST_FAST_OPEN_PORTS) : 0; count > 0; count--) {
            dialogues.add(fastOpen(drawn.get(draw.below(drawn.size())), FAST_OPEN_PORT + count));
        }
        return dialogues;
    }

    /** Not too many marks: what stands between two of them is written in a piece of its own. */
    private int urgentEvery(final Dialogue dialogue) {
        final long longest = Math.max(
                dialogue.clientPlan().totalBytes(), dialogue.serverPlan().totalBytes());
        return draw.spread(2 + (int) (longest / MOST_MARKS), 40_000);
    }

    /** Connections between the same nodes, one after another, which write before they connect. */
    private Dialogue fastOpen(final Dialogue like, final int port) {
        final int request = draw.spread(1, 5_000);
        final int response = draw.spread(1, 20_000);
        final int queue = draw.between(1, 12);
        final Dialogue.Socket options = new Dialogue.Socket(
                RecordDescriptor.OPTION_KEEPALIVE
                        | (draw.oneIn(6) ? NO_COOKIE : RecordDescriptor.OPTION_FASTOPEN)
                        | queue << RecordDescriptor.FASTOPEN_QUEUE_SHIFT,
                0,
                draw.between(20, 60),
                0,
                0,
                like.options().isIpv6(),
                0,
                0);
        return Dialogue.of(
                "FAST_OPEN",
                like.client(),
                like.server(),
                port,
                new Plan[] {
                    plan(request, new Turns(response, request, true, false), response),
                    plan(response, new Turns(request, response, false, false), request)
                },
                options,
                new long[] {like.startNs(), draw.between(3, 12), draw.oneIn(3) ? 1 : 0});
    }

    private Plan plan(final int bytes, final Turns turns, final int answer) {
        final End end = draw.oneIn(2) ? End.ORDERLY : new End(Manner.CLOSES_FIRST, Long.MAX_VALUE, answer);
        return new Plan(bytes, bytes, bytes, draw.spread(500, 20_000), draw.spread(500L, 500_000), 0, turns, end);
    }
}

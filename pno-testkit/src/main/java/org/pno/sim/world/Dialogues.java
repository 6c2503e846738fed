package org.pno.sim.world;

import java.util.ArrayList;
import java.util.List;
import org.pno.link.RecordDescriptor;
import org.pno.sim.world.Plan.End;
import org.pno.sim.world.Plan.Manner;
import org.pno.sim.world.Plan.Turns;

/** Draws the dialogues of a scenario: four connections or more, 256 KiB or more in all. */
final class Dialogues {
    private static final int FIRST_PORT = 2_000;
    private static final int LEAST_CONNECTIONS = 4;
    private static final long LEAST_BYTES = 256 << 10;
    private static final long LATEST_START_NS = 400_000_000L;
    private static final int MOST_PIECES = 250;

    private final Draw draw;
    private final int nodes;
    private final List<Dialogue> dialogues = new ArrayList<>();

    private enum Kind {
        UP,
        DOWN,
        BOTH,
        REQUESTS,
        HALF_CLOSE,
        ABORT,
        LEAVE,
        SLOW_READER,
        MANY_SHORT,
        AT_ONCE
    }

    Dialogues(final Draw draw, final int nodes) {
        this.draw = draw;
        this.nodes = nodes;
    }

    List<Dialogue> draw() {
        int connections = 0;
        long bytes = 0;
        while (connections < LEAST_CONNECTIONS || bytes < LEAST_BYTES) {
            final Kind kind = connections >= LEAST_CONNECTIONS ? draw.oneOf(Kind.UP, Kind.DOWN) : kind();
            final Dialogue dialogue = dialogue(kind);
            dialogues.add(dialogue);
            connections += dialogue.repeats();
            bytes += isWhole(kind) ? dialogue.totalBytes() : 0;
        }
        return dialogues;
    }

    private Kind kind() {
        return draw.oneOf(Kind.values());
    }

    private static boolean isWhole(final Kind kind) {
        return kind != Kind.ABORT && kind != Kind.LEAVE;
    }

    private Dialogue dialogue(final Kind kind) {
        final int client = draw.below(nodes);
        final int server = (client + 1 + draw.below(nodes - 1)) % nodes;
        final int port = FIRST_PORT + dialogues.size();
        final long[] startAndRepeats = {
            draw.spread(1, LATEST_START_NS), kind == Kind.MANY_SHORT ? draw.between(4, 10) : 1, draw.oneIn(2) ? 1 : 0
        };
        final Dialogue dialogue =
                Dialogue.of(kind.name(), client, server, port, plans(kind), socket(port), startAndRepeats);
        return kind == Kind.AT_ONCE ? dialogue.atOnce() : dialogue;
    }

    private Dialogue.Socket socket(final int port) {
        // A lost RST is not sent again: whoever then waits and has nothing to say learns of the end by keepalive only.
        int flags = RecordDescriptor.OPTION_KEEPALIVE;
        flags |= draw.oneIn(2) ? RecordDescriptor.OPTION_NODELAY : 0;
        flags |= draw.oneIn(5) ? RecordDescriptor.OPTION_REUSEPORT : 0; // Which only listeners heed.
        return new Dialogue.Socket(
                flags,
                draw.oneIn(3) ? draw.spread(2_304, 400_000) : 0,
                draw.between(20, 60),
                draw.oneIn(8) ? draw.between(88, 1_400) : 0,
                draw.oneIn(4) ? port + 10_000 : 0,
                false,
                0,
                0);
    }

    private Plan[] plans(final Kind kind) {
        return switch (kind) {
            case UP -> new Plan[] {free(bulk(), End.ORDERLY), free(0, End.ORDERLY)};
            case DOWN -> new Plan[] {free(0, End.ORDERLY), free(bulk(), End.ORDERLY)};
            case BOTH, AT_ONCE -> new Plan[] {free(bulk() / 2, End.ORDERLY), free(bulk() / 2, End.ORDERLY)};
            case REQUESTS -> requests(draw.between(1, 60), draw.spread(1, 20_000), draw.spread(1, 20_000));
            case HALF_CLOSE ->
                new Plan[] {free(bulk() / 2, End.ORDERLY), plan(bulk() / 2, Turns.AFTER_END, End.ORDERLY, 0)};
            case ABORT -> early(Manner.ABORTS);
            case LEAVE -> early(Manner.LEAVES);
            case SLOW_READER ->
                new Plan[] {
                    free(bulk(), End.ORDERLY), plan(0, Turns.FREE, End.ORDERLY, draw.spread(1_000_000, 3L << 32))
                };
            case MANY_SHORT -> requests(1, draw.spread(1, 3_000), draw.spread(1, 9_000));
        };
    }

    private long bulk() {
        return draw.spread(30_000, 300_000);
    }

    private Plan free(final long bytes, final End end) {
        return plan(bytes, Turns.FREE, end, draw.oneIn(4) ? draw.spread(1_000_000, 2_000_000_000) : 0);
    }

    private Plan plan(final long bytes, final Turns turns, final End end, final long pauseNs) {
        final int least = 1 + (int) (bytes / MOST_PIECES);
        return new Plan(
                bytes,
                draw.spread(least, Math.max(least, 64_000)),
                Math.max(least, draw.spread(1_000, 2_000_000)),
                draw.spread(500, 200_000),
                draw.spread(500L, 500_000),
                pauseNs,
                turns,
                end);
    }

    private Plan[] requests(final int rounds, final int request, final int response) {
        final long up = (long) rounds * request;
        final long down = (long) rounds * response;
        final End client = draw.oneIn(2) ? End.ORDERLY : new End(Manner.CLOSES_FIRST, Long.MAX_VALUE, down);
        final End server = draw.oneIn(2) ? End.ORDERLY : new End(Manner.CLOSES_FIRST, Long.MAX_VALUE, up);
        return new Plan[] {
            plan(up, new Turns(response, request, true, false), client, 0),
            plan(down, new Turns(request, response, false, false), server, 0)
        };
    }

    private Plan[] early(final Manner manner) {
        final long bytes = bulk() & ~1L; // Of an odd number both halves are less, and the end might never come.
        final End end = new End(manner, draw.spread(1L, bytes), 0);
        final Plan[] plans = {free(bytes / 2, End.ORDERLY), free(bytes / 2, End.ORDERLY)};
        final int who = draw.below(2);
        plans[who] = free(bytes / 2, end);
        return plans;
    }
}

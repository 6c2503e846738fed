package org.pno.check.scripts;

import static org.pno.check.Seg.data;
import static org.pno.check.Seg.pureAck;
import static org.pno.check.Seg.seg;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.pno.check.Script;
import org.pno.check.ScriptCase;
import org.pno.check.Seg;
import org.pno.check.Where;

/**
 * Makes a script of each cell of {@link MatrixTable}: gets into the state, injects the segment, looks at what
 * comes.
 */
final class StateMatrix {
    private static final int BYTES = 100;
    /** Behind the window of everybody's. */
    private static final int FAR = 1_000_000;

    /** Numbers of a state: the peer's next, ours unacknowledged and next. */
    private record Stage(long next, long una, long sent) {
        long edge(final Script script) {
            return Math.max(next, script.edge());
        }
    }

    /** How to get into a state. */
    private interface Way {
        Stage take(Script script);
    }

    private StateMatrix() {}

    /** All the cells. */
    static List<ScriptCase> cells() {
        final List<ScriptCase> cells = new ArrayList<>();
        add(cells, "CLOSED", MatrixTable.CLOSED, "UNCONN", StateMatrix::closed);
        add(cells, "LISTEN", MatrixTable.LISTEN, "UNCONN", StateMatrix::listening);
        add(cells, "SYN-SENT", MatrixTable.SYN_SENT, "SYN-SENT", StateMatrix::synSent);
        add(cells, "SYN-RECEIVED", MatrixTable.SYN_RECEIVED, "SYN-RECV", StateMatrix::synReceived);
        add(cells, "ESTABLISHED", MatrixTable.ESTABLISHED, "ESTAB", StateMatrix::established);
        add(cells, "FIN-WAIT-1", MatrixTable.FIN_WAIT_1, "FIN-WAIT-1", StateMatrix::finWait1);
        add(cells, "FIN-WAIT-2", MatrixTable.FIN_WAIT_2, "FIN-WAIT-2", StateMatrix::finWait2);
        add(cells, "CLOSE-WAIT", MatrixTable.CLOSE_WAIT, "CLOSE-WAIT", StateMatrix::closeWait);
        add(cells, "CLOSING", MatrixTable.CLOSING, "CLOSING", StateMatrix::closing);
        add(cells, "LAST-ACK", MatrixTable.LAST_ACK, "LAST-ACK", StateMatrix::lastAck);
        add(cells, "TIME-WAIT", MatrixTable.TIME_WAIT, "TIME-WAIT", StateMatrix::timeWait);
        return cells;
    }

    private static void add(
            final List<ScriptCase> cells, final String state, final String table, final String name, final Way way) {
        for (final String line : table.lines().toList()) {
            final String[] parts = line.split(" @", 2);
            final String[] words = parts[0].strip().split(" +");
            final String reason = parts.length > 1 ? parts[1].substring(parts[1].indexOf(' ') + 1) : "";
            final Where where = parts.length > 1 ? Where.valueOf(parts[1].split(" ")[0]) : Where.BOTH;
            final String after = words.length > 2 ? words[2] : name;
            cells.add(new ScriptCase(
                    "StateMatrix", state + " x " + words[0], where, reason, play(words[0], words[1], after, way)));
        }
    }

    private static Consumer<Script> play(final String kind, final String reply, final String after, final Way way) {
        return script -> {
            final Stage stage = way.take(script);
            final Seg segment = segment(kind, stage, script);
            script.inject(segment);
            expect(script, reply, stage, segment);
            script.expectNothing();
            script.state(after);
        };
    }

    private static Seg segment(final String kind, final Stage stage, final Script script) {
        final boolean opening = stage.sent == 1 && stage.next == 0;
        final long next = stage.next;
        return switch (kind) {
            case "syn" -> seg("S").seq(next == 0 ? 0 : next + BYTES).mss(1_460);
            case "syn-old" -> seg("S").seq(0).mss(1_460);
            case "syn-ack" -> seg("SA").seq(next).ack(stage.sent);
            case "ack" -> seg("A").seq(next).ack(stage.sent);
            case "ack-old" -> seg("A").seq(next).ack(stage.una - (stage.una > 500 ? 500 : 1));
            case "ack-future" -> seg("A").seq(next).ack(stage.sent + 10 * BYTES);
            case "rst" -> opening ? seg("RA").seq(0).ack(1) : seg("R").seq(next);
            case "rst-in" -> opening ? seg("RA").seq(0).ack(BYTES) : seg("R").seq(next + BYTES);
            case "rst-out" -> seg("R").seq(stage.edge(script) + FAR);
            case "fin" -> seg("FA").seq(next).ack(stage.sent);
            case "data" -> data(next, BYTES).ack(stage.sent);
            case "data-ahead" -> data(next + BYTES, BYTES).ack(stage.sent);
            case "data-old" -> data(next - BYTES, BYTES).ack(stage.sent);
            case "data-beyond" -> data(stage.edge(script) + FAR, BYTES).ack(stage.sent);
            case "bad-checksum" -> data(next, BYTES).ack(stage.sent).badChecksum();
            case "no-flags" -> seg("").seq(next);
            case "syn-fin" -> seg("SF").seq(next == 0 ? 0 : next + BYTES);
            case "data-no-ack" -> seg("P").seq(next).length(BYTES);
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private static void expect(final Script script, final String reply, final Stage stage, final Seg segment) {
        final int delayMs = 200; // the longest that an ACK may be delayed here
        if ("-".equals(reply)) {
            return;
        }
        if (reply.startsWith("A")) {
            final int more = reply.length() > 1 ? Integer.parseInt(reply.substring(2)) : 0;
            script.expectWithin(delayMs, pureAck(stage.next + more).seq(stage.sent));
        } else if ("SA".equals(reply)) {
            script.expect(seg("SA").ack(segment.number() + 1));
        } else if ("R".equals(reply)) {
            script.expect(seg("R").seq(segment.acknowledgment()));
        } else {
            script.expect(seg("RA").ack(segment.number() + segment.sequenceLength()));
        }
    }

    // The ways. Where there is a connection, a thousand bytes went each way before, so that there is something old.

    private static Stage closed(final Script script) {
        script.closedPort();
        return new Stage(0, 1, 1);
    }

    private static Stage listening(final Script script) {
        script.listen();
        return new Stage(0, 1, 1);
    }

    private static Stage synSent(final Script script) {
        script.connect();
        script.expect(seg("S").seq(0));
        script.mayCome(seg("S").seq(0)); // Linux sends it again at once when something strange has come.
        return new Stage(0, 1, 1);
    }

    private static Stage synReceived(final Script script) {
        script.listen();
        script.inject(Seg.syn());
        script.expect(seg("SA").seq(0).ack(1));
        return new Stage(1, 1, 1);
    }

    private static Stage established(final Script script) {
        script.establish();
        script.inject(data(1, 1_000));
        script.expectWithin(200, pureAck(1_001));
        script.read(1_000);
        script.write(1_000);
        script.expect(data(1, 1_000).ack(1_001));
        script.inject(pureAck(1_001));
        return new Stage(1_001, 1_001, 1_001);
    }

    private static Stage finWait1(final Script script) {
        established(script);
        script.shutdown();
        script.expect(seg("FA").seq(1_001).ack(1_001));
        script.state("FIN-WAIT-1");
        return new Stage(1_001, 1_001, 1_002);
    }

    private static Stage finWait2(final Script script) {
        finWait1(script);
        script.inject(pureAck(1_002));
        script.state("FIN-WAIT-2");
        return new Stage(1_001, 1_002, 1_002);
    }

    private static Stage closeWait(final Script script) {
        established(script);
        script.inject(seg("FA").seq(1_001).ack(1_001));
        script.expectWithin(200, pureAck(1_002));
        script.state("CLOSE-WAIT");
        return new Stage(1_002, 1_001, 1_001);
    }

    private static Stage closing(final Script script) {
        finWait1(script);
        script.inject(seg("FA").seq(1_001).ack(1_001));
        script.expectWithin(200, pureAck(1_002));
        script.state("CLOSING");
        return new Stage(1_002, 1_001, 1_002);
    }

    private static Stage lastAck(final Script script) {
        closeWait(script);
        script.shutdown();
        script.expect(seg("FA").seq(1_001).ack(1_002));
        script.state("LAST-ACK");
        return new Stage(1_002, 1_001, 1_002);
    }

    private static Stage timeWait(final Script script) {
        finWait2(script);
        script.inject(seg("FA").seq(1_001).ack(1_002));
        script.expectWithin(200, pureAck(1_002));
        script.state("TIME-WAIT");
        return new Stage(1_002, 1_002, 1_002);
    }
}

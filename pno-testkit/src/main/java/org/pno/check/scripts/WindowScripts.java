package org.pno.check.scripts;

import static org.pno.check.Seg.data;
import static org.pno.check.Seg.fullSyn;
import static org.pno.check.Seg.pureAck;
import static org.pno.check.Seg.seg;
import static org.pno.check.Seg.syn;

import org.pno.check.Option;
import org.pno.check.Packet;
import org.pno.check.PacketScript;
import org.pno.check.Script;

/** RFC 9293 3.8.6 and RFC 7323 2: windows, both ways. */
final class WindowScripts {
    private static final int MSS = 1_460;
    /** With timestamps. */
    private static final int SCALED_MSS = 1_448;

    private WindowScripts() {}

    @PacketScript
    static void shouldSendNoMoreThanTheWindow(final Script s) {
        s.establish(syn(), 20, 2 * MSS);
        s.write(5 * MSS);
        LossScripts.expectFlight(s, 1, 2, MSS);
        s.expectNothing();
        s.inject(pureAck(1 + MSS).window(2 * MSS));
        s.expect(data(1 + 2 * MSS, MSS));
        s.inject(pureAck(1 + 3 * MSS).window(2 * MSS));
        LossScripts.expectFlight(s, 1 + 3 * MSS, 2, MSS);
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldSendWhenTheWindowGrows(final Script s) {
        s.establish(syn(), 20, 2 * MSS);
        s.write(4 * MSS);
        LossScripts.expectFlight(s, 1, 2, MSS);
        s.expectNothing();
        s.inject(pureAck(1).window(4 * MSS));
        LossScripts.expectFlight(s, 1 + 2 * MSS, 2, MSS);
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldScaleTheWindow(final Script s) {
        s.establish(syn().windowScale(7), 20, 23); // 2,944 bytes
        s.write(4 * MSS);
        LossScripts.expectFlight(s, 1, 2, MSS);
        s.expectNothing();
        s.inject(pureAck(1 + 2 * MSS).window(512));
        LossScripts.expectFlight(s, 1 + 2 * MSS, 2, MSS);
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldNotScaleTheWindowOfASyn(final Script s) {
        s.establishActively(seg("SA").seq(0).mss(MSS).windowScale(7).window(2 * MSS));
        s.write(4 * MSS);
        LossScripts.expectFlight(s, 1, 2, MSS);
        s.expectNothing();
        s.inject(pureAck(1 + 2 * MSS).window(512));
        LossScripts.expectFlight(s, 1 + 2 * MSS, 2, MSS);
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldProbeAClosedWindow(final Script s) {
        s.establish();
        s.inject(pureAck(1).seq(1).window(0));
        s.write(1_000);
        s.expectAfter(220, pureAck(1).seq(0));
        s.inject(pureAck(1).window(0));
        s.expectAfter(440, pureAck(1).seq(0));
        s.inject(pureAck(1).window(65_535));
        s.expect(data(1, 1_000));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldGoOnWhenAClosedWindowOpens(final Script s) {
        s.establish(syn(), 20, 2 * MSS);
        s.write(3 * MSS);
        LossScripts.expectFlight(s, 1, 2, MSS);
        s.inject(pureAck(1 + 2 * MSS).window(0));
        s.expectNothingFor(50);
        s.inject(pureAck(1 + 2 * MSS).window(65_535));
        s.expect(data(1 + 2 * MSS, MSS));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldSendFinBehindAClosedWindowOnlyWhenItOpens(final Script s) {
        s.establish();
        s.inject(pureAck(1).seq(1).window(0));
        s.write(100);
        s.shutdown();
        s.expectNothingFor(50);
        s.inject(pureAck(1).window(65_535));
        s.expect(seg("FA").seq(1).length(100));
        s.inject(pureAck(102));
        s.state("FIN-WAIT-2");
    }

    @PacketScript
    static void shouldIgnoreAnOldWindowUpdate(final Script s) {
        s.establish(syn(), 20, 2 * MSS);
        s.inject(data(1, 100).ack(1).window(2 * MSS));
        s.expectWithin(200, pureAck(101));
        s.inject(pureAck(1).seq(1).window(65_535)); // Older than the segment before by its number.
        s.expect(pureAck(101));
        s.write(4 * MSS);
        LossScripts.expectFlight(s, 1, 2, MSS);
        s.expectNothing();
        s.inject(pureAck(1 + 2 * MSS).window(65_535));
        LossScripts.expectFlight(s, 1 + 2 * MSS, 2, MSS);
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldNotSendASillySegment(final Script s) {
        s.establish(syn(), 20, 2 * MSS);
        s.write(4 * MSS);
        LossScripts.expectFlight(s, 1, 2, MSS);
        s.inject(pureAck(1 + 2 * MSS).window(100));
        s.expectNothingFor(50);
        s.inject(pureAck(1 + 2 * MSS).window(65_535));
        LossScripts.expectFlight(s, 1 + 2 * MSS, 2, MSS);
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldCloseTheWindowWhenNobodyReads(final Script s) {
        s.option(Option.RECEIVE_BUFFER, 4_096);
        s.establish();
        final long next = fill(s);
        s.read((int) next - 1);
        s.expect(seg("A").ack(next).that("opens the window", p -> p.window > 1_000));
    }

    @PacketScript
    static void shouldAnswerAProbeOfAClosedWindow(final Script s) {
        s.option(Option.RECEIVE_BUFFER, 4_096);
        s.establish();
        final long next = fill(s);
        s.inject(seg("A").seq(next - 1));
        s.expect(pureAck(next).window(0));
        s.inject(data(next, 1));
        s.expect(pureAck(next).window(0));
    }

    /** Sends until the window is closed; answers the next sequence number. */
    private static long fill(final Script s) {
        long next = 1;
        long edge = s.edge();
        while (edge > next) {
            final int length = (int) Math.min(500, edge - next);
            s.inject(data(next, length).ack(1));
            next += length;
            final Packet ack = s.expectWithin(200, pureAck(next));
            if (ack.ack + ack.window < edge) {
                throw new AssertionError("the window's right edge went back from " + edge + ": " + ack);
            }
            edge = ack.ack + ack.window;
        }
        return next;
    }

    private static void drain(final Script s) {
        for (Packet ack = s.maybe(10); ack != null; ack = s.maybe(10)) {
            if (ack.length != 0) {
                throw new AssertionError("expected ACKs, came " + ack);
            }
        }
    }

    /** So many round trips of 30 ms, a flight of 40 segments in each, which the program reads; answers the window. */
    private static long readFlights(final Script s, final int roundTrips) {
        long next = 1;
        for (int i = 0; i < roundTrips; i++) {
            s.advance(30);
            for (int j = 0; j < 40; j++, next += SCALED_MSS) {
                s.inject(data(next, SCALED_MSS).ack(1));
            }
            drain(s);
            s.read(40 * SCALED_MSS);
            drain(s);
        }
        return s.edge() - next;
    }

    @PacketScript
    static void shouldWidenTheWindowForAProgramThatReads(final Script s) {
        s.establish(fullSyn(), 30, 8_000);
        final long before = s.edge() - 1;
        final long window = readFlights(s, 4);
        if (before > 1 << 16 || window <= 3 << 15) {
            throw new AssertionError("a window of " + before + ", and after four flights one of " + window);
        }
    }

    @PacketScript
    static void shouldKeepTheWindowThatTheProgramHasAskedFor(final Script s) {
        s.option(Option.RECEIVE_BUFFER, 80_000);
        s.establish(fullSyn(), 30, 8_000);
        final long window = readFlights(s, 4);
        if (window > 170_000) {
            throw new AssertionError("a window of " + window + " for a buffer of 80000");
        }
    }

    @PacketScript
    static void shouldRefuseWhatIsBehindTheWindow(final Script s) {
        s.establish(fullSyn());
        s.inject(data(20_000_001, 100).ack(1));
        s.expect(pureAck(1).noSack());
    }

    @PacketScript
    static void shouldTakeTheAckOfAPeerWithoutWindow(final Script s) {
        s.establish();
        s.write(MSS);
        s.expect(data(1, MSS));
        s.inject(pureAck(1 + MSS).window(0));
        s.expectNothingFor(20);
        s.inject(pureAck(1 + MSS).window(65_535));
        s.write(100);
        s.expect(data(1 + MSS, 100));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldTakeTheWindowOfASegmentWithData(final Script s) {
        s.establish(syn(), 20, 2 * MSS);
        s.write(4 * MSS);
        LossScripts.expectFlight(s, 1, 2, MSS);
        s.inject(data(1, 100).ack(1).window(4 * MSS));
        s.mayCome(pureAck(101));
        LossScripts.expectFlight(s, 1 + 2 * MSS, 2, MSS);
        s.inject(seg("A"));
        s.read(100);
        s.maybe(100);
    }
}

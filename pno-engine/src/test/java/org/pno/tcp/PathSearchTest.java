package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.tcp.SegmentSpec.of;
import static org.pno.tcp.TcpTester.MS;
import static org.pno.tcp.TcpTester.SECOND;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** RFC 4821: longer segments are tried again, one at a time, after a path was found or said to be narrow. */
class PathSearchTest {
    private static final int PEER_WINDOW = 60_000;
    private static final int SHORT = 1_024;
    private static final int PLENTY = TcpTester.MSS + 5 * SHORT;
    private static final long RTT_NS = 5 * MS;
    private static final long INTERVAL_NS = TimeUnit.MINUTES.toNanos(10);

    private final TcpTester tester = new TcpTester();
    /** Position of what is written first, as the wire has it. */
    private int first = 1;

    private static SegmentSpec ack(final long ack) {
        return of("A").seq(1).ack(ack).window(PEER_WINDOW);
    }

    /** With SACK, without timestamps: a full segment has 1,460 bytes. */
    private void establish() {
        tester.establish(of("S").mss(TcpTester.MSS).sackPermitted(), PEER_WINDOW);
        tester.settings.noDelay = true;
        tester.configure();
    }

    /** Segments have 1,024 bytes since a black hole; since then the window has grown again. */
    private void narrow() {
        tester.write(2 * TcpTester.MSS);
        tester.advance(3 * SECOND);
        first += 2 * TcpTester.MSS;
        tester.inject(ack(first));
        while (window() < 2 * PLENTY) {
            final int bytes = (int) window();
            tester.write(bytes);
            first += bytes;
            tester.advance(RTT_NS);
            tester.inject(ack(first));
        }
        tester.sent.clear();
        assertEquals(SHORT, tester.connection().segmentBytes());
    }

    /** And the time has come to try longer ones. */
    private void narrowForLong() {
        narrow();
        tester.advance(INTERVAL_NS);
        tester.sent.clear();
    }

    /** The probe is on its way, the rest behind it. */
    private void probe() {
        tester.write(PLENTY);
        assertEquals(TcpTester.MSS, tester.expectData(first, TcpTester.MSS).segmentBytes);
        assertEquals(SHORT, tester.expectData(first + TcpTester.MSS, 5 * SHORT).segmentBytes);
        tester.expectNothing();
        tester.advance(RTT_NS);
    }

    private long window() {
        return tester.connection().congestion.windowBytes();
    }

    @Test
    void shouldProbeTenMinutesAfterABlackHole() {
        establish();
        narrowForLong();
        probe();
        assertEquals(1, tester.counted(TcpCounter.PATH_PROBES));
    }

    @Test
    void shouldNotProbeBefore() {
        establish();
        narrow();
        tester.advance(INTERVAL_NS - 20 * SECOND);
        tester.write(5 * SHORT);
        assertEquals(SHORT, tester.expectData(first, 5 * SHORT).segmentBytes);
    }

    @Test
    void shouldMakeSegmentsLongerWhenTheProbeGotThrough() {
        establish();
        narrowForLong();
        probe();
        tester.inject(ack(first + PLENTY));
        assertEquals(TcpTester.MSS, tester.connection().segmentBytes());
        assertEquals(1, tester.counted(TcpCounter.PATH_WIDENED));
        tester.write(2 * TcpTester.MSS);
        assertEquals(TcpTester.MSS, tester.expectData(first + PLENTY, 2 * TcpTester.MSS).segmentBytes);
        assertEquals(1, tester.counted(TcpCounter.PATH_PROBES));
    }

    @Test
    void shouldNotTakeALostProbeForCongestion() {
        establish();
        narrowForLong();
        probe();
        final long before = window();
        tester.inject(ack(first).sack(first + TcpTester.MSS, first + PLENTY));
        tester.expectData(first, SHORT);
        tester.expectData(first + SHORT, TcpTester.MSS - SHORT);
        assertEquals(1, tester.counted(TcpCounter.PATH_PROBES_LOST));
        assertEquals(0, tester.counted(TcpCounter.FAST_RECOVERIES));
        tester.inject(ack(first + PLENTY));
        assertTrue(window() >= before, () -> window() + " is less than " + before);
    }

    @Test
    void shouldNotTakeALostProbeForCongestionWithoutSack() {
        tester.establish(of("S").mss(TcpTester.MSS), PEER_WINDOW);
        tester.settings.noDelay = true;
        tester.configure();
        narrowForLong();
        probe();
        final long before = window();
        for (int i = 0; i < 3; i++) {
            tester.inject(ack(first));
        }
        tester.expectData(first, SHORT);
        tester.expectData(first + SHORT, TcpTester.MSS - SHORT);
        assertEquals(0, tester.counted(TcpCounter.FAST_RECOVERIES));
        tester.inject(ack(first + PLENTY));
        assertTrue(window() >= before, () -> window() + " is less than " + before);
    }

    @Test
    void shouldTryTheMiddleWhenTheWholeWasLost() {
        establish();
        narrowForLong();
        probe();
        tester.inject(ack(first).sack(first + TcpTester.MSS, first + PLENTY));
        tester.inject(ack(first + PLENTY));
        tester.sent.clear();
        tester.write(PLENTY);
        final int middle = SHORT + (TcpTester.MSS - SHORT) / 2;
        assertEquals(middle, tester.expectData(first + PLENTY, middle).segmentBytes);
    }

    @Test
    void shouldRestWhenTheLengthIsFound() {
        establish();
        narrowForLong();
        for (int left = TcpTester.MSS; left > SHORT + 8; ) { // All probes are lost: the path is as narrow as it seemed.
            tester.write(PLENTY);
            final int probe = tester.sent.getFirst().length;
            assertTrue(probe > SHORT && probe <= left, () -> "a probe of " + probe);
            left = probe - 1;
            tester.advance(RTT_NS);
            tester.inject(ack(first).sack(first + probe, first + PLENTY));
            first += PLENTY;
            tester.inject(ack(first));
            tester.sent.clear();
            if (probe - SHORT < 16) {
                break;
            }
        }
        final long probes = tester.counted(TcpCounter.PATH_PROBES);
        tester.write(PLENTY);
        assertEquals(SHORT, tester.sent.getFirst().segmentBytes);
        tester.inject(ack(first + PLENTY));
        assertEquals(probes, tester.counted(TcpCounter.PATH_PROBES));

        tester.advance(INTERVAL_NS);
        tester.sent.clear();
        tester.write(PLENTY);
        assertEquals(TcpTester.MSS, tester.sent.getFirst().length);
    }

    @Test
    void shouldNotProbeWithoutEnoughBehindIt() {
        establish();
        narrowForLong();
        tester.write(TcpTester.MSS + 2 * SHORT);
        assertEquals(SHORT, tester.expectData(first, TcpTester.MSS + 2 * SHORT).segmentBytes);
        assertEquals(0, tester.counted(TcpCounter.PATH_PROBES));
    }

    @Test
    void shouldWaitUntilTheWindowHasRoomForTheProbe() {
        establish();
        narrow();
        tester.advance(tester.connection().path.probeAtNs - tester.nowNs - MS);
        tester.write(SHORT);
        final int inFlight = (int) window() - SHORT;
        tester.write(inFlight - SHORT);
        tester.sent.clear();
        tester.advance(2 * MS);
        tester.write(1 << 16);
        tester.expectNothing();
        tester.inject(ack(first + 2 * SHORT));
        assertEquals(TcpTester.MSS, tester.expectData(first + inFlight, TcpTester.MSS).segmentBytes);
    }

    @Test
    void shouldTakeALossAmongOthersForCongestion() {
        establish();
        narrowForLong();
        probe();
        final int lostToo = first + TcpTester.MSS + SHORT;
        tester.inject(ack(first).sack(lostToo, first + PLENTY));
        assertEquals(1, tester.counted(TcpCounter.FAST_RECOVERIES));
        assertEquals(0, tester.counted(TcpCounter.PATH_PROBES_LOST));
    }

    @Test
    void shouldSendTheProbeAgainAtOnceWhenARouterSaysThatItIsTooLong() {
        establish();
        narrowForLong();
        probe();
        tester.tooBig(first, 1_200);
        tester.expectData(first, SHORT);
        tester.expectData(first + SHORT, TcpTester.MSS - SHORT);
        assertEquals(1, tester.counted(TcpCounter.PATH_PROBES_LOST));
    }

    @Test
    void shouldTakeTheLengthForTooLongWhenTheTimerMustFindIt() {
        establish();
        narrowForLong();
        probe();
        tester.advance(2 * SECOND);
        assertEquals(1, tester.counted(TcpCounter.PATH_PROBES_LOST));
        assertTrue(tester.counted(TcpCounter.TIMEOUTS) > 0);
    }

    @Test
    void shouldProbeWhenWhatARouterSaidIsForgotten() {
        establish();
        tester.write(1_460);
        tester.tooBig(1, 1_000);
        tester.inject(ack(1_461));
        tester.sent.clear();
        tester.pathMss = Integer.MAX_VALUE;
        tester.advance(61 * SECOND);
        tester.write(TcpTester.MSS + 3_000);
        assertEquals(TcpTester.MSS, tester.expectData(1_461, TcpTester.MSS).segmentBytes);
        assertEquals(1_000, tester.expectData(1_461 + TcpTester.MSS, 3_000).segmentBytes);
        tester.inject(ack(1_461 + TcpTester.MSS + 3_000));
        assertEquals(TcpTester.MSS, tester.connection().segmentBytes());
    }
}

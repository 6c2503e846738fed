package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.tcp.SegmentSpec.ackOf;
import static org.pno.tcp.TcpTester.MS;

import org.junit.jupiter.api.Test;
import org.pno.time.TimerWheel;

/** Sending at a rate. Without options, so that segments are 1,460 bytes; RENO, an initial window of ten segments. */
class PacingTest {
    private static final int MSS = TcpTester.MSS;
    private static final int WINDOW = 65_535;
    /** Two segments in 2 ms. */
    private static final long RATE = 1_460_000;

    private final TcpTester tester = new TcpTester();
    private long rttNs = 10 * MS;

    private void establish(final long maxPacingRate) {
        tester.settings.maxPacingRate = maxPacingRate;
        tester.handshakeNs = rttNs;
        tester.establish(SegmentSpec.of("S").mss(MSS), WINDOW);
    }

    private long sentBytes() {
        long bytes = 0;
        while (!tester.sent.isEmpty()) {
            bytes += tester.sent.poll().length;
        }
        return bytes;
    }

    @Test
    void shouldNotPaceUnlessAsked() {
        establish(0);
        tester.write(10 * MSS);
        assertEquals(10 * MSS, sentBytes());
        assertEquals(0, tester.counted(TcpCounter.PACING_DELAYED));
    }

    @Test
    void shouldSpaceSegmentsAtTheRate() {
        establish(RATE);
        tester.write(10 * MSS);
        tester.expectData(1, 2 * MSS);
        tester.expectNothingFor(2 * MS - MS / 10);
        tester.advance(MS / 10 + TimerWheel.TICK_NS);
        tester.expectData(1 + 2 * MSS, 2 * MSS);
        assertEquals(1, tester.counted(TcpCounter.PACING_DELAYED));
    }

    @Test
    void shouldKeepTheRateThoughTheWheelIsLate() {
        establish(RATE);
        tester.write(10 * MSS);
        tester.advance(8 * MS + TimerWheel.TICK_NS);
        assertEquals(10 * MSS, sentBytes());
    }

    @Test
    void shouldSendAMillisecondOfTheRateAtOnce() {
        rttNs = MS;
        establish(5_120_000); // 5,000 bytes in 1/1024 s.
        tester.write(10 * MSS);
        tester.expectData(1, 3 * MSS);
        tester.expectNothing();
    }

    @Test
    void shouldSendTwoSegmentsAtOnceAtLeast() {
        establish(100_000);
        tester.write(10 * MSS);
        tester.expectData(1, 2 * MSS);
        tester.expectNothing();
    }

    @Test
    void shouldEarnNothingBySilence() {
        establish(RATE);
        tester.write(MSS);
        tester.expectData(1, MSS);
        tester.advance(50 * MS);
        tester.inject(ackOf(1, 1 + MSS).window(WINDOW));
        tester.write(8 * MSS);
        assertEquals(2 * MSS, sentBytes());
    }

    @Test
    void shouldSetNoTimerWhileTheWindowIsTheLimit() {
        establish(RATE);
        tester.write(40 * MSS);
        tester.advance(8 * MS + TimerWheel.TICK_NS);
        assertEquals(10 * MSS, sentBytes());
        assertEquals(Connection.NEVER, tester.connection().paceAtNs);
        final long delayed = tester.counted(TcpCounter.PACING_DELAYED);
        tester.expectNothingFor(20 * MS);
        assertEquals(delayed, tester.counted(TcpCounter.PACING_DELAYED));
    }

    @Test
    void shouldNotProbeAWindowWhileItWaitsForTheRate() {
        establish(1_000); // 2,920 bytes last for almost three seconds.
        tester.write(4 * MSS);
        tester.expectData(1, 2 * MSS);
        tester.inject(ackOf(1, 1 + 2 * MSS).window(WINDOW));
        tester.expectNothingFor(2_900 * MS);
        tester.advance(25 * MS);
        tester.expectData(1 + 2 * MSS, 2 * MSS);
        assertEquals(0, tester.counted(TcpCounter.WINDOW_PROBES));
    }

    @Test
    void shouldSendTheFirstLostSegmentWhateverTheRateSays() {
        establish(100_000);
        tester.write(2 * MSS);
        tester.expectData(1, 2 * MSS);
        tester.advance(tester.connection().rtt.timeoutNs() + MS);
        tester.expectData(1, MSS);
    }

    @Test
    void shouldPaceAllIfConfigured() {
        tester.configuration.pacing = true;
        establish(0);
        tester.write(10 * MSS);
        // Slow start: twice ten segments in a round trip of 10 ms.
        assertEquals(20 * MSS * 100, tester.connection().pacingRate());
        tester.expectData(1, 2 * MSS);
        tester.expectNothingFor(MS - MS / 10);
        tester.advance(4 * MS);
        assertEquals(8 * MSS, sentBytes());
    }

    @Test
    void shouldPaceABitFasterThanTheWindowInCongestionAvoidance() {
        establish(0);
        tester.connection().congestion.onLoss(8 * MSS, tester.nowNs);
        assertEquals(Math.round(4 * MSS * 100 * 1.2), tester.connection().pacingRate());
    }

    @Test
    void shouldTakeTheLesserOfWindowAndSocketRate() {
        establish(RATE);
        assertEquals(RATE, tester.connection().pacingRate());
        tester.settings.maxPacingRate = 100 * RATE;
        tester.configure();
        assertTrue(tester.connection().pacingRate() < 100 * RATE);
    }
}

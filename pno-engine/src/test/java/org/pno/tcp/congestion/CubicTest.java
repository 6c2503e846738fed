package org.pno.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** RFC 9438. The curve is computed here a second time, straight from the RFC's formulas. */
class CubicTest {
    private static final int MSS = 1_000;
    private static final long RTT_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final double C = 0.4;
    private static final double BETA = 0.7;

    private final Cubic cubic = new Cubic();
    private final AckSample sample = new AckSample();
    private long nowNs = TimeUnit.SECONDS.toNanos(1_000);
    private long position;

    @BeforeEach
    void start() {
        cubic.start(MSS, false);
    }

    /** A window of so many segments, in congestion avoidance after a loss at it. */
    private void loseAt(final int segments) {
        cubic.onAcknowledged(segments * MSS - cubic.windowBytes(), RTT_NS, nowNs);
        assertEquals(segments * MSS, cubic.windowBytes());
        cubic.onLoss(segments * MSS, nowNs);
        cubic.onRecovered(cubic.windowBytes(), nowNs);
    }

    private void ack(final long bytes) {
        position += bytes;
        sample.nowNs = nowNs;
        sample.ackedBytes = bytes;
        sample.ackPosition = position;
        sample.nextPosition = position + cubic.windowBytes();
        sample.rttNs = RTT_NS;
        cubic.onAck(sample);
        cubic.onAcknowledged(bytes, RTT_NS, nowNs);
    }

    /** One round trip in which each segment of the window is acknowledged by itself. */
    private void roundTrip() {
        final long segments = cubic.windowBytes() / MSS;
        for (long i = 0; i < segments; i++) {
            nowNs += RTT_NS / segments;
            ack(MSS);
        }
    }

    private double segments() {
        return (double) cubic.windowBytes() / MSS;
    }

    @Test
    void shouldStartWithTenSegmentsAndDoublePerRoundTrip() {
        assertEquals(10 * MSS, cubic.windowBytes());
        cubic.onAcknowledged(10 * MSS, RTT_NS, nowNs);
        assertEquals(20 * MSS, cubic.windowBytes());
    }

    @Test
    void shouldReduceToSevenTenthsOfTheWindow() {
        cubic.onAcknowledged(90 * MSS, RTT_NS, nowNs);
        cubic.onLoss(60 * MSS, nowNs);
        assertEquals(70 * MSS, cubic.windowBytes());
        assertEquals(70 * MSS, cubic.thresholdBytes());
    }

    @Test
    void shouldKeepTwoSegmentsAtLeast() {
        cubic.onLoss(10 * MSS, nowNs);
        for (int i = 0; i < 5; i++) {
            cubic.onLoss(cubic.windowBytes(), nowNs);
        }
        assertEquals(2 * MSS, cubic.windowBytes());
    }

    @Test
    void shouldFollowTheCubicFunction() {
        loseAt(1_000);
        final double origin = 1_000;
        final double k = Math.cbrt(origin * (1 - BETA) / C);
        ack(MSS); // The epoch begins with the first growth.
        final long epochNs = nowNs;
        for (int i = 0; i < 150; i++) {
            roundTrip();
            final double seconds = (nowNs - epochNs) / 1e9;
            final double expected = C * Math.pow(seconds - k, 3) + origin;
            // The window is the function a round trip ahead, reached within one: between the two.
            final double ahead = C * Math.pow(seconds + RTT_NS / 1e9 - k, 3) + origin;
            assertTrue(
                    segments() >= expected * 0.99 && segments() <= ahead * 1.01,
                    () -> "after " + seconds + " s: " + segments() + " of " + expected + ".." + ahead);
        }
        assertTrue(segments() > origin, "beyond W_max in the end");
    }

    @Test
    void shouldGrowAsRenoWhereTheFunctionIsSlower() {
        loseAt(20);
        final double alpha = 3 * (1 - BETA) / (1 + BETA);
        double friendly = segments();
        for (int i = 0; i < 6; i++) { // K is 2.5 s: the function lies below all the time.
            final long acks = cubic.windowBytes() / MSS;
            for (long j = 0; j < acks; j++) {
                friendly += (friendly >= 20 ? 1 : alpha) / segments();
                nowNs += RTT_NS / acks / 10;
                ack(MSS);
            }
            assertEquals(friendly, segments(), 0.1, "round trip " + i);
        }
    }

    @Test
    void shouldConvergeFastWhenTheWindowHasShrunk() {
        loseAt(1_000);
        cubic.onLoss(700 * MSS, nowNs); // Less than W_max: another flow wants room.
        cubic.onRecovered(cubic.windowBytes(), nowNs);
        ack(MSS);
        final double origin = 700 * (1 + BETA) / 2;
        final double k = Math.cbrt((origin - 490) / C);
        final int roundTrips = (int) (k * 10);
        for (int i = 0; i < roundTrips; i++) {
            roundTrip();
        }
        assertEquals(origin, segments(), 2);
    }

    @Test
    void shouldNotGrowByMoreThanHalfPerRoundTrip() {
        loseAt(100);
        ack(MSS);
        final double before = segments();
        nowNs += TimeUnit.SECONDS.toNanos(60); // The function is far above.
        final long acks = cubic.windowBytes() / MSS;
        for (long i = 0; i < acks; i++) {
            ack(MSS);
        }
        assertTrue(segments() <= before * Math.exp(0.5) && segments() > before * 1.4, () -> before + " " + segments());
    }

    @Test
    void shouldBeginAtItsOwnWindowAfterTimeout() {
        loseAt(1_000);
        cubic.onTimeout(700 * MSS, false, nowNs);
        assertEquals(MSS, cubic.windowBytes());
        assertEquals(490 * MSS, cubic.thresholdBytes());
        cubic.onAcknowledged(489 * MSS, RTT_NS, nowNs); // Slow start as far as the threshold.
        assertEquals(490 * MSS, cubic.windowBytes());
        ack(MSS);
        final long epochNs = nowNs;
        for (int i = 0; i < 40; i++) {
            roundTrip();
        }
        final double seconds = (nowNs - epochNs) / 1e9;
        assertEquals(490 + C * Math.pow(seconds, 3), segments(), 12); // K = 0: convex from the start.
    }

    @Test
    void shouldKeepThresholdWhenTimeoutRepeats() {
        cubic.onTimeout(10 * MSS, false, nowNs);
        cubic.onTimeout(MSS, true, nowNs);
        assertEquals(7 * MSS, cubic.thresholdBytes());
    }

    @Test
    void shouldStandStillWhileTheProgramIsSilent() {
        loseAt(1_000);
        ack(MSS);
        roundTrip();
        final double before = segments();
        nowNs += TimeUnit.SECONDS.toNanos(30);
        cubic.onPause(TimeUnit.SECONDS.toNanos(30));
        roundTrip();
        assertTrue(segments() - before < 20, () -> before + " " + segments());
    }

    @Test
    void shouldTakeBackASpuriousReduction() {
        loseAt(1_000);
        ack(MSS);
        for (int i = 0; i < 20; i++) {
            roundTrip();
        }
        final long window = cubic.windowBytes();
        final long threshold = cubic.thresholdBytes();
        cubic.onTimeout(window, false, nowNs);
        cubic.onUndo(nowNs);
        assertEquals(window, cubic.windowBytes());
        assertEquals(threshold, cubic.thresholdBytes());
        roundTrip();
        assertTrue(cubic.windowBytes() > window, "it goes on along the same curve");
        assertTrue(cubic.windowBytes() < window + 20 * MSS);
    }

    @Test
    void shouldGoOnWhereAnotherAlgorithmWas() {
        final NewReno reno = new NewReno();
        reno.start(MSS, false);
        reno.onLoss(40 * MSS, nowNs);
        cubic.takeOver(reno);
        assertEquals(20 * MSS, cubic.windowBytes());
        assertEquals(20 * MSS, cubic.thresholdBytes());
    }
}

package org.pno.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** RFC 9406, seen through the window of CUBIC. */
class HyStartTest {
    private static final int MSS = 1_000;

    private final Cubic cubic = new Cubic();
    private final AckSample sample = new AckSample();
    private long position;
    private int news;

    @BeforeEach
    void start() {
        cubic.start(MSS, false);
    }

    /** A round trip: each segment of the window is acknowledged by itself, with this round-trip time. */
    private void round(final long rttMillis) {
        final long end = position + cubic.windowBytes();
        while (position < end) {
            position += MSS;
            sample.ackedBytes = MSS;
            sample.ackPosition = position;
            sample.nextPosition = position + cubic.windowBytes() + MSS;
            sample.rttNs = TimeUnit.MILLISECONDS.toNanos(rttMillis);
            sample.rttSamples = 1;
            sample.news = 0;
            cubic.onAck(sample);
            cubic.onAcknowledged(MSS, sample.rttNs, 0);
            news |= sample.news;
        }
    }

    @Test
    void shouldDoubleWhileRoundTripTimeStays() {
        for (int i = 0; i < 5; i++) {
            final long before = cubic.windowBytes();
            round(40);
            assertEquals(2 * before, cubic.windowBytes());
        }
        assertEquals(0, news);
    }

    @Test
    void shouldBecomeConservativeWhenRoundTripTimeRises() {
        round(40);
        round(40);
        round(45); // An eighth of 40 ms is 5 ms.
        assertTrue(cubic.isConservative());
        assertEquals(AckSample.CSS_ENTERED, news);
        final long before = cubic.windowBytes();
        round(45);
        assertTrue(cubic.windowBytes() <= before + before / 4 + MSS, () -> before + " to " + cubic.windowBytes());
    }

    @Test
    void shouldBearARiseBelowTheThreshold() {
        round(40);
        round(40);
        round(44);
        assertFalse(cubic.isConservative());
    }

    @Test
    void shouldBearUpToFourMillisecondsOnShortPaths() {
        round(1);
        round(1);
        round(4);
        assertFalse(cubic.isConservative());
        round(9);
        assertTrue(cubic.isConservative());
    }

    @Test
    void shouldNotBearMoreThanSixteenMilliseconds() {
        round(400);
        round(400);
        round(417);
        assertTrue(cubic.isConservative());
    }

    @Test
    void shouldResumeSlowStartIfTheRiseDoesNotLast() {
        round(40);
        round(40);
        round(50);
        assertTrue(cubic.isConservative());
        round(40);
        assertFalse(cubic.isConservative());
        final long before = cubic.windowBytes();
        round(41);
        assertTrue(cubic.windowBytes() >= 2 * before, "it doubles again");
        assertEquals(CongestionControl.NO_THRESHOLD, cubic.thresholdBytes());
    }

    @Test
    void shouldEndSlowStartAfterFiveConservativeRounds() {
        round(40);
        round(40);
        for (int i = 0; i < 4; i++) {
            round(50);
        }
        assertEquals(CongestionControl.NO_THRESHOLD, cubic.thresholdBytes());
        round(50);
        round(50);
        assertTrue(cubic.thresholdBytes() < cubic.windowBytes() + MSS, "congestion avoidance");
        assertEquals(AckSample.CSS_ENTERED | AckSample.HYSTART_EXIT, news);
    }

    @Test
    void shouldLeaveLaterSlowStartsAlone() {
        round(40);
        cubic.onTimeout(20 * MSS, false, 0);
        round(40);
        round(40);
        round(60);
        assertFalse(cubic.isConservative());
    }

    @Test
    void shouldNeedEightSamplesPerRound() {
        sample.nowNs = 0;
        for (int i = 1; i <= 10; i++) { // One acknowledgement per round says too little.
            sample.ackedBytes = 10 * MSS;
            sample.ackPosition = 10L * MSS * i;
            sample.nextPosition = 10L * MSS * (i + 1);
            sample.rttNs = TimeUnit.MILLISECONDS.toNanos(10L * i);
            sample.rttSamples = 1;
            cubic.onAck(sample);
        }
        assertFalse(cubic.isConservative());
    }
}

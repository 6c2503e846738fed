package org.pno.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** RFC 5681, RFC 6928, RFC 3465. */
class NewRenoTest {
    private static final int MSS = 1_000;

    private final NewReno reno = new NewReno();

    @BeforeEach
    void start() {
        reno.start(MSS, false);
    }

    @Test
    void shouldStartWithTenSegments() {
        assertEquals(10 * MSS, reno.windowBytes());
        assertEquals(CongestionControl.NO_THRESHOLD, reno.thresholdBytes());
    }

    @Test
    void shouldStartWithLessOfLargeSegments() {
        reno.start(9_000, false);
        assertEquals(18_000, reno.windowBytes());
    }

    @Test
    void shouldStartWithOneSegmentAfterLostHandshake() {
        reno.start(MSS, true);
        assertEquals(MSS, reno.windowBytes());
    }

    @Test
    void shouldDoublePerRoundTripInSlowStart() {
        reno.onAcknowledged(10 * MSS, -1, 0);
        assertEquals(20 * MSS, reno.windowBytes());
    }

    @Test
    void shouldGrowByOneSegmentPerRoundTripInCongestionAvoidance() {
        reno.onLoss(20 * MSS, 0);
        assertEquals(10 * MSS, reno.windowBytes());
        reno.onAcknowledged(9 * MSS, -1, 0);
        assertEquals(10 * MSS, reno.windowBytes());
        reno.onAcknowledged(MSS, -1, 0);
        assertEquals(11 * MSS, reno.windowBytes());
    }

    @Test
    void shouldPassFromSlowStartToAvoidanceWithinOneAck() {
        reno.onTimeout(20 * MSS, false, 0);
        reno.onAcknowledged(9 * MSS, -1, 0);
        assertEquals(10 * MSS, reno.windowBytes());
        reno.onAcknowledged(5 * MSS, -1, 0);
        assertEquals(10 * MSS, reno.windowBytes());
        reno.onAcknowledged(5 * MSS, -1, 0);
        assertEquals(11 * MSS, reno.windowBytes());
    }

    @Test
    void shouldHalveFlightOnLossButKeepTwoSegments() {
        reno.onLoss(3 * MSS, 0);
        assertEquals(2 * MSS, reno.thresholdBytes());
    }

    @Test
    void shouldCollapseToOneSegmentOnTimeout() {
        reno.onTimeout(20 * MSS, false, 0);
        assertEquals(MSS, reno.windowBytes());
        assertEquals(10 * MSS, reno.thresholdBytes());
    }

    @Test
    void shouldKeepThresholdWhenTimeoutRepeats() {
        reno.onTimeout(20 * MSS, false, 0);
        reno.onTimeout(MSS, true, 0);
        assertEquals(10 * MSS, reno.thresholdBytes());
    }

    @Test
    void shouldRestoreWindowAndThresholdWhenLossIsUndone() {
        reno.onAcknowledged(10 * MSS, -1, 0);
        reno.onLoss(20 * MSS, 0);
        reno.onRecovered(0, 0);
        reno.onUndo(0);
        assertEquals(20 * MSS, reno.windowBytes());
        assertEquals(CongestionControl.NO_THRESHOLD, reno.thresholdBytes());
    }

    @Test
    void shouldRestoreWindowOfBeforeTheFirstOfSeveralTimeouts() {
        reno.onTimeout(10 * MSS, false, 0);
        reno.onTimeout(MSS, true, 0);
        reno.onUndo(0);
        assertEquals(10 * MSS, reno.windowBytes());
        assertEquals(CongestionControl.NO_THRESHOLD, reno.thresholdBytes());
    }

    @Test
    void shouldRestartFromInitialWindowAfterIdleTime() {
        reno.onAcknowledged(50 * MSS, -1, 0);
        reno.onIdle(0);
        assertEquals(10 * MSS, reno.windowBytes());
        reno.start(MSS, true);
        reno.onIdle(0);
        assertTrue(reno.windowBytes() <= MSS);
    }
}

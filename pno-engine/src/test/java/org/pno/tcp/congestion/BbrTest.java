package org.pno.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** draft-cardwell-iccrg-bbr-congestion-control-00, by samples of a path of 10 MB/s and 10 ms: 100,000 bytes. */
class BbrTest {
    private static final int MSS = 1_000;
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long RTT_NS = 10 * MS;
    private static final long PATH = 10_000_000;
    private static final long PIPE = 100_000;

    private final Bbr bbr = new Bbr();
    private final RateSample sample = new RateSample();
    private long nowNs = TimeUnit.SECONDS.toNanos(1);
    private long delivered;
    private long flight = PIPE;
    private long rttNs = RTT_NS;
    private int phase = RateSample.OPEN;

    private void start() {
        bbr.start(MSS, false);
        sample.nowNs = nowNs;
        sample.smoothedRttNs = RTT_NS;
        sample.minRttNs = RTT_NS;
        sample.appLimited = true;
        bbr.onTransmitStart(sample);
    }

    /** A round trip in which the path delivers at this rate, told by one sample. */
    private void round(final long rate) {
        round(rate, false, 0);
    }

    private void round(final long rate, final boolean appLimited, final long lost) {
        sample.lostBytes += lost;
        nowNs += RTT_NS + 1;
        final long bytes = rate / 100;
        sample.priorDelivered = delivered;
        delivered += bytes;
        sample.nowNs = nowNs;
        sample.deliveredBytes = delivered;
        sample.intervalNs = RTT_NS;
        sample.appLimited = appLimited;
        sample.newlyDelivered = bytes;
        sample.newlyLost = lost;
        sample.rttNs = rttNs;
        sample.ackDelayed = false;
        sample.priorFlightBytes = flight;
        sample.flightBytes = flight;
        sample.phase = phase;
        sample.limitsItself = false;
        bbr.onRateSample(sample);
    }

    /** The pipe is full, the queue drained. */
    private void cruise() {
        start();
        for (int i = 0; i < 5; i++) {
            round(PATH);
        }
        assertEquals(Bbr.Mode.PROBE_BANDWIDTH, bbr.mode());
    }

    @Test
    void shouldBeginWithTheInitialWindowPerRoundTrip() {
        start();
        assertEquals(Bbr.Mode.STARTUP, bbr.mode());
        assertEquals(10_000, bbr.windowBytes());
        assertEquals(Bbr.HIGH_GAIN * 1_000_000, bbr.pacingRate(), 1);
    }

    @Test
    void shouldRaiseTheRateWhileTheBandwidthGrows() {
        start();
        flight = 10_000;
        for (long rate = PATH / 8; rate <= PATH; rate *= 2) {
            round(rate);
            assertEquals(Bbr.Mode.STARTUP, bbr.mode());
            assertEquals(Bbr.HIGH_GAIN * 0.99 * rate, bbr.pacingRate(), 0.02 * PATH);
        }
    }

    @Test
    void shouldDrainOnceThePipeHasBeenFullForThreeRounds() {
        start();
        flight = 3 * PIPE;
        round(PATH);
        round(PATH);
        round(PATH);
        assertEquals(Bbr.Mode.STARTUP, bbr.mode());
        round(PATH);
        assertEquals(Bbr.Mode.DRAIN, bbr.mode());
        assertEquals(Bbr.DRAIN_GAIN, bbr.pacingGain());
        flight = PIPE;
        round(PATH);
        assertEquals(Bbr.Mode.PROBE_BANDWIDTH, bbr.mode());
    }

    @Test
    void shouldNotTakeThePipeForFullBecauseTheProgramIsSlow() {
        start();
        for (int i = 0; i < 10; i++) {
            round(PATH, true, 0);
        }
        assertEquals(Bbr.Mode.STARTUP, bbr.mode());
    }

    @Test
    void shouldNotLowerTheBandwidthBecauseTheProgramIsSlow() {
        cruise();
        for (int i = 0; i < 5; i++) {
            round(PATH / 10, true, 0);
        }
        assertEquals(PATH, bbr.model().bandwidth());
    }

    @Test
    void shouldForgetABandwidthAfterTenRounds() {
        cruise();
        for (int i = 0; i < 9; i++) {
            round(PATH / 2);
        }
        assertEquals(PATH, bbr.model().bandwidth());
        round(PATH / 2);
        assertEquals(PATH / 2, bbr.model().bandwidth());
    }

    /** Round trips in which a policer lets through half and drops a third of it. */
    private void police(final int rounds) {
        for (int i = 0; i < rounds; i++) {
            round(PATH / 2, false, PIPE / 6);
        }
    }

    @Test
    void shouldFindAPolicerByTwoIntervalsAlike() {
        cruise();
        police(9);
        assertEquals(0.99 * PATH / 2, bbr.pacingRate(), 0.01 * PATH);
        assertEquals(1, bbr.pacingGain());
        assertEquals(PATH, bbr.model().bandwidth());
    }

    @Test
    void shouldNotTakeLittleLossForAPolicer() {
        cruise();
        for (int i = 0; i < 9; i++) {
            round(PATH / 2, false, PIPE / 20);
        }
        assertTrue(bbr.pacingRate() > 0.7 * PATH);
    }

    @Test
    void shouldNotFindAPolicerWhereTheProgramIsSlow() {
        cruise();
        police(4);
        round(PATH / 2, true, 0);
        police(4);
        assertTrue(bbr.pacingRate() > 0.7 * PATH);
    }

    @Test
    void shouldProbeAgainAfterFortyEightRounds() {
        cruise();
        police(9);
        for (int i = 0; i < 47; i++) {
            round(PATH / 2);
            assertEquals(1, bbr.pacingGain());
        }
        boolean probes = false;
        for (int i = 0; i < 12; i++) {
            round(PATH / 2);
            probes |= bbr.pacingGain() != 1;
        }
        assertTrue(probes);
    }

    @Test
    void shouldForgetAPolicerWhenTheLossWasNone() {
        cruise();
        police(9);
        bbr.onUndo(nowNs);
        round(PATH);
        assertTrue(bbr.pacingRate() > 0.7 * PATH);
    }

    @Test
    void shouldCycleThroughItsGains() {
        cruise();
        while (bbr.pacingGain() != 1.25) {
            round(PATH);
        }
        flight = 2 * PIPE; // As much as it aims at.
        round(PATH);
        assertEquals(0.75, bbr.pacingGain());
        flight = PIPE;
        for (int i = 0; i < 6; i++) {
            round(PATH);
            assertEquals(1, bbr.pacingGain());
        }
        round(PATH);
        assertEquals(1.25, bbr.pacingGain());
    }

    @Test
    void shouldProbeUntilAsMuchIsInFlightOrSomethingIsLost() {
        cruise();
        while (bbr.pacingGain() != 1.25) {
            round(PATH);
        }
        flight = PIPE / 2;
        round(PATH);
        round(PATH);
        assertEquals(1.25, bbr.pacingGain());
        round(PATH, false, MSS);
        assertEquals(0.75, bbr.pacingGain());
    }

    @Test
    void shouldKeepTwoPipesInFlightAtMost() {
        cruise();
        for (int i = 0; i < 20; i++) {
            round(PATH);
        }
        // Three bursts of a millisecond are on top, and what acknowledgements bring at once.
        assertTrue(bbr.windowBytes() >= 2 * PIPE && bbr.windowBytes() < 4 * PIPE, () -> "" + bbr.windowBytes());
    }

    @Test
    void shouldLookForTheRoundTripTimeAfterTenSeconds() {
        cruise();
        rttNs = RTT_NS + MS;
        nowNs += 10_000 * MS;
        round(PATH);
        assertEquals(Bbr.Mode.PROBE_RTT, bbr.mode());
        assertEquals(4 * MSS, bbr.windowBytes());
        assertTrue(sample.limitsItself);
        flight = 4 * MSS;
        round(PATH); // From here on 200 ms and a round trip.
        for (int i = 0; i < 19; i++) {
            round(PATH);
            assertEquals(Bbr.Mode.PROBE_RTT, bbr.mode());
        }
        round(PATH);
        assertEquals(Bbr.Mode.PROBE_BANDWIDTH, bbr.mode());
        assertEquals(RTT_NS + MS, bbr.model().minRttNs());
        assertTrue(bbr.windowBytes() >= 2 * PIPE);
    }

    @Test
    void shouldNotLookForTheRoundTripTimeAfterSilence() {
        cruise();
        nowNs += 20_000 * MS;
        sample.nowNs = nowNs;
        sample.appLimited = true;
        bbr.onTransmitStart(sample);
        assertEquals(0.99 * PATH, bbr.pacingRate(), 1);
        round(PATH);
        assertNotEquals(Bbr.Mode.PROBE_RTT, bbr.mode());
    }

    @Test
    void shouldLetOutWhatComesInForARoundTripAfterALoss() {
        cruise();
        final long window = bbr.windowBytes();
        phase = RateSample.RECOVERY;
        flight = PIPE / 2;
        round(PATH / 10, false, MSS);
        assertEquals(PIPE / 2 + PATH / 1_000, bbr.windowBytes());
        phase = RateSample.OPEN;
        round(PATH);
        assertTrue(bbr.windowBytes() >= window);
    }

    @Test
    void shouldBeginAgainFromOneSegmentAfterATimeout() {
        cruise();
        final long window = bbr.windowBytes();
        final long rate = bbr.pacingRate();
        bbr.onTimeout(PIPE, false, nowNs);
        assertEquals(MSS, bbr.windowBytes());
        assertEquals(rate, bbr.pacingRate());
        phase = RateSample.OPEN;
        round(PATH);
        assertTrue(bbr.windowBytes() >= window);
    }

    @Test
    void shouldKeepWhatItKnowsWhenSegmentsBecomeShorter() {
        cruise();
        bbr.onSegmentBytes(MSS / 2);
        assertEquals(PATH, bbr.model().bandwidth());
        assertEquals(Bbr.Mode.PROBE_BANDWIDTH, bbr.mode());
    }

    @Test
    void shouldNotGiveWayToIdleTimeOrEchoes() {
        cruise();
        final long window = bbr.windowBytes();
        bbr.onIdle(nowNs);
        bbr.onUnusedWindow(0);
        bbr.onCongestionEcho(PIPE, nowNs);
        assertEquals(window, bbr.windowBytes());
    }
}

package org.pno.tcp.congestion;

import java.util.concurrent.TimeUnit;

/**
 * BBR, version 1, as in Linux: draft-cardwell-iccrg-bbr-congestion-control-00. It measures how fast the path delivers
 * and how long it takes when no queue stands in it, sends at that rate, and keeps little more in flight than that rate
 * fills. Loss alone makes it no slower: after one it lets out no more than comes in for a round trip, and goes back to
 * where it was when all is repaired.
 *
 * <p>STARTUP doubles the rate each round trip until the bandwidth grows no more; DRAIN lets the queue go that this has
 * made; PROBE_BW cycles through rates around the bandwidth; PROBE_RTT, once in ten seconds without a shorter round-trip
 * time, leaves so little in flight that all queues empty. {@link BbrPolicer} finds those who let
 * through no more than a rate.
 */
public final class Bbr extends CongestionControl {
    /** What BBR is at. */
    enum Mode {
        STARTUP,
        DRAIN,
        PROBE_BANDWIDTH,
        PROBE_RTT
    }

    /** 2/ln 2: the least that lets the rate double in each round trip. */
    static final double HIGH_GAIN = 2.885;

    static final double DRAIN_GAIN = 1 / HIGH_GAIN;
    /** Of the window in PROBE_BW: acknowledgements may come late, and in bunches. */
    static final double WINDOW_GAIN = 2;

    private static final double[] CYCLE_GAINS = {1.25, 0.75, 1, 1, 1, 1, 1, 1};
    /** The rate stays a little below the bandwidth, so that a queue goes away. */
    private static final double MARGIN = 0.99;

    private static final int LEAST_SEGMENTS = 4;
    private static final long PROBE_RTT_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int BURSTS_OF_SLACK = 3;
    private static final double NS_PER_SECOND = 1e9;

    private final BbrModel model = new BbrModel();
    private final BbrPolicer policer = new BbrPolicer();
    private Mode mode = Mode.STARTUP;
    private double pacingGain;
    private double windowGain;
    private boolean rttKnown;

    private int cycleStep;
    private long cycleAtNs;
    /** When PROBE_RTT may end; 0 while there is still too much in flight. */
    private long probeRttEndNs;

    private boolean probeRttRoundDone;
    private boolean idleRestart;
    /** What the window was before recovery or PROBE_RTT. */
    private long priorWindowBytes;

    private int phase;
    private boolean conserving;

    public Bbr() {
        super(CongestionAlgorithm.BBR);
    }

    @Override
    void reset() {
        model.clear();
        policer.clear();
        rateBytesPerSecond = 0;
        rttKnown = false;
        cycleStep = 0;
        cycleAtNs = 0;
        probeRttEndNs = 0;
        probeRttRoundDone = false;
        idleRestart = false;
        priorWindowBytes = 0;
        phase = RateSample.OPEN;
        conserving = false;
        mode = Mode.STARTUP;
        updateGains();
    }

    @Override
    void segmentBytesChanged() {} // All is in bytes.

    // What others do upon these events is BBR's affair at the next sample.

    @Override
    void reduce(final long flightBytes, final long nowNs) {}

    @Override
    public void onRecovered(final long flightBytes, final long nowNs) {}

    @Override
    public void onIdle(final long nowNs) {}

    @Override
    public void onUnusedWindow(final long usedBytes) {}

    @Override
    public void onUndo(final long nowNs) {
        model.forgetFull();
        policer.forget();
    }

    @Override
    public void onTimeout(final long flightBytes, final boolean again, final long nowNs) {
        saveWindow();
        phase = RateSample.TIMEOUT;
        model.forgetFull();
        policer.onTimeout();
        windowBytes = mssBytes;
    }

    @Override
    public void onTransmitStart(final RateSample sample) {
        model.learnMinRtt(sample);
        learnRate(sample);
        if (!sample.appLimited) {
            return;
        }
        // 4.4.3: what was idle begins again at the bandwidth, in none of the cycle's gains.
        idleRestart = true;
        model.beginBunch(sample.nowNs);
        if (mode == Mode.PROBE_BANDWIDTH) {
            pace(1);
        } else if (mode == Mode.PROBE_RTT) {
            endProbeRtt(sample.nowNs);
        }
    }

    @Override
    public void onRateSample(final RateSample sample) {
        model.updateBandwidth(sample);
        if (sample.intervalNs > 0 && policer.observe(sample, model.isRoundBegun(), mode == Mode.PROBE_BANDWIDTH)) {
            enterProbeBandwidth(sample.nowNs);
        }
        model.updateBunches(sample, windowBytes, bandwidth());
        updateCycle(sample);
        model.checkFull(sample);
        checkDrained(sample);
        updateMinRtt(sample);
        updateGains();
        learnRate(sample);
        pace(pacingGain);
        updateWindow(sample);
    }

    // Rate.

    /** What the path carries, or the policer in it lets through. */
    private long bandwidth() {
        return policer.isUsed() ? policer.bandwidth() : model.bandwidth();
    }

    /** 4.2.1: BBRInitPacingRate, as soon as there is a round-trip time. */
    private void learnRate(final RateSample sample) {
        if (!rttKnown && sample.smoothedRttNs > 0) {
            rttKnown = true;
            rateBytesPerSecond = (long) (HIGH_GAIN * windowBytes * NS_PER_SECOND / sample.smoothedRttNs);
        }
    }

    /** BBRSetPacingRateWithGain: until the pipe was full once, the rate only grows. */
    private void pace(final double gain) {
        final long rate = (long) (bandwidth() * gain * MARGIN);
        if (rate > 0 && (model.isFull() || rate > rateBytesPerSecond)) {
            rateBytesPerSecond = rate;
        }
    }

    private void updateGains() {
        switch (mode) {
            case STARTUP -> gains(HIGH_GAIN, HIGH_GAIN);
            case DRAIN -> gains(DRAIN_GAIN, HIGH_GAIN);
            case PROBE_BANDWIDTH -> gains(policer.isUsed() ? 1 : CYCLE_GAINS[cycleStep], WINDOW_GAIN);
            case PROBE_RTT -> gains(1, 1);
        }
    }

    private void gains(final double pacing, final double window) {
        pacingGain = pacing;
        windowGain = window;
    }

    // Modes.

    /** 4.3.3: BBRCheckDrain. */
    private void checkDrained(final RateSample sample) {
        if (mode == Mode.STARTUP && model.isFull()) {
            mode = Mode.DRAIN;
            thresholdBytes = flightFor(1);
        }
        if (mode == Mode.DRAIN && sample.flightBytes <= flightFor(1)) {
            enterProbeBandwidth(sample.nowNs);
        }
    }

    /** 4.3.4.3: at any step of the cycle but the one that drains, so that flows do not keep step with each other. */
    private void enterProbeBandwidth(final long nowNs) {
        mode = Mode.PROBE_BANDWIDTH;
        final long mixed = nowNs * 0x9E37_79B9_7F4A_7C15L;
        final int back = (int) ((mixed >>> 33) % (CYCLE_GAINS.length - 1));
        cycleStep = (CYCLE_GAINS.length - back) % CYCLE_GAINS.length;
        cycleAtNs = nowNs;
    }

    private void updateCycle(final RateSample sample) {
        if (mode == Mode.PROBE_BANDWIDTH && isStepOver(sample)) {
            cycleStep = (cycleStep + 1) % CYCLE_GAINS.length;
            cycleAtNs = sample.nowNs;
        }
    }

    /** 4.3.4.3: BBRIsNextCyclePhase. */
    private boolean isStepOver(final RateSample sample) {
        final boolean whole = sample.nowNs - cycleAtNs > model.minRttNs();
        if (pacingGain > 1) { // Until there is as much in flight as it aims at, or the queue has no room for it.
            return whole && (sample.newlyLost > 0 || sample.priorFlightBytes >= flightFor(pacingGain));
        }
        return whole || pacingGain < 1 && sample.priorFlightBytes <= flightFor(1);
    }

    /** 4.3.5: BBRCheckProbeRTT. */
    private void updateMinRtt(final RateSample sample) {
        model.updateMinRtt(sample);
        if (model.isMinRttExpired() && !idleRestart && mode != Mode.PROBE_RTT) {
            saveWindow();
            mode = Mode.PROBE_RTT;
            probeRttEndNs = 0;
        }
        if (mode == Mode.PROBE_RTT) {
            sample.limitsItself = true;
            probeRtt(sample);
        }
        idleRestart = false;
    }

    private void probeRtt(final RateSample sample) {
        if (probeRttEndNs == 0) {
            if (sample.flightBytes <= leastWindowBytes()) {
                probeRttEndNs = sample.nowNs + PROBE_RTT_NS;
                probeRttRoundDone = false;
                model.beginRound(sample.deliveredBytes);
            }
            return;
        }
        probeRttRoundDone |= model.isRoundBegun();
        if (probeRttRoundDone) {
            endProbeRtt(sample.nowNs);
        }
    }

    private void endProbeRtt(final long nowNs) {
        if (probeRttEndNs == 0 || nowNs <= probeRttEndNs) {
            return;
        }
        model.confirmMinRtt(nowNs);
        windowBytes = Math.max(windowBytes, priorWindowBytes);
        if (model.isFull()) {
            enterProbeBandwidth(nowNs);
        } else {
            mode = Mode.STARTUP;
        }
    }

    // Window.

    /** 4.2.3: BBRSetCwnd. */
    private void updateWindow(final RateSample sample) {
        if (!modulate(sample)) {
            final long target = quantize(pipeBytes(windowGain, bandwidth()) + model.bunchBytes(bandwidth()));
            if (model.isFull()) {
                windowBytes = Math.min(windowBytes + sample.newlyDelivered, target);
            } else if (windowBytes < target || sample.deliveredBytes < initialWindowBytes()) {
                windowBytes += sample.newlyDelivered;
            }
            windowBytes = Math.max(windowBytes, leastWindowBytes());
        }
        if (mode == Mode.PROBE_RTT) {
            windowBytes = Math.min(windowBytes, leastWindowBytes());
        }
    }

    /** 4.2.3.4: in recovery, and when it ends; true if nothing else is to move the window. */
    private boolean modulate(final RateSample sample) {
        if (sample.newlyLost > 0) {
            windowBytes = Math.max(windowBytes - sample.newlyLost, mssBytes);
        }
        if (conserving && model.isRoundBegun()) {
            conserving = false;
        }
        final boolean recovers = sample.phase != RateSample.OPEN;
        if (sample.phase == RateSample.RECOVERY && phase != RateSample.RECOVERY) {
            saveWindow();
            conserving = true;
            model.beginRound(sample.deliveredBytes);
            windowBytes = Math.max(mssBytes, sample.flightBytes + sample.newlyDelivered);
        } else if (recovers && phase == RateSample.OPEN) {
            saveWindow();
        } else if (!recovers && phase != RateSample.OPEN) {
            windowBytes = Math.max(windowBytes, priorWindowBytes);
            conserving = false;
        }
        phase = sample.phase;
        if (conserving) {
            windowBytes = Math.max(windowBytes, sample.flightBytes + sample.newlyDelivered);
        }
        return conserving;
    }

    private void saveWindow() {
        final boolean whole = phase == RateSample.OPEN && mode != Mode.PROBE_RTT;
        priorWindowBytes = whole ? windowBytes : Math.max(priorWindowBytes, windowBytes);
    }

    private long leastWindowBytes() {
        return (long) LEAST_SEGMENTS * mssBytes;
    }

    private long pipeBytes(final double gain, final long bandwidth) {
        return model.minRttNs() == 0 ? initialWindowBytes() : model.flightBytes(gain, bandwidth);
    }

    /** BBRInflight: what is in flight when the pipe is full and so much more is sent. */
    private long flightFor(final double gain) {
        return quantize(pipeBytes(gain, model.bandwidth()));
    }

    /** 4.2.3.2: room for super-segments being made, delayed ACKs, and probing at the smallest windows. */
    private long quantize(final long bytes) {
        final long pair = 2L * mssBytes;
        final long whole = bytes + (long) BURSTS_OF_SLACK * burstBytes(rateBytesPerSecond, mssBytes);
        final long probing = mode == Mode.PROBE_BANDWIDTH && cycleStep == 0 ? pair : 0;
        return (whole + pair - 1) / pair * pair + probing;
    }

    Mode mode() {
        return mode;
    }

    double pacingGain() {
        return pacingGain;
    }

    BbrModel model() {
        return model;
    }
}

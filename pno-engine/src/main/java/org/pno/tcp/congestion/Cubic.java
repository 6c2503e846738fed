package org.pno.tcp.congestion;

import java.util.concurrent.TimeUnit;

/**
 * CUBIC (RFC 9438), with HyStart++ (RFC 9406) in the first slow start. In congestion avoidance the window follows a
 * cubic function of the time since the last reduction, flat where that happened; where NewReno would be faster, it
 * does as NewReno.
 *
 * <p>Numbers are segments in floating point, whose operations Java defines to the last bit: a run replays.
 */
public final class Cubic extends CongestionControl {
    private static final double C = 0.4;
    private static final double BETA = 0.7;
    /** RFC 9438 4.3: grows on average as NewReno with BETA in place of one half. */
    private static final double ALPHA = 3 * (1 - BETA) / (1 + BETA);

    private static final double NS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long NO_EPOCH = Long.MIN_VALUE;

    private final HyStart hyStart = new HyStart();

    /** W_max: the window before the last reduction, segments; 0 if there is none to come back to. */
    private double maxSegments;
    /** When this congestion avoidance began. */
    private long epochNs;
    /** K: seconds from the epoch until the window is back at the origin. */
    private double kSeconds;
    /** Where the function is flat. */
    private double originSegments;
    /** W_est: what NewReno would have. */
    private double friendlySegments;
    /** cwnd_prior: up to here W_est grows by ALPHA, beyond by one. */
    private double priorSegments;
    /** The fraction of a byte that the window is owed. */
    private double creditBytes;
    /** The smallest round-trip time yet, or 0. */
    private long minRttNs;

    private double undoMaxSegments;
    private double undoPriorSegments;
    private long undoEpochNs;
    private double undoKSeconds;
    private double undoOriginSegments;
    private double undoFriendlySegments;

    public Cubic() {
        super(CongestionAlgorithm.CUBIC);
    }

    @Override
    void reset() {
        maxSegments = 0;
        priorSegments = 0;
        epochNs = NO_EPOCH;
        creditBytes = 0;
        minRttNs = 0;
        if (thresholdBytes == NO_THRESHOLD) {
            hyStart.start();
        } else {
            hyStart.stop();
        }
    }

    void observe(final AckSample sample) {
        if (sample.rttNs >= 0 && (minRttNs == 0 || sample.rttNs < minRttNs)) {
            minRttNs = sample.rttNs;
        }
        if (!hyStart.isActive()) {
            return;
        }
        hyStart.observe(sample);
        if (!hyStart.isActive()) {
            thresholdBytes = windowBytes; // RFC 9406 4.2: congestion avoidance from here.
        }
    }

    void grow(final long acked, final long nowNs) {
        if (hyStart.isActive()) {
            windowBytes += hyStart.growth(acked);
            return;
        }
        final long rest = slowStart(acked);
        if (rest > 0) {
            avoidCongestion(Math.min(rest, windowBytes), nowNs);
        }
    }

    private double segments() {
        return (double) windowBytes / mssBytes;
    }

    /** RFC 9438 4.2 to 4.5. */
    private void avoidCongestion(final long acked, final long nowNs) {
        final double window = segments();
        if (epochNs == NO_EPOCH) {
            beginEpoch(window, nowNs);
        }
        final double ackedSegments = (double) acked / mssBytes;
        // Figure 4: W_est.
        friendlySegments += (friendlySegments >= priorSegments ? 1 : ALPHA) * ackedSegments / window;
        final double seconds = (nowNs - epochNs) / NS_PER_SECOND;
        if (cubic(seconds) < friendlySegments) { // 4.3: the Reno-friendly region.
            windowBytes = Math.max(windowBytes, (long) (friendlySegments * mssBytes));
            return;
        }
        // 4.2: aims at where the function is a round trip later, as Linux with the smallest one seen.
        final double target = Math.clamp(cubic(seconds + minRttNs / NS_PER_SECOND), window, window + window / 2);
        creditBytes += (target - window) * ackedSegments / window * mssBytes; // 4.4 and 4.5.
        final long whole = (long) creditBytes;
        creditBytes -= whole;
        windowBytes += whole;
    }

    private void beginEpoch(final double window, final long nowNs) {
        epochNs = nowNs;
        friendlySegments = window;
        if (window < maxSegments) {
            kSeconds = StrictMath.cbrt((maxSegments - window) / C); // Figure 2.
            originSegments = maxSegments;
        } else { // 4.8 and 4.10: after a timeout, or a slow start that ended without loss.
            kSeconds = 0;
            originSegments = window;
        }
    }

    /** RFC 9438 4.2, figure 1: W_cubic(t). */
    private double cubic(final double seconds) {
        final double distance = seconds - kSeconds;
        return C * distance * distance * distance + originSegments;
    }

    @Override
    void reduce(final long flightBytes, final long nowNs) {
        final double window = segments();
        // RFC 9438 4.7, fast convergence: a flow that got less than before makes room for a newer one.
        maxSegments = window < maxSegments ? window * (1 + BETA) / 2 : window;
        priorSegments = window;
        epochNs = NO_EPOCH;
        creditBytes = 0;
        hyStart.stop();
        // 4.6, of the window, as it allows where a window does not grow that is not used: else a program that sends
        // little at a time would lose, with each loss, room for what it has.
        thresholdBytes = Math.max(windowBytes * 7 / 10, 2L * mssBytes);
        windowBytes = thresholdBytes;
    }

    @Override
    void rememberOwn() {
        undoMaxSegments = maxSegments;
        undoPriorSegments = priorSegments;
        undoEpochNs = epochNs;
        undoKSeconds = kSeconds;
        undoOriginSegments = originSegments;
        undoFriendlySegments = friendlySegments;
    }

    @Override
    void collapsed() {
        maxSegments = 0; // RFC 9438 4.8: the next congestion avoidance begins at its own window.
        epochNs = NO_EPOCH;
    }

    @Override
    public void onUndo(final long nowNs) { // RFC 9438 4.9.
        super.onUndo(nowNs);
        maxSegments = undoMaxSegments;
        priorSegments = undoPriorSegments;
        epochNs = undoEpochNs;
        kSeconds = undoKSeconds;
        originSegments = undoOriginSegments;
        friendlySegments = undoFriendlySegments;
    }

    @Override
    public void onPause(final long pauseNs) {
        if (epochNs != NO_EPOCH) { // RFC 9438 5.8: the function stands still while the program has nothing to send.
            epochNs += pauseNs;
        }
    }

    boolean isConservative() {
        return hyStart.isConservative();
    }
}

package org.pno.tcp.congestion;

import java.util.concurrent.TimeUnit;

/**
 * Whether a policer stands in the path, as Linux's long-term sampling: two intervals in a row, each of at least four
 * round trips, which begin and end with a loss, in which a fifth was lost and as much was delivered per second, tell
 * of one. What it lets through then is the bandwidth, for 48 round trips in which the rate is not raised.
 */
final class BbrPolicer {
    private static final int LEAST_ROUNDS = 4;
    /** An interval that takes longer is given up. */
    private static final int MOST_ROUNDS = 4 * LEAST_ROUNDS;
    /** Of what is delivered. */
    private static final double LOSS_THRESHOLD = 50.0 / 256;
    /** Two intervals are alike if they differ by no more than this part, or so many bytes per second. */
    private static final double LIKENESS = 1.0 / 8;

    private static final long LIKE_BYTES = 500;
    private static final int ROUNDS_OF_USE = 48;
    private static final long LEAST_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final double NS_PER_SECOND = 1e9;

    private boolean sampling;
    private boolean used;
    private int rounds;
    /** Of the interval before, or what is used; 0 if there is none. */
    private long bandwidth;

    private long beginNs;
    private long beginDelivered;
    private long beginLost;
    /** As of the last sample. */
    private long nowNs;

    private long delivered;
    private long lost;

    void clear() {
        nowNs = 0;
        delivered = 0;
        lost = 0;
        forget();
    }

    /** What was seen does not count: there was no loss, or too little to send. */
    void forget() {
        bandwidth = 0;
        used = false;
        sampling = false;
        beginInterval();
    }

    private void beginInterval() {
        beginNs = nowNs;
        beginDelivered = delivered;
        beginLost = lost;
        rounds = 0;
    }

    /** A policer has been found, and {@link #bandwidth} is what it lets through. */
    boolean isUsed() {
        return used;
    }

    /** Bytes per second. */
    long bandwidth() {
        return bandwidth;
    }

    /**
     * Takes a sample of the rate.
     *
     * @param probing the cycle of PROBE_BW is under way
     * @return true if the policer's bandwidth has been used for long enough: the path is to be probed again
     */
    boolean observe(final RateSample sample, final boolean roundBegun, final boolean probing) {
        nowNs = sample.nowNs;
        delivered = sample.deliveredBytes;
        lost = sample.lostBytes;
        if (!used) {
            measure(roundBegun, sample.newlyLost > 0, sample.appLimited);
            return false;
        }
        if (probing && roundBegun && ++rounds >= ROUNDS_OF_USE) {
            forget();
            return true;
        }
        return false;
    }

    /** The retransmission timer has expired: a loss, and as in Linux a round trip. */
    void onTimeout() {
        if (!used) {
            measure(true, true, false);
        }
    }

    private void measure(final boolean roundBegun, final boolean lossy, final boolean appLimited) {
        if (!sampling) { // Until something is lost the policer has tokens to spend.
            if (!lossy) {
                return;
            }
            beginInterval();
            sampling = true;
        }
        rounds += roundBegun ? 1 : 0;
        if (appLimited || rounds > MOST_ROUNDS) {
            forget();
        } else if (lossy && rounds >= LEAST_ROUNDS) {
            judge();
        }
    }

    private void judge() {
        final long bytes = delivered - beginDelivered;
        final long intervalNs = nowNs - beginNs;
        if (bytes <= 0 || lost - beginLost < LOSS_THRESHOLD * bytes || intervalNs < LEAST_INTERVAL_NS) {
            return;
        }
        final long measured = (long) (bytes * NS_PER_SECOND / intervalNs);
        final long difference = Math.abs(measured - bandwidth);
        if (bandwidth > 0 && (difference <= LIKENESS * bandwidth || difference <= LIKE_BYTES)) {
            bandwidth = (measured + bandwidth) / 2;
            used = true;
            rounds = 0;
        } else {
            bandwidth = measured;
            beginInterval();
        }
    }
}

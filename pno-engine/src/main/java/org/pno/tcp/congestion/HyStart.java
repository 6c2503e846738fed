package org.pno.tcp.congestion;

import java.util.concurrent.TimeUnit;

/**
 * RFC 9406, HyStart++: ends the first slow start before it loses anything, when the round-trip time rises. First it
 * only slows it down (conservative slow start, CSS), and goes back if the rise does not last.
 *
 * <p>Growth per acknowledgement is not bounded (the RFC's L): an acknowledgement here is often that of a super-segment,
 * and the RFC wants no bound where bursts do not follow from acknowledgements.
 */
final class HyStart {
    private static final long MIN_RISE_NS = TimeUnit.MILLISECONDS.toNanos(4);
    private static final long MAX_RISE_NS = TimeUnit.MILLISECONDS.toNanos(16);
    private static final int RISE_DIVISOR = 8;
    private static final int LEAST_SAMPLES = 8;
    private static final int CSS_GROWTH_DIVISOR = 4;
    private static final int CSS_ROUNDS = 5;
    private static final long UNKNOWN = Long.MAX_VALUE;

    private boolean active;
    /** The round ends when this position is acknowledged. */
    private long roundEnd;

    private long lastMinRttNs;
    private long minRttNs;
    private int samples;
    private boolean conservative;
    private long baselineNs;
    private int conservativeRounds;

    /** RFC 9406 4.2: at the beginning of a connection, or again in the first slow start. */
    void start() {
        active = true;
        roundEnd = UNKNOWN;
        lastMinRttNs = UNKNOWN;
        minRttNs = UNKNOWN;
        samples = 0;
        conservative = false;
        conservativeRounds = 0;
    }

    /** RFC 9406 4.3: only the first slow start is its business. */
    void stop() {
        active = false;
        conservative = false;
    }

    boolean isActive() {
        return active;
    }

    boolean isConservative() {
        return conservative;
    }

    /** What to add to the window in slow start for so much acknowledged. */
    long growth(final long ackedBytes) {
        return conservative ? ackedBytes / CSS_GROWTH_DIVISOR : ackedBytes;
    }

    /** Takes an acknowledgement in slow start; says in {@link AckSample#news} what has come of it. */
    void observe(final AckSample sample) {
        if (sample.rttNs >= 0) {
            minRttNs = Math.min(minRttNs, sample.rttNs);
            samples += sample.rttSamples;
        }
        if (samples >= LEAST_SAMPLES) {
            if (conservative) {
                if (minRttNs < baselineNs) { // It was not the queue: back to slow start.
                    conservative = false;
                }
            } else if (hasRisen()) {
                conservative = true;
                baselineNs = minRttNs;
                conservativeRounds = 0;
                sample.news |= AckSample.CSS_ENTERED;
            }
        }
        if (roundEnd == UNKNOWN) {
            roundEnd = sample.nextPosition; // The initial window is the first round.
        } else if (sample.ackPosition >= roundEnd) {
            endRound(sample);
        }
    }

    private boolean hasRisen() {
        if (lastMinRttNs == UNKNOWN) {
            return false;
        }
        final long riseNs = Math.clamp(lastMinRttNs / RISE_DIVISOR, MIN_RISE_NS, MAX_RISE_NS);
        return minRttNs >= lastMinRttNs + riseNs;
    }

    private void endRound(final AckSample sample) {
        lastMinRttNs = minRttNs;
        minRttNs = UNKNOWN;
        samples = 0;
        roundEnd = sample.nextPosition;
        // RFC 9406 4.2: the round in which it became conservative counts.
        if (conservative && ++conservativeRounds >= CSS_ROUNDS) {
            stop();
            sample.news |= AckSample.HYSTART_EXIT;
        }
    }
}

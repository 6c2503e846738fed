package org.pno.tcp;

import java.util.concurrent.TimeUnit;

/** The retransmission timeout of RFC 6298, in nanoseconds. The bounds are Linux's: it never waits less than 200 ms. */
final class RttEstimator {
    private static final int ALPHA_SHIFT = 3;
    private static final int BETA_SHIFT = 2;
    private static final int K = 4;

    /** RFC 6298 5.7. */
    private static final long AFTER_REPEATED_SYN_NS = TimeUnit.SECONDS.toNanos(3);

    private final long initialNs;
    private final long minNs;
    private final long maxNs;

    /** Smoothed round-trip time; 0 until there is a sample. */
    private long smoothedNs;

    private long variationNs;
    /** The shortest sample; 0 until there is one. */
    private long minSampleNs;

    private long timeoutNs;
    private int backoff;

    RttEstimator(final TcpConfiguration configuration) {
        initialNs = configuration.initialTimeoutNs;
        minNs = configuration.minTimeoutNs;
        maxNs = configuration.maxTimeoutNs;
        reset();
    }

    void reset() {
        smoothedNs = 0;
        variationNs = 0;
        minSampleNs = 0;
        timeoutNs = initialNs; // RFC 6298 2.1.
        backoff = 0;
    }

    /** A round-trip time was measured, of a segment that was sent once (RFC 6298 3, Karn). */
    void onSample(final long rttNs) {
        final long sampleNs = Math.max(1, rttNs);
        minSampleNs = minSampleNs == 0 ? sampleNs : Math.min(minSampleNs, sampleNs);
        if (smoothedNs == 0) { // RFC 6298 2.2.
            smoothedNs = sampleNs;
            variationNs = sampleNs / 2;
        } else { // RFC 6298 2.3.
            variationNs += (Math.abs(smoothedNs - sampleNs) - variationNs) >> BETA_SHIFT;
            smoothedNs += (sampleNs - smoothedNs) >> ALPHA_SHIFT;
        }
        // RFC 6298 2.4, with Linux's reading of the minimum: it bounds the variation, so that a peer's delayed
        // acknowledgement fits in whatever the round-trip time.
        timeoutNs = Math.min(maxNs, smoothedNs + Math.max(minNs, K * variationNs));
    }

    /** RFC 6298 5.7: the SYN was sent again, so nothing is measured, and the path may be a slow one. */
    void onRepeatedSyn() {
        timeoutNs = Math.min(maxNs, Math.max(timeoutNs, AFTER_REPEATED_SYN_NS));
    }

    /** The round trip of something just delivered, which was sent once: not for the timeout, but for the shortest. */
    void onDelivery(final long rttNs) {
        if (minSampleNs == 0 || rttNs < minSampleNs) {
            minSampleNs = Math.max(1, rttNs);
        }
    }

    /** RFC 6298 5.5: the timer has expired. */
    void backOff() {
        if (backedOffNs() < maxNs) {
            backoff++;
        }
    }

    /** New data was acknowledged: the path works again. */
    void endBackOff() {
        backoff = 0;
    }

    /** The timeout to set, backed off. */
    long backedOffNs() {
        return Math.min(maxNs, timeoutNs << backoff);
    }

    /** RFC 6298's RTO, not backed off. */
    long timeoutNs() {
        return timeoutNs;
    }

    /** How often the timeout was doubled since the path last worked. */
    int backoff() {
        return backoff;
    }

    long smoothedNs() {
        return smoothedNs;
    }

    /** The shortest round-trip time that was ever measured; 0 if none was. */
    long minNs() {
        return minSampleNs;
    }

    long variationNs() {
        return variationNs;
    }
}

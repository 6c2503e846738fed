package org.pno.tcp.congestion;

/**
 * Slow start, congestion avoidance and the halving of RFC 5681, counting bytes (RFC 3465) so that one acknowledgement
 * for a super-segment opens the window as far as those for its segments would have.
 */
public final class NewReno implements CongestionControl {
    private static final int INITIAL_SEGMENTS = 10;
    private static final int INITIAL_BYTES = 14_600;

    private int mssBytes;
    private long windowBytes;
    private long thresholdBytes;
    /** Acknowledged since the window last grew in congestion avoidance. */
    private long ackedBytes;
    /** Both as they were before the last answer to a loss, for {@link #onUndo}. */
    private long priorWindowBytes;

    private long priorThresholdBytes;

    @Override
    public String name() {
        return "reno";
    }

    @Override
    public void start(final int mssBytes, final boolean handshakeLost) {
        this.mssBytes = mssBytes;
        // RFC 5681 3.1: after a lost SYN the initial window is one segment.
        windowBytes = handshakeLost ? mssBytes : initialWindowBytes();
        thresholdBytes = NO_THRESHOLD;
        ackedBytes = 0;
        keepPrior();
    }

    private void keepPrior() {
        priorWindowBytes = windowBytes;
        priorThresholdBytes = thresholdBytes;
    }

    /** RFC 6928 2. */
    private long initialWindowBytes() {
        return Math.min(INITIAL_SEGMENTS * mssBytes, Math.max(2 * mssBytes, INITIAL_BYTES));
    }

    @Override
    public void onAcknowledged(final long acked, final long rttNs, final long nowNs) {
        long rest = acked;
        if (windowBytes < thresholdBytes) {
            // RFC 5681 3.1: slow start grows by what was acknowledged, up to the threshold.
            final long growth = Math.min(rest, thresholdBytes - windowBytes);
            windowBytes += growth;
            rest -= growth;
        }
        ackedBytes += rest;
        while (ackedBytes >= windowBytes) { // RFC 5681 3.1: congestion avoidance, one segment per window acknowledged.
            ackedBytes -= windowBytes;
            windowBytes += mssBytes;
        }
    }

    @Override
    public void onLoss(final long flightBytes, final long nowNs) {
        keepPrior();
        thresholdBytes = halfOf(flightBytes);
        windowBytes = thresholdBytes;
        ackedBytes = 0;
    }

    @Override
    public void onRecovered(final long flightBytes, final long nowNs) {
        // RFC 6582 3.2 step 3, full acknowledgement, option 2, which is what RFC 6675 does with SACK.
        windowBytes = thresholdBytes;
    }

    @Override
    public void onTimeout(final long flightBytes, final boolean again, final long nowNs) {
        if (!again) { // RFC 5681 3.1: held constant when the timer retransmits the same segment again.
            keepPrior();
            thresholdBytes = halfOf(flightBytes);
        }
        windowBytes = mssBytes; // The loss window.
        ackedBytes = 0;
    }

    @Override
    public void onUndo(final long nowNs) {
        windowBytes = Math.max(windowBytes, priorWindowBytes);
        thresholdBytes = Math.max(thresholdBytes, priorThresholdBytes);
    }

    @Override
    public void onIdle(final long nowNs) {
        // RFC 5681 4.1: the restart window.
        windowBytes = Math.min(windowBytes, initialWindowBytes());
    }

    /** RFC 5681 3.1, equation 4. */
    private long halfOf(final long flightBytes) {
        return Math.max(flightBytes / 2, 2L * mssBytes);
    }

    @Override
    public long windowBytes() {
        return windowBytes;
    }

    @Override
    public long thresholdBytes() {
        return thresholdBytes;
    }
}

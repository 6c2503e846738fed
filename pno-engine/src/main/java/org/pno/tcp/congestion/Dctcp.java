package org.pno.tcp.congestion;

/**
 * DCTCP (RFC 8257): the window gives way in proportion to how much of it met congestion, which a data centre's
 * switches mark early. Without marks, and after a loss, it is NewReno. What it needs of the receiver, an exact echo,
 * is the receiving side's affair.
 */
public final class Dctcp extends CongestionControl {
    /** g = 1/16. */
    private static final double GAIN = 1.0 / 16;

    /** DCTCP.Alpha: the fraction that met congestion, smoothed. */
    private double alpha;
    /** DCTCP.WindowEnd: the observation window ends when this is acknowledged. */
    private long observationEnd;

    private long observedBytes;
    private long markedBytes;
    private long ackedBytes;

    public Dctcp() {
        super(CongestionAlgorithm.DCTCP);
    }

    @Override
    void reset() {
        alpha = 1; // RFC 8257 4.2, as in Linux: the first mark counts in full.
        observationEnd = 0;
        observedBytes = 0;
        markedBytes = 0;
        ackedBytes = 0;
    }

    /** RFC 8257 3.3: steps 1 to 7. */
    void observe(final AckSample sample) {
        observedBytes += sample.ackedBytes;
        if (sample.ecnEcho) {
            markedBytes += sample.ackedBytes;
        }
        if (sample.ackPosition < observationEnd) {
            return;
        }
        if (observedBytes > 0) {
            final double marked = (double) markedBytes / observedBytes;
            alpha = alpha * (1 - GAIN) + GAIN * marked;
        }
        observationEnd = sample.nextPosition;
        observedBytes = 0;
        markedBytes = 0;
    }

    void grow(final long acked) {
        ackedBytes += slowStart(acked);
        while (ackedBytes >= windowBytes) {
            ackedBytes -= windowBytes;
            windowBytes += mssBytes;
        }
    }

    @Override
    public void onCongestionEcho(final long flightBytes, final long nowNs) {
        // RFC 8257 3.3, step 9: cwnd = cwnd * (1 - DCTCP.Alpha / 2).
        thresholdBytes = Math.max((long) (windowBytes * (1 - alpha / 2)), 2L * mssBytes);
        windowBytes = thresholdBytes;
        ackedBytes = 0;
    }

    @Override
    void reduce(final long flightBytes, final long nowNs) { // RFC 8257 3.5: a loss is a loss.
        thresholdBytes = Math.max(flightBytes / 2, 2L * mssBytes);
        windowBytes = thresholdBytes;
        ackedBytes = 0;
    }

    double alpha() {
        return alpha;
    }
}

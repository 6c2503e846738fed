package org.pno.tcp.congestion;

/**
 * Slow start, congestion avoidance and the halving of RFC 5681, counting bytes (RFC 3465) so that one acknowledgement
 * for a super-segment opens the window as far as those for its segments would have.
 */
public final class NewReno extends CongestionControl {
    /** Acknowledged since the window last grew in congestion avoidance. */
    private long ackedBytes;

    public NewReno() {
        super(CongestionAlgorithm.RENO);
    }

    @Override
    void reset() {
        ackedBytes = 0;
    }

    void grow(final long acked) {
        ackedBytes += slowStart(acked);
        while (ackedBytes >= windowBytes) { // RFC 5681 3.1: congestion avoidance, one segment per window acknowledged.
            ackedBytes -= windowBytes;
            windowBytes += mssBytes;
        }
    }

    @Override
    void reduce(final long flightBytes, final long nowNs) {
        thresholdBytes = Math.max(flightBytes / 2, 2L * mssBytes); // RFC 5681 3.1, equation 4.
        windowBytes = thresholdBytes;
        ackedBytes = 0;
    }
}

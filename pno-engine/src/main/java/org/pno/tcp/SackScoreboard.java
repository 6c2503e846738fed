package org.pno.tcp;

/**
 * RFC 6675's scoreboard: which bytes above SND.UNA the peer has reported as received, and what follows from it.
 * Belongs to a connection only while something is reported.
 */
final class SackScoreboard {
    /** RFC 6675 2: DupThresh. */
    static final int DUPLICATE_THRESHOLD = 3;

    private final IntervalSet sacked;

    SackScoreboard(final int limit) {
        sacked = new IntervalSet(limit);
    }

    void clear() {
        sacked.clear();
    }

    boolean isEmpty() {
        return sacked.isEmpty();
    }

    long sackedBytes() {
        return sacked.totalBytes();
    }

    /**
     * Records a block; with no room left it is ignored, which costs a needless retransmission at worst.
     *
     * @return bytes that were not reported before
     */
    long add(final long start, final long end) {
        return Math.max(0, sacked.add(start, end));
    }

    /**
     * RFC 6675 4: Update () of a cumulative acknowledgement.
     *
     * @return bytes acknowledged now that had been reported before
     */
    long acknowledge(final long sndUna) {
        return sacked.removeBelow(sndUna);
    }

    /** The peer has discarded what it reported, if the very byte it is waiting for is reported (RFC 2018 8). */
    boolean isReneged(final long sndUna) {
        return !sacked.isEmpty() && sacked.start(0) <= sndUna;
    }

    /**
     * RFC 8985 6.2 step 4, RACK.segs_sacked: DupThresh separate stretches, or more than DupThresh - 1 segments' worth
     * of bytes, are reported.
     */
    boolean reachesThreshold(final int mssBytes) {
        return sacked.count() >= DUPLICATE_THRESHOLD || sacked.totalBytes() > (DUPLICATE_THRESHOLD - 1L) * mssBytes;
    }
}

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

    /** The position behind the highest byte reported; {@code sndUna} if none is. */
    long highestSacked(final long sndUna) {
        return sacked.isEmpty() ? sndUna : sacked.end(sacked.count() - 1);
    }

    /**
     * RFC 6675 4, IsLost (): a byte not reported is lost once DupThresh separate stretches, or more than DupThresh -
     * 1 segments' worth of bytes, are reported above it. So all bytes not reported below one edge are lost, none
     * above it.
     */
    long lostEdge(final long sndUna, final int mssBytes) {
        long bytesAbove = 0;
        int stretches = 0;
        for (int i = sacked.count() - 1; i >= 0; i--) {
            bytesAbove += sacked.end(i) - sacked.start(i);
            stretches++;
            if (stretches >= DUPLICATE_THRESHOLD || bytesAbove > (DUPLICATE_THRESHOLD - 1L) * mssBytes) {
                return sacked.start(i);
            }
        }
        return sndUna;
    }

    /** Bytes of {@code from} to {@code to} that are not reported. */
    long missingWithin(final long from, final long to) {
        return from >= to ? 0 : to - from - sacked.bytesWithin(from, to);
    }

    /** The first position at or after {@code from} that is not reported. */
    long firstMissing(final long from) {
        final int index = sacked.indexOf(from);
        return index < 0 ? from : sacked.end(index);
    }

    /** Where the hole that {@code missing} stands in ends, {@code limit} at most. */
    long holeEnd(final long missing, final long limit) {
        final int index = sacked.firstEndingAfter(missing);
        return index == sacked.count() ? limit : Math.min(limit, sacked.start(index));
    }
}

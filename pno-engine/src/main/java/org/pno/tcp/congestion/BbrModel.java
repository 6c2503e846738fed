package org.pno.tcp.congestion;

import java.util.concurrent.TimeUnit;

/**
 * What BBR believes of the path (draft-cardwell-iccrg-bbr-congestion-control-00 4.1): the bandwidth of the bottleneck,
 * the greatest of the last ten round trips; the round-trip time without a queue, the least of ten seconds; whether the
 * pipe has been seen full; and how much acknowledgements come in bunches.
 */
final class BbrModel {
    static final long MIN_RTT_WINDOW_NS = TimeUnit.SECONDS.toNanos(10);

    private static final int BANDWIDTH_ROUNDS = 10;
    /** 4.3.2.2: the pipe is full when the bandwidth has not grown by a quarter for three rounds. */
    private static final double FULL_GROWTH = 1.25;

    private static final int FULL_ROUNDS = 3;
    /** Two halves of the window in which bunches of acknowledgements are looked for, as Linux. */
    private static final int BUNCH_ROUNDS = 5;

    private static final long MAX_BUNCH_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long MAX_BUNCH_BYTES = 1L << 30;
    private static final double NS_PER_SECOND = 1e9;

    private final WindowedMax bandwidths = new WindowedMax(BANDWIDTH_ROUNDS);
    private long round;
    /** The round ends when what is sent after so much was delivered is delivered. */
    private long roundEnd;

    private boolean roundBegun;

    private long fullBandwidth;
    private int fullRounds;
    private boolean full;

    private long minRttNs;
    private long minRttAtNs;
    private boolean minRttExpired;

    private long bunchBeginNs;
    private long bunchBytes;
    private long bunchBefore;
    private long bunchNow;
    private int bunchRounds;

    void clear() {
        bandwidths.clear();
        round = 0;
        roundEnd = 0;
        roundBegun = false;
        fullBandwidth = 0;
        fullRounds = 0;
        full = false;
        minRttNs = 0;
        minRttAtNs = 0;
        minRttExpired = false;
        bunchBeginNs = 0;
        bunchBytes = 0;
        bunchBefore = 0;
        bunchNow = 0;
        bunchRounds = 0;
    }

    /** BBR.BtlBw, bytes per second; 0 if it is not known. */
    long bandwidth() {
        return bandwidths.value();
    }

    /** BBR.RTprop; 0 if it is not known. */
    long minRttNs() {
        return minRttNs;
    }

    /** The last sample was the first of a round trip. */
    boolean isRoundBegun() {
        return roundBegun;
    }

    /** BBR.filled_pipe. */
    boolean isFull() {
        return full;
    }

    /** At the last sample the least round-trip time was older than ten seconds. */
    boolean isMinRttExpired() {
        return minRttExpired;
    }

    /** 4.1.1: a round trip begins now. */
    void beginRound(final long deliveredBytes) {
        roundEnd = deliveredBytes;
    }

    /** 4.1.1.2 and 4.1.1.5: BBRUpdateRound and BBRUpdateBtlBw. */
    void updateBandwidth(final RateSample sample) {
        roundBegun = false;
        if (sample.intervalNs <= 0) {
            return;
        }
        if (sample.priorDelivered >= roundEnd) {
            roundEnd = sample.deliveredBytes;
            round++;
            roundBegun = true;
        }
        final long bandwidth = sample.bytesPerSecond();
        // What the program limits tells of the path only that it can do as much.
        if (!sample.appLimited || bandwidth >= bandwidth()) {
            bandwidths.update(round, bandwidth);
        }
    }

    /** What acknowledgements bring at once beyond what the bandwidth explains is in flight longer than a round trip. */
    void updateBunches(final RateSample sample, final long windowBytes, final long bandwidth) {
        if (sample.intervalNs <= 0) {
            return;
        }
        if (roundBegun && ++bunchRounds >= BUNCH_ROUNDS) {
            bunchRounds = 0;
            bunchBefore = bunchNow;
            bunchNow = 0;
        }
        long expected = (long) (bandwidth * ((sample.nowNs - bunchBeginNs) / NS_PER_SECOND));
        if (bunchBytes <= expected || bunchBytes + sample.newlyDelivered >= MAX_BUNCH_BYTES) {
            beginBunch(sample.nowNs);
            expected = 0;
        }
        bunchBytes += sample.newlyDelivered;
        bunchNow = Math.max(bunchNow, Math.min(bunchBytes - expected, windowBytes));
    }

    void beginBunch(final long nowNs) {
        bunchBeginNs = nowNs;
        bunchBytes = 0;
    }

    /** How much more may be in flight because acknowledgements come in bunches. */
    long bunchBytes(final long bandwidth) {
        final long most = (long) (bandwidth * (MAX_BUNCH_NS / NS_PER_SECOND));
        return full ? Math.min(most, Math.max(bunchBefore, bunchNow)) : 0;
    }

    /** 4.3.2.2: BBRCheckFullPipe. */
    void checkFull(final RateSample sample) {
        if (full || !roundBegun || sample.appLimited) {
            return;
        }
        if (bandwidth() >= fullBandwidth * FULL_GROWTH) {
            fullBandwidth = bandwidth();
            fullRounds = 0;
        } else {
            fullRounds++;
            full = fullRounds >= FULL_ROUNDS;
        }
    }

    /** After a timeout, or when a recovery was none: what was seen does not count. */
    void forgetFull() {
        fullBandwidth = 0;
        fullRounds = 0;
    }

    /** 4.1.2.3: BBRUpdateRTprop. */
    void updateMinRtt(final RateSample sample) {
        if (minRttNs == 0) {
            learnMinRtt(sample);
        }
        minRttExpired = minRttNs > 0 && sample.nowNs > minRttAtNs + MIN_RTT_WINDOW_NS;
        final long rttNs = sample.rttNs;
        if (rttNs > 0 && (minRttNs == 0 || rttNs < minRttNs || minRttExpired && !sample.ackDelayed)) {
            minRttNs = rttNs;
            minRttAtNs = sample.nowNs;
        }
    }

    /** Takes what the connection knows when BBR begins. */
    void learnMinRtt(final RateSample sample) {
        if (minRttNs == 0 && sample.minRttNs > 0) {
            minRttNs = sample.minRttNs;
            minRttAtNs = sample.nowNs;
        }
    }

    /** The round-trip time was looked for just now, and found to be what it is. */
    void confirmMinRtt(final long nowNs) {
        minRttAtNs = nowNs;
    }

    /** What fits into the pipe at a bandwidth, times {@code gain}: 0 if that is not known. */
    long flightBytes(final double gain, final long bandwidth) {
        return (long) StrictMath.ceil(bandwidth * (minRttNs / NS_PER_SECOND) * gain);
    }
}

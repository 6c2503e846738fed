package org.pno.tcp.congestion;

/**
 * How much may be in flight. Events come in; the window is read out of plain fields, so that sending asks no
 * algorithm. One object per connection, which outlives it in the pool: {@link #start} makes it new. All amounts are
 * bytes. The engine's thread.
 *
 * <p>The two events of each acknowledgement are sent on by a switch to methods of final classes, so every call site
 * has one receiver whatever mix of algorithms a DPU runs (rule 7). All other events are rare, and plain virtual calls.
 */
public abstract sealed class CongestionControl permits NewReno, Cubic, Dctcp, Bbr {
    /** {@link #thresholdBytes()} as long as nothing was lost. */
    public static final long NO_THRESHOLD = Long.MAX_VALUE;

    /** A burst is a millisecond of the rate, or nearly, as Linux's sk_pacing_shift. */
    private static final int BURST_SHIFT = 10;

    private static final int MAX_BURST_BYTES = 65_535;

    private static final int INITIAL_SEGMENTS = 10;
    private static final int INITIAL_BYTES = 14_600;

    private final CongestionAlgorithm algorithm;
    private final boolean controlsRate;

    int mssBytes;
    long windowBytes;
    long thresholdBytes;
    /** Of those who control the rate: what it is, 0 while it is not known. */
    long rateBytesPerSecond;

    private long undoWindowBytes;
    private long undoThresholdBytes;

    CongestionControl(final CongestionAlgorithm algorithm) {
        this.algorithm = algorithm;
        controlsRate = algorithm.controlsRate();
    }

    public final CongestionAlgorithm algorithm() {
        return algorithm;
    }

    /** It takes {@link #onRateSample}s, and says how fast to send and what may be in flight, in recovery too. */
    public final boolean controlsRate() {
        return controlsRate;
    }

    /** As TCP_CONGESTION and ss(8) name it. */
    public final String name() {
        return algorithm.label();
    }

    /**
     * A new connection.
     *
     * @param mss sender maximum segment size (RFC 5681's SMSS)
     * @param handshakeLost the SYN or SYN-ACK had to be sent again
     */
    public final void start(final int mss, final boolean handshakeLost) {
        mssBytes = mss;
        // RFC 5681 3.1: after a lost SYN the initial window is one segment.
        windowBytes = handshakeLost ? mss : initialWindowBytes();
        thresholdBytes = NO_THRESHOLD;
        begin();
    }

    /** Segments have another length from now on. The algorithm begins anew where it stands. */
    public final void onSegmentBytes(final int mss) {
        mssBytes = mss;
        windowBytes = Math.max(windowBytes, mss);
        segmentBytesChanged();
    }

    void segmentBytesChanged() {
        begin();
    }

    /** Goes on where another algorithm has been, as TCP_CONGESTION on a connected socket wants it. */
    public final void takeOver(final CongestionControl other) {
        mssBytes = other.mssBytes;
        windowBytes = other.windowBytes;
        thresholdBytes = other.thresholdBytes;
        begin();
    }

    private void begin() {
        undoWindowBytes = windowBytes;
        undoThresholdBytes = thresholdBytes;
        reset();
    }

    /** Forgets what only the algorithm itself remembers; window and threshold are set. */
    abstract void reset();

    /** RFC 6928 2. */
    final long initialWindowBytes() {
        return Math.min(INITIAL_SEGMENTS * mssBytes, Math.max(2 * mssBytes, INITIAL_BYTES));
    }

    /** An acknowledgement of something new, in whatever phase. It comes before {@link #onAcknowledged}. */
    public final void onAck(final AckSample sample) {
        switch (algorithm) {
            case RENO -> {} // All it wants to know comes by onAcknowledged.
            case CUBIC -> ((Cubic) this).observe(sample);
            case DCTCP -> ((Dctcp) this).observe(sample);
            case BBR -> {} // It takes rate samples.
        }
    }

    /**
     * New data was acknowledged, outside fast recovery, while the window was what limited the sender.
     *
     * @param rttNs the round-trip time just measured, or -1
     */
    public final void onAcknowledged(final long ackedBytes, final long rttNs, final long nowNs) {
        switch (algorithm) {
            case RENO -> ((NewReno) this).grow(ackedBytes);
            case CUBIC -> ((Cubic) this).grow(ackedBytes, nowNs);
            case DCTCP -> ((Dctcp) this).grow(ackedBytes);
            case BBR -> {} // It takes rate samples.
        }
    }

    /** An acknowledgement has delivered something; it has been judged, so this is the last that is heard of it. */
    public void onRateSample(final RateSample sample) {}

    /** Sending begins; nothing is in flight. Of the sample all holds that is not about an acknowledgement. */
    public void onTransmitStart(final RateSample sample) {}

    /** Fast recovery begins: something was lost, but acknowledgements still arrive. */
    public void onLoss(final long flightBytes, final long nowNs) {
        remember();
        reduce(flightBytes, nowNs);
    }

    /** RFC 3168 6.1.2: the peer's first echo of congestion for a window of data. Nothing was lost. */
    public void onCongestionEcho(final long flightBytes, final long nowNs) {
        reduce(flightBytes, nowNs);
    }

    /** Sets threshold and window to what congestion leaves of them. */
    abstract void reduce(long flightBytes, long nowNs);

    /** Fast recovery ends: all that was in flight when it began has been acknowledged. */
    public void onRecovered(final long flightBytes, final long nowNs) {
        // RFC 6582 3.2 step 3, full acknowledgement, option 2, which is what RFC 6675 does with SACK.
        windowBytes = thresholdBytes;
    }

    /**
     * The retransmission timer has expired.
     *
     * @param again the segment had been retransmitted by the timer before
     */
    public void onTimeout(final long flightBytes, final boolean again, final long nowNs) {
        if (!again) { // RFC 5681 3.1: held constant when the timer retransmits the same segment again.
            remember();
            reduce(flightBytes, nowNs);
        }
        windowBytes = mssBytes; // The loss window.
        collapsed();
    }

    /** The window is down to one segment. */
    void collapsed() {}

    private void remember() {
        undoWindowBytes = windowBytes;
        undoThresholdBytes = thresholdBytes;
        rememberOwn();
    }

    /** Keeps what an undo must bring back besides window and threshold. */
    void rememberOwn() {}

    /**
     * What the last {@link #onLoss} or first {@link #onTimeout} answered to had not been lost: the window and the
     * threshold of before are due again (RFC 4015 3.2, RFC 5682 2). Comes once at most for each of them, perhaps after
     * {@link #onRecovered}.
     */
    public void onUndo(final long nowNs) {
        windowBytes = Math.max(windowBytes, undoWindowBytes);
        thresholdBytes = Math.max(thresholdBytes, undoThresholdBytes);
    }

    /** Nothing was sent for longer than a retransmission timeout; sending is about to begin again. */
    public void onIdle(final long nowNs) {
        keepThreshold();
        // RFC 5681 4.1: the restart window.
        windowBytes = Math.min(windowBytes, initialWindowBytes());
    }

    /** Sending begins again, after {@code pauseNs} in which nothing was in flight because there was nothing to send. */
    public void onPause(final long pauseNs) {}

    /** RFC 7661's caution as Linux has it: for a whole timeout no more than this of the window was used. */
    public void onUnusedWindow(final long usedBytes) {
        final long used = Math.max(usedBytes, initialWindowBytes());
        if (used < windowBytes) {
            keepThreshold();
            windowBytes = (windowBytes + used) / 2;
        }
    }

    /** As Linux (RFC 2861 3.2): what was reached once is reached again by slow start. */
    private void keepThreshold() {
        if (thresholdBytes != NO_THRESHOLD) {
            thresholdBytes = Math.max(thresholdBytes, windowBytes - windowBytes / 4);
        }
    }

    /** RFC 5681 3.1: slow start as far as the threshold; the answer is what remains for congestion avoidance. */
    final long slowStart(final long ackedBytes) {
        if (windowBytes >= thresholdBytes) {
            return ackedBytes;
        }
        final long growth = Math.min(ackedBytes, thresholdBytes - windowBytes);
        windowBytes += growth;
        return ackedBytes - growth;
    }

    /** The congestion window. */
    public final long windowBytes() {
        return windowBytes;
    }

    /** How fast to send, bytes per second, if it {@link #controlsRate}; 0 while it does not know. */
    public final long pacingRate() {
        return rateBytesPerSecond;
    }

    /** What is sent at once at a rate: a millisecond of it, two segments at least. */
    public static int burstBytes(final long bytesPerSecond, final int mss) {
        return (int) Math.max(2L * mss, Math.min(MAX_BURST_BYTES, bytesPerSecond >>> BURST_SHIFT));
    }

    /** The slow start threshold, or {@link #NO_THRESHOLD}. */
    public final long thresholdBytes() {
        return thresholdBytes;
    }
}

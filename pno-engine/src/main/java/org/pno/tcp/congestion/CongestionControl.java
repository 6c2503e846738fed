package org.pno.tcp.congestion;

/**
 * How much may be in flight. One object per connection, which outlives it in the pool: {@link #start} makes it new. All
 * amounts are bytes. The engine's thread.
 */
public interface CongestionControl {
    /** {@link #thresholdBytes()} as long as nothing was lost. */
    long NO_THRESHOLD = Long.MAX_VALUE;

    /** As TCP_CONGESTION and ss(8) name it. */
    String name();

    /**
     * A new connection.
     *
     * @param mssBytes sender maximum segment size (RFC 5681's SMSS)
     * @param handshakeLost the SYN or SYN-ACK had to be sent again
     */
    void start(int mssBytes, boolean handshakeLost);

    /**
     * New data was acknowledged, outside fast recovery, while the window was what limited the sender.
     *
     * @param rttNs the round-trip time just measured, or -1
     */
    void onAcknowledged(long ackedBytes, long rttNs, long nowNs);

    /** Fast recovery begins: something was lost, but acknowledgements still arrive. */
    void onLoss(long flightBytes, long nowNs);

    /** Fast recovery ends: all that was in flight when it began has been acknowledged. */
    void onRecovered(long flightBytes, long nowNs);

    /**
     * The retransmission timer has expired.
     *
     * @param again the segment had been retransmitted by the timer before
     */
    void onTimeout(long flightBytes, boolean again, long nowNs);

    /**
     * What the last {@link #onLoss} or first {@link #onTimeout} answered to had not been lost: the window and the
     * threshold of before are due again (RFC 4015 3.2, RFC 5682 2). Comes once at most for each of them, perhaps after
     * {@link #onRecovered}.
     */
    void onUndo(long nowNs);

    /** Nothing was sent for longer than a retransmission timeout; sending is about to begin again. */
    void onIdle(long nowNs);

    /** The congestion window. */
    long windowBytes();

    /** The slow start threshold, or {@link #NO_THRESHOLD}. */
    long thresholdBytes();
}

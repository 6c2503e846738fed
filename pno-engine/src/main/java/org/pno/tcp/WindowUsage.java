package org.pno.tcp;

/** How much of its congestion window a connection uses: a carrier for {@link CongestionEvents}, one cache line. */
final class WindowUsage {
    /** The congestion window was full in the round trip under way. */
    boolean limited;
    /** The most that was in flight in it, and where it ends. */
    long flightInRound;

    long roundEnd;

    /** Since when the congestion window has not been full, and the most that was in flight since. */
    long usedNs;

    long usedBytes;

    void reset(final long nowNs) {
        limited = false;
        flightInRound = 0;
        roundEnd = -1;
        usedNs = nowNs;
        usedBytes = 0;
    }
}

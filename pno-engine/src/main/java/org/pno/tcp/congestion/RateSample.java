package org.pno.tcp.congestion;

/**
 * What an acknowledgement tells of the path: how fast it delivers, what is in flight, what was lost. A carrier, one per
 * engine, filled anew for each; bytes and nanoseconds.
 */
public final class RateSample {
    /** Nothing is known to be lost. */
    public static final int OPEN = 0;
    /** Fast recovery. */
    public static final int RECOVERY = 1;
    /** Recovery after a timeout. */
    public static final int TIMEOUT = 2;

    /** The present. */
    public long nowNs;
    /** Bytes delivered on the connection, this acknowledgement's included. */
    public long deliveredBytes;
    /** Of these, what was delivered already when that was sent whose delivery is told now. */
    public long priorDelivered;
    /** Delivered from then until now took so long; 0 or less if there is no sample of the rate. */
    public long intervalNs;
    /** The program, not the path, limited the rate. */
    public boolean appLimited;
    /** Delivered, and found lost, by this acknowledgement. */
    public long newlyDelivered;

    public long newlyLost;
    /** All that was ever found lost. */
    public long lostBytes;
    /** The round-trip time just measured, or -1; whether the peer may have delayed the acknowledgement. */
    public long rttNs;

    public boolean ackDelayed;
    /** RFC 6298's smoothed round-trip time, and the least ever measured; 0 if there is none. */
    public long smoothedRttNs;

    public long minRttNs;
    /** In the network, neither delivered nor lost: before this acknowledgement, and now. */
    public long priorFlightBytes;

    public long flightBytes;
    /** One of the phases above. */
    public int phase;

    /** Answer of the controller: what it sends from now on is limited by itself, and proves no rate. */
    public boolean limitsItself;

    /** Delivered in {@link #intervalNs}. */
    public long rateBytes() {
        return deliveredBytes - priorDelivered;
    }

    /** The rate in bytes per second; the interval is positive. */
    public long bytesPerSecond() {
        return (long) (rateBytes() * 1e9 / intervalNs);
    }
}

package org.pno.tcp.congestion;

/** What one acknowledgement tells. A carrier, one per engine, filled anew for each; bytes and nanoseconds. */
public final class AckSample {
    /** In {@link #news}: the round-trip time has risen, so slow start became conservative (RFC 9406's CSS). */
    public static final int CSS_ENTERED = 1;
    /** In {@link #news}: HyStart++ has ended slow start. */
    public static final int HYSTART_EXIT = 2;

    /** The present. */
    public long nowNs;
    /** Bytes that are acknowledged and were not before. */
    public long ackedBytes;
    /** SND.UNA and SND.NXT as stream positions: they tell where a round trip ends. */
    public long ackPosition;

    public long nextPosition;
    /** The least round-trip time measured just now, or -1, and of how many. */
    public long rttNs;

    public int rttSamples;
    /** The segment says that the peer has met congestion (ECE). */
    public boolean ecnEcho;
    /** Answer of the controller: what has come of it, for the counters. */
    public int news;
}

package org.pno.tcp;

import org.pno.tcp.congestion.CongestionAlgorithm;

/** Socket options as TCP wants them: bytes, nanoseconds, defaults filled in. A carrier, copied by whoever keeps it. */
public final class ConnectionSettings {
    /** In {@link #timeToLive} and {@link #hopLimit}: as many as the layer below gives. */
    public static final int DEFAULT_HOPS = -1;

    /** Nagle's algorithm is off. */
    public boolean noDelay;
    /** Partial segments wait until it is cleared, 200 ms or so at most. */
    public boolean cork;
    /** TCP_QUICKACK: bit 0 what it was set to last, above it how often it was set; 0: never. */
    public int quickAck;

    public boolean keepAlive;
    public long keepIdleNs;
    public long keepIntervalNs;
    public int keepCount;
    /** Unacknowledged data is given up after this; 0: by the number of retransmissions. */
    public long userTimeoutNs;

    /** SO_RCVBUF; 0: it grows with what the program reads. */
    public int receiveBufferBytes;
    /** Bound on the MSS in both directions, 0 for none. */
    public int maxSegmentBytes;
    /** SO_MAX_PACING_RATE, bytes per second; 0 for none. */
    public long maxPacingRate;
    /** TCP_CONGESTION; null for the configuration's. */
    public CongestionAlgorithm congestion;

    /** SYNs that may be repeated; 0: as the configuration says. */
    public int synRetries;
    /** How long an orphan waits for the peer's FIN; 0: as the configuration says, negative: not at all. */
    public long finWait2Ns;
    /** SYN-ACKs that may be repeated before a connection is accepted without data; 0: it is at once. */
    public int deferAccept;
    /** Bound on the window, 0 for none. */
    public int windowClampBytes;
    /** The SYN may ask for a Fast Open cookie, or bring data (RFC 7413). */
    public boolean fastOpen;
    /** Fast Open needs no cookie, on either side. */
    public boolean fastOpenWithoutCookie;
    /** The host wants to hear of what was sent, not only of what was acknowledged. */
    public boolean tellsSent;
    /** Of a listener: connections opened by a SYN with data that may be unproven at one time; 0: no Fast Open. */
    public int fastOpenQueue;
    /** Of a listener: shares address and port with others that do so too and have the same owner. */
    public boolean reusePort;

    public int owner;

    /** IP_TOS, for IPv4, and IPV6_TCLASS; the two bits of ECN do not count. */
    public int tos;

    public int trafficClass;
    /** IP_TTL, for IPv4, and IPV6_UNICAST_HOPS, or {@link #DEFAULT_HOPS}. */
    public int timeToLive = DEFAULT_HOPS;

    public int hopLimit = DEFAULT_HOPS;

    public ConnectionSettings copyFrom(final ConnectionSettings other) {
        noDelay = other.noDelay;
        cork = other.cork;
        quickAck = other.quickAck;
        keepAlive = other.keepAlive;
        keepIdleNs = other.keepIdleNs;
        keepIntervalNs = other.keepIntervalNs;
        keepCount = other.keepCount;
        userTimeoutNs = other.userTimeoutNs;
        receiveBufferBytes = other.receiveBufferBytes;
        maxSegmentBytes = other.maxSegmentBytes;
        maxPacingRate = other.maxPacingRate;
        congestion = other.congestion;
        synRetries = other.synRetries;
        finWait2Ns = other.finWait2Ns;
        deferAccept = other.deferAccept;
        windowClampBytes = other.windowClampBytes;
        fastOpen = other.fastOpen;
        fastOpenWithoutCookie = other.fastOpenWithoutCookie;
        fastOpenQueue = other.fastOpenQueue;
        tellsSent = other.tellsSent;
        reusePort = other.reusePort;
        owner = other.owner;
        copyIp(other);
        return this;
    }

    /** What stands in IP's headers alone. */
    void copyIp(final ConnectionSettings other) {
        tos = other.tos;
        trafficClass = other.trafficClass;
        timeToLive = other.timeToLive;
        hopLimit = other.hopLimit;
    }

    boolean hasSameKeepalive(final ConnectionSettings other) {
        return keepAlive == other.keepAlive
                && keepIdleNs == other.keepIdleNs
                && keepIntervalNs == other.keepIntervalNs
                && keepCount == other.keepCount;
    }
}

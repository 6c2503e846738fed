package org.pno.stack;

import org.pno.tcp.ConnectionSettings;
import org.pno.tcp.congestion.CongestionAlgorithm;

/** Options of a socket as levels, in the units of setsockopt(2). A mutable carrier; the stack copies what it needs. */
public final class SocketOptions {
    /** In {@link #timeToLive} and {@link #hopLimit}: as many as the layer below gives. */
    public static final int DEFAULT_HOPS = ConnectionSettings.DEFAULT_HOPS;

    /** TCP_NODELAY. */
    public boolean noDelay;
    /** TCP_CORK. */
    public boolean cork;
    /** SO_KEEPALIVE. */
    public boolean keepAlive;
    /** TCP_QUICKACK: bit 0 what it was set to last, above it how often it was set; 0: never. */
    public int quickAck;
    /** Bytes; 0: the stack finds out. */
    public int receiveBufferBytes;
    /** Seconds, 0 for the default (7200). */
    public int keepIdleSeconds;
    /** Seconds, 0 for the default (75). */
    public int keepIntervalSeconds;
    /** Probes, 0 for the default (9). */
    public int keepCount;
    /** TCP_USER_TIMEOUT in milliseconds, 0 for none. */
    public int userTimeoutMillis;
    /** TCP_MAXSEG in bytes, 0 for none. */
    public int maxSegmentBytes;
    /** TCP_CONGESTION as {@link CongestionAlgorithm#code()}, 0 for the default. */
    public int congestion;
    /** SO_MAX_PACING_RATE in bytes per second, 0 for none. */
    public long maxPacingRate;

    /** TCP_SYNCNT, 0 for the default. */
    public int synCount;
    /** TCP_LINGER2, 0 for the default, -1 for none. */
    public int linger2Seconds;
    /** TCP_DEFER_ACCEPT, in SYN-ACKs that may be repeated; 0: off. */
    public int deferAccept;
    /** TCP_WINDOW_CLAMP, 0 for none. */
    public int windowClampBytes;
    /** TCP_FASTOPEN_CONNECT, or a connect by MSG_FASTOPEN: the SYN may bring data. */
    public boolean fastOpen;
    /** TCP_FASTOPEN_NO_COOKIE. */
    public boolean fastOpenWithoutCookie;
    /** TCP_NOTSENT_LOWAT is set: the host wants to know what was sent. */
    public boolean tellsSent;
    /** TCP_FASTOPEN of a listener, connections; 0: off. */
    public int fastOpenQueue;
    /** IP_TOS and IPV6_TCLASS; the two bits of ECN do not count. */
    public int tos;

    public int trafficClass;
    /** IP_TTL and IPV6_UNICAST_HOPS, or {@link #DEFAULT_HOPS}. */
    public int timeToLive = DEFAULT_HOPS;

    public int hopLimit = DEFAULT_HOPS;
    /** SO_REUSEPORT, of a listener, and whose it is: only those of one owner share a port. */
    public boolean reusePort;

    public int owner;

    /** Back to the defaults. */
    public SocketOptions clear() {
        noDelay = false;
        cork = false;
        keepAlive = false;
        quickAck = 0;
        receiveBufferBytes = 0;
        keepIdleSeconds = 0;
        keepIntervalSeconds = 0;
        keepCount = 0;
        userTimeoutMillis = 0;
        maxSegmentBytes = 0;
        congestion = 0;
        synCount = 0;
        linger2Seconds = 0;
        deferAccept = 0;
        windowClampBytes = 0;
        fastOpen = false;
        fastOpenWithoutCookie = false;
        fastOpenQueue = 0;
        tellsSent = false;
        reusePort = false;
        owner = 0;
        maxPacingRate = 0;
        tos = 0;
        trafficClass = 0;
        timeToLive = DEFAULT_HOPS;
        hopLimit = DEFAULT_HOPS;
        return this;
    }

    /** True for a number that {@link #congestion} may have. */
    public static boolean isCongestion(final int code) {
        return CongestionAlgorithm.isCode(code);
    }
}

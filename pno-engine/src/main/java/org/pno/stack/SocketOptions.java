package org.pno.stack;

import org.pno.tcp.congestion.CongestionAlgorithm;

/** Options of a socket as levels, in the units of setsockopt(2). A mutable carrier; the stack copies what it needs. */
public final class SocketOptions {
    /** TCP_NODELAY. */
    public boolean noDelay;
    /** TCP_CORK. */
    public boolean cork;
    /** SO_KEEPALIVE. */
    public boolean keepAlive;
    /** TCP_QUICKACK. */
    public boolean quickAck;
    /** Bytes, 0 for the stack's default. */
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

    /** Back to the defaults. */
    public SocketOptions clear() {
        noDelay = false;
        cork = false;
        keepAlive = false;
        quickAck = false;
        receiveBufferBytes = 0;
        keepIdleSeconds = 0;
        keepIntervalSeconds = 0;
        keepCount = 0;
        userTimeoutMillis = 0;
        maxSegmentBytes = 0;
        congestion = 0;
        return this;
    }

    /** True for a number that {@link #congestion} may have. */
    public static boolean isCongestion(final int code) {
        return CongestionAlgorithm.isCode(code);
    }
}

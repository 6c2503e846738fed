package org.pno.tcp;

import org.pno.tcp.congestion.CongestionAlgorithm;

/** Socket options as TCP wants them: bytes, nanoseconds, defaults filled in. A carrier, copied by whoever keeps it. */
public final class ConnectionSettings {
    /** Nagle's algorithm is off. */
    public boolean noDelay;
    /** Partial segments wait until it is cleared, 200 ms or so at most. */
    public boolean cork;
    /** ACKs are not delayed. */
    public boolean quickAck;

    public boolean keepAlive;
    public long keepIdleNs;
    public long keepIntervalNs;
    public int keepCount;
    /** Unacknowledged data is given up after this; 0: by the number of retransmissions. */
    public long userTimeoutNs;

    public int receiveBufferBytes;
    /** Bound on the MSS in both directions, 0 for none. */
    public int maxSegmentBytes;
    /** TCP_CONGESTION; null for the configuration's. */
    public CongestionAlgorithm congestion;

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
        congestion = other.congestion;
        return this;
    }

    boolean hasSameKeepalive(final ConnectionSettings other) {
        return keepAlive == other.keepAlive
                && keepIdleNs == other.keepIdleNs
                && keepIntervalNs == other.keepIntervalNs
                && keepCount == other.keepCount;
    }
}

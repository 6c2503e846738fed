package org.pno.tcp;

/**
 * What a connection has counted only to tell of it (TCP_INFO): nothing is decided by it. A carrier; each count with the
 * class that sees the thing happen. RFC 4898 names most of them.
 */
final class ConnectionStatistics {
    /** What keeps a connection from sending more. */
    enum Waiting {
        /** Nothing is to be sent, nothing in flight. */
        IDLE,
        BUSY,
        /** Busy, and the peer's window is what limits it. */
        PEER_WINDOW
    }

    boolean active;
    long bytesSent;
    long bytesResent;
    long retransmittedSegments;
    long dataSegmentsIn;
    long dataSegmentsOut;
    long duplicatesReported;
    long reorderings;
    long outOfOrder;
    long timeouts;
    /** When payload came last; NEVER if none has. */
    long lastDataNs;

    private Waiting waiting;
    private long sinceNs;
    private long busyNs;
    private long peerWindowNs;

    void reset() {
        active = false;
        bytesSent = 0;
        bytesResent = 0;
        retransmittedSegments = 0;
        dataSegmentsIn = 0;
        dataSegmentsOut = 0;
        duplicatesReported = 0;
        reorderings = 0;
        outOfOrder = 0;
        timeouts = 0;
        lastDataNs = Connection.NEVER;
        waiting = Waiting.IDLE;
        sinceNs = 0;
        busyNs = 0;
        peerWindowNs = 0;
    }

    /** From now on this is what it waits for. */
    void waitFor(final Waiting next, final long nowNs) {
        if (next != waiting) {
            busyNs = busyNs(nowNs);
            peerWindowNs = peerWindowNs(nowNs);
            waiting = next;
            sinceNs = nowNs;
        }
    }

    /** How long it had something to send or in flight. */
    long busyNs(final long nowNs) {
        return waiting == Waiting.IDLE ? busyNs : busyNs + nowNs - sinceNs;
    }

    /** How long of that the peer's window was the limit. */
    long peerWindowNs(final long nowNs) {
        return waiting == Waiting.PEER_WINDOW ? peerWindowNs + nowNs - sinceNs : peerWindowNs;
    }
}

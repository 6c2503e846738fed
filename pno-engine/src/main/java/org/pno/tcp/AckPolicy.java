package org.pno.tcp;

/**
 * When to acknowledge (RFC 9293 3.8.6.3, RFC 5681 4.2): with the data that goes out anyway; at once for every second
 * full segment, for whatever is out of order or fills a hole, and while the sender starts slowly; else after 40 ms.
 * Only what the host can see is ever acknowledged, so most of this is decided when it can.
 */
final class AckPolicy {
    private static final int FULL_SEGMENTS = 2;
    /** ACKs that are not delayed at the start, so that the peer's slow start is not slowed; as Linux. */
    private static final int QUICK_ACKS = 16;
    /** What a full segment is taken to be until a longer one is seen. */
    private static final int SMALL_SEGMENT_BYTES = 536;

    private final TcpContext context;
    private final ConnectionTimers timers;
    private final long delayNs;

    AckPolicy(final TcpContext context, final ConnectionTimers timers) {
        this.context = context;
        this.timers = timers;
        delayNs = context.configuration.delayedAckNs;
    }

    void onEstablished(final Connection connection) {
        connection.quickAcks = QUICK_ACKS;
        connection.interactive = isSlowWanted(connection.settings.quickAck);
        connection.rcvMssBytes = Math.min(SMALL_SEGMENT_BYTES, connection.segmentBytes());
    }

    /** An ACK goes out with the next flush. */
    void acknowledgeNow(final Connection connection) {
        connection.ackOwed = true;
        context.markDirty(connection);
    }

    /** A segment with payload was taken. */
    void onPayload(final Connection connection, final Segment segment) {
        final int bytes = segment.wireSegmentBytes();
        if (bytes > connection.rcvMssBytes) {
            connection.rcvMssBytes = Math.min(bytes, connection.agreedMssBytes);
        }
    }

    /** RFC 5681 4.2: a duplicate ACK at once for what is out of order, one for each segment if the peer has no SACK. */
    void onOutOfOrder(final Connection connection, final Segment segment) {
        connection.duplicatesOwed += segment.wireSegments();
        acknowledgeNow(connection);
    }

    /** RFC 5681 4.2: an ACK at once for what fills a hole, as soon as the host can see it. */
    void onHoleFilled(final Connection connection) {
        connection.ackWhenPublished = true;
    }

    /** The host can see more. */
    void onPublished(final Connection connection) {
        final long unacknowledged = connection.ackablePosition() - connection.rcvAcked;
        if (unacknowledged <= 0) {
            return;
        }
        if (connection.ackWhenPublished
                || connection.finPublished
                || unacknowledged >= (long) FULL_SEGMENTS * connection.rcvMssBytes
                || connection.quickAcks > 0 && !connection.interactive) {
            connection.ackWhenPublished = false;
            acknowledgeNow(connection);
        } else if (connection.ackAtNs == Connection.NEVER) {
            timers.delayAck(connection, context.nowNs() + delayNs);
        }
    }

    /** TCP_QUICKACK was set: as Linux, an event, not a mode. What is owed goes out, or delaying pays from now on. */
    void onQuickAckSet(final Connection connection, final int quickAck) {
        connection.interactive = isSlowWanted(quickAck);
        if (!connection.interactive && connection.ackablePosition() > connection.rcvAcked) {
            acknowledgeNow(connection);
        }
    }

    private static boolean isSlowWanted(final int quickAck) {
        return quickAck != 0 && (quickAck & 1) == 0;
    }

    /** The delayed ACK timer has expired: nobody had anything to say. */
    void onDelayed(final Connection connection) {
        connection.interactive = false;
        if (connection.ackablePosition() > connection.rcvAcked) {
            context.count(TcpCounter.DELAYED_ACKS);
            acknowledgeNow(connection);
        }
    }

    /** A segment with our ACK field has left. */
    void onSent(final Connection connection, final boolean withPayload) {
        final long ackable = connection.ackablePosition();
        if (withPayload) {
            connection.interactive |= ackable > connection.rcvAcked; // An answer took the ACK along: delaying pays.
        } else if (connection.quickAcks > 0) {
            connection.quickAcks--;
        }
        connection.rcvAcked = ackable;
        connection.ackOwed = false;
        connection.duplicatesOwed = 0;
        connection.ackAtNs = Connection.NEVER;
    }

    /**
     * RFC 5961 7, and Linux's tcp_invalid_ratelimit: an ACK for something that should not have come, unless there was
     * one just now. So nobody can make us send many, and two confused ends do not shout at each other.
     */
    void challenge(final Connection connection) {
        final long sinceNs = context.nowNs() - connection.lastChallengeNs;
        final boolean justNow =
                connection.lastChallengeNs != Connection.NEVER && sinceNs < context.configuration.challengeIntervalNs;
        if (justNow || !context.challenges.take(context.nowNs())) {
            context.count(TcpCounter.CHALLENGES_LIMITED);
            return;
        }
        connection.lastChallengeNs = context.nowNs();
        context.count(TcpCounter.CHALLENGES);
        acknowledgeNow(connection);
    }
}

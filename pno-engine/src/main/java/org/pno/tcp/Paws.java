package org.pno.tcp;

import java.util.concurrent.TimeUnit;

/**
 * RFC 7323 5, protection against wrapped sequence numbers: a segment whose timestamp is older than the latest is an old
 * duplicate. But an ACK may be late: the path reorders, and what it reports is still news.
 */
final class Paws {
    /** 5.5: a timestamp that has not been renewed for so long proves nothing. */
    private static final long TIMESTAMP_LIFE_NS = TimeUnit.DAYS.toNanos(24);
    /** Older by so much is not old, as Linux's TCP_PAWS_WINDOW: the peer's clock may differ between its processors. */
    private static final int TOLERATED_TICKS = 1;

    private Paws() {}

    /** 5.3 R1. RST is exempt (5.2); so is a segment without timestamps, as in Linux. */
    static boolean isOld(final Connection connection, final Segment segment, final long nowNs) {
        return isOlder(connection, segment, TOLERATED_TICKS)
                && !segment.isRst()
                && nowNs - connection.tsRecentAtNs < TIMESTAMP_LIFE_NS
                && !isLateAck(connection, segment);
    }

    /** Its timestamp is older than the latest. */
    static boolean isOlder(final Connection connection, final Segment segment) {
        return isOlder(connection, segment, 0);
    }

    private static boolean isOlder(final Connection connection, final Segment segment, final int ticks) {
        return connection.timestamps
                && segment.options().timestamps()
                && segment.options().timestampValue() - connection.tsRecent < -ticks;
    }

    /**
     * As Linux's tcp_disordered_ack: a duplicate ACK without text, at the expected number, which opens no window, and
     * is not later than an ACK can be. The window it tells counts for nothing.
     */
    private static boolean isLateAck(final Connection connection, final Segment segment) {
        final int lateMillis = connection.tsRecent - segment.options().timestampValue();
        return segment.isAck()
                && segment.sequenceLength() == 0
                && segment.position == connection.rcvNxt
                && segment.ackPosition == connection.sndUna
                && segment.position <= connection.sndWl1
                && segment.window() != 0
                && (long) segment.window() << connection.sndScale <= connection.sndWnd
                && lateMillis <= TimeUnit.NANOSECONDS.toMillis(connection.rtt.backedOffNs());
    }

    /** 5.3 R3, with the correction of 4.3: the timestamp of what the next ACK acknowledges, unless it is a late one. */
    static void renew(final Connection connection, final Segment segment, final long nowNs) {
        final boolean late = isOlder(connection, segment) && nowNs - connection.tsRecentAtNs < TIMESTAMP_LIFE_NS;
        if (connection.timestamps
                && segment.options().timestamps()
                && segment.position <= connection.rcvAcked
                && !late) {
            connection.tsRecent = segment.options().timestampValue();
            connection.tsRecentAtNs = nowNs;
        }
    }
}

package org.pno.tcp;

import org.pno.wire.SeqNum;
import org.pno.wire.TcpOptions;

/**
 * Connections in TIME-WAIT: small entries that answer the peer's last segments for 2 MSL and then vanish. All wait
 * equally long, so they stand in a queue and need no timer of their own. Bounded: the oldest leaves early.
 */
final class TimeWaits {
    /** Answer of {@link #onSegment}: the segment was dealt with. */
    static final long HANDLED = -1;

    /** As Linux: beyond any window that the old connection can have had. */
    private static final int SEQUENCE_GAP = 65_535 + 2;

    private static final long REUSE_AFTER_NS = 1_000_000_000L;

    private final TcpContext context;
    private final StatelessReplies replies;
    private final Shelf<TimeWait> shelf = new Shelf<>();
    /** Ring of entries through their links, the first to expire behind it. */
    private final TimeWait anchor = new TimeWait();

    private int count;

    TimeWaits(final TcpContext context, final StatelessReplies replies) {
        this.context = context;
        this.replies = replies;
        anchor.next = anchor;
        anchor.previous = anchor;
    }

    int count() {
        return count;
    }

    /** Takes over a connection's flow. */
    void enter(final Connection connection) {
        if (count >= context.configuration.maxTimeWait) {
            context.count(TcpCounter.TIME_WAITS_EVICTED);
            leave(anchor.next);
        }
        final TimeWait kept = shelf.take();
        final TimeWait entry = kept != null ? kept : new TimeWait();
        entry.copyFlow(connection);
        entry.sndNxt = connection.sequenceOf(connection.sndNxt);
        entry.rcvNxt = connection.acknowledgment();
        final int roundUp = (1 << connection.rcvScale) - 1;
        entry.windowField =
                (int) Math.min(0xFFFF, (connection.rcvEdge - connection.rcvNxt + roundUp) >> connection.rcvScale);
        entry.timestamps = connection.timestamps;
        entry.tsRecent = connection.tsRecent;
        entry.timestampOffset = connection.timestampOffset;
        entry.typeOfService = connection.typeOfService();
        entry.hops = connection.hops();
        entry.enteredNs = context.nowNs();
        entry.lastAckNs = context.nowNs() - context.configuration.challengeIntervalNs;
        context.flows.remove(connection);
        context.flows.add(entry);
        context.count(TcpCounter.TIME_WAITS);
        count++;
        append(entry);
    }

    private void append(final TimeWait entry) {
        entry.expiresNs = context.nowNs() + context.configuration.timeWaitNs;
        entry.next = anchor;
        entry.previous = anchor.previous;
        anchor.previous.next = entry;
        anchor.previous = entry;
    }

    private static void unlink(final TimeWait entry) {
        entry.previous.next = entry.next;
        entry.next.previous = entry.previous;
    }

    private void leave(final TimeWait entry) {
        unlink(entry);
        context.flows.remove(entry);
        shelf.put(entry);
        count--;
    }

    /** Forgets what has waited long enough. */
    void poll() {
        while (anchor.next != anchor && anchor.next.expiresNs - context.nowNs() <= 0) {
            leave(anchor.next);
        }
    }

    long nextDeadlineNs() {
        return anchor.next == anchor ? Connection.NEVER : anchor.next.expiresNs;
    }

    /**
     * RFC 9293 3.10.7.4 for TIME-WAIT.
     *
     * @return {@link #HANDLED}, or: the segment is a SYN for a new connection, the entry is gone, and this, unsigned,
     *     is where the new connection's sequence numbers may begin
     */
    long onSegment(final TimeWait entry, final Segment segment) {
        if (segment.isRst()) {
            // RFC 5961 3.2: only the exact number. RFC 1337 would ignore it; Linux does not.
            if (segment.sequence() == entry.rcvNxt) {
                leave(entry);
            }
            context.drop(DropReason.TIME_WAIT);
            return HANDLED;
        }
        if (segment.isSyn() && !segment.isAck() && !segment.isFin() && isNewer(entry, segment)) {
            context.count(TcpCounter.TIME_WAITS_REUSED);
            final long firstSequence = Integer.toUnsignedLong(entry.sndNxt + SEQUENCE_GAP);
            leave(entry);
            return firstSequence;
        }
        answer(entry, segment);
        return HANDLED;
    }

    /** RFC 6191 2, as Linux: a later timestamp, or else a later sequence number, can be no old duplicate. */
    private static boolean isNewer(final TimeWait entry, final Segment segment) {
        final TcpOptions options = segment.options();
        if (entry.timestamps && options.timestamps() && options.timestampValue() != entry.tsRecent) {
            return SeqNum.gt(options.timestampValue(), entry.tsRecent);
        }
        return SeqNum.gt(segment.sequence(), entry.rcvNxt);
    }

    /**
     * RFC 9293 3.10.7.4: acknowledge a retransmitted FIN and start to wait anew; other segments are answered
     * sparingly.
     */
    private void answer(final TimeWait entry, final Segment segment) {
        context.drop(DropReason.TIME_WAIT);
        if (segment.isFin()) {
            unlink(entry);
            append(entry);
            replies.acknowledge(entry);
        } else if (segment.sequenceLength() > 0 || segment.sequence() != entry.rcvNxt) {
            if (context.nowNs() - entry.lastAckNs < context.configuration.challengeIntervalNs) {
                context.count(TcpCounter.CHALLENGES_LIMITED);
                return;
            }
            entry.lastAckNs = context.nowNs();
            replies.acknowledge(entry);
        }
    }

    /**
     * An active open wants the entry's flow (RFC 6191 and Linux's tcp_tw_reuse): with timestamps, and a second old,
     * it may.
     */
    boolean mayReuse(final TimeWait entry) {
        return entry.timestamps && context.nowNs() - entry.enteredNs >= REUSE_AFTER_NS;
    }

    /** Gives the entry up for an active open; the answer is where its sequence numbers may begin. */
    int reuse(final TimeWait entry) {
        context.count(TcpCounter.TIME_WAITS_REUSED);
        leave(entry);
        return entry.sndNxt + SEQUENCE_GAP;
    }
}

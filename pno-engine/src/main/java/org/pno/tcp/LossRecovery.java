package org.pno.tcp;

import org.pno.wire.SeqNum;
import org.pno.wire.TcpOptions;

/**
 * What is lost and what to send again: RFC 6675 with SACK, RFC 6582 (NewReno) without, and recovery after a timeout.
 *
 * <p>All three are told in the same terms. Bytes not reported as received below the <em>lost edge</em> are lost;
 * bytes below <em>HighRxt</em> have been sent again; <em>pipe</em> counts what is still in the network. After a
 * timeout the lost edge is SND.NXT. Without SACK it is one segment behind SND.UNA, and each duplicate ACK counts as a
 * segment received: where RFC 6582 inflates the window, here the pipe deflates, which comes to the same and leaves
 * the window what it is.
 */
final class LossRecovery {
    /** What is going on. */
    enum Phase {
        /** Nothing is known to be lost. */
        NONE,
        /** Fast recovery (RFC 5681 3.2). */
        FAST,
        /** Recovery after a retransmission timeout. */
        TIMEOUT
    }

    private final TcpContext context;

    /** What {@link #nextLost} and its like have found. */
    private long rangeStart;

    private long rangeEnd;
    private boolean rescue;

    LossRecovery(final TcpContext context) {
        this.context = context;
    }

    long rangeStart() {
        return rangeStart;
    }

    long rangeEnd() {
        return rangeEnd;
    }

    /**
     * Takes a segment's SACK blocks; SND.UNA is up to date already.
     *
     * @return bytes that were not reported before
     */
    long onSackBlocks(final Connection connection, final TcpOptions options) {
        long reported = 0;
        for (int i = 0; i < options.sackBlockCount(); i++) {
            final int una = connection.sequenceOf(connection.sndUna);
            final long left = SeqNum.extend(connection.sndUna, una, options.sackLeft(i));
            final long right = SeqNum.extend(connection.sndUna, una, options.sackRight(i));
            // Below SND.UNA it is a D-SACK (RFC 2883), or old; beyond SND.NXT it is nonsense.
            final long start = Math.max(left, connection.sndUna);
            if (left < right && start < right && right <= connection.sndNxt) {
                reported += context.pool.scoreboardFor(connection).add(start, right);
            }
        }
        return reported;
    }

    /** SND.UNA has advanced. */
    void onAcknowledged(final Connection connection, final long acked, final long rttNs) {
        connection.duplicateAcks = 0;
        long news = acked;
        if (connection.scoreboard != null) {
            news -= connection.scoreboard.acknowledge(connection.sndUna);
            if (connection.scoreboard.isEmpty()) {
                context.pool.giveBackScoreboard(connection);
            }
        }
        if (connection.phase == Phase.FAST) {
            acknowledgedInFastRecovery(connection, acked);
            return;
        }
        connection.renoSackedBytes = 0;
        if (connection.phase == Phase.TIMEOUT && connection.sndUna >= connection.recoveryPoint) {
            connection.phase = Phase.NONE;
        }
        grow(connection, news, rttNs);
    }

    private void acknowledgedInFastRecovery(final Connection connection, final long acked) {
        if (connection.sndUna >= connection.recoveryPoint) { // A full acknowledgement.
            connection.phase = Phase.NONE;
            connection.renoSackedBytes = 0;
            connection.congestion.onRecovered(connection.flightBytes(), context.nowNs());
            return;
        }
        if (!connection.sackPermitted) {
            // RFC 6582 3.2 step 3, partial acknowledgement: the next hole begins here. One segment of what was
            // acknowledged
            // is the one sent again; the rest had counted as received.
            final int mss = connection.segmentBytes();
            connection.renoSackedBytes = Math.max(0, connection.renoSackedBytes - Math.max(0, acked - mss));
            connection.lostMark = Math.min(connection.sndUna + mss, connection.sndNxt);
            connection.highRxt = connection.sndUna;
            connection.retransmitOwed = true;
        }
    }

    private void grow(final Connection connection, final long acked, final long rttNs) {
        final long window = connection.congestion.windowBytes();
        // RFC 5681 3.1 with the caution of RFC 7661: a window that was not used is not proven, so it does not grow. In
        // slow
        // start half of it used will do, as in Linux.
        final boolean slowStart = window < connection.congestion.thresholdBytes();
        if (connection.windowLimited || slowStart && window < 2 * connection.flightAfterFlush) {
            connection.congestion.onAcknowledged(acked, rttNs, context.nowNs());
        }
    }

    /** An ACK that acknowledges nothing new but tells that something behind SND.UNA has arrived. */
    void onDuplicate(final Connection connection) {
        connection.duplicateAcks++;
        if (!connection.sackPermitted && connection.phase != Phase.TIMEOUT) {
            final int mss = connection.segmentBytes();
            final long most = Math.max(0, connection.flightBytes() - mss);
            connection.renoSackedBytes = Math.min(connection.renoSackedBytes + mss, most);
        }
        context.markDirty(connection);
    }

    /** Begins fast recovery if the time has come; to be asked after each ACK. */
    void detectLoss(final Connection connection) {
        if (connection.phase != Phase.NONE || connection.sndUna >= connection.sndNxt) {
            return;
        }
        final int mss = connection.segmentBytes();
        // RFC 6675 5, and RFC 5681 3.2: three duplicate ACKs, or as much reported behind the first hole.
        final boolean lost = connection.duplicateAcks >= SackScoreboard.DUPLICATE_THRESHOLD
                || connection.scoreboard != null
                        && connection.scoreboard.lostEdge(connection.sndUna, mss) > connection.sndUna;
        // RFC 6582 3.2 step 2: duplicate ACKs for what was sent again by a timeout prove nothing. With SACK they do
        // (RFC
        // 6675 5.1), once all that was in flight then is acknowledged.
        final boolean covered = connection.sackPermitted
                ? connection.sndUna >= connection.recoveryPoint
                : connection.sndUna > connection.recoveryPoint;
        if (!lost || !covered) {
            return;
        }
        context.count(TcpCounter.FAST_RECOVERIES);
        connection.phase = Phase.FAST;
        connection.recoveryPoint = connection.sndNxt;
        connection.highRxt = connection.sndUna;
        connection.rescued = false;
        connection.lostMark = Math.min(connection.sndUna + mss, connection.sndNxt);
        connection.congestion.onLoss(connection.flightBytes(), context.nowNs());
        connection.retransmitOwed = true; // RFC 6675 5 step 4.3: the first goes out whatever the window says.
        context.markDirty(connection);
    }

    /** The retransmission timer has expired: all that is not reported counts as lost. */
    void onTimeout(final Connection connection) {
        final boolean again = connection.retries > 1;
        forgetReneged(connection, again);
        connection.congestion.onTimeout(connection.flightBytes(), again, context.nowNs());
        connection.phase = Phase.TIMEOUT;
        connection.recoveryPoint = connection.sndNxt; // RFC 6582 4.
        connection.highRxt = connection.sndUna;
        connection.lostMark = connection.sndNxt;
        connection.duplicateAcks = 0;
        connection.renoSackedBytes = 0;
        connection.rttTimed = false; // RFC 6298 3: Karn.
        connection.retransmitOwed = true;
        context.markDirty(connection);
    }

    /**
     * RFC 2018 8: a receiver may discard what it has reported. That shows when the byte it waits for is one it had
     * reported; when the timer expires a second time, better safe.
     */
    private void forgetReneged(final Connection connection, final boolean again) {
        if (connection.scoreboard == null) {
            return;
        }
        final boolean reneged = connection.scoreboard.isReneged(connection.sndUna);
        if (reneged) {
            context.count(TcpCounter.SACK_RENEGED);
        }
        if (reneged || again) {
            context.pool.giveBackScoreboard(connection);
        }
    }

    /** RFC 6675 4, SetPipe (): what is in the network, in bytes. */
    long pipe(final Connection connection) {
        if (connection.phase == Phase.NONE && connection.scoreboard == null) {
            return connection.flightBytes() - connection.renoSackedBytes;
        }
        final long una = connection.sndUna;
        final long lost = lostEdge(connection);
        final long again = Math.max(una, connection.highRxt);
        final SackScoreboard board = connection.scoreboard;
        if (board != null) {
            return board.missingWithin(lost, connection.sndNxt) + board.missingWithin(una, again);
        }
        return Math.max(0, connection.sndNxt - lost - connection.renoSackedBytes) + (again - una);
    }

    /** What is not reported below this is lost. */
    private long lostEdge(final Connection connection) {
        long edge = connection.sndUna;
        if (connection.phase != Phase.NONE) {
            edge = Math.max(edge, connection.lostMark);
        }
        if (connection.scoreboard != null) {
            edge = Math.max(edge, connection.scoreboard.lostEdge(connection.sndUna, connection.segmentBytes()));
        }
        return edge;
    }

    /** RFC 6675 4, NextSeg () rule 1: the first range that is lost and has not been sent again. */
    boolean nextLost(final Connection connection) {
        rescue = false;
        return findMissing(connection, lostEdge(connection));
    }

    /** RFC 6675 4, NextSeg () rules 3 and 4: when there is nothing better to send. */
    boolean nextSpeculative(final Connection connection) {
        if (connection.scoreboard == null) {
            return false;
        }
        final long highest = connection.scoreboard.highestSacked(connection.sndUna);
        if (findMissing(connection, highest)) {
            rangeEnd = Math.min(rangeEnd, rangeStart + connection.segmentBytes());
            rescue = false;
            return true;
        }
        // Rule 4: once per recovery, the very last segment, in case the tail is lost as well.
        if (connection.rescued || highest >= connection.sndNxt) {
            return false;
        }
        rangeEnd = connection.sndNxt;
        rangeStart = Math.max(highest, connection.sndNxt - connection.segmentBytes());
        rescue = true;
        return true;
    }

    private boolean findMissing(final Connection connection, final long edge) {
        final long from = Math.max(connection.sndUna, connection.highRxt);
        final SackScoreboard board = connection.scoreboard;
        rangeStart = board == null ? from : board.firstMissing(from);
        rangeEnd = board == null ? edge : board.holeEnd(rangeStart, edge);
        return rangeStart < rangeEnd;
    }

    /** The range found last has been sent again, up to {@code end}. */
    void onRetransmitted(final Connection connection, final long end) {
        if (rescue) {
            connection.rescued = true;
        } else {
            connection.highRxt = Math.max(connection.highRxt, end);
        }
    }
}

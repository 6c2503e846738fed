package org.pno.tcp;

import org.pno.wire.SeqNum;
import org.pno.wire.TcpOptions;

/**
 * What the SACK option of a segment says: what has arrived beyond SND.UNA (RFC 2018), which goes to the scoreboard and
 * leaves the send log, and what has arrived twice (RFC 2883), which others draw conclusions from.
 */
final class SackReports {
    private final TcpContext context;
    private final Rack rack;
    private final TailLossProbe probe;
    private final SpuriousRecovery spurious;

    SackReports(final TcpContext context, final Rack rack, final TailLossProbe probe, final SpuriousRecovery spurious) {
        this.context = context;
        this.rack = rack;
        this.probe = probe;
        this.spurious = spurious;
    }

    /** Takes a segment's SACK blocks; SND.UNA is up to date already. */
    void onBlocks(final Connection connection, final TcpOptions options, final AckSummary ack) {
        final int una = connection.sequenceOf(connection.sndUna);
        for (int i = 0; i < options.sackBlockCount(); i++) {
            final long left = SeqNum.extend(connection.sndUna, una, options.sackLeft(i));
            final long right = SeqNum.extend(connection.sndUna, una, options.sackRight(i));
            if (i == 0 && isDuplicateReport(connection, options, left, right)) {
                onDuplicateReport(connection, left, right, ack);
                continue;
            }
            // Below SND.UNA it is old; beyond SND.NXT it is nonsense.
            final long start = Math.max(left, connection.sndUna);
            if (left < right && start < right && right <= connection.sndNxt) {
                report(connection, start, right, ack);
            }
        }
    }

    private void report(final Connection connection, final long start, final long end, final AckSummary ack) {
        final long added = context.pool.scoreboardFor(connection).add(start, end);
        if (added > 0) {
            ack.reports = true;
            connection.loss.probeOwed = false;
            rack.onDelivered(connection, start, end, ack);
        } else if (connection.scoreboard.isEmpty()) {
            context.pool.giveBackScoreboard(connection);
        }
    }

    /** RFC 2883 4: the first block is a D-SACK if it is acknowledged already, or part of the second. */
    private static boolean isDuplicateReport(
            final Connection connection, final TcpOptions options, final long left, final long right) {
        if (left >= right) {
            return false;
        }
        if (right <= connection.sndUna) {
            return left >= 0 && connection.sndUna - left <= connection.maxSndWnd;
        }
        if (options.sackBlockCount() < 2 || left < connection.sndUna || right > connection.sndNxt) {
            return false;
        }
        final int una = connection.sequenceOf(connection.sndUna);
        return left >= SeqNum.extend(connection.sndUna, una, options.sackLeft(1))
                && right <= SeqNum.extend(connection.sndUna, una, options.sackRight(1));
    }

    private void onDuplicateReport(
            final Connection connection, final long left, final long right, final AckSummary ack) {
        context.count(TcpCounter.DSACKS_IN);
        connection.statistics.duplicatesReported++;
        if (connection.statistics.retransmittedSegments == 0) {
            return; // The network has made two of one: nothing to learn.
        }
        ack.dsack = true;
        ack.dsackStart = left;
        ack.dsackEnd = right;
        if (!probe.isProbe(connection, ack)) {
            rack.onSpuriousRetransmission(connection);
            spurious.onDuplicateReport(connection, ack);
        }
    }
}

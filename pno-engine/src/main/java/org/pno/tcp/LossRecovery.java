package org.pno.tcp;

import org.pno.wire.TcpOptions;

/**
 * What is lost and what to send again: the phases of recovery, and who is asked in each. With SACK, {@link Rack} says
 * what is lost; without it RFC 6582 (NewReno) does, and after a timeout all is lost that was not sent just now.
 *
 * <p>All are told in the same terms, those of {@link SendLog}. What is marked there is lost until it is sent again;
 * <em>pipe</em> counts what is neither received nor lost. Without SACK each duplicate ACK counts as a segment received:
 * where RFC 6582 inflates the window, here the pipe deflates, which comes to the same and leaves the window what it is.
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
    private final Rack rack;
    private final TailLossProbe probe;
    private final SpuriousRecovery spurious;
    private final SackReports reports;
    private final ProportionalRateReduction reduction = new ProportionalRateReduction();
    private final AckSummary ack = new AckSummary();
    private final DeliveryRate rate;
    private final PathSearch search;

    /** What {@link #nextLost} has found. */
    private long rangeStart;

    private long rangeEnd;

    LossRecovery(final TcpContext context, final PathSearch search) {
        this.context = context;
        this.search = search;
        rate = new DeliveryRate(context);
        rack = new Rack(context, rate);
        probe = new TailLossProbe(context);
        spurious = new SpuriousRecovery(context);
        reports = new SackReports(context, rack, probe, spurious);
    }

    TailLossProbe probe() {
        return probe;
    }

    DeliveryRate rate() {
        return rate;
    }

    long rangeStart() {
        return rangeStart;
    }

    long rangeEnd() {
        return rangeEnd;
    }

    // An ACK, from its begin to its end.

    /** An ACK is about to be taken, SND.UNA as yet what it was. */
    void onAckBegin(final Connection connection, final Segment segment) {
        ack.begin(connection, segment);
        if (connection.congestion.controlsRate()) {
            ack.pipeBefore = pipe(connection);
        }
    }

    /** SND.UNA has advanced. */
    void onAcknowledged(final Connection connection, final long acked, final long rttNs) {
        connection.duplicateAcks = 0;
        connection.loss.probeTimerDue = true;
        connection.loss.probeOwed = false;
        search.onAcknowledged(connection);
        rack.onDelivered(connection, connection.sndUna - acked, connection.sndUna, ack);
        ack.newsBytes = ack.deliveredBytes;
        ack.rttNs = rttNs;
        if (connection.scoreboard != null) {
            connection.scoreboard.acknowledge(connection.sndUna);
            if (connection.scoreboard.isEmpty()) {
                context.pool.giveBackScoreboard(connection);
            }
        }
        if (connection.phase == Phase.FAST && !connection.sackPermitted) {
            // RFC 6582 3.2 step 3: one segment of what was acknowledged is the one sent again; the rest had counted as
            // received.
            final long rest = Math.max(0, acked - connection.segmentBytes());
            connection.renoSackedBytes = Math.max(0, connection.renoSackedBytes - rest);
        } else {
            connection.renoSackedBytes = 0;
        }
    }

    /** Takes a segment's SACK blocks; SND.UNA is up to date already. */
    void onSackBlocks(final Connection connection, final TcpOptions options) {
        reports.onBlocks(connection, options, ack);
    }

    /**
     * An ACK that acknowledges nothing new but tells that something behind SND.UNA has arrived. RFC 6675 2: with SACK,
     * one that reports something new.
     *
     * @param duplicate as RFC 5681 2 has it, whether anything is in flight or not
     */
    void onDuplicate(final Connection connection, final boolean duplicate) {
        ack.duplicate = duplicate && !ack.reports;
        if (connection.sackPermitted ? !ack.reports : !duplicate || connection.flightBytes() == 0) {
            return;
        }
        connection.duplicateAcks++;
        if (!connection.sackPermitted) {
            // After a timeout it is new data that F-RTO has sent; of the rest nothing is known.
            final int mss = connection.segmentBytes();
            final long most = connection.phase == Phase.TIMEOUT
                    ? connection.sndNxt - connection.recoveryPoint
                    : Math.max(0, connection.flightBytes() - mss);
            connection.renoSackedBytes = Math.min(connection.renoSackedBytes + mss, most);
        }
        context.markDirty(connection);
    }

    /** Round-trip times that the ACK's news of SND.UNA have measured, and the least of them, or -1. */
    int rttSamples() {
        return ack.rttSamples;
    }

    long pathRttNs() {
        return ack.pathRttNs;
    }

    /** The ACK has been read: now its meaning. */
    void onAckEnd(final Connection connection) {
        judge(connection);
        if (ack.deliveredBytes > 0) {
            rate.onAckEnd(connection, ack);
        }
    }

    private void judge(final Connection connection) {
        if (connection.phase == Phase.NONE
                && connection.scoreboard == null
                && connection.duplicateAcks == 0
                && !ack.dsack
                && connection.loss.probeEnd == RecoveryState.NONE) { // The common case.
            if (ack.advances) {
                grow(connection);
            }
            return;
        }
        spurious.judge(connection, ack);
        if (probe.onAck(connection, ack) && connection.phase == Phase.NONE) {
            connection.congestion.onLoss(connection.flightBytes(), context.nowNs());
            connection.congestion.onRecovered(connection.flightBytes(), context.nowNs());
            spurious.forget(connection);
        }
        final Phase phase = connection.phase;
        if (phase != Phase.NONE && connection.sndUna >= connection.recoveryPoint) {
            leave(connection);
        }
        final long lost = detectLoss(connection);
        ack.lostBytes = lost;
        if (connection.phase == Phase.FAST) {
            reduction.onAck(connection, pipe(connection), ack.deliveredBytes, ack.advances && lost == 0);
        } else if (ack.advances && phase != Phase.FAST) {
            grow(connection);
        }
    }

    /** All that was in flight when recovery began is acknowledged. */
    private void leave(final Connection connection) {
        if (connection.phase == Phase.FAST) {
            connection.congestion.onRecovered(connection.flightBytes(), context.nowNs());
        }
        connection.phase = Phase.NONE;
        connection.renoSackedBytes = 0;
        connection.retransmitOwed = false;
        connection.loss.frto = false;
        connection.loss.frtoHolds = false;
        rack.onRecovered(connection);
    }

    private void grow(final Connection connection) {
        // RFC 5681 3.1 with the caution of RFC 7661: a window that was not used is not proven, so it does not grow.
        if (CongestionEvents.isWindowUsed(connection) && !Ecn.isReduced(connection)) {
            connection.congestion.onAcknowledged(ack.newsBytes, ack.rttNs, context.nowNs());
        }
    }

    // Loss.

    private long detectLoss(final Connection connection) {
        if (connection.sendLog == null) {
            return 0;
        }
        if (!connection.sackPermitted) {
            final long lost = detectWithoutSack(connection);
            connection.delivery.lostBytes += lost;
            return lost;
        }
        final long lost = rack.detect(connection);
        connection.delivery.lostBytes += lost;
        if (connection.phase == Phase.NONE && connection.sendLog.lostBytes() > 0) {
            enterRecovery(connection);
        }
        return lost;
    }

    private long detectWithoutSack(final Connection connection) {
        final long una = connection.sndUna;
        final long mss = connection.segmentBytes();
        if (connection.phase == Phase.FAST && ack.advances) {
            // RFC 6582 3.2 step 3, partial acknowledgement: the next hole begins here.
            connection.sendLog.markLost(una, una + mss);
            connection.retransmitOwed = true;
            return mss;
        }
        // RFC 6582 3.2 step 2: duplicate ACKs for what was sent again by a timeout prove nothing.
        if (connection.phase == Phase.NONE
                && connection.duplicateAcks >= SackScoreboard.DUPLICATE_THRESHOLD
                && una > connection.recoveryPoint) {
            connection.sendLog.markLost(una, PathSearch.firstSegmentEnd(connection));
            enterRecovery(connection);
            return mss;
        }
        return 0;
    }

    private void enterRecovery(final Connection connection) {
        if (search.isLostAlone(connection)) {
            onProbeTooLong(connection); // RFC 4821 7.6.2: no sign of congestion.
        } else {
            search.onInconclusive(connection);
            enterFastRecovery(connection);
        }
    }

    private void enterFastRecovery(final Connection connection) {
        context.count(TcpCounter.FAST_RECOVERIES);
        spurious.begin(connection);
        probe.stopWaiting(connection);
        connection.phase = Phase.FAST;
        connection.recoveryPoint = connection.sndNxt;
        reduction.begin(connection, pipe(connection), ack);
        connection.congestion.onLoss(connection.flightBytes(), context.nowNs());
        connection.retransmitOwed = true; // RFC 6675 5 step 4.3: the first goes out whatever the window says.
        context.markDirty(connection);
    }

    /** The timer of loss detection has expired. */
    void onLossTimer(final Connection connection) {
        connection.lossAtNs = Connection.NEVER;
        if (connection.loss.probeTimer) {
            probe.onTimer(connection);
            return;
        }
        ack.deliveredBytes = 0;
        if (detectLoss(connection) > 0) { // RFC 8985 6.2 step 5: the reordering timer.
            context.count(TcpCounter.REORDERING_TIMEOUTS);
            if (connection.phase == Phase.FAST) {
                reduction.onAck(connection, pipe(connection), 0, false);
            }
            context.markDirty(connection);
        }
    }

    /** The retransmission timer has expired. */
    void onTimeout(final Connection connection) {
        final boolean again = connection.retries > 1;
        connection.statistics.timeouts++;
        if (connection.phase == Phase.NONE || connection.phase == Phase.TIMEOUT && !again) {
            spurious.begin(connection);
        }
        spurious.beginForwardRto(connection, connection.phase != Phase.FAST);
        connection.congestion.onTimeout(connection.flightBytes(), again, context.nowNs());
        probe.stop(connection);
        probe.stopWaiting(connection);
        final long lostBefore = lostBytes(connection);
        markLostByTimeout(connection, again);
        connection.delivery.lostBytes += Math.max(0, lostBytes(connection) - lostBefore);
        connection.phase = Phase.TIMEOUT;
        connection.recoveryPoint = connection.sndNxt; // RFC 6582 4.
        connection.duplicateAcks = 0;
        connection.renoSackedBytes = 0;
        connection.rttTimed = false; // RFC 6298 3: Karn.
        connection.retransmitOwed = true;
        context.markDirty(connection);
    }

    /**
     * The path carries less than what is in flight: what is longer will not arrive, and is sent again. As in Linux,
     * that is no sign of congestion: window and threshold stay what they are.
     */
    void onPathNarrowed(final Connection connection) {
        search.onInconclusive(connection);
        final SendLog log = connection.sendLog;
        if (log != null && log.markLostLongerThan(connection.segmentBytes())) {
            sendAgain(connection);
        }
    }

    /** The probe of the path is longer than what that carries: its bytes go again in segments as the others are. */
    void onProbeTooLong(final Connection connection) {
        connection.sendLog.markLost(connection.path.probeStart, connection.path.probeEnd);
        search.onTooLong(connection);
        sendAgain(connection);
    }

    /** What is marked lost goes again, and the congestion window stays what it is. */
    private void sendAgain(final Connection connection) {
        probe.stop(connection);
        probe.stopWaiting(connection);
        if (connection.phase == Phase.NONE) {
            spurious.forget(connection);
            connection.phase = Phase.TIMEOUT;
            connection.recoveryPoint = connection.sndNxt;
            connection.duplicateAcks = 0;
            connection.renoSackedBytes = 0;
        }
        connection.loss.frto = false;
        connection.loss.frtoHolds = false;
        connection.rttTimed = false; // RFC 6298 3: Karn.
        connection.retransmitOwed = true;
        context.markDirty(connection);
    }

    private static long lostBytes(final Connection connection) {
        return connection.sendLog == null ? 0 : connection.sendLog.lostBytes();
    }

    /**
     * RFC 2018 8: a receiver may discard what it has reported. That shows when the byte it waits for is one it had
     * reported; when the timer expires a second time, better safe.
     */
    private void markLostByTimeout(final Connection connection, final boolean again) {
        final boolean reneged = connection.scoreboard != null && connection.scoreboard.isReneged(connection.sndUna);
        if (reneged) {
            context.count(TcpCounter.SACK_RENEGED);
        }
        if (reneged || again && connection.scoreboard != null || connection.sendLog == null) {
            context.pool.giveBackScoreboard(connection);
            context.pool
                    .sendLogFor(connection)
                    .refill(connection.sndUna, connection.sndNxt, context.nowNs(), connection.delivery);
        } else if (connection.sackPermitted && !again) {
            rack.markLostByTimeout(connection);
        } else {
            connection.sendLog.markLost(connection.sndUna, connection.sndNxt);
        }
    }

    // Sending.

    /** RFC 6675 4, SetPipe (): what is in the network, in bytes. */
    static long pipe(final Connection connection) {
        final SendLog log = connection.sendLog;
        return log == null ? 0 : Math.max(0, log.totalBytes() - log.lostBytes() - connection.renoSackedBytes);
    }

    /** What may be in the network now. */
    long windowBytes(final Connection connection) {
        return connection.phase == Phase.FAST && connection.sackPermitted && !connection.congestion.controlsRate()
                ? connection.loss.prrWindow
                : connection.congestion.windowBytes();
    }

    /** RFC 6675 4, NextSeg () rule 1: the first range that is lost and has not been sent again. */
    boolean nextLost(final Connection connection) {
        final SendLog log = connection.sendLog;
        if (log == null || log.lostBytes() == 0 || connection.loss.frtoHolds) {
            return false;
        }
        final int index = log.firstLost();
        rangeStart = log.start(index);
        rangeEnd = log.lostEnd(index);
        return true;
    }

    /** New data was sent. */
    void onSent(final Connection connection, final long start, final long end) {
        if (connection.sendLog == null) {
            connection.delivery.beginFlight(context.nowNs());
        }
        context.pool.sendLogFor(connection).append(start, end, context.nowNs(), connection.delivery);
        connection.loss.probeTimerDue = true;
        if (connection.phase == Phase.FAST) {
            reduction.onSent(connection, end - start);
        }
    }

    /** Something was sent again. */
    void onRetransmitted(final Connection connection, final long start, final long end) {
        connection.sendLog.resend(start, end, context.nowNs(), connection.delivery);
        spurious.onRetransmitted(connection, end - start);
        if (connection.phase == Phase.FAST) {
            reduction.onSent(connection, end - start);
        }
    }

    /** The tail loss probe was sent: all from {@code start} on once more. */
    void onProbedAgain(final Connection connection, final long start) {
        if (start < connection.path.probeEnd) {
            search.onInconclusive(connection); // What arrives then says nothing of its length.
        }
        connection.sendLog.resend(start, connection.sndNxt, context.nowNs(), connection.delivery);
        probe.onSent(connection, true);
    }

    /** The flush has sent what it could; true if more may be sent now because F-RTO gives up waiting. */
    boolean onAllSent(final Connection connection) {
        return spurious.endsHold(connection);
    }
}

package org.pno.tcp;

import java.util.concurrent.TimeUnit;

/**
 * RFC 8985, RACK: what was sent well before something that has arrived is lost. "Well" is a round trip and a reordering
 * window, which is zero until the path is seen to reorder, and grows while D-SACKs tell that it was too short.
 */
final class Rack {
    /** RFC 8985 6.2 step 4: the window keeps its width for so many recoveries without D-SACK. */
    private static final int PERSISTS = 16;

    private static final int MAX_QUARTERS = 255;
    /** The window is no narrower than this: what two queues of one card may differ by. */
    private static final long LEAST_WINDOW_NS = TimeUnit.MICROSECONDS.toNanos(1);

    private final TcpContext context;
    private final DeliveryRate rate;

    Rack(final TcpContext context, final DeliveryRate rate) {
        this.context = context;
        this.rate = rate;
    }

    /** RFC 8985 6.2 steps 1 to 3, for positions that are known to have arrived now; they leave the log. */
    void onDelivered(final Connection connection, final long from, final long to, final AckSummary ack) {
        final SendLog log = connection.sendLog;
        if (log == null) {
            return;
        }
        for (int i = from <= log.start(0) ? 0 : log.indexFrom(from); i < log.count() && log.start(i) < to; i++) {
            final long end = Math.min(log.end(i), to);
            rate.onDelivered(log, i, ack);
            advance(connection, log.timeNs(i), log.isResent(i), end, ack);
            if (log.isResent(i)) {
                ack.resentDelivered = true;
            } else {
                ack.originalDelivered |= end <= connection.recoveryPoint;
            }
        }
        ack.deliveredBytes += log.remove(from, to);
        if (log.isEmpty()) {
            context.pool.giveBackSendLog(connection);
        }
    }

    private void advance(
            final Connection connection,
            final long timeNs,
            final boolean resent,
            final long end,
            final AckSummary ack) {
        final RecoveryState state = connection.loss;
        final long rttNs = context.nowNs() - timeNs;
        state.highestDelivered = Math.max(state.highestDelivered, end);
        if (end < ack.highestBefore && !resent && !state.reorderingSeen) { // Step 3.
            state.reorderingSeen = true;
            context.count(TcpCounter.REORDERING_SEEN);
            connection.statistics.reorderings++;
        }
        if (resent && isOfEarlierTransmission(connection, timeNs, rttNs, ack)) {
            return;
        }
        state.rackRttNs = rttNs;
        if (timeNs > state.rackTimeNs || timeNs == state.rackTimeNs && end > state.rackEnd) {
            state.rackTimeNs = timeNs;
            state.rackEnd = end;
        }
    }

    /** Step 2: the ACK may be for the first transmission of what was sent again; then it proves nothing. */
    private static boolean isOfEarlierTransmission(
            final Connection connection, final long timeNs, final long rttNs, final AckSummary ack) {
        final boolean echoesEarlier = ack.echoes && ack.echoClock - (int) TimeUnit.NANOSECONDS.toMillis(timeNs) < 0;
        return echoesEarlier || rttNs < connection.rtt.minNs();
    }

    /** RFC 8985 6.2 step 4: a D-SACK, which was not for a tail loss probe, widens the window once per round trip. */
    void onSpuriousRetransmission(final Connection connection) {
        final RecoveryState state = connection.loss;
        if (state.dsackRound == RecoveryState.NONE || connection.sndUna >= state.dsackRound) {
            state.dsackRound = connection.sndNxt;
            state.windowQuarters = Math.min(MAX_QUARTERS, state.windowQuarters + 1);
            state.windowPersists = PERSISTS;
        }
    }

    /** A recovery is over. */
    void onRecovered(final Connection connection) {
        final RecoveryState state = connection.loss;
        if (state.windowPersists > 0 && --state.windowPersists == 0) {
            state.windowQuarters = 1;
        }
    }

    /** RFC 8985 6.2 step 4: RACK.reo_wnd. */
    long reorderingWindowNs(final Connection connection) {
        final RecoveryState state = connection.loss;
        if (!state.reorderingSeen && (connection.phase != LossRecovery.Phase.NONE || hasEnoughReports(connection))) {
            return 0;
        }
        final long quarterNs = connection.rtt.minNs() / 4;
        final long windowNs = Math.min(state.windowQuarters * quarterNs, connection.rtt.smoothedNs());
        return Math.max(LEAST_WINDOW_NS, windowNs);
    }

    private static boolean hasEnoughReports(final Connection connection) {
        return connection.duplicateAcks >= SackScoreboard.DUPLICATE_THRESHOLD
                || connection.scoreboard != null && connection.scoreboard.reachesThreshold(connection.segmentBytes());
    }

    /**
     * RFC 8985 6.2 step 5: marks what is lost, and sets the reordering timer for what may soon be.
     *
     * @return bytes that are lost since now
     */
    long detect(final Connection connection) {
        final SendLog log = connection.sendLog;
        final RecoveryState state = connection.loss;
        if (!state.probeTimer || connection.scoreboard != null || connection.phase != LossRecovery.Phase.NONE) {
            state.probeTimer = false;
            connection.lossAtNs = Connection.NEVER;
        }
        if (log == null) {
            return 0;
        }
        final long before = log.lostBytes();
        final long waitNs = state.rackRttNs + reorderingWindowNs(connection);
        final long nowNs = context.nowNs();
        long latestNs = Long.MIN_VALUE;
        for (int i = 0; i < log.count(); i++) {
            final long timeNs = log.timeNs(i);
            final boolean sentBefore =
                    timeNs < state.rackTimeNs || timeNs == state.rackTimeNs && log.end(i) <= state.rackEnd;
            if (log.isLost(i) || !sentBefore) {
                continue;
            }
            if (timeNs + waitNs <= nowNs) {
                log.markLost(i);
            } else {
                latestNs = Math.max(latestNs, timeNs + waitNs);
            }
        }
        if (latestNs != Long.MIN_VALUE) {
            state.probeTimer = false;
            connection.lossAtNs = latestNs;
        }
        final long lost = log.lostBytes() - before;
        context.counters.increase(TcpCounter.RACK_LOST_BYTES, lost);
        return lost;
    }

    /** RFC 8985 6.3: after a timeout, all but what was sent so lately that its ACK may still come. */
    void markLostByTimeout(final Connection connection) {
        final SendLog log = connection.sendLog;
        final long waitNs = connection.loss.rackRttNs + reorderingWindowNs(connection);
        log.markLost(connection.sndUna, connection.sndUna + connection.segmentBytes());
        log.markLostSentBy(context.nowNs() - waitNs);
    }
}

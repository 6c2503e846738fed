package org.pno.tcp;

/**
 * Whether a recovery was needed at all, and taking back what it did to the congestion window if not. Four witnesses:
 * all that was taken for lost is acknowledged before any of it was sent again; the timestamp that the peer echoes is
 * older than our first retransmission (Eifel, RFC 3522); D-SACK has reported all that was sent again as received twice
 * (RFC 3708); after a timeout, something arrives that was sent only once (F-RTO, RFC 5682). RFC 4015 says what to
 * restore.
 */
final class SpuriousRecovery {
    private final TcpContext context;

    SpuriousRecovery(final TcpContext context) {
        this.context = context;
    }

    /** The congestion window is about to be reduced. */
    void begin(final Connection connection) {
        connection.loss.undoFrom = connection.sndUna;
        connection.loss.undoBytes = RecoveryState.NONE;
        connection.loss.frto = false;
        connection.loss.frtoHolds = false;
    }

    /** RFC 5682 2.1 and 3.1, step 1: after the first segment new data is tried, if no recovery was under way. */
    void beginForwardRto(final Connection connection, final boolean possible) {
        connection.loss.frto = possible;
        connection.loss.frtoHolds = false;
    }

    /** There is nothing to take back any more. */
    void forget(final Connection connection) {
        connection.loss.undoFrom = RecoveryState.NONE;
    }

    void onRetransmitted(final Connection connection, final long bytes) {
        final RecoveryState state = connection.loss;
        if (state.undoFrom == RecoveryState.NONE) {
            return;
        }
        if (state.undoBytes == RecoveryState.NONE) {
            state.undoBytes = 0;
            state.firstResendClock = context.timestampClock();
        }
        state.undoBytes += bytes;
    }

    /** A D-SACK, which was not for a tail loss probe. */
    void onDuplicateReport(final Connection connection, final AckSummary ack) {
        final RecoveryState state = connection.loss;
        if (state.undoFrom != RecoveryState.NONE && state.undoBytes > 0 && ack.dsackEnd > state.undoFrom) {
            state.undoBytes = Math.max(0, state.undoBytes - (ack.dsackEnd - ack.dsackStart));
        }
    }

    /** All that was sent again had arrived before. */
    private static boolean wasNeedless(final Connection connection) {
        return connection.loss.undoFrom != RecoveryState.NONE && connection.loss.undoBytes == 0;
    }

    /** RFC 3522 3.2 steps 3 and 4: what is acknowledged had been sent before the first retransmission. */
    private static boolean wasDelayed(final Connection connection, final AckSummary ack) {
        final RecoveryState state = connection.loss;
        return state.undoFrom != RecoveryState.NONE
                && state.undoBytes != RecoveryState.NONE
                && ack.advances
                && ack.echoes
                && ack.echoClock - state.firstResendClock < 0;
    }

    /** What was taken for lost has arrived before any of it was sent again: it was late. Linux sees it so too. */
    private static boolean wasLate(final Connection connection, final AckSummary ack) {
        final RecoveryState state = connection.loss;
        return state.undoFrom != RecoveryState.NONE && state.undoBytes == RecoveryState.NONE && ack.advances;
    }

    /** Judges the recovery under way, or the last one, by the ACK; if it was none, it is over and undone. */
    void judge(final Connection connection, final AckSummary ack) {
        switch (connection.phase) {
            case NONE -> {
                if (ack.dsack && wasNeedless(connection)) {
                    undo(connection, TcpCounter.UNDONE_BY_DSACK);
                }
            }
            case FAST -> judgeFastRecovery(connection, ack);
            case TIMEOUT -> judgeTimeout(connection, ack);
        }
    }

    private void judgeFastRecovery(final Connection connection, final AckSummary ack) {
        final SendLog log = connection.sendLog;
        if (wasNeedless(connection) && (log == null || log.lostBytes() == 0)) {
            undo(connection, TcpCounter.UNDONE_BY_DSACK);
        } else if (wasLate(connection, ack)
                && (connection.sndUna >= connection.recoveryPoint || log != null && log.lostBytes() == 0)) {
            connection.loss.reorderingSeen = true;
            undo(connection, TcpCounter.UNDONE_UNSENT);
        } else if (wasDelayed(connection, ack)
                && (connection.sndUna >= connection.recoveryPoint || log == null || !log.isRecovering())) {
            connection.loss.reorderingSeen = true; // That was it, and no loss.
            undo(connection, TcpCounter.UNDONE_BY_EIFEL);
        }
    }

    private void judgeTimeout(final Connection connection, final AckSummary ack) {
        if (wasDelayed(connection, ack)) {
            undo(connection, TcpCounter.UNDONE_BY_EIFEL);
        } else if (ack.advances && wasNeedless(connection)) {
            undo(connection, TcpCounter.UNDONE_BY_DSACK);
        } else if (connection.loss.frto) {
            judgeForwardRto(connection, ack);
        }
    }

    /** RFC 5682 2.1 and 3.1, steps 2 and 3, much as Linux: any witness will do as soon as it appears. */
    private void judgeForwardRto(final Connection connection, final AckSummary ack) {
        final RecoveryState state = connection.loss;
        state.frtoHolds = false;
        // Without SACK what lay beyond the hole is acknowledged with the retransmission that fills it: no witness.
        if (ack.originalDelivered && (connection.sackPermitted || !ack.resentDelivered)) {
            undo(connection, TcpCounter.SPURIOUS_TIMEOUTS); // Step 3b.
        } else if (connection.sndNxt > connection.recoveryPoint) {
            state.frto = !ack.reports && !ack.duplicate; // Step 3a: else the loss was real.
        } else if (ack.advances && connection.sndUna < connection.recoveryPoint) {
            state.frto = connection.unsentBytes() > 0 && connection.sendLimit() > connection.sndNxt;
            state.frtoHolds = state.frto; // Step 2b.
        }
    }

    /** The flush that was to send new data had none that it could send: conventional recovery goes on. */
    boolean endsHold(final Connection connection) {
        final RecoveryState state = connection.loss;
        if (!state.frtoHolds || connection.sndNxt > connection.recoveryPoint) {
            return false;
        }
        state.frto = false;
        state.frtoHolds = false;
        return true;
    }

    private void undo(final Connection connection, final TcpCounter witness) {
        context.count(witness);
        forget(connection);
        connection.loss.frto = false;
        connection.loss.frtoHolds = false;
        connection.phase = LossRecovery.Phase.NONE;
        connection.retransmitOwed = false;
        connection.duplicateAcks = 0;
        connection.renoSackedBytes = 0;
        if (connection.sendLog != null) {
            connection.sendLog.unmarkLost();
        }
        connection.congestion.onUndo(context.nowNs());
        context.markDirty(connection);
    }
}

package org.pno.tcp;

import java.util.concurrent.TimeUnit;

/**
 * RFC 8985 7: when the end of a flight goes unanswered for two round trips, one segment is sent, new or the last again,
 * so that its ACK lets RACK see what is lost, and the retransmission timer need not expire.
 */
final class TailLossProbe {
    /** RFC 8985 7.2: PTO while nothing is measured. */
    private static final long INITIAL_NS = TimeUnit.SECONDS.toNanos(1);
    /** So that a peer which is a little late is not probed; as Linux's TCP_TIMEOUT_MIN. */
    private static final long SLACK_NS = TimeUnit.MILLISECONDS.toNanos(2);

    private final TcpContext context;

    TailLossProbe(final TcpContext context) {
        this.context = context;
    }

    /** RFC 8985 7.2: sets the PTO, or stops it, after new data was sent or acknowledged. */
    void schedule(final Connection connection) {
        final RecoveryState state = connection.loss;
        state.probeTimerDue = false;
        if (isDue(connection)) {
            state.probeTimer = true;
            connection.lossAtNs = Math.min(context.nowNs() + timeoutNs(connection), connection.retransmitAtNs);
        } else if (state.probeTimer) {
            stop(connection);
        }
    }

    void stop(final Connection connection) {
        connection.loss.probeTimer = false;
        connection.lossAtNs = Connection.NEVER;
    }

    /** A recovery begins: what the probe was for is known. */
    void stopWaiting(final Connection connection) {
        connection.loss.probeEnd = RecoveryState.NONE;
        connection.loss.probeOwed = false;
    }

    /** RFC 8985 7.2 and 7.3: SACK, nothing reported, no recovery, no probe under way. */
    private static boolean isDue(final Connection connection) {
        return connection.sackPermitted
                && connection.scoreboard == null
                && connection.phase == LossRecovery.Phase.NONE
                && connection.loss.probeEnd == RecoveryState.NONE
                && connection.flightBytes() > 0
                && connection.retries == 0;
    }

    private long timeoutNs(final Connection connection) {
        final long smoothedNs = connection.rtt.smoothedNs();
        if (smoothedNs == 0) {
            return INITIAL_NS;
        }
        // A single segment may be one whose ACK the peer delays.
        final boolean single = connection.flightBytes() <= connection.segmentBytes();
        return 2 * smoothedNs + (single ? context.configuration.minTimeoutNs : SLACK_NS);
    }

    /** The PTO has expired: the next flush sends the probe. */
    void onTimer(final Connection connection) {
        stop(connection);
        if (isDue(connection)) {
            connection.loss.probeOwed = true;
            context.markDirty(connection);
        }
    }

    /** RFC 8985 7.3: the probe has been sent; {@code resent} if it was nothing new. */
    void onSent(final Connection connection, final boolean resent) {
        connection.loss.probeOwed = false;
        connection.loss.probeEnd = connection.sndNxt;
        connection.loss.probeResent = resent;
        context.count(TcpCounter.TAIL_PROBES);
    }

    /** The D-SACK of an ACK is for the probe: nothing had been lost. */
    boolean isProbe(final Connection connection, final AckSummary ack) {
        return connection.loss.probeResent && ack.dsackEnd == connection.loss.probeEnd;
    }

    /**
     * RFC 8985 7.4.2.
     *
     * @return true if the probe has repaired a loss, which congestion control has to hear of
     */
    boolean onAck(final Connection connection, final AckSummary ack) {
        final RecoveryState state = connection.loss;
        if (state.probeEnd == RecoveryState.NONE || connection.sndUna < state.probeEnd) {
            return false;
        }
        final boolean harmless = !state.probeResent || ack.dsack && isProbe(connection, ack);
        final boolean repaired = !harmless && connection.sndUna > state.probeEnd;
        if (harmless || repaired || ack.duplicate) {
            state.probeEnd = RecoveryState.NONE;
        }
        if (repaired) {
            context.count(TcpCounter.TAIL_PROBES_NEEDED);
        }
        return repaired;
    }
}

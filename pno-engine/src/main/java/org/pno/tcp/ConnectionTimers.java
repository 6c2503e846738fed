package org.pno.tcp;

import java.util.concurrent.TimeUnit;
import org.pno.sys.Errno;
import org.pno.time.TimerHandler;
import org.pno.time.TimerWheel;

/**
 * A connection's timers: retransmission or persist, loss detection (RACK's reordering timer or the PTO), delayed ACK,
 * pacing, and one for its life (keepalive, FIN-WAIT-2). Each is a deadline in the connection; the wheel holds the
 * connection once, for a time not later than the first of them. So an ACK that pushes a deadline on costs a store, and
 * the wheel learns of it when it looks.
 */
final class ConnectionTimers implements TimerHandler {
    private static final int POLL_LIMIT = 1_024;

    /** Sent with the persist timer, while a cork holds a partial segment. */
    private static final long CORK_NS = TimeUnit.MILLISECONDS.toNanos(200);

    private final TcpContext context;
    private final TimerWheel wheel;
    private final LossRecovery recovery;
    private final PathSearch search;
    private ConnectionLife life;
    private AckPolicy acks;

    ConnectionTimers(
            final TcpContext context, final LossRecovery recovery, final PathSearch search, final long startNs) {
        this.context = context;
        this.recovery = recovery;
        this.search = search;
        wheel = new TimerWheel(startNs, context.configuration.maxConnections);
    }

    /** The timers call those who call them. */
    void connect(final ConnectionLife connectionLife, final AckPolicy ackPolicy) {
        life = connectionLife;
        acks = ackPolicy;
    }

    void poll() {
        wheel.poll(context.nowNs(), this, POLL_LIMIT);
    }

    long nextDeadlineNs() {
        return wheel.nextDeadlineNs();
    }

    int scheduledCount() {
        return wheel.scheduledCount();
    }

    private void arm(final Connection connection) {
        final long firstNs = Math.min(
                Math.min(Math.min(connection.retransmitAtNs, connection.lossAtNs), connection.paceAtNs),
                Math.min(connection.ackAtNs, connection.lifeAtNs));
        if (firstNs < connection.wheelAtNs) {
            connection.wheelAtNs = firstNs;
            wheel.schedule(connection.number, firstNs);
        }
    }

    void cancelAll(final Connection connection) {
        connection.retransmitAtNs = Connection.NEVER;
        connection.lossAtNs = Connection.NEVER;
        connection.ackAtNs = Connection.NEVER;
        connection.lifeAtNs = Connection.NEVER;
        connection.paceAtNs = Connection.NEVER;
        connection.wheelAtNs = Connection.NEVER;
        wheel.cancel(connection.number);
    }

    void delayAck(final Connection connection, final long atNs) {
        connection.ackAtNs = atNs;
        arm(connection);
    }

    /** RFC 6298 5.1 and 5.3: restarts the retransmission timer; the peer has something to acknowledge. */
    void restartRetransmission(final Connection connection) {
        connection.retransmitAtNs = context.nowNs() + connection.rtt.backedOffNs();
        connection.persisting = false;
        arm(connection);
    }

    /** RFC 6298 5.2: all that was sent is acknowledged. */
    void stopRetransmission(final Connection connection) {
        connection.retransmitAtNs = Connection.NEVER;
        connection.lossAtNs = Connection.NEVER;
        connection.persisting = false;
    }

    /** Loss recovery may have set its timer. */
    void armLossTimer(final Connection connection) {
        if (connection.lossAtNs < connection.wheelAtNs) {
            arm(connection);
        }
    }

    /** Pacing has set its deadline. */
    void armPacing(final Connection connection) {
        if (connection.paceAtNs < connection.wheelAtNs) {
            arm(connection);
        }
    }

    /** Sees to it that a connection which could not send all it has, or waits for an ACK, has a timer. */
    void afterFlush(final Connection connection) {
        if (connection.isUnproven()) {
            return; // As Linux: the timer is the SYN-ACK's.
        }
        if (connection.flightBytes() > 0) { // RFC 6298 5.1.
            if (connection.retransmitAtNs == Connection.NEVER || connection.persisting) {
                restartRetransmission(connection);
            }
            if (connection.loss.probeTimerDue) {
                recovery.probe().schedule(connection);
                armLossTimer(connection);
            }
        } else if (connection.paceHeld) { // It will be sent: there is nothing to probe for.
            stopRetransmission(connection);
        } else if (connection.unsentBytes() > 0 || connection.finUnsent()) {
            // RFC 9293 3.8.6.1: a window update could be lost, so probe. 3.8.6.2.1 (4): or send the little that the
            // window allows.
            if (connection.retransmitAtNs == Connection.NEVER) {
                connection.retransmitAtNs = context.nowNs()
                        + (connection.settings.cork || connection.isMoreToCome()
                                ? CORK_NS
                                : connection.rtt.backedOffNs());
                connection.persisting = true;
                arm(connection);
            }
        } else {
            stopRetransmission(connection);
        }
    }

    /** Starts or stops keepalive as the settings say; nothing to do while the connection is not established. */
    void restartKeepalive(final Connection connection) {
        if (!connection.state().isSynchronised() || connection.orphan) {
            return;
        }
        connection.lifeAtNs = connection.settings.keepAlive
                ? connection.lastHeardNs + connection.settings.keepIdleNs
                : Connection.NEVER;
        connection.keepProbes = 0;
        arm(connection);
    }

    /** A closed program's connection waits for the peer's FIN, but not for ever. */
    void startFinWait2(final Connection connection) {
        final long wanted = connection.settings.finWait2Ns;
        connection.lifeAtNs = context.nowNs() + (wanted == 0 ? context.configuration.finWait2Ns : Math.max(0, wanted));
        arm(connection);
    }

    @Override
    public void onTimer(final int timer, final long nowNs) {
        final Connection connection = context.pool.get(timer);
        connection.wheelAtNs = Connection.NEVER;
        if (nowNs >= connection.ackAtNs) {
            connection.ackAtNs = Connection.NEVER;
            acks.onDelayed(connection);
        }
        if (nowNs >= connection.paceAtNs) {
            connection.paceAtNs = Connection.NEVER;
            context.markDirty(connection);
        }
        if (nowNs >= connection.lossAtNs) {
            onLossTimer(connection);
        }
        if (nowNs >= connection.retransmitAtNs) {
            onRetransmissionTimer(connection);
        }
        if (nowNs >= connection.lifeAtNs) {
            onLifeTimer(connection);
        }
        if (!connection.isClosed()) {
            arm(connection);
        }
    }

    /** RFC 8985 6.2 step 5, or 7.3. */
    private void onLossTimer(final Connection connection) {
        if (connection.loss.probeTimer) { // RFC 8985 7.3: after the PTO it is the RTO's turn, from now on.
            restartRetransmission(connection);
        }
        recovery.onLossTimer(connection);
    }

    private void onRetransmissionTimer(final Connection connection) {
        connection.retransmitAtNs = Connection.NEVER;
        if (!connection.state().isSynchronised() || connection.isUnproven()) {
            onHandshakeTimeout(connection);
        } else if (connection.persisting) {
            onPersistTimeout(connection);
        } else if (connection.flightBytes() > 0) {
            onRetransmissionTimeout(connection);
        }
    }

    private void onHandshakeTimeout(final Connection connection) {
        final int limit = connection.isUnproven() // As Linux: perhaps the program has it already.
                ? context.configuration.synAckRetries + 1
                : connection.listener != null
                        ? Math.max(context.configuration.synAckRetries, connection.settings.deferAccept)
                        : synRetries(connection);
        if (connection.retries >= limit || userTimeoutPassed(connection)) {
            life.timeOut(connection);
            return;
        }
        retry(connection);
        connection.rttTimed = false;
        restartRetransmission(connection);
        // As Linux: of a peer that has answered and only sends no data, the last SYN-ACK gets one more answer.
        if (connection.finalAck != FinalAck.WITHOUT_DATA || connection.retries >= connection.settings.deferAccept) {
            connection.synOwed = true;
            context.markDirty(connection);
        }
    }

    /** A SYN-ACK of Fast Open is acknowledged: now the timer is that of data, of which some may have come too early. */
    void onProven(final Connection connection, final boolean repeated) {
        if (connection.flightBytes() == 0) {
            stopRetransmission(connection);
            return;
        }
        if (repeated) {
            recovery.onTimeout(connection);
        }
        restartRetransmission(connection);
    }

    private int synRetries(final Connection connection) {
        final int wanted = connection.settings.synRetries;
        return wanted > 0 ? wanted : context.configuration.synRetries;
    }

    /** RFC 6298 5.4 to 5.6. */
    private void onRetransmissionTimeout(final Connection connection) {
        final int limit = connection.orphan ? context.configuration.orphanRetries : context.configuration.retries;
        // A peer that took its window back but answers is no dead one: what is sent again is a probe (RFC 9293
        // 3.8.6.1).
        final boolean isProbe =
                connection.sndWnd == 0 && context.nowNs() - connection.lastHeardNs < context.configuration.maxTimeoutNs;
        if (connection.retries >= limit && !isProbe || userTimeoutPassed(connection)) { // RFC 9293 3.8.3: R2.
            life.timeOut(connection);
            return;
        }
        retry(connection);
        search.onTimeout(connection);
        recovery.onTimeout(connection);
        restartRetransmission(connection);
    }

    private void retry(final Connection connection) {
        if (connection.retries++ == 0) {
            connection.firstRetryNs = context.nowNs();
        }
        connection.rtt.backOff();
        context.count(TcpCounter.TIMEOUTS);
    }

    /**
     * RFC 9293 3.8.6.1: the window is closed, or too small to be worth a segment. As long as the peer answers, for
     * ever; the probes that it has not answered are counted.
     */
    private void onPersistTimeout(final Connection connection) {
        connection.persisting = false;
        final int limit = connection.orphan ? context.configuration.orphanRetries : context.configuration.retries;
        if (connection.probes >= limit || userTimeoutPassed(connection)) {
            life.timeOut(connection);
            return;
        }
        if (connection.sendLimit() > connection.sndNxt) {
            connection.partialOwed = true; // RFC 9293 3.8.6.2.1 (4): the override timeout.
        } else {
            if (connection.probes++ == 0) {
                connection.firstRetryNs = context.nowNs();
            }
            connection.rtt.backOff();
            connection.probeOwed = true;
            context.count(TcpCounter.WINDOW_PROBES);
        }
        context.markDirty(connection);
    }

    /** RFC 5482, as Linux's TCP_USER_TIMEOUT: counted from the first retransmission or probe that brought nothing. */
    private boolean userTimeoutPassed(final Connection connection) {
        return connection.settings.userTimeoutNs > 0
                && connection.firstRetryNs != Connection.NEVER
                && context.nowNs() - connection.firstRetryNs >= connection.settings.userTimeoutNs;
    }

    private void onLifeTimer(final Connection connection) {
        connection.lifeAtNs = Connection.NEVER;
        if (connection.orphan) {
            if (connection.state() == TcpState.FIN_WAIT_2) {
                life.end(connection, 0);
            }
        } else if (connection.settings.keepAlive) {
            onKeepalive(connection);
        }
    }

    /** RFC 9293 3.8.4, with Linux's three knobs. */
    private void onKeepalive(final Connection connection) {
        final ConnectionSettings settings = connection.settings;
        final long silentNs = context.nowNs() - connection.lastHeardNs;
        if (connection.flightBytes() > 0 || connection.unsentBytes() > 0) {
            connection.lifeAtNs = context.nowNs() + settings.keepIdleNs; // The other timers look after it.
        } else if (silentNs < settings.keepIdleNs) {
            connection.lifeAtNs = connection.lastHeardNs + settings.keepIdleNs;
        } else if (isKeepaliveOver(connection, silentNs)) {
            life.abort(connection, Errno.ETIMEDOUT);
            context.count(TcpCounter.TIMED_OUT);
        } else {
            connection.keepProbes++;
            connection.probeOwed = true;
            context.count(TcpCounter.KEEPALIVE_PROBES);
            context.markDirty(connection);
            connection.lifeAtNs = context.nowNs() + settings.keepIntervalNs;
        }
    }

    private static boolean isKeepaliveOver(final Connection connection, final long silentNs) {
        final ConnectionSettings settings = connection.settings;
        return settings.userTimeoutNs > 0
                ? silentNs >= settings.userTimeoutNs && connection.keepProbes > 0
                : connection.keepProbes >= settings.keepCount;
    }
}

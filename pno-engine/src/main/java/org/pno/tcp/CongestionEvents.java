package org.pno.tcp;

import org.pno.tcp.congestion.AckSample;
import org.pno.tcp.congestion.CongestionControl;

/**
 * What happens to a connection, told to its congestion control: acknowledgements, pauses, windows that nobody uses.
 * Losses are told by {@link LossRecovery}, which knows them.
 */
final class CongestionEvents {
    private final TcpContext context;
    private final AckSample sample = new AckSample();

    CongestionEvents(final TcpContext context) {
        this.context = context;
    }

    /** SND.UNA has advanced by {@code ackedBytes}. */
    void onAck(final Connection connection, final long ackedBytes, final LossRecovery recovery, final boolean ecnEcho) {
        sample.nowNs = context.nowNs();
        sample.ackedBytes = ackedBytes;
        sample.ackPosition = connection.sndUna;
        sample.nextPosition = connection.sndNxt;
        sample.rttNs = recovery.pathRttNs();
        sample.rttSamples = recovery.rttSamples();
        sample.ecnEcho = ecnEcho;
        sample.news = 0;
        connection.congestion.onAck(sample);
        if (sample.news != 0) {
            count(sample.news);
        }
    }

    private void count(final int news) {
        if ((news & AckSample.CSS_ENTERED) != 0) {
            context.count(TcpCounter.CSS_ENTERED);
        }
        if ((news & AckSample.HYSTART_EXIT) != 0) {
            context.count(TcpCounter.HYSTART_EXITS);
        }
    }

    /** The stream is about to be sent; nothing of it is in flight. */
    void onSilence(final Connection connection) {
        final long pauseNs = context.nowNs() - connection.lastSentNs;
        final CongestionControl congestion = connection.congestion;
        congestion.onPause(context.nowNs() - Math.max(connection.lastSentNs, connection.pauseToldNs));
        connection.pauseToldNs = context.nowNs();
        if (pauseNs > connection.rtt.timeoutNs() && context.configuration.slowStartAfterIdle) {
            final long window = congestion.windowBytes();
            congestion.onIdle(context.nowNs());
            connection.usage.usedNs = context.nowNs();
            connection.usage.usedBytes = 0;
            if (congestion.windowBytes() < window) {
                context.count(TcpCounter.IDLE_RESTARTS);
            }
        }
    }

    /** The window of this round trip is proven: it was full, or, in slow start, more than half of it was used. */
    static boolean isWindowUsed(final Connection connection) {
        final long window = connection.congestion.windowBytes();
        return connection.usage.limited
                || window < connection.congestion.thresholdBytes() && window < 2 * connection.usage.flightInRound;
    }

    /**
     * What may be sent has been. As Linux's tcp_cwnd_validate: a window that was full is proven for a round trip; of
     * one that was not for a whole timeout, only what was used is.
     *
     * @param full no further segment fits into the window
     */
    void onFlushed(final Connection connection, final boolean full) {
        final long nowNs = context.nowNs();
        final long flight = connection.flightBytes();
        if (full
                || connection.sndUna >= connection.usage.roundEnd
                || !connection.usage.limited && flight > connection.usage.flightInRound) {
            connection.usage.limited = full;
            connection.usage.flightInRound = flight;
            connection.usage.roundEnd = connection.sndNxt;
        }
        if (isWindowUsed(connection)) {
            connection.usage.usedNs = nowNs;
            connection.usage.usedBytes = 0;
            return;
        }
        connection.usage.usedBytes = Math.max(connection.usage.usedBytes, flight);
        if (nowNs - connection.usage.usedNs >= connection.rtt.timeoutNs()
                && connection.phase == LossRecovery.Phase.NONE
                && context.configuration.slowStartAfterIdle) {
            final long window = connection.congestion.windowBytes();
            connection.congestion.onUnusedWindow(connection.usage.usedBytes);
            connection.usage.usedNs = nowNs;
            connection.usage.usedBytes = 0;
            if (connection.congestion.windowBytes() < window) {
                context.count(TcpCounter.UNUSED_WINDOWS);
            }
        }
    }
}

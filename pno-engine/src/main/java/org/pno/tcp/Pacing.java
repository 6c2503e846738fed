package org.pno.tcp;

import org.pno.tcp.congestion.CongestionControl;
import org.pno.time.TimerWheel;

/**
 * When a connection may send: not faster than at a rate, in super-segments of about a millisecond of it. BBR says the
 * rate itself; for the others it is a multiple of the window over the round-trip time, as in Linux, and pacing is done
 * only if the configuration or SO_MAX_PACING_RATE wants it. The timer is set only for what both windows would allow.
 */
final class Pacing {
    /** No rate: all goes out at once. */
    static final long UNLIMITED = 0;

    /** In slow start, so that the window can double in a round trip; then, so that it can grow at all. */
    private static final double SLOW_START_GAIN = 2;

    private static final double AVOIDANCE_GAIN = 1.2;
    private static final double NS_PER_SECOND = 1e9;

    private final TcpContext context;
    private final ConnectionTimers timers;

    /** Of the flush under way: bytes per second or {@link #UNLIMITED}, and the longest super-segment. */
    private long rate;

    private int superSegmentBytes;
    private boolean heldBefore;

    Pacing(final TcpContext context, final ConnectionTimers timers) {
        this.context = context;
        this.timers = timers;
    }

    /** The flush of a connection begins. */
    void begin(final Connection connection) {
        superSegmentBytes = context.configuration.maxSuperSegmentBytes;
        heldBefore = connection.paceHeld;
        connection.paceHeld = false;
        connection.paceAtNs = Connection.NEVER;
        rate = isWanted(connection) ? rate(connection) : UNLIMITED;
        if (rate == UNLIMITED) {
            return;
        }
        final int burst = CongestionControl.burstBytes(rate, connection.segmentBytes());
        superSegmentBytes = Math.min(superSegmentBytes, burst);
        // The wheel is late by up to a tick, which must not make the rate less than it is. Silence earns nothing.
        final long creditNs = heldBefore ? TimerWheel.TICK_NS : 0;
        connection.nextSendNs = Math.max(connection.nextSendNs, context.nowNs() - creditNs);
    }

    private boolean isWanted(final Connection connection) {
        return connection.congestion.controlsRate()
                || connection.settings.maxPacingRate != UNLIMITED
                || context.configuration.pacing;
    }

    /** What the rate is, or would be if the connection were paced: bytes per second, or {@link #UNLIMITED}. */
    static long rate(final Connection connection) {
        final long most = connection.settings.maxPacingRate;
        final long own =
                connection.congestion.controlsRate() ? connection.congestion.pacingRate() : windowRate(connection);
        return own == UNLIMITED || most != UNLIMITED && most < own ? most : own;
    }

    private static long windowRate(final Connection connection) {
        final long rttNs = connection.rtt.smoothedNs();
        if (rttNs == 0) {
            return UNLIMITED;
        }
        final CongestionControl congestion = connection.congestion;
        final long window = congestion.windowBytes();
        final double gain = window < congestion.thresholdBytes() / 2 ? SLOW_START_GAIN : AVOIDANCE_GAIN;
        final long bytes = Math.max(window, connection.flightBytes());
        return Math.max(1, (long) (bytes * gain * NS_PER_SECOND / rttNs));
    }

    /** The longest super-segment of this flush: no burst is longer unless the wheel was late. */
    int superSegmentBytes() {
        return superSegmentBytes;
    }

    /** The next segment, which the windows allow, has to wait; then the timer is set. */
    boolean holds(final Connection connection) {
        if (rate == UNLIMITED || connection.nextSendNs <= context.nowNs()) {
            return false;
        }
        if (!heldBefore) {
            context.count(TcpCounter.PACING_DELAYED);
        }
        connection.paceHeld = true;
        connection.paceAtNs = connection.nextSendNs;
        timers.armPacing(connection);
        return true;
    }

    /** So much payload was sent, whether it might have had to wait or not. */
    void onSent(final Connection connection, final int payload) {
        if (rate != UNLIMITED) {
            connection.nextSendNs += (long) (payload * NS_PER_SECOND / rate);
        }
    }
}

package org.pno.tcp;

import java.util.concurrent.TimeUnit;

/** RFC 9293 3.10.7.4, fifth: what the ACK field, the window and the SACK blocks of a segment say. */
final class AckProcessor {
    private static final long CONFIRM_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

    private final TcpContext context;
    private final LossRecovery recovery;
    private final ConnectionTimers timers;
    private final AckPolicy acks;
    private final Ecn ecn;
    private final CongestionEvents congestion;

    AckProcessor(
            final TcpContext context,
            final LossRecovery recovery,
            final ConnectionTimers timers,
            final AckPolicy acks,
            final CongestionEvents congestion) {
        this.context = context;
        this.recovery = recovery;
        this.timers = timers;
        this.acks = acks;
        ecn = new Ecn(context, acks);
        this.congestion = congestion;
    }

    /**
     * Takes the acknowledgement of a segment whose sequence numbers are acceptable.
     *
     * @return false if the segment is to be dropped
     */
    boolean process(final Connection connection, final Segment segment) {
        final long ack = segment.ackPosition;
        if (ack > connection.sndNxt) { // Something not yet sent: acknowledge, drop.
            context.drop(DropReason.ACK_NOT_SENT);
            acks.challenge(connection);
            return false;
        }
        if (ack < connection.sndUna - connection.maxSndWnd) { // RFC 5961 5.2.
            context.drop(DropReason.ACK_TOO_OLD);
            acks.challenge(connection);
            return false;
        }
        connection.probes = 0;
        if (ack < connection.sndUna) {
            return true; // An old ACK is ignored, but not the segment's payload.
        }
        // RFC 7323 2.2: never scaled in a SYN; in simultaneous open a SYN-ACK comes to SYN-RECEIVED.
        final long windowBytes = (long) segment.window() << (segment.isSyn() ? 0 : connection.sndScale);
        final boolean duplicate = isDuplicate(connection, segment, windowBytes);
        final boolean advances = ack > connection.sndUna;
        recovery.onAckBegin(connection, segment);
        if (advances) {
            acknowledge(connection, segment, ack);
        }
        if (connection.sackPermitted && segment.options().sackBlockCount() > 0) {
            recovery.onSackBlocks(connection, segment.options());
        }
        recovery.onDuplicate(connection, duplicate);
        if (Ecn.isEcho(connection, segment)) {
            ecn.onEcho(connection);
        }
        recovery.onAckEnd(connection);
        timers.armLossTimer(connection);
        updateWindow(connection, segment, windowBytes, advances);
        return true;
    }

    /** RFC 5681 2, but for what is outstanding: this acknowledges nothing, says nothing and changes nothing. */
    private static boolean isDuplicate(final Connection connection, final Segment segment, final long windowBytes) {
        return segment.ackPosition == connection.sndUna
                && segment.sequenceLength() == 0
                && windowBytes == connection.sndWnd;
    }

    private void acknowledge(final Connection connection, final Segment segment, final long ack) {
        final long acked = ack - connection.sndUna;
        final long rttNs = measure(connection, segment, ack);
        if (rttNs >= 0) {
            connection.rtt.onSample(rttNs);
        }
        connection.sndUna = ack;
        connection.retries = 0;
        connection.firstRetryNs = Connection.NEVER;
        connection.rtt.endBackOff();
        connection.softError = 0;
        recovery.onAcknowledged(connection, acked, rttNs);
        congestion.onAck(connection, acked, recovery, Ecn.isEcho(connection, segment));
        if (connection.flightBytes() == 0) {
            timers.stopRetransmission(connection);
        } else {
            timers.restartRetransmission(connection);
        }
        if (connection.finAcknowledged()) {
            onFinAcknowledged(connection);
        }
        if (context.nowNs() - connection.confirmedNs >= CONFIRM_INTERVAL_NS) {
            connection.confirmedNs = context.nowNs();
            context.output.confirmed(connection);
        }
        context.output.changed(connection.number);
        context.markDirty(connection);
    }

    /** The round-trip time in nanoseconds, or -1 if this ACK tells none. */
    private long measure(final Connection connection, final Segment segment, final long ack) {
        if (connection.rttTimed) {
            if (ack < connection.rttEnd) {
                return -1;
            }
            connection.rttTimed = false;
            return context.nowNs() - connection.rttSentNs;
        }
        // RFC 7323 4.1: the echo tells which transmission was acknowledged, so it is good even for what was sent again.
        if (connection.timestamps && segment.options().timestampEcho() != 0) {
            final int sentMillis = segment.options().timestampEcho() - connection.timestampOffset;
            final int elapsedMillis = context.timestampClock() - sentMillis;
            return elapsedMillis < 0 ? -1 : TimeUnit.MILLISECONDS.toNanos(Math.max(1, elapsedMillis));
        }
        return -1;
    }

    private void onFinAcknowledged(final Connection connection) {
        switch (connection.state()) {
            case FIN_WAIT_1 -> {
                connection.changeState(TcpState.FIN_WAIT_2);
                if (connection.orphan) {
                    timers.startFinWait2(connection);
                }
            }
            case CLOSING -> connection.changeState(TcpState.TIME_WAIT);
            default -> {} // LAST-ACK ends when the peer's FIN is acknowledged too: see ConnectionLife.settle.
        }
    }

    /**
     * RFC 9293 3.10.7.4: the window of a newer segment replaces that of an older one. As in Linux, one that
     * acknowledges something new is newer whatever its sequence number: else the old window would stand on the new
     * SND.UNA and reach further than the peer ever said.
     */
    private void updateWindow(
            final Connection connection, final Segment segment, final long windowBytes, final boolean advances) {
        final boolean newer = advances
                || connection.sndWl1 < segment.position
                || connection.sndWl1 == segment.position && connection.sndWl2 <= segment.ackPosition;
        if (!newer || !advances && Paws.isOlder(connection, segment)) { // A late ACK tells of an older window.
            return;
        }
        connection.sndWl1 = Math.max(connection.sndWl1, segment.position);
        connection.sndWl2 = segment.ackPosition;
        if (windowBytes == connection.sndWnd) {
            return;
        }
        connection.sndWnd = windowBytes;
        connection.maxSndWnd = Math.max(connection.maxSndWnd, windowBytes);
        if (connection.persisting) {
            timers.stopRetransmission(connection); // The flush tries again, and sets it if need be.
            connection.rtt.endBackOff();
        }
        context.markDirty(connection);
    }
}

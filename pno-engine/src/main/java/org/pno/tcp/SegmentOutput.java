package org.pno.tcp;

import org.pno.tcp.ConnectionStatistics.Waiting;
import org.pno.wire.TcpHeader;

/**
 * What to send now, decided once per flush: lost data first, then new data as far as both windows, Nagle and silly
 * window avoidance allow, in segments of up to 64 KB; then the ACK, if nothing took it along.
 */
final class SegmentOutput {
    /** Duplicate ACKs that one flush sends to a peer without SACK: more would tell it nothing. */
    private static final int MAX_DUPLICATES = 8;

    private final TcpContext context;
    private final TcpOutput output;
    private final SegmentWriter writer;
    private final LossRecovery recovery;
    private final AckPolicy acks;
    private final ConnectionTimers timers;
    private final SegmentSize size;
    private final PathSearch search;
    private final CongestionEvents congestion;
    private final Pacing pacing;

    /** What the flush under way has of the congestion window, bytes. */
    private long room;
    /** The flush under way found no frame. */
    private boolean starved;

    SegmentOutput(
            final TcpContext context,
            final SegmentWriter writer,
            final LossRecovery recovery,
            final AckPolicy acks,
            final ConnectionTimers timers,
            final CongestionEvents congestion,
            final SegmentSize size) {
        this.context = context;
        this.writer = writer;
        this.recovery = recovery;
        this.acks = acks;
        this.timers = timers;
        this.size = size;
        search = size.search();
        this.congestion = congestion;
        output = context.output;
        pacing = new Pacing(context, timers);
    }

    /**
     * Sends what the connection may send.
     *
     * @return false if a frame was missing: there is more, for the next flush
     */
    boolean flush(final Connection connection) {
        starved = false;
        switch (connection.state()) {
            case CLOSED -> {
                if (connection.resetOwed) {
                    sendReset(connection);
                }
            }
            case SYN_SENT, SYN_RECEIVED -> {
                if (connection.synOwed) {
                    sendSyn(connection);
                } else if (connection.ackOwed) {
                    sendAck(connection, connection.sndNxt);
                }
            }
            default -> flushSynchronised(connection);
        }
        return !starved;
    }

    private void flushSynchronised(final Connection connection) {
        if (connection.synOwed) { // Fast Open: the connection is ahead of its handshake.
            sendSyn(connection);
            if (connection.synOwed) {
                return; // What the peer would get before the SYN-ACK it would drop.
            }
        }
        splitAcks(connection);
        if (connection.flightBytes() > 0 || connection.unsentBytes() > 0 || connection.finUnsent()) {
            sendStream(connection);
            timers.afterFlush(connection);
            connection.statistics.waitFor(waiting(connection), context.nowNs());
        } else {
            connection.statistics.waitFor(Waiting.IDLE, context.nowNs());
        }
        if (connection.ackOwed) {
            sendAcks(connection);
        }
        if (connection.probeOwed && sendProbeOfWindow(connection)) {
            // RFC 9293 3.8.4: a number that the peer has acknowledged makes it answer; no payload is needed, as in
            // Linux.
            connection.probeOwed = false;
        }
    }

    /** RFC 8257 3.2: an ACK for each stretch that came marked, or not, but the last. */
    private void splitAcks(final Connection connection) {
        long end = Ecn.splitPoint(connection);
        while (end != Ecn.NO_SPLIT) {
            connection.ackLimit = end;
            final boolean sent = sendAck(connection, connection.sndNxt);
            connection.ackLimit = Long.MAX_VALUE;
            connection.ackOwed = true;
            end = sent ? Ecn.splitPoint(connection) : Ecn.NO_SPLIT;
        }
    }

    /** RFC 9293 3.8.6.1: as in Linux, what the peer lacks comes first where there is urgent data to tell of. */
    private boolean sendProbeOfWindow(final Connection connection) {
        return (!UrgentData.isToldByProbe(connection) || sendAck(connection, connection.sndUna))
                && sendAck(connection, connection.sndUna - 1);
    }

    private static Waiting waiting(final Connection connection) {
        if (connection.flightBytes() == 0 && connection.unsentBytes() == 0) {
            return Waiting.IDLE;
        }
        final long wanted = Math.min(connection.unsentBytes(), connection.segmentBytes());
        return connection.sendLimit() - connection.sndNxt < wanted ? Waiting.PEER_WINDOW : Waiting.BUSY;
    }

    private long open(final Connection connection) {
        final long at = output.open(connection, connection.number);
        if (at == TcpOutput.NO_FRAME) {
            starved = true;
        }
        return at;
    }

    private void count(final Connection connection, final int segments) {
        connection.segmentsOut += segments;
        context.count(TcpCounter.SEGMENTS_OUT);
    }

    private void sendStream(final Connection connection) {
        size.beforeSending(connection);
        final int mss = connection.segmentBytes(writer.optionsLength(connection));
        if (connection.flightBytes() == 0) {
            congestion.onSilence(connection);
            recovery.rate().onTransmitStart(connection);
        }
        room = recovery.windowBytes(connection) - LossRecovery.pipe(connection);
        pacing.begin(connection);
        if (connection.loss.probeOwed) {
            sendProbe(connection, mss);
        }
        connection.windowHeld = false;
        final long sentBefore = connection.sndNxt;
        final boolean isHeld = holdsForProbe(connection, mss);
        do {
            while (!isHeld && sendNext(connection, mss)) {
                // Until something says stop.
            }
        } while (!starved && !connection.paceHeld && recovery.onAllSent(connection));
        final boolean full = room < mss;
        if (full || connection.sndNxt > sentBefore) {
            congestion.onFlushed(connection, full);
        }
        DeliveryRate.onFlushed(connection, recovery.windowBytes(connection));
    }

    /**
     * RFC 4821 7.5: sends the probe of the path that is due, ahead of what else there is.
     *
     * @return true if it waits until as much of the congestion window is free, so that nothing else may take that
     */
    private boolean holdsForProbe(final Connection connection, final int mss) {
        final int wanted = search.wanted(connection);
        final int payload = wanted - (connection.mssBytes - mss);
        if (wanted == 0 || !search.mayTell(connection, payload, mss, recovery.windowBytes(connection))) {
            return false;
        }
        if (room < payload || pacing.holds(connection)) {
            connection.windowHeld = room < payload;
            return connection.flightBytes() > 0;
        }
        if (sendNew(connection, payload, payload)) {
            search.onSent(connection, wanted, payload);
        }
        return false;
    }

    /** RFC 6675 4, NextSeg (): one segment; false if none can be sent. */
    private boolean sendNext(final Connection connection, final int mss) {
        final boolean recovering = connection.phase != LossRecovery.Phase.NONE;
        if (recovering && recovery.nextLost(connection)) {
            return sendAgain(connection, mss); // Rule 1.
        }
        connection.retransmitOwed = false;
        final long length = newDataLength(connection, mss);
        if (length > 0 && pacing.holds(connection)) {
            return false;
        }
        if (length > 0 || maySendFinAlone(connection)) {
            return sendNew(connection, (int) length, mss); // Rule 2.
        }
        return false;
    }

    /** Sends as much as it may of the range that recovery has found. */
    private boolean sendAgain(final Connection connection, final int mss) {
        final long start = recovery.rangeStart();
        long length = recovery.rangeEnd() - start;
        final long allowed = connection.retransmitOwed ? Math.max(room, mss) : room;
        if (allowed < Math.min(length, mss)) {
            connection.windowHeld = true;
            return false;
        }
        if (!connection.retransmitOwed && pacing.holds(connection)) {
            return false;
        }
        if (length > mss) {
            length = wholeSegments(Math.min(length, Math.min(allowed, longest(connection, start, mss))), mss);
        }
        if (!connection.retransmitOwed) {
            // RFC 9293 3.8.6: the peer may have taken its window back; beyond it only the timer sends, as a probe.
            length = Math.min(length, connection.sendLimit() - start);
        }
        if (length <= 0 || !transmit(connection, start, (int) length, mss)) {
            return false;
        }
        recovery.onRetransmitted(connection, start, start + length);
        connection.retransmitOwed = false;
        countAgain(connection, start, (int) length, mss);
        room -= length;
        return true;
    }

    private void countAgain(final Connection connection, final long start, final int length, final int mss) {
        connection.statistics.retransmittedSegments += (length + mss - 1) / mss;
        connection.statistics.bytesResent += length;
        context.count(TcpCounter.RETRANSMITTED);
        if (connection.rttTimed && start < connection.rttEnd) {
            connection.rttTimed = false; // RFC 6298 3: Karn.
        }
    }

    /** RFC 8985 7.3, TLP_send_probe (): a new segment if the peer's window has room for one, else the last again. */
    private void sendProbe(final Connection connection, final int mss) {
        final long fits = Math.min(connection.unsentBytes(), connection.sendLimit() - connection.sndNxt);
        if (fits > 0) {
            if (sendNew(connection, (int) Math.min(fits, mss), mss)) {
                recovery.probe().onSent(connection, false);
            }
            return;
        }
        final long start = Math.max(connection.sndUna, connection.sndNxt - mss);
        if (transmit(connection, start, (int) (connection.sndNxt - start), mss)) {
            recovery.onProbedAgain(connection, start);
            countAgain(connection, start, (int) (connection.sndNxt - start), mss);
            room -= connection.sndNxt - start;
        }
    }

    /** A pointer to urgent data is right for one segment on the wire: as in Linux, those go alone. */
    private int longest(final Connection connection, final long start, final int mss) {
        return UrgentData.isToldAt(connection, start) ? mss : pacing.superSegmentBytes();
    }

    private static long wholeSegments(final long bytes, final int mss) {
        return bytes - bytes % mss;
    }

    /** How much new data may go now. RFC 9293 3.8.6.2.1, 3.7.4. */
    private long newDataLength(final Connection connection, final int mss) {
        final long unsent = connection.unsentBytes();
        long fits = Math.min(unsent, connection.sendLimit() - connection.sndNxt);
        if (fits <= 0) {
            return 0;
        }
        if (fits > room) {
            connection.windowHeld = true;
            fits = Math.max(0, room);
        }
        if (fits >= mss) {
            final int longest = longest(connection, connection.sndNxt, mss);
            final long whole = wholeSegments(Math.min(fits, longest), mss);
            final boolean tailToo = fits == unsent && fits <= longest && maySendPartial(connection);
            return tailToo ? fits : whole;
        }
        if (fits == unsent) {
            return maySendPartial(connection) ? fits : 0;
        }
        // Silly window avoidance: less than there is, and less than a segment, only if it is half of the largest window
        // the
        // peer ever had, or the override timer says so. If it is our own window that is small, ACKs will come.
        final boolean peerLimits = fits == connection.sendLimit() - connection.sndNxt;
        return peerLimits && (connection.partialOwed || fits >= connection.maxSndWnd / 2) ? fits : 0;
    }

    /** Nagle's algorithm (RFC 9293 3.7.4) in Minshall's form, as Linux: one small segment in flight at most. */
    private static boolean maySendPartial(final Connection connection) {
        if (connection.partialOwed || connection.finRequested() || UrgentData.isTelling(connection)) {
            return true;
        }
        if (connection.settings.cork || connection.isMoreToCome()) {
            return false;
        }
        return connection.settings.noDelay || connection.smallSegmentEnd <= connection.sndUna;
    }

    /** The congestion window does not matter for a FIN: it is not data. The peer's window does. */
    private static boolean maySendFinAlone(final Connection connection) {
        return connection.finUnsent()
                && connection.unsentBytes() == 0
                && connection.finPosition < connection.sendLimit();
    }

    private boolean sendNew(final Connection connection, final int allowed, final int mss) {
        // CWR belongs to one segment on the wire, so that one goes alone.
        final int length = connection.cwrOwed ? Math.min(allowed, mss) : allowed;
        final long start = connection.sndNxt;
        final long end = start + length;
        final boolean fin = connection.finPosition == end && connection.finPosition < connection.sendLimit();
        final int sequenceLength = length + (fin ? 1 : 0);
        if (!transmit(connection, start, sequenceLength, mss)) {
            return false;
        }
        connection.sndNxt = start + sequenceLength;
        if (connection.settings.tellsSent) {
            output.changed(connection.number);
        }
        recovery.onSent(connection, start, connection.sndNxt);
        if (connection.phase == LossRecovery.Phase.NONE) {
            countLimitedTransmit(connection);
        }
        connection.partialOwed = false;
        connection.lastSentNs = context.nowNs();
        if (length % mss != 0) {
            connection.smallSegmentEnd = end;
        }
        if (!connection.rttTimed) {
            connection.rttTimed = true;
            connection.rttEnd = connection.sndNxt;
            connection.rttSentNs = context.nowNs();
        }
        room -= length;
        return true;
    }

    /** RFC 3042: sent only because reports or duplicate ACKs tell that something has left the network. */
    private void countLimitedTransmit(final Connection connection) {
        final boolean reported = connection.scoreboard != null || connection.renoSackedBytes > 0;
        if (reported && connection.flightBytes() > connection.congestion.windowBytes()) {
            context.count(TcpCounter.LIMITED_TRANSMITS);
        }
    }

    /** Sends {@code length} numbers from {@code start} on, a FIN at their end included. */
    private boolean transmit(final Connection connection, final long start, final int length, final int mss) {
        final long at = open(connection);
        if (at < 0) {
            return false;
        }
        final boolean fin = connection.finRequested() && start + length > connection.finPosition;
        final int payload = fin ? length - 1 : length;
        final long end = start + payload;
        int flags = TcpHeader.ACK | (fin ? TcpHeader.FIN : 0);
        if (payload > 0 && end == connection.txWritten) {
            flags |= TcpHeader.PSH; // RFC 9293 3.9.1.2: all that the host has written.
        }
        // RFC 3168 6.1.4, 6.1.5: only what carries data, and carries it for the first time.
        final boolean first = connection.ecn && payload > 0 && start >= connection.sndNxt;
        if (first && connection.cwrOwed) {
            flags |= TcpHeader.CWR; // RFC 3168 6.1.2.
            connection.cwrOwed = false;
        }
        final int headerLength = writer.write(connection, at, flags, start);
        if (payload > 0) {
            output.send(connection, headerLength, start, payload, mss, first ? Ecn.ECT_0 : Ecn.NOT_ECT);
            context.counters.increase(TcpCounter.BYTES_OUT, payload);
            pacing.onSent(connection, payload);
        } else {
            output.send(connection, headerLength);
        }
        acks.onSent(connection, payload > 0);
        countStream(connection, payload, mss);
        return true;
    }

    private void countStream(final Connection connection, final int payload, final int mss) {
        final int segments = (payload + mss - 1) / mss;
        connection.statistics.bytesSent += payload;
        connection.statistics.dataSegmentsOut += segments;
        count(connection, Math.max(1, segments));
    }

    private void sendAcks(final Connection connection) {
        final int duplicates = connection.sackPermitted ? 1 : Math.min(connection.duplicatesOwed, MAX_DUPLICATES);
        int left = Math.max(1, duplicates);
        // RFC 9293 3.8.6: a peer that took its window back would find SND.NXT outside of it and not look at the ACK.
        final long position = Math.min(connection.sndNxt, Math.max(connection.sndUna, connection.sendLimit()));
        while (left > 0 && sendAck(connection, position)) {
            left--;
        }
    }

    private boolean sendAck(final Connection connection, final long position) {
        final long at = open(connection);
        if (at < 0) {
            return false;
        }
        output.send(connection, writer.write(connection, at, TcpHeader.ACK, position));
        acks.onSent(connection, false);
        count(connection, 1);
        return true;
    }

    private void sendSyn(final Connection connection) {
        if (connection.isUnproven()
                && connection.rcvPublished < connection.rxCommittable()
                && connection.retries == 0) {
            return; // It shall acknowledge what came with the SYN, which the host cannot see yet.
        }
        timers.restartRetransmission(connection); // Whether it can go now or not.
        final long at = open(connection);
        if (at < 0) {
            return;
        }
        final boolean answer = connection.state() != TcpState.SYN_SENT;
        final boolean first = connection.sndNxt < 0 || connection.isUnproven() && connection.segmentsOut == 0;
        // RFC 7413 4.1.3: a SYN that is sent again has neither the option nor data.
        final int data = answer || !first || connection.retries > 0 ? 0 : context.fastOpen.beforeSyn(connection);
        final int flags = TcpHeader.SYN | (answer ? TcpHeader.ACK : 0) | Ecn.synFlags(connection, answer);
        final int headerLength = writer.writeSyn(connection, at, flags, SegmentSize.offered(output, connection));
        connection.fastOpen.option = FastOpenState.Option.NONE;
        sendSyn(connection, headerLength, data);
        acks.onSent(connection, false);
        connection.synOwed = false;
        if (first) {
            connection.sndNxt = data;
            connection.rttTimed = true;
            connection.rttEnd = 0;
            connection.rttSentNs = context.nowNs();
        } else {
            connection.rttTimed = false;
        }
        count(connection, 1);
    }

    private void sendSyn(final Connection connection, final int headerLength, final int data) {
        if (data == 0) {
            output.send(connection, headerLength);
            return;
        }
        connection.fastOpen.synBytes = data;
        connection.statistics.bytesSent += data;
        connection.statistics.dataSegmentsOut++;
        context.counters.increase(TcpCounter.BYTES_OUT, data);
        output.send(connection, headerLength, 0, data, data, Ecn.NOT_ECT);
    }

    /** RFC 9293 3.10.5. Without a neighbour there is nobody to tell. */
    private void sendReset(final Connection connection) {
        final long at = open(connection);
        if (at >= 0) {
            output.send(connection, writer.writeReset(connection, at));
            context.count(TcpCounter.RESETS_OUT);
            count(connection, 1);
        } else if (!starved) {
            context.drop(DropReason.RESET_NOT_SENT);
        }
        connection.resetOwed = starved;
    }
}

package org.pno.tcp;

import org.pno.sys.Errno;

/** RFC 9293 3.10.7.4: a segment for a connection, checked and taken in the RFC's order. */
final class SegmentInput {
    private final TcpContext context;
    private final Handshake handshake;
    private final AckProcessor ackProcessor;
    private final AckPolicy acks;
    private final Ecn ecn;
    private final ConnectionLife life;
    private final ReceiveTuning tuning;
    private final UrgentData urgent;

    SegmentInput(
            final TcpContext context,
            final Handshake handshake,
            final AckProcessor ackProcessor,
            final AckPolicy acks,
            final ConnectionLife life,
            final ReceiveTuning tuning) {
        this.context = context;
        this.handshake = handshake;
        this.ackProcessor = ackProcessor;
        this.acks = acks;
        ecn = new Ecn(context, acks);
        this.life = life;
        this.tuning = tuning;
        urgent = new UrgentData(context);
    }

    void onSegment(final Connection connection, final Segment segment) {
        countIn(connection, segment);
        final StateTable.Action action = StateTable.action(connection.state(), segment.controlFlags());
        switch (action) {
            case ANSWER -> {
                if (handshake.onAnswer(connection, segment)) {
                    segment.locate(connection);
                    takeText(connection, segment);
                }
            }
            case RESET, SYN, ORDINARY -> onSynchronised(connection, segment, action);
            default -> context.drop(action.reason());
        }
    }

    private static void countIn(final Connection connection, final Segment segment) {
        final int segments = segment.wireSegments();
        connection.segmentsIn += segments;
        if (segment.payloadLength() > 0) {
            connection.statistics.dataSegmentsIn += segments;
        }
    }

    /** RFC 7413 4.2.1: the payload of a SYN that has opened the connection. */
    void onSynData(final Connection connection, final Segment segment) {
        segment.locate(connection);
        takeText(connection, segment);
        connection.fastOpen.dataTaken = connection.rcvNxt > 0;
    }

    private void onSynchronised(final Connection connection, final Segment segment, final StateTable.Action action) {
        segment.locate(connection);
        if (connection.isUnproven() && segment.isSyn() && !segment.isAck() && segment.position == -1) {
            answerSynAgain(connection); // Our SYN-ACK is lost, perhaps.
            return;
        }
        // First: the sequence number, and before it the timestamp (RFC 7323 5.3 R1).
        if (Paws.isOld(connection, segment, context.nowNs())) {
            refuse(connection, segment, DropReason.PAWS);
            return;
        }
        if (!isAcceptable(connection, segment)) {
            if (action == StateTable.Action.RESET) {
                context.drop(DropReason.RESET_OUTSIDE_WINDOW);
            } else {
                refuse(connection, segment, DropReason.OUTSIDE_WINDOW);
            }
            return;
        }
        if (action == StateTable.Action.RESET) { // Second.
            onReset(connection, segment);
            return;
        }
        if (action == StateTable.Action.SYN && !isHandshakeSyn(connection, segment)) { // Fourth.
            context.drop(DropReason.SYN_IN_CONNECTION);
            acks.challenge(connection); // RFC 5961 4.2.
            return;
        }
        connection.lastHeardNs = context.nowNs();
        connection.keepProbes = 0; // As Linux: an answer counts even if the interval is longer than the idle time.
        Paws.renew(connection, segment, context.nowNs());
        if (connection.state() == TcpState.SYN_RECEIVED && !completes(connection, segment)) {
            return;
        }
        if (connection.isUnproven() && !handshake.onProof(connection, segment)) {
            return;
        }
        final TcpState before = connection.state();
        if (!ackProcessor.process(connection, segment)) { // Fifth.
            return;
        }
        if (isOver(connection, before)) {
            return;
        }
        takeText(connection, segment);
    }

    /**
     * The ACK was the last that was missing: CLOSING has ended, or LAST-ACK, and nothing else of the segment
     * counts.
     */
    private static boolean isOver(final Connection connection, final TcpState before) {
        return before == TcpState.CLOSING && connection.state() == TcpState.TIME_WAIT
                || before == TcpState.LAST_ACK && connection.finAcknowledged();
    }

    /**
     * RFC 9293 3.10.7.4, first, as Linux reads it: some of it is not before what we last acknowledged, and it does
     * not begin behind the window. That lets in ACKs from a peer that has filled the window or that probes it, and
     * the ACK field of a segment that was received before; the text is cut to the window later.
     */
    private static boolean isAcceptable(final Connection connection, final Segment segment) {
        final boolean beforeSyn = connection.state() == TcpState.SYN_RECEIVED && segment.position < -1;
        return segment.position + segment.sequenceLength() >= connection.rcvAcked
                && segment.position <= connection.rcvEdge
                && !beforeSyn; // Nothing was received yet, so it is no segment received before.
    }

    /** Not acceptable: an ACK, and the segment is dropped. The ACK is rationed unless payload asks for it. */
    private void refuse(final Connection connection, final Segment segment, final DropReason reason) {
        context.drop(reason);
        if (connection.state() == TcpState.SYN_RECEIVED && segment.isSyn()) {
            answerSynAgain(connection);
        } else if (segment.payloadLength() > 0 || segment.isFin()) {
            if (reason == DropReason.OUTSIDE_WINDOW) {
                noteDuplicate(connection, segment.position, segment.position + segment.payloadLength());
            }
            acks.acknowledgeNow(connection);
        } else {
            acks.challenge(connection);
        }
    }

    /** RFC 2883 4: of {@code start} to {@code end}, the first stretch that was received before is to be reported. */
    private static void noteDuplicate(final Connection connection, final long start, final long end) {
        if (!connection.sackPermitted) {
            return;
        }
        long from = Math.max(0, start);
        long to = Math.min(end, connection.rxCommittable());
        if (from >= to && connection.reassembly != null) {
            from = connection.reassembly.firstReceived(from, end);
            to = connection.reassembly.receivedEnd(from, end);
        }
        if (from < to) {
            connection.dsackStart = from;
            connection.dsackEnd = to;
        }
    }

    private void answerSynAgain(final Connection connection) {
        connection.synOwed = true;
        context.markDirty(connection);
    }

    private void onReset(final Connection connection, final Segment segment) {
        // RFC 5961 3.2: only the exact number. What the peer calls so is what we last acknowledged, or all it has sent.
        if (segment.position != connection.rcvNxt && segment.position != connection.rcvAcked) {
            context.drop(DropReason.RESET_NOT_EXACT);
            acks.challenge(connection);
            return;
        }
        context.count(TcpCounter.RESETS_IN);
        if (connection.isUnproven()) {
            connection.fastOpen.unprovenOf.onUnprovenReset(context.nowNs());
            connection.fastOpen.unprovenOf = null;
        }
        // As Linux: EPIPE after the peer's FIN; a half-open connection of a listener just vanishes.
        life.end(
                connection,
                switch (connection.state()) {
                    case SYN_RECEIVED -> Errno.ECONNREFUSED;
                    case CLOSE_WAIT -> Errno.EPIPE;
                    case TIME_WAIT -> 0;
                    default -> Errno.ECONNRESET;
                });
    }

    /** A SYN that belongs to the handshake: the peer has not seen our SYN-ACK, or both sides have opened at once. */
    private static boolean isHandshakeSyn(final Connection connection, final Segment segment) {
        return connection.state() == TcpState.SYN_RECEIVED && segment.position == -1;
    }

    /** In SYN-RECEIVED: true if the segment completes the handshake. */
    private boolean completes(final Connection connection, final Segment segment) {
        if (!segment.isAck()) {
            answerSynAgain(connection);
            return false;
        }
        if (segment.isSyn()) {
            acks.acknowledgeNow(connection); // RFC 9293 3.5, figure 8: both SYN-ACKs are acknowledged.
        }
        return handshake.onFinalAck(connection, segment);
    }

    /** RFC 9293 3.10.7.4, sixth to eighth. */
    private void takeText(final Connection connection, final Segment segment) {
        urgent.onPointer(connection, segment);
        final long start = segment.position + (segment.isSyn() ? 1 : 0);
        final long end = start + segment.payloadLength();
        if (start == end && !segment.isFin()) {
            return;
        }
        if (!connection.state().receives()) {
            // The peer's FIN has been received: what comes now is old, or behind it.
            if (end + (segment.isFin() ? 1 : 0) > connection.rcvNxt) {
                context.drop(DropReason.BEYOND_FIN); // RFC 9293 3.10.7.4, seventh: ignore the segment text.
            } else {
                context.drop(DropReason.DUPLICATE);
                acks.acknowledgeNow(connection);
            }
            return;
        }
        if (connection.orphan && end > connection.rcvNxt) {
            // RFC 9293 3.6.1: nobody will read it; the peer must not think that somebody did. As Linux.
            context.drop(DropReason.DATA_AFTER_CLOSE);
            life.abort(connection, Errno.ECONNRESET);
            return;
        }
        final long received = connection.rcvNxt;
        final boolean whole = start == end || takePayload(connection, segment, start, end);
        urgent.onText(connection, start, end);
        takeFin(connection, segment.isFin() && whole, end);
        if (connection.rcvNxt != received) {
            context.output.changed(connection.number);
        }
    }

    /** Cuts the payload to what is new and inside the window, and has it placed; false if its end is missing now. */
    private boolean takePayload(final Connection connection, final Segment segment, final long start, final long end) {
        long limit = connection.rcvEdge;
        if (end > limit) {
            context.drop(DropReason.BEYOND_WINDOW);
            acks.acknowledgeNow(connection);
        }
        if (connection.peerFin != Connection.NO_FIN && end > connection.peerFin) {
            context.drop(DropReason.BEYOND_FIN);
            limit = Math.min(limit, connection.peerFin);
        }
        final long from = Math.max(start, connection.rcvNxt);
        final long to = Math.min(end, limit);
        if (start < connection.rcvNxt || connection.reassembly != null) {
            noteDuplicate(connection, start, Math.min(end, limit));
        }
        if (from >= to) {
            if (end <= connection.rcvNxt) {
                context.drop(DropReason.DUPLICATE);
            }
            acks.acknowledgeNow(connection); // Our ACK was lost, perhaps.
            return end <= connection.rcvNxt;
        }
        final boolean inOrder = from == connection.rcvNxt;
        if (!inOrder && hasAll(connection, from, to)) {
            context.drop(DropReason.DUPLICATE);
            connection.reassembly.reportFirst(from); // RFC 2883 4: the second block is the one that the first is of.
            acks.acknowledgeNow(connection);
            return to == end;
        }
        if (!inOrder && !context.pool.reassemblyFor(connection).hasRoomFor(from, to)) {
            context.drop(DropReason.REASSEMBLY_FULL);
            acks.acknowledgeNow(connection);
            giveBackReassemblyIfEmpty(connection);
            return false;
        }
        final long placed = place(connection, from, to, segment.payload() + (from - start));
        if (placed == from) {
            return false;
        }
        context.counters.increase(TcpCounter.BYTES_IN, placed - from);
        connection.statistics.lastDataNs = context.nowNs();
        acks.onPayload(connection, segment);
        ecn.onPayload(connection, segment);
        if (inOrder) {
            advance(connection, placed);
            tuning.onArrival(connection, segment);
        } else {
            connection.reassembly.add(from, placed);
            context.count(TcpCounter.OUT_OF_ORDER);
            connection.statistics.outOfOrder += segment.wireSegments();
            acks.onOutOfOrder(connection, segment);
        }
        return placed == end;
    }

    /** Has payload placed, or as much of it as there is memory for; the answer is where that ends. */
    private long place(final Connection connection, final long from, final long to, final long payload) {
        final int length = (int) (to - from);
        if (context.output.place(connection.number, from, length, payload)) {
            return to;
        }
        final boolean inOrder = from == connection.rcvNxt;
        final int less = inOrder ? context.output.placeable(connection.number, from, length) : 0;
        if (less > 0 && context.output.place(connection.number, from, less, payload)) {
            tuning.onMemoryShort(connection);
            return from + less;
        }
        onMemoryShort(connection, inOrder);
        return from;
    }

    /**
     * There is no memory for a segment. What is missing goes before what came beyond it, which the peer has to send
     * again then: RFC 2018 8 lets a receiver discard what it has reported, and Linux does (tcp_prune_ofo_queue).
     */
    private void onMemoryShort(final Connection connection, final boolean inOrder) {
        context.drop(DropReason.NO_RECEIVE_MEMORY);
        tuning.onMemoryShort(connection);
        giveBackReassemblyIfEmpty(connection);
        if (inOrder && connection.reassembly != null && !UrgentData.isBeyondHole(connection)) {
            context.pool.giveBackReassembly(connection);
            context.count(TcpCounter.OUT_OF_ORDER_DISCARDS);
            context.output.discarded(connection.number, connection.rcvNxt);
        }
    }

    private void giveBackReassemblyIfEmpty(final Connection connection) {
        if (connection.reassembly != null && connection.reassembly.isEmpty()) {
            context.pool.giveBackReassembly(connection);
        }
    }

    private static boolean hasAll(final Connection connection, final long from, final long to) {
        return connection.reassembly != null && connection.reassembly.receivedEnd(from, to) == to;
    }

    private void advance(final Connection connection, final long to) {
        connection.rcvNxt = to;
        if (connection.reassembly == null) {
            return;
        }
        connection.rcvNxt = connection.reassembly.advance(to);
        acks.onHoleFilled(connection);
        giveBackReassemblyIfEmpty(connection);
    }

    /** Eighth: the FIN counts once all before it has been received. */
    private void takeFin(final Connection connection, final boolean isFin, final long end) {
        if (isFin && connection.peerFin == Connection.NO_FIN) {
            if (end < connection.rcvNxt || connection.reassembly != null && connection.reassembly.reaches(end)) {
                context.drop(DropReason.BEYOND_FIN); // A FIN in the midst of what has been received.
                return;
            }
            connection.peerFin = end;
            if (end > connection.rcvNxt) {
                acks.acknowledgeNow(connection); // RFC 5681 4.2: it is out of order.
            }
        }
        if (connection.peerFin == Connection.NO_FIN || connection.rcvNxt != connection.peerFin) {
            return;
        }
        connection.rcvNxt = connection.peerFin + 1;
        context.pool.giveBackReassembly(connection);
        connection.changeState(
                switch (connection.state()) {
                    case FIN_WAIT_1 -> TcpState.CLOSING;
                    case FIN_WAIT_2 -> TcpState.TIME_WAIT;
                    default -> TcpState.CLOSE_WAIT;
                });
        if (connection.orphan) { // There is no host that would have to see it first.
            connection.rcvPublished = connection.peerFin;
            connection.finPublished = true;
            acks.acknowledgeNow(connection);
        }
        context.markDirty(connection);
    }
}

package org.pno.tcp;

import org.pno.sys.Errno;
import org.pno.wire.TcpOptions;

/**
 * The opening of connections: active, passive and simultaneous (RFC 9293 3.5, 3.10.7.2, 3.10.7.3), and what it agrees
 * on.
 */
final class Handshake {
    private final TcpContext context;
    private final InitialSequence initialSequence;
    private final ReceiveWindow window;
    private final ConnectionTimers timers;
    private final ConnectionLife life;
    private final AckPolicy acks;
    private final Ecn ecn;
    private final StatelessReplies replies;
    private final CookieHandshake cookies;

    Handshake(
            final TcpContext context,
            final ReceiveWindow window,
            final ConnectionTimers timers,
            final ConnectionLife life,
            final AckPolicy acks,
            final StatelessReplies replies) {
        this.context = context;
        this.window = window;
        this.timers = timers;
        this.life = life;
        this.acks = acks;
        ecn = new Ecn(context, acks);
        this.replies = replies;
        initialSequence = new InitialSequence(context.secret);
        cookies = new CookieHandshake(context, this, initialSequence, window, replies);
    }

    /** Passive opens that are not remembered. */
    CookieHandshake cookies() {
        return cookies;
    }

    /** Where a flow's sequence numbers begin that no earlier connection restricts. */
    int firstSequence(final Flow flow) {
        return initialSequence.initialSequence(flow, context.nowNs());
    }

    /** RFC 9293 3.10.1: an active open. The connection's flow and settings are filled in. */
    void open(final Connection connection, final int firstSequence) {
        begin(connection, firstSequence);
        connection.statistics.active = true;
        // We offer all; the answer tells what is left of it.
        connection.windowScaling = true;
        connection.sackPermitted = true;
        connection.timestamps = true;
        Ecn.onOpen(context, connection);
        SegmentSize.begin(context, connection);
        startCongestion(connection, false);
        connection.changeState(TcpState.SYN_SENT);
        context.count(TcpCounter.ACTIVE_OPENS);
    }

    private void begin(final Connection connection, final int firstSequence) {
        connection.iss = firstSequence;
        connection.timestampOffset = initialSequence.timestampOffset(connection);
        connection.synOwed = true;
        context.flows.add(connection);
        context.markDirty(connection);
    }

    /**
     * RFC 9293 3.10.7.2, third: a SYN for a listener.
     *
     * @return the connection that stands already, by Fast Open, and to which the SYN's payload is due; else null
     */
    Connection onListen(final Listener listener, final Segment segment, final int firstSequence) {
        final SynCookieMode mode = context.configuration.synCookies;
        final boolean full = listener.isFull() || context.halfOpenCount >= context.configuration.maxHalfOpen;
        if (mode == SynCookieMode.ALWAYS || full && mode == SynCookieMode.AUTO) {
            cookies.answer(listener, segment);
            return null;
        }
        if (full) {
            context.drop(DropReason.SYN_QUEUE_FULL);
            return null;
        }
        final FastOpen.Verdict verdict = context.fastOpen.judge(listener, segment);
        if (verdict == FastOpen.Verdict.OPEN || verdict == FastOpen.Verdict.OPEN_AND_RENEW) {
            final Connection opened = openFast(listener, segment, firstSequence);
            if (opened != null) {
                giveCookie(opened, verdict == FastOpen.Verdict.OPEN_AND_RENEW);
                return opened;
            }
        }
        final Connection connection = take(listener, segment);
        if (connection != null) {
            begin(connection, firstSequence);
            takeOffer(connection, segment);
            startCongestion(connection, false);
            connection.changeState(TcpState.SYN_RECEIVED);
            giveCookie(connection, verdict != FastOpen.Verdict.ORDINARY);
        }
        return null;
    }

    private static void giveCookie(final Connection connection, final boolean due) {
        connection.fastOpen.option = due ? FastOpenState.Option.COOKIE : FastOpenState.Option.NONE;
    }

    /** RFC 7413 4.2.1: the connection stands, and only the SYN-ACK is unacknowledged. Null: the host has no room. */
    private Connection openFast(final Listener listener, final Segment segment, final int firstSequence) {
        final Connection connection = context.pool.take(context.nowNs());
        if (connection == null) {
            return null;
        }
        connection.copyFlow(segment);
        connection.segmentsIn = 1;
        connection.settings.copyFrom(listener.settings);
        if (!context.output.accept(listener.number, connection.number)) {
            context.pool.giveBack(connection);
            return null;
        }
        begin(connection, firstSequence);
        takeOffer(connection, segment);
        window.advertiseInSyn(connection); // So that the SYN's payload finds room.
        connection.announced = true;
        connection.changeState(TcpState.SYN_RECEIVED);
        establish(connection, 0);
        context.output.advertised(connection.number, connection.rcvEdge);
        connection.synOwed = true;
        connection.fastOpen.unprovenOf = listener;
        listener.onOpenedFast();
        timers.restartRetransmission(connection);
        context.count(TcpCounter.PASSIVE_OPENS);
        context.count(TcpCounter.FAST_OPENS_PASSIVE);
        return connection;
    }

    /**
     * RFC 7413 4.2.2: the first ACK of a connection that Fast Open has put ahead of its handshake.
     *
     * @return false if the segment is dropped
     */
    boolean onProof(final Connection connection, final Segment segment) {
        if (segment.ackPosition < 0 || segment.ackPosition > connection.sndNxt) {
            replies.reset(segment);
            context.drop(DropReason.HANDSHAKE_ACK);
            return false;
        }
        connection.fastOpen.unprovenOf.onProven();
        connection.fastOpen.unprovenOf = null;
        final boolean repeated = connection.retries > 0;
        measureHandshake(connection);
        connection.retries = 0;
        connection.firstRetryNs = Connection.NEVER;
        connection.rtt.endBackOff();
        connection.synOwed = false;
        timers.onProven(connection, repeated);
        context.markDirty(connection);
        return true;
    }

    /** A new connection of a listener, half open, not in the flow table yet; null if there is none left. */
    Connection take(final Listener listener, final Segment segment) {
        final Connection connection = context.pool.take(context.nowNs());
        if (connection == null) {
            context.drop(DropReason.SYN_NO_CONNECTION);
            return null;
        }
        connection.copyFlow(segment);
        connection.segmentsIn = 1;
        connection.settings.copyFrom(listener.settings);
        listener.add(connection);
        context.halfOpenCount++;
        return connection;
    }

    /** A SYN that was not remembered has been acknowledged: the connection stands where it would. */
    void onReceived(final Connection connection) {
        context.flows.add(connection);
        startCongestion(connection, false);
        connection.changeState(TcpState.SYN_RECEIVED);
    }

    /** What the SYN for a listener offers, and what of it we take. */
    void takeOffer(final Connection connection, final Segment segment) {
        final TcpOptions options = segment.options();
        connection.windowScaling = options.windowScale() != TcpOptions.ABSENT;
        connection.sackPermitted = options.sackPermitted();
        connection.timestamps = options.timestamps();
        Ecn.onAsked(context, connection, segment);
        takeSyn(connection, segment);
    }

    private void startCongestion(final Connection connection, final boolean handshakeLost) {
        context.pool.chooseCongestion(connection);
        connection.congestion.start(connection.segmentBytes(), handshakeLost);
    }

    /** What the peer takes; RFC 9293 3.7.1: it need not say. */
    static int mssOf(final Segment segment) {
        final int said = segment.options().mss();
        return said == TcpOptions.ABSENT ? SegmentSize.defaultMss(segment.remoteHi, segment.remoteLo) : said;
    }

    /** What a SYN or SYN-ACK says: the peer's first number, window and options. */
    private void takeSyn(final Connection connection, final Segment segment) {
        final TcpOptions options = segment.options();
        connection.irs = segment.sequence();
        connection.rcvNxt = 0;
        connection.sndWnd = segment.window(); // RFC 7323 2.2: never scaled in a SYN.
        connection.maxSndWnd = connection.sndWnd;
        connection.sndWl1 = -1;
        connection.sndWl2 = connection.sndUna;
        SegmentSize.agree(context, connection, mssOf(segment));
        // RFC 7323 2.2, 3.2 and RFC 2018 2: in force if both sides say so.
        connection.windowScaling &= options.windowScale() != TcpOptions.ABSENT;
        connection.sndScale = (byte) (connection.windowScaling ? options.windowScale() : 0);
        connection.rcvScale = (byte) (connection.windowScaling ? window.scale() : 0);
        connection.sackPermitted &= options.sackPermitted();
        connection.timestamps &= options.timestamps();
        connection.tsRecent = options.timestampValue();
        connection.tsRecentAtNs = context.nowNs();
        connection.lastHeardNs = context.nowNs();
    }

    /**
     * RFC 9293 3.10.7.3: a segment in SYN-SENT.
     *
     * @return true if the handshake is complete, so that the segment's payload and FIN are due
     */
    boolean onAnswer(final Connection connection, final Segment segment) {
        segment.locate(connection);
        // First: only our SYN can be acknowledged, if it was sent.
        if (segment.isAck() && !acknowledgesSyn(connection, segment)) {
            if (!segment.isRst()) {
                replies.reset(segment);
            }
            context.drop(DropReason.HANDSHAKE_ACK);
            return false;
        }
        if (segment.isRst()) { // Second.
            if (segment.isAck()) {
                context.count(TcpCounter.RESETS_IN);
                life.end(connection, Errno.ECONNREFUSED);
            } else {
                context.drop(DropReason.RESET_TO_NOBODY);
            }
            return false;
        }
        if (!segment.isSyn()) { // Fifth.
            context.drop(DropReason.SYN_SENT_NO_SYN);
            return false;
        }
        takeSyn(connection, segment); // Fourth.
        Ecn.onAnswer(connection, segment);
        if (!segment.isAck()) {
            // Simultaneous open: our SYN again, now with an ACK.
            connection.changeState(TcpState.SYN_RECEIVED);
            connection.synOwed = true;
            context.markDirty(connection);
            return false;
        }
        context.fastOpen.onAnswer(connection, segment);
        acks.acknowledgeNow(connection);
        establish(connection, segment.ackPosition);
        return true;
    }

    /** Our SYN, if it was sent, and no more than went with it (RFC 7413 4.2.2). */
    private static boolean acknowledgesSyn(final Connection connection, final Segment segment) {
        return connection.sndNxt >= 0 && segment.ackPosition >= 0 && segment.ackPosition <= connection.sndNxt;
    }

    /**
     * RFC 9293 3.10.7.4, fifth, SYN-RECEIVED: the ACK that completes the handshake.
     *
     * @return false if the segment is dropped
     */
    boolean onFinalAck(final Connection connection, final Segment segment) {
        if (!acknowledgesSyn(connection, segment)) {
            replies.reset(segment);
            context.drop(DropReason.HANDSHAKE_ACK);
            return false;
        }
        final Listener listener = connection.listener;
        if (listener != null && isDeferred(connection, segment)) {
            connection.finalAck = FinalAck.WITHOUT_DATA;
            context.drop(DropReason.ACCEPT_DEFERRED);
            return false;
        }
        if (listener != null) {
            // As Linux with a full accept queue: the peer's data, or our SYN-ACK again, brings the ACK once more.
            if (!context.output.accept(listener.number, connection.number)) {
                connection.finalAck = FinalAck.WITHOUT_ROOM;
                context.drop(DropReason.ACCEPT_QUEUE_FULL);
                return false;
            }
            life.leaveListener(connection);
            connection.announced = true;
            context.count(TcpCounter.PASSIVE_OPENS);
        }
        context.fastOpen.onCrossed(connection, segment);
        establish(connection, segment.ackPosition);
        if (listener != null) { // The window of our SYN-ACK, of which the host knew nothing yet.
            context.output.advertised(connection.number, connection.rcvEdge);
        }
        return true;
    }

    /**
     * A host has room for one connection more: one that was refused is sent the SYN-ACK again, whose ACK comes at once.
     *
     * @return false if none was
     */
    boolean onRoom(final Listener listener) {
        for (Connection each = listener.firstHalfOpen(); each != null; each = each.nextHalfOpen) {
            if (each.finalAck == FinalAck.WITHOUT_ROOM) {
                each.finalAck = FinalAck.AWAITED;
                each.synOwed = true;
                context.markDirty(each);
                return true;
            }
        }
        return false;
    }

    /** TCP_DEFER_ACCEPT: an ACK without data is waited upon, until SYN-ACKs enough were repeated. */
    private static boolean isDeferred(final Connection connection, final Segment segment) {
        return connection.retries < connection.settings.deferAccept && segment.payloadLength() == 0 && !segment.isFin();
    }

    private void measureHandshake(final Connection connection) {
        if (connection.rttTimed) {
            connection.rtt.onSample(context.nowNs() - connection.rttSentNs);
            connection.rttTimed = false;
        } else if (connection.retries > 0) {
            connection.rtt.onRepeatedSyn();
        }
    }

    /** What the peer has not taken of what went with our SYN counts as never sent: it goes again. */
    private void establish(final Connection connection, final long acknowledged) {
        measureHandshake(connection);
        connection.changeState(TcpState.ESTABLISHED);
        connection.sndUna = acknowledged;
        connection.sndNxt = acknowledged;
        startCongestion(connection, connection.retries > 0);
        connection.retries = 0;
        connection.firstRetryNs = Connection.NEVER;
        connection.rtt.endBackOff();
        connection.synOwed = false;
        timers.stopRetransmission(connection);
        acks.onEstablished(connection);
        ecn.onEstablished(connection);
        window.tuning().onEstablished(connection);
        timers.restartKeepalive(connection);
        context.output.established(connection.number);
        if (connection.finRequested()) { // The host closed its side before there was a connection (RFC 9293 3.10.4).
            connection.changeState(TcpState.FIN_WAIT_1);
        }
        context.output.changed(connection.number);
        context.markDirty(connection);
    }
}

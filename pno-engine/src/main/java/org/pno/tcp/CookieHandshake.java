package org.pno.tcp;

import org.pno.wire.TcpHeader;
import org.pno.wire.TcpOptions;

/**
 * Passive opens that keep nothing between SYN and final ACK (RFC 4987 3.6): for a listener that has as many half open
 * as it may, so that a flood of SYNs does not shut out those who mean it.
 */
final class CookieHandshake {
    private final TcpContext context;
    private final Handshake handshake;
    private final InitialSequence initialSequence;
    private final ReceiveWindow window;
    private final StatelessReplies replies;
    private final SynCookies cookies;
    /** What the SYN under way would be remembered as; never anybody's connection. */
    private final Connection draft;

    CookieHandshake(
            final TcpContext context,
            final Handshake handshake,
            final InitialSequence initialSequence,
            final ReceiveWindow window,
            final StatelessReplies replies) {
        this.context = context;
        this.handshake = handshake;
        this.initialSequence = initialSequence;
        this.window = window;
        this.replies = replies;
        cookies = new SynCookies(context.secret);
        draft = new Connection(-1, context.configuration);
    }

    /** Answers a SYN and forgets it. */
    void answer(final Listener listener, final Segment syn) {
        draft.reset(context.nowNs());
        draft.copyFlow(syn);
        draft.settings.copyFrom(listener.settings);
        handshake.takeOffer(draft, syn);
        final int bits = SynCookies.bits(draft);
        SynCookies.takeBits(draft, bits, window.scale());
        draft.iss = cookies.sequence(syn, Handshake.mssOf(syn), bits, context.nowNs());
        if (draft.timestamps) {
            final int clock = context.timestampClock();
            draft.timestampOffset = initialSequence.timestampOffset(draft) + SynCookies.timestamp(clock, bits) - clock;
        }
        listener.cookieSentNs = context.nowNs();
        final boolean silent = syn.options().mss() == TcpOptions.ABSENT; // Then so are we: an answer is no longer.
        final int mss = silent ? TcpOptions.ABSENT : SegmentSize.offered(context.output, draft);
        replies.synAck(draft, TcpHeader.SYN | TcpHeader.ACK | Ecn.synFlags(draft, true), mss);
    }

    /**
     * An ACK for a listener, of no connection: perhaps one that brings back a cookie.
     *
     * @return the peer's MSS as the cookie tells it, or 0 if there is none, or no good one
     */
    int mssBytes(final Listener listener, final Segment ack) {
        // As Linux: where no cookie was given lately, none is looked for.
        if (listener.cookieSentNs == Connection.NEVER
                || context.nowNs() - listener.cookieSentNs > 2 * SynCookies.AGE_NS) {
            return 0;
        }
        final int bits = SynCookies.bitsOf(ack, initialSequence.timestampOffset(ack));
        final int mss = cookies.mssBytes(ack, bits, context.nowNs());
        context.count(mss == 0 ? TcpCounter.COOKIES_FAILED : TcpCounter.COOKIES_RECEIVED);
        return mss;
    }

    /**
     * Makes the connection whose handshake an ACK with a good cookie completes.
     *
     * @return it, in SYN-RECEIVED, or null if there is none left
     */
    Connection open(final Listener listener, final Segment ack, final int mss) {
        final Connection connection = handshake.take(listener, ack);
        if (connection == null) {
            return null;
        }
        connection.timestampOffset = initialSequence.timestampOffset(ack);
        connection.iss = ack.acknowledgment() - 1;
        connection.irs = ack.sequence() - 1;
        connection.sndNxt = 0;
        SynCookies.takeBits(connection, SynCookies.bitsOf(ack, connection.timestampOffset), window.scale());
        connection.tsRecent = ack.options().timestampValue();
        SegmentSize.agree(context, connection, mss);
        window.advertiseInSyn(connection); // As our SYN-ACK did.
        handshake.onReceived(connection);
        return connection;
    }
}

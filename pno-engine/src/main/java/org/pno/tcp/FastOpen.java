package org.pno.tcp;

import org.pno.tcp.FastOpenState.Option;
import org.pno.wire.TcpOptions;

/**
 * TCP Fast Open (RFC 7413), the judgements of both roles: what a SYN of ours may carry, what the answer tells, whether
 * a peer's cookie is good, and how many connections may stand that nothing but a cookie vouches for. Cookies that we
 * give are eight bytes of a keyed hash of both addresses and of the stretch of time that they were made in; those of
 * the stretch before are good, too, and are replaced. The engine's thread.
 */
public final class FastOpen {
    /** Bits of the configuration, as Linux's tcp_fastopen. */
    public static final int CLIENT = 0x1;

    public static final int SERVER = 0x2;
    public static final int CLIENT_WITHOUT_COOKIE = 0x4;
    public static final int SERVER_WITHOUT_COOKIE = 0x200;
    public static final int ALL_LISTENERS = 0x400;
    public static final int ALL_BITS = CLIENT | SERVER | CLIENT_WITHOUT_COOKIE | SERVER_WITHOUT_COOKIE | ALL_LISTENERS;

    private static final int COOKIE_BYTES = Long.BYTES;

    /** What becomes of a SYN for a listener. */
    enum Verdict {
        /** Fast Open has nothing to do with it. */
        ORDINARY,
        /** The handshake goes its usual way, and the SYN-ACK brings a cookie. */
        GIVE_COOKIE,
        OPEN,
        /** As OPEN; the cookie has become old, so the SYN-ACK brings another. */
        OPEN_AND_RENEW
    }

    private final TcpContext context;
    private final KeyedHash hash;
    private final FastOpenCache cache;

    FastOpen(final TcpContext context) {
        this.context = context;
        hash = context.secret.derive(6);
        cache = new FastOpenCache(context.secret);
    }

    private boolean has(final int bit) {
        return (context.configuration.fastOpen & bit) != 0;
    }

    // The active side.

    /**
     * Our first SYN is about to go: decides on its option.
     *
     * @return the bytes of the stream that go with it
     */
    int beforeSyn(final Connection connection) {
        final FastOpenState state = connection.fastOpen;
        if (!connection.settings.fastOpen || !has(CLIENT)) {
            return 0;
        }
        final FastOpenCache.Entry entry = cache.find(connection);
        if (entry != null && entry.isPaused(context.nowNs())) {
            context.count(TcpCounter.FAST_OPENS_PAUSED);
            return 0;
        }
        state.asked = true;
        if (connection.settings.fastOpenWithoutCookie || has(CLIENT_WITHOUT_COOKIE)) {
            return synBytes(connection, entry);
        }
        if (entry == null || entry.cookieBytes == 0) {
            state.option = Option.REQUEST;
            state.fail = FastOpenState.FAIL_NO_COOKIE;
            return 0;
        }
        state.option = Option.COOKIE;
        return synBytes(connection, entry);
    }

    /** As Linux: a segment of the MSS that the peer said last, less all the room that options may take. */
    private static int synBytes(final Connection connection, final FastOpenCache.Entry entry) {
        final int mss = entry == null ? connection.mssBytes : Math.min(entry.mssBytes, connection.mssBytes);
        return (int) Math.max(0, Math.min(connection.txWritten, mss - TcpOptions.MAX_BYTES));
    }

    /** The SYN-ACK that answers our SYN: what it tells of the destination, and of the data that went along. */
    void onAnswer(final Connection connection, final Segment synAck) {
        final FastOpenState state = connection.fastOpen;
        if (!state.asked) {
            return; // An unsolicited cookie.
        }
        final boolean repeated = connection.retries > 0;
        final boolean taken = synAck.ackPosition >= state.synBytes;
        final FastOpenCache.Entry entry = cache.make(connection);
        entry.mssBytes = Handshake.mssOf(synAck);
        if (synAck.options().cookieBytes() > 0) {
            entry.learn(synAck.options());
        }
        // The peer has seen nothing but SYNs without option and data: those that had them, or the answers, are lost.
        if (repeated && state.synBytes > 0 && !taken && synAck.options().cookieBytes() < 0) {
            entry.onLoss(context.nowNs());
        } else {
            entry.onSuccess();
        }
        if (state.synBytes > 0) {
            judgeData(connection, taken, repeated);
        }
    }

    /** Both sides have opened at once; the peer has acknowledged our SYN, and perhaps its data. */
    void onCrossed(final Connection connection, final Segment ack) {
        if (connection.fastOpen.synBytes > 0) {
            judgeData(connection, ack.ackPosition >= connection.fastOpen.synBytes, connection.retries > 0);
        }
    }

    private void judgeData(final Connection connection, final boolean taken, final boolean repeated) {
        final FastOpenState state = connection.fastOpen;
        state.dataTaken = taken;
        context.count(taken ? TcpCounter.FAST_OPENS_ACTIVE : TcpCounter.FAST_OPENS_ACTIVE_FAILED);
        if (!taken) {
            state.fail = repeated ? FastOpenState.FAIL_SYN_REPEATED : FastOpenState.FAIL_NOT_ACKNOWLEDGED;
            connection.statistics.retransmittedSegments++; // It goes again, as the first of the stream.
        }
    }

    // The passive side.

    /** RFC 7413 4.2.1: a SYN for a listener that keeps half-open connections. */
    Verdict judge(final Listener listener, final Segment syn) {
        final int given = syn.options().cookieBytes();
        if (!has(SERVER) || given < 0 && syn.payloadLength() == 0) {
            return Verdict.ORDINARY;
        }
        if (!listener.mayOpenFast(context.nowNs())) {
            context.count(TcpCounter.FAST_OPENS_LIMITED);
            return Verdict.ORDINARY;
        }
        if (listener.settings.fastOpenWithoutCookie || has(SERVER_WITHOUT_COOKIE)) {
            return Verdict.OPEN;
        }
        if (given < 0) {
            return Verdict.ORDINARY;
        }
        if (given == COOKIE_BYTES) {
            final long cookie = syn.options().cookieHi();
            if (cookie == cookie(syn, stretch())) {
                return Verdict.OPEN;
            }
            if (cookie == cookie(syn, stretch() - 1)) {
                return Verdict.OPEN_AND_RENEW;
            }
        }
        context.count(given == 0 ? TcpCounter.FAST_OPEN_COOKIES_ASKED : TcpCounter.FAST_OPENS_REFUSED);
        return Verdict.GIVE_COOKIE;
    }

    /** How many unproven connections a listener may have. */
    int queueLength(final ConnectionSettings settings, final int backlog) {
        if (!has(SERVER)) {
            return 0;
        }
        final boolean byConfiguration = settings.fastOpenQueue == 0 && has(ALL_LISTENERS);
        return Math.min(byConfiguration ? backlog : settings.fastOpenQueue, Listener.MAX_FAST_OPEN_QUEUE);
    }

    private long stretch() {
        return context.nowNs() / context.configuration.fastOpenKeyLifeNs;
    }

    private long cookie(final Flow flow, final long stretch) {
        return hash.ofAddresses(flow, stretch);
    }

    // Both.

    /** Puts the option into a SYN or SYN-ACK that is owed one. */
    void putOption(final Connection connection, final TcpOptions options, final boolean answer) {
        switch (connection.fastOpen.option) {
            case NONE -> {}
            case REQUEST -> options.cookie(0, 0, 0);
            case COOKIE -> {
                if (answer) {
                    options.cookie(COOKIE_BYTES, cookie(connection, stretch()), 0);
                } else {
                    final FastOpenCache.Entry entry = cache.find(connection);
                    options.cookie(entry.cookieBytes, entry.cookieHi, entry.cookieLo);
                }
            }
        }
    }
}

package org.pno.tcp;

import java.util.concurrent.TimeUnit;
import org.pno.wire.TcpOptions;

/**
 * What active opens have learnt of destinations (RFC 7413 4.1.3): the cookie, the MSS, and how often a SYN with data
 * was lost. As many entries as there are places; two destinations of one place take it from each other, and which do
 * nobody can know without the key. The engine's thread.
 */
final class FastOpenCache {
    /** Destinations remembered at most. */
    static final int PLACES = 1_024;
    /** RFC 7413 4.1.3.1, as Linux did it: after so many losses in a row data waits, twice as long each time. */
    private static final int BEARABLE_LOSSES = 1;

    private static final long PAUSE_NS = TimeUnit.SECONDS.toNanos(60);
    private static final int MAX_PAUSE_SHIFT = 6;

    private final KeyedHash hash;
    private final Entry[] entries = new Entry[PLACES];

    /** A destination, seen from one of our addresses. */
    static final class Entry {
        private long localHi;
        private long localLo;
        private long remoteHi;
        private long remoteLo;
        /** 0: none is known. */
        int cookieBytes;

        long cookieHi;
        long cookieLo;
        int mssBytes;
        private int losses;
        private long lossAtNs;

        private boolean isOf(final Flow flow) {
            return localHi == flow.localHi
                    && localLo == flow.localLo
                    && remoteHi == flow.remoteHi
                    && remoteLo == flow.remoteLo;
        }

        private void begin(final Flow flow) {
            localHi = flow.localHi;
            localLo = flow.localLo;
            remoteHi = flow.remoteHi;
            remoteLo = flow.remoteLo;
            cookieBytes = 0;
            losses = 0;
        }

        /** SYNs with data have vanished on the way there: for a time they go without. */
        boolean isPaused(final long nowNs) {
            return losses > BEARABLE_LOSSES && nowNs - lossAtNs < PAUSE_NS << Math.min(losses, MAX_PAUSE_SHIFT);
        }

        void onLoss(final long nowNs) {
            losses++;
            lossAtNs = nowNs;
        }

        void onSuccess() {
            losses = 0;
        }

        void learn(final TcpOptions options) {
            cookieBytes = options.cookieBytes();
            cookieHi = options.cookieHi();
            cookieLo = options.cookieLo();
        }
    }

    FastOpenCache(final KeyedHash secret) {
        hash = secret.derive(7);
    }

    private int place(final Flow flow) {
        return (int) hash.ofAddresses(flow, 0) & PLACES - 1;
    }

    /** What is known of the flow's destination, or null. */
    Entry find(final Flow flow) {
        final Entry entry = entries[place(flow)];
        return entry != null && entry.isOf(flow) ? entry : null;
    }

    /** The destination's entry; whoever had its place is forgotten. */
    Entry make(final Flow flow) {
        final int place = place(flow);
        if (entries[place] == null) {
            entries[place] = new Entry();
            entries[place].begin(flow);
        } else if (!entries[place].isOf(flow)) {
            entries[place].begin(flow);
        }
        return entries[place];
    }
}

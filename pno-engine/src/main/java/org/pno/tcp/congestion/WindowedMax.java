package org.pno.tcp.congestion;

import java.util.Arrays;

/** The greatest value of the last so many rounds, the present one included: one maximum is kept for each. */
final class WindowedMax {
    private final long[] maxima;
    private long round;
    private long greatest;

    WindowedMax(final int rounds) {
        maxima = new long[rounds];
    }

    void clear() {
        Arrays.fill(maxima, 0);
        round = 0;
        greatest = 0;
    }

    /** The greatest value, 0 if there is none. */
    long value() {
        return greatest;
    }

    /** Takes a value of this round, which is not before that of the last call. */
    void update(final long thisRound, final long value) {
        if (thisRound > round) {
            advance(thisRound);
        }
        final int slot = (int) (round % maxima.length);
        maxima[slot] = Math.max(maxima[slot], value);
        greatest = Math.max(greatest, value);
    }

    private void advance(final long thisRound) {
        final long gone = Math.min(maxima.length, thisRound - round);
        for (long i = 0; i < gone; i++) {
            maxima[(int) ((thisRound - i) % maxima.length)] = 0;
        }
        round = thisRound;
        greatest = 0;
        for (final long maximum : maxima) {
            greatest = Math.max(greatest, maximum);
        }
    }
}

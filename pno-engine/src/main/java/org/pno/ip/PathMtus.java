package org.pno.ip;

import java.util.concurrent.TimeUnit;

/**
 * What routers have told of paths that are narrower than our link, by destination (RFC 1191, RFC 8201). Forgotten after
 * ten minutes, as in Linux, so that a path that has become wider is found out. Bounded: a destination has four places
 * to stand in; the one that would be forgotten first makes room. Who is believed is the caller's decision.
 */
final class PathMtus {
    /** As Linux's min_pmtu: what claims less is an attack, or a path that TCP is of no use on. */
    static final int LEAST_IPV4_BYTES = 552;

    static final long LIFE_NS = TimeUnit.MINUTES.toNanos(10);

    private static final int SETS = 256;
    private static final int PLACES = 4;
    private static final int NONE = -1;

    private final long[] his = new long[SETS * PLACES];
    private final long[] los = new long[SETS * PLACES];
    /** 0 where nobody stands. */
    private final int[] mtuBytes = new int[SETS * PLACES];

    private final long[] expireNs = new long[SETS * PLACES];
    private int count;

    /** What is known of the path to a destination, or {@code otherwise}. */
    int mtuBytes(final long hi, final long lo, final int otherwise, final long nowNs) {
        if (count == 0) {
            return otherwise;
        }
        final int place = find(hi, lo);
        if (place == NONE) {
            return otherwise;
        }
        if (nowNs - expireNs[place] >= 0) {
            mtuBytes[place] = 0;
            count--;
            return otherwise;
        }
        return Math.min(mtuBytes[place], otherwise);
    }

    /** Remembers what a path carries; it is less than what was known. */
    void learn(final long hi, final long lo, final int bytes, final long nowNs) {
        int place = find(hi, lo);
        if (place == NONE) {
            place = oldest(firstPlace(hi, lo));
            count += mtuBytes[place] == 0 ? 1 : 0;
        }
        his[place] = hi;
        los[place] = lo;
        mtuBytes[place] = bytes;
        expireNs[place] = nowNs + LIFE_NS;
    }

    private static int firstPlace(final long hi, final long lo) {
        final long mixed = (hi * 0x9E3779B97F4A7C15L ^ lo) * 0xD6E8FEB86659FD93L;
        return (int) (mixed >>> 56) * PLACES;
    }

    private int find(final long hi, final long lo) {
        final int first = firstPlace(hi, lo);
        for (int place = first; place < first + PLACES; place++) {
            if (mtuBytes[place] != 0 && his[place] == hi && los[place] == lo) {
                return place;
            }
        }
        return NONE;
    }

    private int oldest(final int first) {
        int oldest = first;
        for (int place = first; place < first + PLACES; place++) {
            if (mtuBytes[place] == 0) {
                return place;
            }
            if (expireNs[place] - expireNs[oldest] < 0) {
                oldest = place;
            }
        }
        return oldest;
    }

    /** Destinations of which something is known, or was until lately. */
    int count() {
        return count;
    }
}

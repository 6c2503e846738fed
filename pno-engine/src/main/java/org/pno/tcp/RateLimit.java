package org.pno.tcp;

import java.util.concurrent.TimeUnit;

/**
 * A bound on what others can make us send, per second. How much it is in a second only we know: half of the number to
 * one and a half times as much, as Linux. Else whoever counts what comes back could tell what others had caused (RFC
 * 5961 7, CVE-2016-5696).
 */
final class RateLimit {
    private static final long NO_SECOND = -1;

    private final KeyedHash secret;
    private final int perSecond;
    private long second = NO_SECOND;
    private long left;

    /** @param perSecond 0 for no bound */
    RateLimit(final KeyedHash secret, final int perSecond) {
        this.secret = secret;
        this.perSecond = perSecond;
    }

    /** True if one more may go now, which then counts. */
    boolean take(final long nowNs) {
        if (perSecond == 0) {
            return true;
        }
        final long present = TimeUnit.NANOSECONDS.toSeconds(nowNs);
        if (present != second) {
            second = present;
            left = (perSecond + 1) / 2 + Long.remainderUnsigned(secret.ofWord(present), perSecond);
        }
        if (left == 0) {
            return false;
        }
        left--;
        return true;
    }
}

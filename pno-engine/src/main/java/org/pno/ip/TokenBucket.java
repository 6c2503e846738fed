package org.pno.ip;

import java.util.concurrent.TimeUnit;

/** A bound on how often something is done: so many per second on average, so many at once. */
final class TokenBucket {
    private final long intervalNs;
    private final long fullNs;
    private long creditNs;
    private long lastNs;

    TokenBucket(final int perSecond, final int burst, final long nowNs) {
        intervalNs = TimeUnit.SECONDS.toNanos(1) / perSecond;
        fullNs = burst * intervalNs;
        creditNs = fullNs;
        lastNs = nowNs;
    }

    /** True if it may be done now, which then counts. */
    boolean take(final long nowNs) {
        creditNs = Math.min(fullNs, creditNs + (nowNs - lastNs));
        lastNs = nowNs;
        if (creditNs < intervalNs) {
            return false;
        }
        creditNs -= intervalNs;
        return true;
    }
}

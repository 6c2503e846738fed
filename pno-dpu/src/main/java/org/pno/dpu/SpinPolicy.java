package org.pno.dpu;

/**
 * Decides whether the loop looks once more or sleeps. It follows the arrival rate: worth waiting for is what will
 * probably come within twice the mean gap; if that is more than the bound, nothing is.
 */
final class SpinPolicy {
    /** The mean follows the gaps by an eighth each. */
    private static final int SMOOTHING_SHIFT = 3;

    private final long maxNs;
    private long meanGapNs;
    private long lastWorkNs;
    private long budgetNs;

    SpinPolicy(final Spin spin, final long nowNs) {
        maxNs = spin.maxNs();
        meanGapNs = maxNs;
        lastWorkNs = nowNs;
    }

    /** Something had to be done. */
    void onWork(final long nowNs) {
        if (maxNs == 0) {
            return;
        }
        // A long silence says no more than that it was too long.
        final long gapNs = Math.min(nowNs - lastWorkNs, 2 * maxNs);
        meanGapNs += (gapNs - meanGapNs) >> SMOOTHING_SHIFT;
        lastWorkNs = nowNs;
        budgetNs = 2 * meanGapNs > maxNs ? 0 : 2 * meanGapNs;
    }

    /** True if the loop is to look again instead of going to sleep. */
    boolean isWorthWaiting(final long nowNs) {
        return nowNs - lastWorkNs < budgetNs;
    }
}

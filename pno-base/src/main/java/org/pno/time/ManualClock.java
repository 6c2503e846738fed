package org.pno.time;

/** A clock that stands until it is moved: for tests and for the simulator. One thread. */
public final class ManualClock implements NanoClock {
    private long nowNs;

    public ManualClock(final long startNs) {
        nowNs = startNs;
    }

    @Override
    public long nowNs() {
        return nowNs;
    }

    /**
     * Moves on by {@code deltaNs}.
     *
     * @return the new time
     */
    public long advance(final long deltaNs) {
        return advanceTo(nowNs + deltaNs);
    }

    /**
     * Moves on to {@code timeNs}.
     *
     * @return the new time
     */
    public long advanceTo(final long timeNs) {
        if (timeNs - nowNs < 0) {
            throw new IllegalArgumentException(
                    "a monotonic clock cannot go back from " + nowNs + " ns to " + timeNs + " ns");
        }
        nowNs = timeNs;
        return nowNs;
    }
}

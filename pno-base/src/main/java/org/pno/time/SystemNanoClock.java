package org.pno.time;

/** The machine's monotonic clock. */
public final class SystemNanoClock implements NanoClock {
    public static final SystemNanoClock INSTANCE = new SystemNanoClock();

    private SystemNanoClock() {}

    @Override
    public long nowNs() {
        return System.nanoTime();
    }
}

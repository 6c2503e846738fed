package org.pno.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A server in the foreground, until it ends by itself or a signal ends it; then it has time to clear up. */
final class Foreground {
    private static final long PATIENCE_SECONDS = 5;

    private Foreground() {}

    /**
     * Serves in this thread.
     *
     * @param stop has {@code run} return soon, from another thread
     * @param close runs after it, however that ended
     */
    static void serve(final Runnable run, final Runnable stop, final Runnable close) {
        final CountDownLatch closed = new CountDownLatch(1);
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(stop, closed), "stop"));
            run.run();
        } finally {
            close.run();
            closed.countDown();
        }
    }

    private static void end(final Runnable stop, final CountDownLatch closed) {
        if (closed.getCount() == 0) {
            return;
        }
        stop.run();
        try {
            closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

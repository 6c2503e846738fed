package org.pno.system;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what other processes do, with a deadline. */
final class Await {
    /** Far beyond what anything here takes, so that it is reached only by what never comes. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final long POLL_NS = 10_000_000;

    private Await() {}

    /** Waits until something is so. */
    static void until(final String what, final BooleanSupplier condition) {
        until(what, () -> "", condition);
    }

    /** Waits until something is so; if it never is, what was seen instead is told. */
    static void until(final String what, final Supplier<?> seen, final BooleanSupplier condition) {
        final long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadlineNs) {
                fail("not within " + PATIENCE.toSeconds() + " s: " + what + "; seen: " + seen.get());
            }
            LockSupport.parkNanos(POLL_NS);
        }
    }
}

package org.pno.bridge;

/** Wakes the waiters of one channel: an eventfd of the host. */
@FunctionalInterface
public interface Bell {
    void ring();
}

package org.pno.time;

/** Is told of timers that have expired. */
@FunctionalInterface
public interface TimerHandler {
    /**
     * The timer's deadline has passed. It is no longer scheduled; the handler may schedule and cancel any timer, this
     * one included.
     *
     * @param timer its number
     * @param nowNs the time given to {@link TimerWheel#poll}
     */
    void onTimer(int timer, long nowNs);
}

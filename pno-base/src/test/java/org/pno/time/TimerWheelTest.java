package org.pno.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TimerWheelTest {
    private static final long START_NS = -5_000_000_000L;
    private static final long TICK_NS = TimerWheel.TICK_NS;
    private static final int ALL = Integer.MAX_VALUE;

    private final TimerWheel wheel = new TimerWheel(START_NS, 8);
    private final List<Integer> fired = new ArrayList<>();

    private int poll(final long nowNs) {
        return wheel.poll(nowNs, (timer, now) -> fired.add(timer), ALL);
    }

    @Test
    void shouldFireAtADeadlineThatIsATick() {
        wheel.schedule(3, START_NS + 10 * TICK_NS);

        assertEquals(0, poll(START_NS + 10 * TICK_NS - 1));
        assertEquals(1, poll(START_NS + 10 * TICK_NS));
        assertEquals(List.of(3), fired);
    }

    @Test
    void shouldRoundADeadlineUpToTheNextTick() {
        wheel.schedule(3, START_NS + 10 * TICK_NS + 1);

        assertEquals(0, poll(START_NS + 11 * TICK_NS - 1));
        assertEquals(1, poll(START_NS + 11 * TICK_NS));
    }

    @Test
    void shouldFireADeadlineOfThePastOneTickAfterTheLastPoll() {
        poll(START_NS + 100 * TICK_NS);
        wheel.schedule(1, START_NS);

        assertEquals(0, poll(START_NS + 100 * TICK_NS));
        assertEquals(1, poll(START_NS + 101 * TICK_NS));
    }

    @Test
    void shouldFireOnce() {
        wheel.schedule(1, START_NS + TICK_NS);
        poll(START_NS + TICK_NS);

        assertFalse(wheel.isScheduled(1));
        assertEquals(0, poll(START_NS + 1_000 * TICK_NS));
    }

    @Test
    void shouldNotFireWhatWasCancelled() {
        wheel.schedule(1, START_NS + TICK_NS);

        assertTrue(wheel.cancel(1));
        assertEquals(0, poll(START_NS + 10 * TICK_NS));
    }

    @Test
    void shouldSayIfThereWasNothingToCancel() {
        assertFalse(wheel.cancel(1));
    }

    @Test
    void shouldMoveATimerThatIsScheduledAgain() {
        wheel.schedule(1, START_NS + 10 * TICK_NS);
        wheel.schedule(1, START_NS + 5_000 * TICK_NS);

        assertEquals(1, wheel.scheduledCount());
        assertEquals(0, poll(START_NS + 4_999 * TICK_NS));
        assertEquals(1, poll(START_NS + 5_000 * TICK_NS));
    }

    @Test
    void shouldMoveATimerWithinItsSlot() {
        wheel.schedule(1, START_NS + 4_100 * TICK_NS);
        wheel.schedule(1, START_NS + 4_101 * TICK_NS);

        assertEquals(0, poll(START_NS + 4_100 * TICK_NS));
        assertEquals(1, poll(START_NS + 4_101 * TICK_NS));
    }

    @Test
    void shouldFireInTheOrderOfDeadlines() {
        wheel.schedule(0, START_NS + TimeUnit.HOURS.toNanos(2));
        wheel.schedule(1, START_NS + TimeUnit.MILLISECONDS.toNanos(1));
        wheel.schedule(2, START_NS + TimeUnit.SECONDS.toNanos(60));
        wheel.schedule(3, START_NS + TimeUnit.MILLISECONDS.toNanos(40));

        poll(START_NS + TimeUnit.HOURS.toNanos(3));

        assertEquals(List.of(1, 3, 2, 0), fired);
    }

    @Test
    void shouldFireTimersOfOneTickInTheOrderOfScheduling() {
        wheel.schedule(5, START_NS + 7 * TICK_NS);
        wheel.schedule(2, START_NS + 7 * TICK_NS);
        wheel.schedule(6, START_NS + 7 * TICK_NS - 1);

        poll(START_NS + 7 * TICK_NS);

        assertEquals(List.of(5, 2, 6), fired);
    }

    @Test
    void shouldLeaveWhatExceedsTheLimitToTheNextPoll() {
        for (int timer = 0; timer < 8; timer++) {
            wheel.schedule(timer, START_NS + (70 + timer / 4) * TICK_NS);
        }
        final long now = START_NS + 90 * TICK_NS;

        assertEquals(3, wheel.poll(now, (timer, nowNs) -> fired.add(timer), 3));
        assertTrue(wheel.nextDeadlineNs() <= now);
        assertEquals(5, poll(now));
        assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7), fired);
    }

    @Test
    void shouldKeepTheOrderOfWhatIsScheduledWhileTheLimitHoldsBackOthers() {
        wheel.schedule(0, START_NS + 70 * TICK_NS);
        wheel.schedule(1, START_NS + 140 * TICK_NS);
        wheel.poll(START_NS + 139 * TICK_NS, (timer, nowNs) -> fired.add(timer), 1);
        wheel.poll(START_NS + 140 * TICK_NS, (timer, nowNs) -> fired.add(timer), 0);
        wheel.schedule(2, START_NS + 141 * TICK_NS);

        poll(START_NS + 141 * TICK_NS);

        assertEquals(List.of(0, 1, 2), fired);
    }

    @Test
    void shouldLetTheHandlerScheduleTheSameTimer() {
        wheel.schedule(1, START_NS + TICK_NS);
        final TimerHandler again = (timer, nowNs) -> wheel.schedule(timer, nowNs + TICK_NS);

        assertEquals(1, wheel.poll(START_NS + 5 * TICK_NS, again, ALL));
        assertEquals(0, wheel.poll(START_NS + 5 * TICK_NS, again, ALL));
        assertEquals(1, wheel.poll(START_NS + 6 * TICK_NS, again, ALL));
    }

    @Test
    void shouldLetTheHandlerCancelAnotherTimerOfTheSameTick() {
        wheel.schedule(1, START_NS + TICK_NS);
        wheel.schedule(2, START_NS + TICK_NS);

        wheel.poll(START_NS + TICK_NS, (timer, nowNs) -> assertTrue(wheel.cancel(3 - timer)), ALL);

        assertEquals(0, wheel.scheduledCount());
        assertEquals(0, poll(START_NS + 2 * TICK_NS));
    }

    @Test
    void shouldHaveNoNextDeadlineWithoutTimers() {
        assertEquals(TimerWheel.NO_DEADLINE, wheel.nextDeadlineNs());
        wheel.schedule(1, START_NS + TICK_NS);
        wheel.cancel(1);
        assertEquals(TimerWheel.NO_DEADLINE, wheel.nextDeadlineNs());
    }

    @Test
    void shouldWakeFewTimesForADeadlineTwoHoursAway() {
        final long deadlineNs = START_NS + TimeUnit.HOURS.toNanos(2) + 12_345_678;
        wheel.schedule(1, deadlineNs);

        int wakeUps = 0;
        while (wheel.isScheduled(1)) {
            poll(wheel.nextDeadlineNs());
            wakeUps++;
        }

        assertTrue(wakeUps <= 4, "woken " + wakeUps + " times");
    }

    @Test
    void shouldHoldADeadlineAtTheEndOfTime() {
        wheel.schedule(1, Long.MAX_VALUE);

        assertEquals(0, poll(START_NS + TimeUnit.DAYS.toNanos(365)));
        assertTrue(wheel.isScheduled(1));
    }

    @Test
    void shouldScheduleSoonAfterALongIdleTime() {
        poll(START_NS + TimeUnit.HOURS.toNanos(5));
        final long nowNs = START_NS + TimeUnit.HOURS.toNanos(7);
        poll(nowNs);
        wheel.schedule(1, nowNs + 3 * TICK_NS);

        assertTrue(wheel.nextDeadlineNs() > nowNs);
        assertEquals(1, poll(nowNs + 4 * TICK_NS));
    }

    @Test
    void shouldKeepTimersWhenItGrows() {
        wheel.schedule(7, START_NS + TICK_NS);
        wheel.ensureCapacity(100_000);
        wheel.schedule(99_999, START_NS + 2 * TICK_NS);

        poll(START_NS + 2 * TICK_NS);

        assertEquals(100_000, wheel.capacity());
        assertEquals(List.of(7, 99_999), fired);
    }
}

package org.pno.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The wheel beside a model that keeps deadlines in a sorted map and counts ticks by division. */
class TimerWheelModelTest {
    private static final int TIMERS = 40;
    private static final int STEPS = 300;

    private final Map<Integer, Long> dueTicks = new TreeMap<>();
    private long startNs;
    private long nowNs;
    private TimerWheel wheel;

    @Property(tries = 300)
    void shouldFireWhatASortedMapWouldFire(@ForAll final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        startNs = random.nextLong(-1L << 40, 1L << 40);
        nowNs = startNs;
        dueTicks.clear();
        wheel = new TimerWheel(startNs, TIMERS);
        for (int step = 0; step < STEPS; step++) {
            final int timer = random.nextInt(TIMERS);
            switch (random.nextInt(4)) {
                case 0, 1 -> schedule(timer, nowNs + someDelayNs(random) - random.nextInt(2) * TimerWheel.TICK_NS);
                case 2 -> assertEquals(dueTicks.remove(timer) != null, wheel.cancel(timer));
                default -> {
                    nowNs += someDelayNs(random);
                    poll(random.nextInt(5) == 0 ? random.nextInt(4) : Integer.MAX_VALUE);
                }
            }
            assertEquals(dueTicks.size(), wheel.scheduledCount());
            assertNextDeadlineIsABound();
        }
        for (int timer = 0; timer < TIMERS; timer++) {
            assertEquals(dueTicks.containsKey(timer), wheel.isScheduled(timer));
        }
    }

    private void schedule(final int timer, final long deadlineNs) {
        wheel.schedule(timer, deadlineNs);
        final long tick = Math.ceilDiv(deadlineNs - startNs, TimerWheel.TICK_NS);
        dueTicks.put(timer, Math.max(tick, nowTick() + 1));
    }

    private void poll(final int limit) {
        final List<Long> firedTicks = new ArrayList<>();
        final int count = wheel.poll(nowNs, (timer, now) -> firedTicks.add(dueTicks.remove(timer)), limit);

        assertEquals(firedTicks.size(), count);
        assertEquals(firedTicks.stream().sorted().toList(), firedTicks, "order of ticks");
        assertTrue(firedTicks.stream().allMatch(tick -> tick <= nowTick()), "nothing early");
        final boolean someLeft = dueTicks.values().stream().anyMatch(tick -> tick <= nowTick());
        assertEquals(someLeft && limit != Integer.MAX_VALUE, someLeft, "nothing forgotten");
        assertTrue(!someLeft || count == limit, "stops at the limit only");
    }

    private void assertNextDeadlineIsABound() {
        final long firstTick =
                dueTicks.values().stream().mapToLong(Long::longValue).min().orElse(-1);
        if (firstTick < 0) {
            assertEquals(TimerWheel.NO_DEADLINE, wheel.nextDeadlineNs());
        } else {
            assertTrue(wheel.nextDeadlineNs() <= startNs + firstTick * TimerWheel.TICK_NS);
        }
    }

    private long nowTick() {
        return Math.floorDiv(nowNs - startNs, TimerWheel.TICK_NS);
    }

    /** From nothing to days, each order of magnitude as likely as the next. */
    private static long someDelayNs(final SplittableRandom random) {
        return random.nextLong(1L << random.nextInt(1, 49));
    }
}

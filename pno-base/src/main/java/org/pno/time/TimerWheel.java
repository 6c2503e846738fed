package org.pno.time;

import java.util.Arrays;

/**
 * Deadlines of many timers: a hierarchical timing wheel after Varghese and Lauck (1987), scheme 7. Scheduling and
 * cancelling are O(1); a poll with nothing due is one comparison; stretches without a timer are skipped, not walked.
 * Timers are small numbers chosen by the caller, so nothing is allocated once the wheel has its capacity. One thread.
 *
 * <p>A timer never fires early, and late by less than one tick of 2^19 ns (0.52 ms): half of the shortest time TCP
 * waits for, so that the rounding stays below the noise, and a power of two, so that the wheel divides by shifting.
 *
 * <p>Seven levels of 64 slots; a slot is a list of timers linked through arrays. A tick number is read as seven digits
 * of six bits. A timer stands at the level of the highest digit in which its tick differs from the current one, in the
 * slot of that digit. When the current tick reaches the slot's first tick, the timers in it move to lower levels; at
 * level 0 they fire.
 *
 * <pre>
 *   tick:  | digit 6 | digit 5 | digit 4 | digit 3 | digit 2 | digit 1 | digit 0 |
 *   turn:  |    73 y |   1.1 y |   6.5 d |   2.4 h |   137 s |   2.1 s |   34 ms |
 * </pre>
 *
 * All timers of one level share the digits above it with the current tick. So the earliest timer is always in the first
 * occupied slot of the lowest occupied level, and a bitmap per level finds it.
 */
public final class TimerWheel {
    /** Answer of {@link #nextDeadlineNs()} if no timer is scheduled. */
    public static final long NO_DEADLINE = Long.MAX_VALUE;

    private static final int TICK_SHIFT = 19;

    /** Resolution. */
    public static final long TICK_NS = 1L << TICK_SHIFT;

    private static final int LEVELS = 7;
    private static final int DIGIT_BITS = 6;
    private static final int SLOTS = 1 << DIGIT_BITS;
    private static final int DIGIT_MASK = SLOTS - 1;
    private static final long LAST_TICK = (1L << (LEVELS * DIGIT_BITS)) - 1;
    private static final int NONE = -1;

    private final long startNs;

    /** Per level, bit s is set while slot s holds a timer. */
    private final long[] occupied = new long[LEVELS];
    /** First timer of each slot, slots of level 0 first; the lists are circular. */
    private final int[] heads = new int[LEVELS * SLOTS];

    /** Per timer: its tick, its neighbours in its slot's list, and its slot or NONE. */
    private long[] ticks;

    private int[] next;
    private int[] previous;
    private int[] slotOf;

    /** Every timer of an earlier tick has fired. */
    private long currentTick;
    /** The tick of the latest poll: what is scheduled from now on fires after it. */
    private long polledTick;
    /** No timer fires and no slot cascades before this tick. */
    private long wakeTick = LAST_TICK + 1;

    private int scheduledCount;

    /**
     * Makes an empty wheel.
     *
     * @param startNs the present; no time handed in later may be earlier
     * @param capacity timers that it has room for: 0 to capacity - 1
     */
    public TimerWheel(final long startNs, final int capacity) {
        this.startNs = startNs;
        ticks = new long[capacity];
        next = new int[capacity];
        previous = new int[capacity];
        slotOf = new int[capacity];
        Arrays.fill(slotOf, NONE);
        Arrays.fill(heads, NONE);
    }

    /** Makes room for timers 0 to {@code capacity} - 1; never less than there was. The only method that allocates. */
    public void ensureCapacity(final int capacity) {
        final int old = slotOf.length;
        if (capacity > old) {
            ticks = Arrays.copyOf(ticks, capacity);
            next = Arrays.copyOf(next, capacity);
            previous = Arrays.copyOf(previous, capacity);
            slotOf = Arrays.copyOf(slotOf, capacity);
            Arrays.fill(slotOf, old, capacity, NONE);
        }
    }

    /** Timers that there is room for. */
    public int capacity() {
        return slotOf.length;
    }

    /** Timers scheduled. */
    public int scheduledCount() {
        return scheduledCount;
    }

    public boolean isScheduled(final int timer) {
        return slotOf[timer] != NONE;
    }

    /**
     * Schedules a timer, or moves one that is scheduled.
     *
     * @param timer its number
     * @param deadlineNs when it is due; if that has passed already, it fires one tick after the latest poll
     */
    public void schedule(final int timer, final long deadlineNs) {
        final long tick = Math.max(tickAtOrAfter(deadlineNs), polledTick + 1);
        ticks[timer] = tick;
        final int slot = slotFor(tick);
        final int old = slotOf[timer];
        if (slot == old) {
            return; // A retransmission timer that each ACK pushes on mostly stays within its slot.
        }
        if (old != NONE) {
            unlink(timer, old);
        } else {
            scheduledCount++;
        }
        link(timer, slot);
        wakeTick = Math.min(wakeTick, firstTickOf(slot));
    }

    /**
     * Cancels a timer.
     *
     * @return false if it was not scheduled
     */
    public boolean cancel(final int timer) {
        final int slot = slotOf[timer];
        if (slot == NONE) {
            return false;
        }
        unlink(timer, slot);
        slotOf[timer] = NONE;
        scheduledCount--;
        return true;
    }

    /**
     * When to poll next: no timer fires before. Where the first timer stands at a higher level this is when its slot
     * cascades, so that whoever sleeps until 2 hours from now is woken four times, not 14 million times.
     *
     * @return a time, or {@link #NO_DEADLINE}
     */
    public long nextDeadlineNs() {
        return scheduledCount == 0 ? NO_DEADLINE : startNs + (wakeTick << TICK_SHIFT);
    }

    /**
     * Fires timers that are due, in the order of their ticks.
     *
     * @param nowNs the present
     * @param handler told of each
     * @param limit timers to fire at most; the rest is due at the next poll
     * @return timers fired
     */
    public int poll(final long nowNs, final TimerHandler handler, final int limit) {
        final long nowTick = Math.min((nowNs - startNs) >> TICK_SHIFT, LAST_TICK);
        polledTick = Math.max(polledTick, nowTick);
        if (nowTick < wakeTick) {
            currentTick = polledTick;
            return 0;
        }
        int fired = 0;
        int slot = firstOccupiedSlot();
        while (slot != NONE && firstTickOf(slot) <= nowTick && fired < limit) {
            currentTick = firstTickOf(slot);
            if (slot < SLOTS) {
                fired += fire(slot, nowNs, handler, limit - fired);
            } else {
                cascade(slot);
            }
            slot = firstOccupiedSlot();
        }
        wakeTick = slot == NONE ? LAST_TICK + 1 : firstTickOf(slot);
        if (nowTick < wakeTick) {
            currentTick = polledTick; // Else the limit left timers that are due: the current tick stays with them.
        }
        return fired;
    }

    private int fire(final int slot, final long nowNs, final TimerHandler handler, final int limit) {
        int fired = 0;
        for (int timer = heads[slot]; timer != NONE && fired < limit; timer = heads[slot]) {
            cancel(timer);
            fired++;
            handler.onTimer(timer, nowNs);
        }
        return fired;
    }

    /** Spreads a slot over the levels below, now that the current tick is its first. */
    private void cascade(final int slot) {
        for (int timer = heads[slot]; timer != NONE; timer = heads[slot]) {
            unlink(timer, slot);
            link(timer, slotFor(ticks[timer]));
        }
    }

    private int firstOccupiedSlot() {
        for (int level = 0; level < LEVELS; level++) {
            if (occupied[level] != 0) {
                return (level << DIGIT_BITS) + Long.numberOfTrailingZeros(occupied[level]);
            }
        }
        return NONE;
    }

    private int slotFor(final long tick) {
        final int highestBit = Long.SIZE - 1 - Long.numberOfLeadingZeros((tick ^ currentTick) | 1);
        final int level = highestBit / DIGIT_BITS;
        return (level << DIGIT_BITS) + (int) (tick >>> (level * DIGIT_BITS) & DIGIT_MASK);
    }

    /** The digits above the slot's level are those of the current tick, those below are zero. */
    private long firstTickOf(final int slot) {
        final int shift = (slot >>> DIGIT_BITS) * DIGIT_BITS;
        final long above = currentTick & (-1L << shift << DIGIT_BITS);
        return above | (long) (slot & DIGIT_MASK) << shift;
    }

    private long tickAtOrAfter(final long timeNs) {
        // Unsigned from here on: Long.MAX_VALUE is far beyond the last tick even if the start was negative.
        final long sinceStartNs = timeNs <= startNs ? 0 : timeNs - startNs;
        final long tick = (sinceStartNs >>> TICK_SHIFT) + ((sinceStartNs & (TICK_NS - 1)) == 0 ? 0 : 1);
        return Math.min(tick, LAST_TICK);
    }

    private void link(final int timer, final int slot) {
        final int head = heads[slot];
        if (head == NONE) {
            heads[slot] = timer;
            next[timer] = timer;
            previous[timer] = timer;
            occupied[slot >>> DIGIT_BITS] |= 1L << (slot & DIGIT_MASK);
        } else {
            final int tail = previous[head];
            next[tail] = timer;
            previous[timer] = tail;
            next[timer] = head;
            previous[head] = timer;
        }
        slotOf[timer] = slot;
    }

    private void unlink(final int timer, final int slot) {
        final int after = next[timer];
        if (after == timer) {
            heads[slot] = NONE;
            occupied[slot >>> DIGIT_BITS] &= ~(1L << (slot & DIGIT_MASK));
            return;
        }
        final int before = previous[timer];
        next[before] = after;
        previous[after] = before;
        if (heads[slot] == timer) {
            heads[slot] = after;
        }
    }
}

package org.pno.counters;

/**
 * One counter per constant of an enum, as {@link Counters#addAll} made them.
 *
 * @param <K> the enum
 */
public final class CounterGroup<K extends Enum<K> & CounterKey> {
    private final Counters counters;
    private final int first;

    CounterGroup(final Counters counters, final int first) {
        this.counters = counters;
        this.first = first;
    }

    /** Counts one. */
    public void increment(final K key) {
        counters.increment(first + key.ordinal());
    }

    /** Counts {@code delta}. */
    public void increase(final K key, final long delta) {
        counters.increase(first + key.ordinal(), delta);
    }

    /** Sets a counter that is a level. */
    public void set(final K key, final long value) {
        counters.set(first + key.ordinal(), value);
    }

    public long value(final K key) {
        return counters.value(first + key.ordinal());
    }
}

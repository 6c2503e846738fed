package org.pno.bridge;

import java.util.Arrays;

/**
 * What waits for a ticket, in order: an item and a number each. Tickets are monotonic, so the head is always the first
 * that can go. Grows when it is full; in steady state it does not allocate.
 *
 * <pre>
 *   while (queue.isReady(bus.completed())) { … queue.item() … queue.value() … queue.remove(); }
 * </pre>
 */
final class TicketQueue<T> {
    private static final int INITIAL_CAPACITY = 64;

    private long[] tickets = new long[INITIAL_CAPACITY];
    private long[] values = new long[INITIAL_CAPACITY];
    private Object[] items = new Object[INITIAL_CAPACITY];
    private int head;
    private int tail;

    void add(final long ticket, final T item, final long value) {
        if (tail - head == items.length) {
            grow();
        }
        final int slot = tail++ & (items.length - 1);
        tickets[slot] = ticket;
        values[slot] = value;
        items[slot] = item;
    }

    /** True if there is a head and its ticket is complete. */
    boolean isReady(final long completed) {
        return head != tail && tickets[head & (items.length - 1)] <= completed;
    }

    boolean isEmpty() {
        return head == tail;
    }

    int size() {
        return tail - head;
    }

    @SuppressWarnings("unchecked") // only add() stores items
    T item() {
        return (T) items[head & (items.length - 1)];
    }

    long value() {
        return values[head & (items.length - 1)];
    }

    void remove() {
        items[head & (items.length - 1)] = null;
        head++;
    }

    private void grow() {
        final int capacity = items.length;
        final int first = head & (capacity - 1);
        tickets = unrolled(tickets, first);
        values = unrolled(values, first);
        final Object[] larger = Arrays.copyOf(Arrays.copyOfRange(items, first, capacity), capacity * 2);
        System.arraycopy(items, 0, larger, capacity - first, first);
        items = larger;
        head = 0;
        tail = capacity;
    }

    private static long[] unrolled(final long[] ring, final int first) {
        final long[] larger = Arrays.copyOf(Arrays.copyOfRange(ring, first, ring.length), ring.length * 2);
        System.arraycopy(ring, 0, larger, ring.length - first, first);
        return larger;
    }
}

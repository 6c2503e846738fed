package org.pno.sim.net;

/** Slots by the time at which they are due, those of one time in the order they were added: a binary heap in arrays. */
final class DeliveryQueue {
    private final long[] times;
    private final long[] orders;
    private final int[] slots;
    private int size;
    private long added;

    DeliveryQueue(final int capacity) {
        times = new long[capacity];
        orders = new long[capacity];
        slots = new int[capacity];
    }

    boolean isEmpty() {
        return size == 0;
    }

    long firstTimeNs() {
        return times[0];
    }

    void add(final int slot, final long timeNs) {
        int at = size++;
        final long order = added++;
        while (at > 0 && isBefore(timeNs, order, (at - 1) / 2)) {
            move((at - 1) / 2, at);
            at = (at - 1) / 2;
        }
        put(at, slot, timeNs, order);
    }

    /** Takes the first; the queue is not empty. */
    int removeFirst() {
        final int first = slots[0];
        size--;
        if (size > 0) {
            siftDown(slots[size], times[size], orders[size]);
        }
        return first;
    }

    private void siftDown(final int slot, final long timeNs, final long order) {
        int at = 0;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && isBefore(times[child + 1], orders[child + 1], child)) {
                child++;
            }
            if (isBefore(timeNs, order, child)) {
                break;
            }
            move(child, at);
            at = child;
        }
        put(at, slot, timeNs, order);
    }

    private boolean isBefore(final long timeNs, final long order, final int other) {
        return timeNs < times[other] || timeNs == times[other] && order < orders[other];
    }

    private void move(final int from, final int to) {
        put(to, slots[from], times[from], orders[from]);
    }

    private void put(final int at, final int slot, final long timeNs, final long order) {
        slots[at] = slot;
        times[at] = timeNs;
        orders[at] = order;
    }
}

package org.pno.port;

/** Frames by a key, the least first; equal keys in the order in which they came. A bounded binary heap. One thread. */
final class DueQueue {
    private final long[] keys;
    private final long[] numbers;
    private final long[] frames;
    private final int[] lengths;
    private int size;
    private long added;

    DueQueue(final int capacity) {
        keys = new long[capacity];
        numbers = new long[capacity];
        frames = new long[capacity];
        lengths = new int[capacity];
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** False if the queue is full. */
    boolean add(final long key, final long frame, final int length) {
        if (size == keys.length) {
            return false;
        }
        final long number = added++;
        int at = size++;
        while (at > 0 && isBefore(key, number, (at - 1) / 2)) {
            move((at - 1) / 2, at);
            at = (at - 1) / 2;
        }
        put(at, key, number, frame, length);
        return true;
    }

    /** Key of the first; the queue must not be empty. */
    long firstKey() {
        return keys[0];
    }

    /** Length of the first frame. */
    int firstLength() {
        return lengths[0];
    }

    /** Takes the first frame out. */
    long removeFirst() {
        final long first = frames[0];
        final int last = --size;
        int at = 0;
        int child = leastChild(at);
        while (child < size && !isBefore(keys[last], numbers[last], child)) {
            move(child, at);
            at = child;
            child = leastChild(at);
        }
        put(at, keys[last], numbers[last], frames[last], lengths[last]);
        return first;
    }

    private int leastChild(final int parent) {
        final int left = 2 * parent + 1;
        return left + 1 < size && isBefore(keys[left + 1], numbers[left + 1], left) ? left + 1 : left;
    }

    private boolean isBefore(final long key, final long number, final int index) {
        return key < keys[index] || key == keys[index] && number < numbers[index];
    }

    private void move(final int from, final int to) {
        put(to, keys[from], numbers[from], frames[from], lengths[from]);
    }

    private void put(final int at, final long key, final long number, final long frame, final int length) {
        keys[at] = key;
        numbers[at] = number;
        frames[at] = frame;
        lengths[at] = length;
    }
}

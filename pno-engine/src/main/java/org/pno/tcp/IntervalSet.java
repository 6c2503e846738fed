package org.pno.tcp;

import java.util.Arrays;

/**
 * Disjoint stretches of stream positions in ascending order, none touching the next: what stands out of order in a
 * receive S-ring, or what the peer has reported by SACK. Bounded; the array grows up to the bound and is kept for the
 * next connection that needs one.
 */
final class IntervalSet {
    private static final int FIRST_CAPACITY = 8;

    private final int limit;
    /** Start and end of each, in turn. */
    private long[] bounds = new long[2 * FIRST_CAPACITY];

    private int count;
    private long totalBytes;

    /** An empty set of {@code limit} intervals at most. */
    IntervalSet(final int limit) {
        this.limit = limit;
    }

    int count() {
        return count;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Length of all intervals together. */
    long totalBytes() {
        return totalBytes;
    }

    long start(final int index) {
        return bounds[2 * index];
    }

    /** The first position behind an interval. */
    long end(final int index) {
        return bounds[2 * index + 1];
    }

    void clear() {
        count = 0;
        totalBytes = 0;
    }

    /**
     * The number of intervals that begin at or before {@code position}; the last of them is the one that may hold it.
     */
    private int countFrom(final long position) {
        int low = 0;
        int high = count;
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (start(middle) <= position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The interval that holds {@code position}, or -1. */
    int indexOf(final long position) {
        final int index = countFrom(position) - 1;
        return index >= 0 && position < end(index) ? index : -1;
    }

    /**
     * The first interval that ends behind {@code position}: it holds it or follows it; {@link #count()} if there is
     * none.
     */
    int firstEndingAfter(final long position) {
        final int index = countFrom(position) - 1;
        return index >= 0 && position < end(index) ? index : index + 1;
    }

    /** True if {@code start} to {@code end} can be added without passing the bound. */
    boolean hasRoomFor(final long start, final long end) {
        if (count < limit) {
            return true;
        }
        final int first = firstTouching(start);
        return first < count && start(first) <= end;
    }

    /**
     * Adds {@code start} to {@code end} and joins it with what it overlaps or touches.
     *
     * @return bytes that were not in the set before; -1 if there is no room
     */
    long add(final long start, final long end) {
        final int first = firstTouching(start);
        int last = first; // Behind the last interval to join.
        while (last < count && start(last) <= end) {
            last++;
        }
        if (first == last) {
            if (count == limit) {
                return -1;
            }
            insert(first, start, end);
            totalBytes += end - start;
            return end - start;
        }
        return join(first, last, Math.min(start, start(first)), Math.max(end, end(last - 1)));
    }

    private int firstTouching(final long start) {
        final int index = countFrom(start) - 1;
        return index >= 0 && end(index) >= start ? index : index + 1;
    }

    private void insert(final int index, final long start, final long end) {
        if (2 * count == bounds.length) {
            bounds = Arrays.copyOf(bounds, Math.min(2 * bounds.length, 2 * limit));
        }
        System.arraycopy(bounds, 2 * index, bounds, 2 * index + 2, 2 * (count - index));
        bounds[2 * index] = start;
        bounds[2 * index + 1] = end;
        count++;
    }

    private long join(final int first, final int last, final long start, final long end) {
        long added = end - start;
        for (int i = first; i < last; i++) {
            added -= end(i) - start(i);
        }
        bounds[2 * first] = start;
        bounds[2 * first + 1] = end;
        remove(first + 1, last);
        totalBytes += added;
        return added;
    }

    private void remove(final int from, final int to) {
        System.arraycopy(bounds, 2 * to, bounds, 2 * from, 2 * (count - to));
        count -= to - from;
    }

    /**
     * Forgets everything below {@code position}.
     *
     * @return bytes that were forgotten
     */
    long removeBelow(final long position) {
        final long before = totalBytes;
        int gone = 0;
        while (gone < count && end(gone) <= position) {
            totalBytes -= end(gone) - start(gone);
            gone++;
        }
        if (gone > 0) {
            remove(0, gone);
        }
        if (count > 0 && start(0) < position) {
            totalBytes -= position - start(0);
            bounds[0] = position;
        }
        return before - totalBytes;
    }

    /** Bytes of {@code from} to {@code to} that are in the set. */
    long bytesWithin(final long from, final long to) {
        long bytes = 0;
        for (int i = firstEndingAfter(from); i < count && start(i) < to; i++) {
            bytes += Math.min(end(i), to) - Math.max(start(i), from);
        }
        return bytes;
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append('[').append(start(i)).append(',').append(end(i)).append(')');
        }
        return text.toString();
    }
}

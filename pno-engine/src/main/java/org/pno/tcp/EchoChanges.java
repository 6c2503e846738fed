package org.pno.tcp;

/**
 * Where the mark of what came in has changed, before {@link Connection#echoChange}, and no ACK has told of it yet: for
 * DCTCP's exact echo (RFC 8257 3.2). Only a connection that needs one has it, and keeps it. Bounded: when it is full,
 * the two oldest changes count as none.
 */
final class EchoChanges {
    static final int CAPACITY = 64;

    private final long[] positions = new long[CAPACITY];
    private int count;

    void clear() {
        count = 0;
    }

    /** A change behind all others. */
    void add(final long position) {
        if (count == CAPACITY) {
            drop(2); // In pairs, so that the marks of the others stay what they are.
        }
        positions[count++] = position;
    }

    private void drop(final int gone) {
        count -= gone;
        System.arraycopy(positions, gone, positions, 0, count);
    }

    /** Forgets what an ACK up to {@code position} has gone beyond. */
    void acknowledge(final long position) {
        int gone = 0;
        while (gone < count && positions[gone] < position) {
            gone++;
        }
        if (gone > 0) {
            drop(gone);
        }
    }

    /** The first change behind {@code position}, or {@code otherwise}. */
    long firstBehind(final long position, final long otherwise) {
        for (int i = 0; i < count; i++) {
            if (positions[i] > position) {
                return positions[i];
            }
        }
        return otherwise;
    }

    /** An odd number of changes stands at {@code position} or behind it. */
    boolean isOddFrom(final long position) {
        boolean odd = false;
        for (int i = 0; i < count; i++) {
            odd ^= positions[i] >= position;
        }
        return odd;
    }
}

package org.pno.link.fabric;

/**
 * How many operations of each batch are under way. Completions overtake each other, so batches empty in any order; the
 * ticket that is complete is that of the last before the oldest which has not.
 */
final class Batches {
    private static final int INITIAL = 256;

    /** By ticket, modulo the length, which is a power of two. */
    private int[] left = new int[INITIAL];

    /** The last batch that was closed. */
    private long posted;

    private long completed;
    private boolean isOpenUsed;

    /** The open batch's ticket, which an operation belongs to from now on. */
    long join() {
        final long open = posted + 1;
        isOpenUsed = true;
        left[slot(open)]++;
        return open;
    }

    /** The open batch has had an operation that does nothing. */
    void use() {
        isOpenUsed = true;
    }

    void leave(final long ticket) {
        left[slot(ticket)]--;
    }

    /** True if a batch was closed, false if there was nothing in it. */
    boolean post() {
        if (!isOpenUsed) {
            return false;
        }
        isOpenUsed = false;
        posted++;
        if (posted + 1 - advance() >= left.length) {
            grow();
        }
        return true;
    }

    private void grow() {
        final int[] old = left;
        left = new int[old.length * 2];
        for (long ticket = completed + 1; ticket <= posted; ticket++) {
            left[slot(ticket)] = old[(int) ticket & old.length - 1];
        }
    }

    private int slot(final long ticket) {
        return (int) ticket & left.length - 1;
    }

    long posted() {
        return posted;
    }

    /** Looks which batches have emptied. */
    long advance() {
        while (completed < posted && left[slot(completed + 1)] == 0) {
            completed++;
        }
        return completed;
    }

    boolean pending() {
        return advance() < posted;
    }
}

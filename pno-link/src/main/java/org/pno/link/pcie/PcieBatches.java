package org.pno.link.pcie;

/** Tickets: how many operations each batch has left, and when its doorbell has arrived. Grows, never shrinks. */
final class PcieBatches {
    private static final int INITIAL_CAPACITY = 64;

    private int[] left = new int[INITIAL_CAPACITY];
    private long[] readyNs = new long[INITIAL_CAPACITY];
    private long posted;
    private long completed;

    /** One operation more in the open batch. Returns the ticket it will have. */
    long add() {
        left[slot(posted + 1)]++;
        return posted + 1;
    }

    /** True if the open batch has operations. */
    boolean isOpen() {
        return left[slot(posted + 1)] > 0;
    }

    /** Closes the open batch: its operations may start at that time. Returns its ticket. */
    long post(final long atNs) {
        posted++;
        readyNs[slot(posted)] = atNs;
        if (posted + 1 - completed == left.length) {
            grow();
        }
        left[slot(posted + 1)] = 0;
        return posted;
    }

    private void grow() {
        final int[] more = new int[left.length * 2];
        final long[] later = new long[left.length * 2];
        for (long ticket = completed + 1; ticket <= posted; ticket++) {
            more[(int) (ticket & (more.length - 1))] = left[slot(ticket)];
            later[(int) (ticket & (more.length - 1))] = readyNs[slot(ticket)];
        }
        left = more;
        readyNs = later;
    }

    /** An operation of that batch is complete. */
    void done(final long ticket) {
        left[slot(ticket)]--;
        while (completed < posted && left[slot(completed + 1)] == 0) {
            completed++;
        }
    }

    /** When operations of that batch, which is posted, may start. */
    long readyNs(final long ticket) {
        return readyNs[slot(ticket)];
    }

    long posted() {
        return posted;
    }

    long completed() {
        return completed;
    }

    private int slot(final long ticket) {
        return (int) (ticket & (left.length - 1));
    }
}

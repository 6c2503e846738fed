package org.pno.bridge;

import java.lang.foreign.MemorySegment;
import org.pno.link.HostMemory;

/**
 * The bridge's view of {@link HostMemory}: which batch is open, which are complete. Whoever posts something takes
 * {@link #ticket()} for it; whoever must come after all that was posted so far takes {@link #barrier()}.
 */
final class Bus {
    private final HostMemory memory;
    private final boolean writesInOrder;
    private final boolean readsBehindWrites;
    private long posted;
    private long completed;
    private boolean open;
    /** Ticket of the last operation that was no mere poll. */
    private long workTicket;

    Bus(final HostMemory memory) {
        this.memory = memory;
        writesInOrder = memory.writesInOrder();
        readsBehindWrites = memory.readsBehindWrites();
    }

    HostMemory memory() {
        return memory;
    }

    void read(final int region, final long offset, final MemorySegment target, final long at, final int length) {
        memory.read(region, offset, target, at, length);
        open = true;
    }

    void readWords(final int region, final long offset, final MemorySegment target, final long at, final int words) {
        memory.readWords(region, offset, target, at, words);
        open = true;
    }

    void write(final int region, final long offset, final MemorySegment source, final long at, final int length) {
        memory.write(region, offset, source, at, length);
        open = true;
    }

    void writeWord(final int region, final long offset, final long value) {
        memory.writeWord(region, offset, value);
        open = true;
    }

    /**
     * The ticket of what was just posted, here or through {@link #memory()}. Not to be asked for after anything else.
     */
    long ticket() {
        workTicket = pollTicket();
        return workTicket;
    }

    /** The same of a poll, for which nobody waits. */
    long pollTicket() {
        open = true;
        return posted + 1;
    }

    /** True if nothing but polls is under way. */
    boolean isAtRest() {
        return workTicket <= completed;
    }

    /** The ticket at which everything posted so far is complete. */
    long barrier() {
        return open ? posted + 1 : posted;
    }

    /**
     * A word that is posted now lands behind all writes up to this ticket: what is complete, or all there are where the
     * bus keeps writes in order.
     */
    long writtenUpTo() {
        return writesInOrder ? barrier() : completed;
    }

    /** A read that is posted now sees all writes up to this ticket. */
    long readableUpTo() {
        return readsBehindWrites ? barrier() : completed;
    }

    /**
     * Closes the open batch and looks how far the bus is.
     *
     * @return true if more is complete than before
     */
    boolean turn() {
        if (open) {
            open = false;
            posted = memory.post();
        }
        final long before = completed;
        progress();
        return completed != before;
    }

    /** Looks how far the bus is; only here {@link #completed()} moves. */
    void progress() {
        completed = memory.completed();
    }

    /** The greatest ticket known to be complete. */
    long completed() {
        return completed;
    }

    boolean isIdle() {
        return !open && completed == posted;
    }
}

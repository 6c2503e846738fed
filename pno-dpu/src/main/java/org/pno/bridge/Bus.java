package org.pno.bridge;

import java.lang.foreign.MemorySegment;
import org.pno.link.HostMemory;

/**
 * The bridge's view of {@link HostMemory}: which batch is open, which are complete. Whoever posts something takes
 * {@link #ticket()} for it; whoever must come after all that was posted so far takes {@link #barrier()}.
 */
final class Bus {
    private final HostMemory memory;
    private long posted;
    private long completed;
    private boolean open;

    Bus(final HostMemory memory) {
        this.memory = memory;
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
        open = true;
        return posted + 1;
    }

    /** The ticket at which everything posted so far is complete. */
    long barrier() {
        return open ? posted + 1 : posted;
    }

    /** Closes the open batch. */
    void post() {
        if (open) {
            open = false;
            posted = memory.post();
        }
    }

    /** Looks how far the bus is; the only place where {@link #completed()} moves. */
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

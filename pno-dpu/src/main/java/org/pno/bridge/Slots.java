package org.pno.bridge;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import org.pno.link.ArenaDescriptor;

/**
 * The pool of {@link Slot}s that reads of records, maps, credits and holders land in. Grows by blocks, never shrinks.
 */
final class Slots {
    /** The longest thing read into one: a word of every holder slot. */
    static final int BYTES = ArenaDescriptor.MAX_HOLDERS * Long.BYTES;

    private static final int BLOCK_SLOTS = 64;

    private final ArrayList<Slot> free = new ArrayList<>();
    private int made;

    Slot take() {
        if (free.isEmpty()) {
            addBlock();
        }
        return free.removeLast();
    }

    /** Takes a slot back. The read that filled it is complete. */
    void give(final Slot slot) {
        free.add(slot);
    }

    /** Slots that reads are under way into. */
    int taken() {
        return made - free.size();
    }

    private void addBlock() {
        final MemorySegment block = Arena.ofAuto().allocate((long) BLOCK_SLOTS * BYTES, 64);
        for (int i = 0; i < BLOCK_SLOTS; i++) {
            free.add(new Slot(block, (long) i * BYTES));
        }
        made += BLOCK_SLOTS;
    }
}

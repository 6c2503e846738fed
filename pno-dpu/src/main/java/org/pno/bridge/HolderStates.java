package org.pno.bridge;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import org.pno.link.HolderDescriptor;

/** One look at the states of all holder slots of an arena, and the sockets that wait for it. */
final class HolderStates {
    /** Sockets that the look under way is for. */
    final ArrayDeque<BridgeSocket> waiting = new ArrayDeque<>();
    /** Sockets that came after it was posted. */
    final ArrayDeque<BridgeSocket> next = new ArrayDeque<>();

    boolean isUnderWay;

    private final HostArena arena;
    private final MemorySegment states;
    private final int[] counting;

    HolderStates(final HostArena arena) {
        this.arena = arena;
        counting = new int[arena.geometry().holderCount()];
        states = Arena.ofAuto().allocate(JAVA_LONG, counting.length);
    }

    /** Posts reads of the states. */
    void post(final Bus bus) {
        for (int slot = 0; slot < counting.length; slot++) {
            final long offset = arena.geometry().holderOffset(slot) + HolderDescriptor.STATE_OFFSET;
            bus.readWords(arena.region(), offset, states, (long) slot * Long.BYTES, 1);
        }
    }

    /** Fills {@link #slot} with the slots whose bits count; returns how many there are. */
    int count() {
        int count = 0;
        for (int slot = 0; slot < counting.length; slot++) {
            if (counts(slot)) {
                counting[count++] = slot;
            }
        }
        return count;
    }

    int slot(final int index) {
        return counting[index];
    }

    private boolean counts(final int slot) {
        final long word = states.getAtIndex(JAVA_LONG, slot);
        final boolean isForking = HolderDescriptor.state(word) == HolderDescriptor.STATE_FORKING;
        final long parent = HolderDescriptor.filledBy(word);
        for (final Holder holder : arena.holders()) {
            if (holder.isAlive() && holder.slot() == slot
                    || isForking && holder.isConnected() && holder.hostPid() == parent) {
                return true;
            }
        }
        return false;
    }
}

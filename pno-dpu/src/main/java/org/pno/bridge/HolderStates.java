package org.pno.bridge;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import org.pno.link.HolderDescriptor;

/**
 * Looks at the states of all holder slots of an arena, one at a time, and the sockets that wait for one. No look sees
 * all slots at one moment: while it goes on, a process may pass what it holds to a child, in a slot that was looked at
 * before. But then a slot is filled, and the next look finds another {@link #version()}.
 */
final class HolderStates {
    /** Sockets that the look under way is for. */
    final ArrayDeque<BridgeSocket> waiting = new ArrayDeque<>();
    /** Sockets that came after it was posted. */
    final ArrayDeque<BridgeSocket> next = new ArrayDeque<>();

    boolean isUnderWay;

    private final HostArena arena;
    private final MemorySegment states;
    /** What the look before found. */
    private final long[] before;

    private final int[] counting;
    private long version;

    HolderStates(final HostArena arena) {
        this.arena = arena;
        counting = new int[arena.geometry().holderCount()];
        before = new long[counting.length];
        states = Arena.ofAuto().allocate(JAVA_LONG, counting.length);
    }

    /** Posts reads of the states. */
    void post(final Bus bus) {
        for (int slot = 0; slot < counting.length; slot++) {
            final long offset = arena.geometry().holderOffset(slot) + HolderDescriptor.STATE_OFFSET;
            bus.readWords(arena.region(), offset, states, (long) slot * Long.BYTES, 1);
        }
    }

    /** A holder has come otherwise than by a slot that was filled since: all looks before are of the past. */
    void onChange() {
        version++;
    }

    /** Grows with whatever may have brought a holder between two looks. */
    long version() {
        return version;
    }

    /** Takes a look in: fills {@link #slot} with the slots whose bits count; returns how many there are. */
    int take() {
        int count = 0;
        for (int slot = 0; slot < counting.length; slot++) {
            final long word = states.getAtIndex(JAVA_LONG, slot);
            if (word != before[slot]) {
                before[slot] = word;
                version++;
            }
            if (counts(slot, word)) {
                counting[count++] = slot;
            }
        }
        return count;
    }

    int slot(final int index) {
        return counting[index];
    }

    private boolean counts(final int slot, final long word) {
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

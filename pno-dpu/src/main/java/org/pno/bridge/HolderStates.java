package org.pno.bridge;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import org.pno.link.HolderDescriptor;

/** One look at the states of all holder slots of an arena, and the sockets that wait for it. */
final class HolderStates {
    /** State and pid. */
    static final int WORDS = 2;

    private static final int STRIDE = WORDS * Long.BYTES;

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
        states = Arena.ofAuto().allocate((long) counting.length * STRIDE, Long.BYTES);
    }

    /** Posts reads of the states. */
    void post(final Bus bus) {
        for (int slot = 0; slot < counting.length; slot++) {
            final long offset = arena.geometry().holderOffset(slot) + HolderDescriptor.STATE_OFFSET;
            bus.readWords(arena.region(), offset, states, (long) slot * STRIDE, WORDS);
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
        final long at = (long) slot * STRIDE;
        final boolean isForking =
                states.get(JAVA_LONG, at + HolderDescriptor.STATE_OFFSET) == HolderDescriptor.STATE_FORKING;
        final long pid = states.get(JAVA_LONG, at + HolderDescriptor.PID_OFFSET);
        for (final Holder holder : arena.holders()) {
            if (holder.isAlive() && holder.slot() == slot
                    || isForking && holder.isConnected() && holder.hostPid() == pid) {
                return true;
            }
        }
        return false;
    }
}

package org.pno.bridge;

import java.util.ArrayDeque;
import org.pno.link.Fence;

/**
 * Gives up arenas whose host wrote what cannot be. Marking is immediate, so that nothing more is done for the arena;
 * the resets follow at the end of the step, outside any call of the stack.
 */
final class Fences {
    private final ArrayDeque<HostArena> marked = new ArrayDeque<>();

    /** Marks the arena, unless the reason is NONE. True if it is to be left alone from now on. */
    boolean fence(final HostArena arena, final Fence reason) {
        if (reason == Fence.NONE) {
            return false;
        }
        if (arena.mark(reason)) {
            marked.add(arena);
        }
        return true;
    }

    /** The next arena whose connections are to be reset, or null. */
    HostArena next() {
        return marked.poll();
    }
}

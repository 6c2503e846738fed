package org.pno.bridge;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;

/** The pool of {@link ChunkMap}: only sockets with bytes under way have one. Grows by blocks, never shrinks. */
final class ChunkMaps {
    private static final int BLOCK_MAPS = 64;

    private final ArrayList<ChunkMap> free = new ArrayList<>();
    private int made;

    /** An empty map. */
    ChunkMap take() {
        if (free.isEmpty()) {
            addBlock();
        }
        return free.removeLast();
    }

    /** Takes a map back. No bus operation may name it any more. */
    void give(final ChunkMap map) {
        map.clear();
        free.add(map);
    }

    /** Maps that sockets have. */
    int taken() {
        return made - free.size();
    }

    private void addBlock() {
        final MemorySegment block = Arena.ofAuto().allocate((long) BLOCK_MAPS * ChunkMap.BYTES, 64);
        for (int i = 0; i < BLOCK_MAPS; i++) {
            free.add(new ChunkMap(block, (long) i * ChunkMap.BYTES));
        }
        made += BLOCK_MAPS;
    }
}

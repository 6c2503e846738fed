package org.pno.bridge;

import java.util.Arrays;
import org.pno.link.RecordDescriptor;

/**
 * The private free list of an arena's receive pool, last in first out: chunks that were used lately are used again, and
 * those never needed are never touched.
 */
final class ChunkPool {
    private final int chunks;
    private int[] free = new int[16];
    private int freeCount;
    private int fresh;

    ChunkPool(final int chunks) {
        this.chunks = chunks;
    }

    /** A chunk, or NO_CHUNK if all are in use. */
    int take() {
        if (freeCount != 0) {
            return free[--freeCount];
        }
        return fresh == chunks ? RecordDescriptor.NO_CHUNK : fresh++;
    }

    void give(final int chunk) {
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, freeCount * 2);
        }
        free[freeCount++] = chunk;
    }

    /** Chunks that can be taken. */
    int available() {
        return chunks - fresh + freeCount;
    }

    /** Chunks in use. */
    int taken() {
        return fresh - freeCount;
    }
}

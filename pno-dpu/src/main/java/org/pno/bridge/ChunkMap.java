package org.pno.bridge;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import org.pno.link.ArenaDescriptor;
import org.pno.link.RecordDescriptor;

/**
 * A private copy of one S-ring's map, in native memory so that the bus can write entries out of it. Owned by one
 * socket at a time, see {@link ChunkMaps}.
 */
final class ChunkMap {
    static final int BYTES = ArenaDescriptor.MAP_ENTRIES * Integer.BYTES;

    private static final int MASK = ArenaDescriptor.MAP_ENTRIES - 1;

    private final MemorySegment memory;
    private final long offset;
    private int known;

    ChunkMap(final MemorySegment memory, final long offset) {
        this.memory = memory;
        this.offset = offset;
        fill();
    }

    /** NO_CHUNK in every entry. A slice to fill would be an object each time. */
    private void fill() {
        for (long entry = offset; entry < offset + BYTES; entry += Integer.BYTES) {
            memory.set(JAVA_INT, entry, RecordDescriptor.NO_CHUNK);
        }
    }

    /** Number of the chunk-sized piece of the stream that holds a position. */
    static long pieceOf(final long position) {
        return position >>> ArenaDescriptor.CHUNK_SHIFT;
    }

    /** Chunk of a piece, or NO_CHUNK. */
    int chunk(final long piece) {
        return memory.get(JAVA_INT, entry(piece));
    }

    void put(final long piece, final int chunk) {
        final long entry = entry(piece);
        if (memory.get(JAVA_INT, entry) == RecordDescriptor.NO_CHUNK) {
            known++;
        }
        memory.set(JAVA_INT, entry, chunk);
    }

    /** Forgets a piece; returns its chunk, or NO_CHUNK. */
    int remove(final long piece) {
        final long entry = entry(piece);
        final int chunk = memory.get(JAVA_INT, entry);
        if (chunk != RecordDescriptor.NO_CHUNK) {
            memory.set(JAVA_INT, entry, RecordDescriptor.NO_CHUNK);
            known--;
        }
        return chunk;
    }

    /** Entries that are not NO_CHUNK. */
    int known() {
        return known;
    }

    /** Forgets everything. */
    void clear() {
        if (known != 0) {
            fill();
            known = 0;
        }
    }

    MemorySegment memory() {
        return memory;
    }

    /** Offset of a piece's entry in {@link #memory()}. */
    long entry(final long piece) {
        return offset + entryOffset(piece);
    }

    /** Offset of a piece's entry from the start of a map. */
    static long entryOffset(final long piece) {
        return (piece & MASK) * Integer.BYTES;
    }
}

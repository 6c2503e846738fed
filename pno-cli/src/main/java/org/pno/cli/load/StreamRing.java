package org.pno.cli.load;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Bytes of one direction of a connection by stream position: a ring, and a place to lay out what wraps round its end.
 * Memory is taken with the first byte, so an idle connection has none.
 */
final class StreamRing {
    private final int capacity;
    private MemorySegment ring;
    private MemorySegment flat;
    private long flatStart;

    /** @param capacity bytes, a power of two */
    StreamRing(final int capacity) {
        if (Integer.bitCount(capacity) != 1) {
            throw new IllegalArgumentException("a ring of " + capacity + " bytes; must be a power of two");
        }
        this.capacity = capacity;
    }

    int capacity() {
        return capacity;
    }

    /** Stores bytes at a position. */
    void write(final long position, final MemorySegment from, final long offset, final int length) {
        if (ring == null) {
            ring = Arena.ofAuto().allocate(capacity, 64);
        }
        final int at = (int) position & (capacity - 1);
        final int first = Math.min(length, capacity - at);
        MemorySegment.copy(from, offset, ring, at, first);
        MemorySegment.copy(from, offset + first, ring, 0, length - first);
    }

    /** Copies bytes from a position on. */
    void read(final long position, final MemorySegment to, final long offset, final int length) {
        final int at = (int) position & (capacity - 1);
        final int first = Math.min(length, capacity - at);
        MemorySegment.copy(ring, at, to, offset, first);
        MemorySegment.copy(ring, 0, to, offset + first, length - first);
    }

    /** Makes a stretch lie in one piece, in {@link #memory} from {@link #offset} on. */
    StreamRing lay(final long position, final int length) {
        final int at = (int) position & (capacity - 1);
        if (at + length <= capacity) {
            flatStart = at;
            return this;
        }
        if (flat == null) {
            flat = Arena.ofAuto().allocate(capacity, 64);
        }
        read(position, flat, 0, length);
        flatStart = -1;
        return this;
    }

    /** Where the stretch lies that was laid last. */
    MemorySegment memory() {
        return flatStart < 0 ? flat : ring;
    }

    long offset() {
        return Math.max(0, flatStart);
    }
}

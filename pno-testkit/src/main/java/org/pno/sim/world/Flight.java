package org.pno.sim.world;

import java.lang.foreign.MemorySegment;
import org.pno.wire.VirtioNetHeader;

/** A frame on its way, its marks before it. Reused. */
final class Flight implements Comparable<Flight> {
    private static final int LEAST_BYTES = 2_048;

    /** The frame's offset in {@link #memory}. */
    static final int FRAME = 16;

    MemorySegment memory = MemorySegment.ofArray(new byte[LEAST_BYTES]);
    int length;
    int node;
    long dueNs;
    long number;
    boolean isCorrupt;
    /** What this is a fragment of, and which one; null for a whole packet. */
    PathCutter.Whole whole;

    int piece;

    /** Takes a copy of a frame and of its marks, which stand before it unless {@code isMarked} is false. */
    void copy(final MemorySegment from, final long frame, final int bytes, final boolean isMarked) {
        if (memory.byteSize() < FRAME + bytes) {
            memory = MemorySegment.ofArray(new byte[FRAME + Math.max(2 * bytes, LEAST_BYTES)]);
        }
        length = bytes;
        isCorrupt = false;
        whole = null;
        if (isMarked) {
            MemorySegment.copy(
                    from,
                    frame - VirtioNetHeader.BYTES,
                    memory,
                    FRAME - VirtioNetHeader.BYTES,
                    (long) bytes + VirtioNetHeader.BYTES);
        } else {
            memory.asSlice(0, FRAME).fill((byte) 0);
            MemorySegment.copy(from, frame, memory, FRAME, bytes);
        }
    }

    @Override
    public int compareTo(final Flight other) {
        final int byTime = Long.compare(dueNs, other.dueNs);
        return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
}

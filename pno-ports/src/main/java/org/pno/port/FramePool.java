package org.pno.port;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.pno.sys.MemoryMapping;

/**
 * Frame buffers of one engine, shared by its port and its bridge, handed out last-in first-out so that the warm ones
 * are used again. Frames that were never taken cost no memory. One thread.
 *
 * <pre>
 *   slot:  0           54              64                                         SLOT_BYTES
 *          +-----------+---------------+------------------------------------------+
 *          | headroom  | VirtioNetHdr  | frame: Ethernet header, payload …        |
 *          +-----------+---------------+------------------------------------------+
 *                                      ^ the frame's name: its offset in memory()
 * </pre>
 */
public final class FramePool {
    public static final int HEADROOM_BYTES = 64;
    public static final int SLOT_BYTES = 17 * 4096;
    /** The longest frame a slot takes: a 64 KiB super-segment with its headers. */
    public static final int MAX_FRAME_BYTES = SLOT_BYTES - HEADROOM_BYTES;

    public static final long NONE = -1;

    private final MemorySegment memory;
    private final long[] free;
    private int freeCount;

    public FramePool(final int frames) {
        memory = MemoryMapping.pages(Arena.ofAuto(), (long) frames * SLOT_BYTES);
        free = new long[frames];
        for (int i = frames - 1; i >= 0; i--) {
            free[freeCount++] = (long) i * SLOT_BYTES + HEADROOM_BYTES;
        }
    }

    /** The memory that all frames live in. */
    public MemorySegment memory() {
        return memory;
    }

    /** Takes a frame; {@link #NONE} if there is none free. Its contents are whatever was there. */
    public long allocate() {
        return freeCount == 0 ? NONE : free[--freeCount];
    }

    /** Gives a frame back. */
    public void release(final long frame) {
        free[freeCount++] = frame;
    }

    public int available() {
        return freeCount;
    }

    public int capacity() {
        return free.length;
    }
}

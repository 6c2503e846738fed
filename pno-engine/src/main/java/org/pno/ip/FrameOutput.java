package org.pno.ip;

import java.lang.foreign.MemorySegment;

/** Where frames are built and sent. A {@code VirtioNetHeader} stands in the ten bytes before each. */
public interface FrameOutput {
    /** {@link #allocate()} found no free frame. */
    long NO_FRAME = -1;

    /** The memory that frames live in. */
    MemorySegment memory();

    /**
     * Takes a frame to send.
     *
     * @return its offset in {@link #memory()}, or {@link #NO_FRAME}; try again at the next flush
     */
    long allocate();

    /** Sends a frame that is complete: {@code length} bytes from its Ethernet header on. The frame is given away. */
    void transmit(long frame, int length);
}

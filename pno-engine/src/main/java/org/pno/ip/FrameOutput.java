package org.pno.ip;

import java.lang.foreign.MemorySegment;

/** Where frames are built and sent. A {@code VirtioNetHeader} stands in the ten bytes before each. */
public interface FrameOutput {
    /** {@link #allocate()} found no free frame. */
    long NO_FRAME = -1;

    /** The memory that frames live in. */
    MemorySegment memory();

    /** The longest frame, bytes from its Ethernet header on. */
    int frameBytes();

    /**
     * Takes a frame, to send it or to put a packet together in it.
     *
     * @return its offset in {@link #memory()}, or {@link #NO_FRAME}; try again at the next flush
     */
    long allocate();

    /** Sends a frame that is complete: {@code length} bytes from its Ethernet header on. The frame is given away. */
    void transmit(long frame, int length);

    /**
     * Gives a frame back that was taken and is not sent. If payload of it was placed, it must stay until that is moved.
     */
    void release(long frame);
}

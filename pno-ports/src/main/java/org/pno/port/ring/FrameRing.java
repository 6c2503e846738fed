package org.pno.port.ring;

import java.lang.foreign.MemorySegment;

/**
 * A bounded queue of frames with their marks, from one producer to one consumer that trust each other in nothing: what
 * the other side wrote is checked before it is used, and a ring found broken stays so.
 *
 * <p>Frames are offered and taken one by one, but published and released in batches: once per batch the other side's
 * cache line is touched. A consumer that finds the ring empty may {@link #arm} it and sleep; the producer is told by
 * {@link #publish} that it has to wake it.
 */
public interface FrameRing {
    /** {@link #take} found no frame. */
    int EMPTY = 0;

    /** {@link #take} found what no producer of this protocol writes. */
    int BROKEN = -1;

    /**
     * Producer: copies a frame and the marks before it into the ring. The consumer sees it after {@link #publish}.
     *
     * @param frame offset of its first byte in {@code source}
     * @param length bytes, 1 to the longest frame of a pool
     * @return false if there is no room, or the ring is broken
     */
    boolean offer(MemorySegment source, long frame, int length);

    /**
     * Producer: lets the consumer see all that was offered.
     *
     * @return true if the consumer sleeps, or is about to: ring its bell
     */
    boolean publish();

    /**
     * Consumer: copies the next frame and the marks before it out of the ring.
     *
     * @param frame where its first byte goes in {@code target}
     * @return its length, {@link #EMPTY} or {@link #BROKEN}
     */
    int take(MemorySegment target, long frame);

    /** Consumer: gives the room of all frames taken back to the producer. */
    void release();

    /**
     * Consumer: announces that it will sleep.
     *
     * @return true if it may: whatever is published from now on rings the bell; false if there is a frame already
     */
    boolean arm();

    /** Consumer: is awake again, and needs no bell. */
    void disarm();

    /** Either: true once the other side wrote what cannot be. */
    boolean isBroken();
}

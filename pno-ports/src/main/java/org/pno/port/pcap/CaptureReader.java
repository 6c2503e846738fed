package org.pno.port.pcap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.pno.memory.Words;
import org.pno.port.FramePool;
import org.pno.port.pcap.PcapngWriter.Direction;

/**
 * The reader's side of a capture's ring, laid out by {@link CaptureDescriptor}: moves from record to record and gives
 * their room back. Goes nowhere outside the ring, whatever stands in it. One thread.
 */
public final class CaptureReader {
    private static final Direction[] DIRECTIONS = Direction.values();

    private final MemorySegment memory;
    private final int capacity;
    private long head;
    private long released;
    private long tailSeen;
    private long record;
    private long header;

    /** @param memory all of the ring's */
    public CaptureReader(final MemorySegment memory) {
        this.memory = memory;
        capacity = (int) (memory.byteSize() - CaptureDescriptor.RECORDS_OFFSET);
        if (Integer.bitCount(capacity) != 1 || capacity < CaptureDescriptor.MIN_CAPACITY) {
            throw new IllegalArgumentException("no capture's ring: room for " + capacity + " bytes");
        }
    }

    /** Name of the port. */
    public String portName() {
        final int length = memory.get(ValueLayout.JAVA_INT, CaptureDescriptor.NAME_OFFSET);
        final int kept = Math.clamp(length, 0, CaptureDescriptor.MAX_NAME_BYTES);
        return new String(
                memory.asSlice(CaptureDescriptor.NAME_OFFSET + Integer.BYTES, kept)
                        .toArray(ValueLayout.JAVA_BYTE),
                StandardCharsets.UTF_8);
    }

    /** What is kept of a frame at most. */
    public int snapBytes() {
        return (int) Words.getPlain(memory, CaptureDescriptor.SNAP_OFFSET);
    }

    /**
     * Goes to the next record; the one before is released with the next {@link #release}.
     *
     * @return false if there is none
     * @throws IllegalStateException if what stands there is none
     */
    public boolean next() {
        if (head == tailSeen) {
            // Acquire: pairs with CaptureRing.publish().
            tailSeen = Words.getAcquire(memory, CaptureDescriptor.TAIL_OFFSET);
            if (tailSeen - head < 0 || tailSeen - released > capacity) {
                throw new IllegalStateException("the capture's ring is broken: from " + head + " to " + tailSeen);
            }
            if (head == tailSeen) {
                return false;
            }
        }
        takeHeader();
        if (CaptureDescriptor.kind(header) == CaptureDescriptor.PADDING) {
            head += capacity - index(head);
            takeHeader();
        }
        final int length = length();
        if (CaptureDescriptor.kind(header) != CaptureDescriptor.FRAME
                || length < 0
                || length > FramePool.MAX_FRAME_BYTES
                || CaptureDescriptor.recordBytes(length) > Math.min(tailSeen - head, capacity - index(head))) {
            throw new IllegalStateException(
                    "the capture's ring is broken: record 0x" + Long.toHexString(header) + " at " + head);
        }
        head += CaptureDescriptor.recordBytes(length);
        return true;
    }

    private void takeHeader() {
        record = (long) CaptureDescriptor.RECORDS_OFFSET + index(head);
        header = Words.getOpaque(memory, record);
    }

    /** Memory in which {@link #frame} stands. */
    public MemorySegment memory() {
        return memory;
    }

    /** Where the record's frame starts. */
    public long frame() {
        return record + CaptureDescriptor.FRAME_OFFSET;
    }

    /** Bytes that were kept. */
    public int length() {
        return CaptureDescriptor.length(header);
    }

    /** Bytes that the frame had. */
    public int originalLength() {
        return (int) Words.getPlain(memory, record + CaptureDescriptor.ORIGINAL_OFFSET);
    }

    /** Since 1970. */
    public long timeNs() {
        return Words.getPlain(memory, record + CaptureDescriptor.TIME_OFFSET);
    }

    public Direction direction() {
        return DIRECTIONS[Math.clamp(CaptureDescriptor.direction(header), 0, DIRECTIONS.length - 1)];
    }

    /** Gives the room of all records taken back to the DPU. */
    public void release() {
        if (released != head) {
            // Release: pairs with the acquire in CaptureRing; our reads are done before it overwrites.
            Words.setRelease(memory, CaptureDescriptor.HEAD_OFFSET, head);
            released = head;
        }
    }

    /**
     * Announces that the reader will sleep.
     *
     * @return true if it may: whatever is published from now on rings the bell
     */
    public boolean arm() {
        Words.setOpaque(memory, CaptureDescriptor.SLEEPING_OFFSET, 1);
        // Pairs with the fence in CaptureRing.publish().
        Words.fullFence();
        return Words.getOpaque(memory, CaptureDescriptor.TAIL_OFFSET) == head;
    }

    /** Is awake again, and needs no bell. */
    public void disarm() {
        Words.setOpaque(memory, CaptureDescriptor.SLEEPING_OFFSET, 0);
    }

    /** Frames that the filter let through so far. */
    public long accepted() {
        return Words.getOpaque(memory, CaptureDescriptor.ACCEPTED_OFFSET);
    }

    /** Of these, frames for which there was no room. */
    public long dropped() {
        return Words.getOpaque(memory, CaptureDescriptor.DROPPED_OFFSET);
    }

    private int index(final long position) {
        return (int) position & capacity - 1;
    }
}

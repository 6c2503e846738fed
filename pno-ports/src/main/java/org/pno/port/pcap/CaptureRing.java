package org.pno.port.pcap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.pno.memory.Words;

/**
 * The DPU's side of a capture's ring, laid out by {@link CaptureDescriptor}. What it has written it knows from its own
 * fields; of the reader it reads one word, once, and checks it: a reader that writes what cannot be gets nothing any
 * more. Never waits. One thread, the port's.
 */
public final class CaptureRing {
    /** There is no room. */
    static final long NONE = -1;

    private final MemorySegment memory;
    private final int capacity;
    private long tail;
    private long published;
    private long headSeen;
    private long accepted;
    private long dropped;
    private boolean broken;

    /**
     * @param memory all of the ring's, zeroed
     * @param name the port's, for the reader; cut if it is too long
     * @param snapBytes what is kept of a frame at most
     */
    public CaptureRing(final MemorySegment memory, final String name, final int snapBytes) {
        this.memory = memory;
        capacity = (int) (memory.byteSize() - CaptureDescriptor.RECORDS_OFFSET);
        if (Integer.bitCount(capacity) != 1 || capacity < CaptureDescriptor.MIN_CAPACITY) {
            throw new IllegalArgumentException("a capture's ring has room for a power of two bytes, "
                    + CaptureDescriptor.MIN_CAPACITY + " at least, not " + capacity);
        }
        final byte[] text = name.getBytes(StandardCharsets.UTF_8);
        final byte[] kept = Arrays.copyOf(text, Math.min(text.length, CaptureDescriptor.MAX_NAME_BYTES));
        memory.set(ValueLayout.JAVA_INT, CaptureDescriptor.NAME_OFFSET, kept.length);
        MemorySegment.copy(
                kept, 0, memory, ValueLayout.JAVA_BYTE, CaptureDescriptor.NAME_OFFSET + Integer.BYTES, kept.length);
        Words.setRelease(memory, CaptureDescriptor.SNAP_OFFSET, snapBytes);
    }

    /** The ring's memory, in which {@link #reserve} names places. */
    MemorySegment memory() {
        return memory;
    }

    /**
     * Makes room for a frame that the filter has let through, and counts it.
     *
     * @param length bytes that are kept of it
     * @return where they go, to be followed by {@link #commit}; or {@link #NONE}, then it is dropped and counted
     */
    long reserve(final int length) {
        accepted++;
        final int toEnd = capacity - index(tail);
        final int recordBytes = CaptureDescriptor.recordBytes(length);
        final int padding = recordBytes > toEnd ? toEnd : 0;
        if (broken || !hasRoom(padding + recordBytes)) {
            dropped++;
            return NONE;
        }
        if (padding > 0) {
            Words.setPlain(memory, record(), CaptureDescriptor.header(padding, CaptureDescriptor.PADDING, 0));
            tail += padding;
        }
        return record() + CaptureDescriptor.FRAME_OFFSET;
    }

    /** Completes the record that was reserved; the reader sees it after {@link #publish}. */
    void commit(final int length, final int originalLength, final long timeNs, final int direction) {
        final long record = record();
        Words.setPlain(memory, record, CaptureDescriptor.header(length, CaptureDescriptor.FRAME, direction));
        Words.setPlain(memory, record + CaptureDescriptor.TIME_OFFSET, timeNs);
        Words.setPlain(memory, record + CaptureDescriptor.ORIGINAL_OFFSET, Integer.toUnsignedLong(originalLength));
        tail += CaptureDescriptor.recordBytes(length);
    }

    private boolean hasRoom(final int bytes) {
        if (tail + bytes - headSeen <= capacity) {
            return true;
        }
        // Acquire: pairs with the reader's release; what it has read is not overwritten before it has read it.
        final long headNow = Words.getAcquire(memory, CaptureDescriptor.HEAD_OFFSET);
        if (headNow - headSeen < 0 || published - headNow < 0) {
            broken = true;
            return false;
        }
        headSeen = headNow;
        return tail + bytes - headSeen <= capacity;
    }

    /**
     * Lets the reader see what was committed, and the counts.
     *
     * @return true if the reader sleeps, or is about to: ring its bell
     */
    boolean publish() {
        Words.setOpaque(memory, CaptureDescriptor.ACCEPTED_OFFSET, accepted);
        Words.setOpaque(memory, CaptureDescriptor.DROPPED_OFFSET, dropped);
        if (published == tail) {
            return false;
        }
        // Release: pairs with the acquire in CaptureReader.next(); the records are seen before the tail.
        Words.setRelease(memory, CaptureDescriptor.TAIL_OFFSET, tail);
        published = tail;
        // Pairs with the fence in CaptureReader.arm(): either we see that it sleeps, or it sees the new tail.
        Words.fullFence();
        return Words.getOpaque(memory, CaptureDescriptor.SLEEPING_OFFSET) != 0;
    }

    /** True once the reader wrote what cannot be. */
    public boolean isBroken() {
        return broken;
    }

    public long accepted() {
        return accepted;
    }

    public long dropped() {
        return dropped;
    }

    private long record() {
        return (long) CaptureDescriptor.RECORDS_OFFSET + index(tail);
    }

    private int index(final long position) {
        return (int) position & capacity - 1;
    }
}

package org.pno.port.ring;

import java.lang.foreign.MemorySegment;
import org.pno.memory.Words;
import org.pno.port.FramePool;
import org.pno.wire.VirtioNetHeader;

/**
 * A {@link FrameRing} in shared memory, laid out by {@link RingDescriptor}. Each side makes one of its own over the
 * same memory, new and zeroed, and uses its half of the methods on one thread. What it has written itself it knows
 * from its own fields; what the other side writes, it reads once and checks.
 */
public final class SharedFrameRing implements FrameRing {
    private final MemorySegment memory;
    private final long base;
    private final long records;
    private final int capacity;
    private boolean broken;

    /** Producer: records are written up to here; published up to there; the consumer's head as it was last read. */
    private long tail;

    private long published;
    private long headSeen;

    /** Consumer: records are taken up to here; released up to there; the producer's tail as it was last read. */
    private long head;

    private long released;
    private long tailSeen;

    /**
     * @param base offset of the ring in {@code memory}, aligned to 16
     * @param capacity bytes of records, a power of two
     */
    public SharedFrameRing(final MemorySegment memory, final long base, final int capacity) {
        if (Integer.bitCount(capacity) != 1 || capacity < RingDescriptor.MIN_CAPACITY) {
            throw new IllegalArgumentException(
                    "a ring's capacity is a power of two from " + RingDescriptor.MIN_CAPACITY + " on, not " + capacity);
        }
        this.memory = memory.asSlice(0, base + RingDescriptor.ringBytes(capacity));
        this.base = base;
        this.capacity = capacity;
        records = base + RingDescriptor.RECORDS_OFFSET;
    }

    @Override
    public boolean offer(final MemorySegment source, final long frame, final int length) {
        final int recordBytes = RingDescriptor.recordBytes(length);
        final int index = index(tail);
        final int toEnd = capacity - index;
        final int padding = recordBytes > toEnd ? toEnd : 0;
        if (broken || !hasRoom(padding + recordBytes)) {
            return false;
        }
        if (padding > 0) {
            Words.setPlain(memory, records + index, RingDescriptor.header(padding, RingDescriptor.PADDING));
            tail += padding;
        }
        final long record = records + index(tail);
        Words.setPlain(memory, record, RingDescriptor.header(length, RingDescriptor.FRAME));
        MemorySegment.copy(
                source,
                frame - VirtioNetHeader.BYTES,
                memory,
                record + RingDescriptor.MARKS_OFFSET,
                length + VirtioNetHeader.BYTES);
        tail += recordBytes;
        return true;
    }

    private boolean hasRoom(final int bytes) {
        if (tail + bytes - headSeen <= capacity) {
            return true;
        }
        // Acquire: pairs with release(); what the consumer has read is not overwritten before it has read it.
        final long headNow = Words.getAcquire(memory, base + RingDescriptor.HEAD_OFFSET);
        if (headNow - headSeen < 0 || published - headNow < 0) {
            broken = true;
            return false;
        }
        headSeen = headNow;
        return tail + bytes - headSeen <= capacity;
    }

    @Override
    public boolean publish() {
        if (published == tail) {
            return false;
        }
        // Release: pairs with the acquire in take(); the records are seen before the tail.
        Words.setRelease(memory, base + RingDescriptor.TAIL_OFFSET, tail);
        published = tail;
        // Pairs with the fence in arm(): either we see that the consumer sleeps, or it sees the new tail.
        Words.fullFence();
        return Words.getOpaque(memory, base + RingDescriptor.SLEEPING_OFFSET) != 0;
    }

    @Override
    public int take(final MemorySegment target, final long frame) {
        if (head == tailSeen && !seesNewTail()) {
            return broken ? BROKEN : EMPTY;
        }
        long header = Words.getOpaque(memory, records + index(head));
        if (RingDescriptor.kind(header) == RingDescriptor.PADDING) {
            final int toEnd = capacity - index(head);
            if (toEnd == capacity || toEnd >= tailSeen - head) {
                return broken(); // a whole ring of padding, or padding with nothing behind it
            }
            head += toEnd;
            header = Words.getOpaque(memory, records);
        }
        final int length = RingDescriptor.length(header);
        if (!isSound(header, length)) {
            return broken();
        }
        MemorySegment.copy(
                memory,
                records + index(head) + RingDescriptor.MARKS_OFFSET,
                target,
                frame - VirtioNetHeader.BYTES,
                length + VirtioNetHeader.BYTES);
        head += RingDescriptor.recordBytes(length);
        return length;
    }

    private boolean seesNewTail() {
        // Acquire: pairs with publish().
        final long tailNow = Words.getAcquire(memory, base + RingDescriptor.TAIL_OFFSET);
        final long bytes = tailNow - head;
        if (bytes < 0 || tailNow - released > capacity || tailNow % RingDescriptor.RECORD_ALIGNMENT != 0) {
            broken = true;
            return false;
        }
        tailSeen = tailNow;
        return bytes > 0;
    }

    /** True for a frame that ends before the tail and before the ring's end. */
    private boolean isSound(final long header, final int length) {
        if (RingDescriptor.kind(header) != RingDescriptor.FRAME || length <= 0 || length > FramePool.MAX_FRAME_BYTES) {
            return false;
        }
        return RingDescriptor.recordBytes(length) <= Math.min(tailSeen - head, capacity - index(head));
    }

    private int broken() {
        broken = true;
        return BROKEN;
    }

    @Override
    public void release() {
        if (released != head) {
            // Release: pairs with the acquire in hasRoom(); our reads are done before the producer overwrites.
            Words.setRelease(memory, base + RingDescriptor.HEAD_OFFSET, head);
            released = head;
        }
    }

    @Override
    public boolean arm() {
        Words.setOpaque(memory, base + RingDescriptor.SLEEPING_OFFSET, 1);
        // Pairs with the fence in publish().
        Words.fullFence();
        return Words.getOpaque(memory, base + RingDescriptor.TAIL_OFFSET) == head;
    }

    @Override
    public void disarm() {
        Words.setOpaque(memory, base + RingDescriptor.SLEEPING_OFFSET, 0);
    }

    @Override
    public boolean isBroken() {
        return broken;
    }

    private int index(final long position) {
        return (int) position & (capacity - 1);
    }
}

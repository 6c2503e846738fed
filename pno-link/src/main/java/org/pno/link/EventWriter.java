package org.pno.link;

import static org.pno.link.ChannelDescriptor.EVT_CAPACITY;

/**
 * The DPU's writer of one channel's EVT ring. It never overwrites what the host has not consumed: events that find the
 * ring full become debt, one bit a record, and are paid when evHead moves. Events are hints, so a record in debt owes
 * one event however often it was notified, and in any order.
 */
public final class EventWriter {
    /** Tells the generation that an event is to carry, at the time it is written. */
    @FunctionalInterface
    public interface Generations {
        int generation(int record);
    }

    private static final long[] NOTHING_OWED = {};

    private final HostMemory memory;
    private final int region;
    private final long ringOffset;
    private final int recordCount;
    private final Generations generations;

    private long next;
    private long head;

    /** Bit per record, made when the ring is full for the first time. */
    private long[] owed = NOTHING_OWED;

    private int owedCount;
    private int owedCursor;

    /** A writer of a channel whose EVT ring is all zero. */
    public EventWriter(
            final HostMemory memory,
            final int region,
            final long channelOffset,
            final int recordCount,
            final Generations generations) {
        this(memory, region, channelOffset, recordCount, generations, 0);
    }

    /** A writer of a ring in which the host expects event number {@code first} next. */
    EventWriter(
            final HostMemory memory,
            final int region,
            final long channelOffset,
            final int recordCount,
            final Generations generations,
            final long first) {
        this.memory = memory;
        this.region = region;
        this.ringOffset = channelOffset + ChannelDescriptor.EVT_OFFSET;
        this.recordCount = recordCount;
        this.generations = generations;
        this.next = first;
        this.head = first;
    }

    /**
     * Posts "look at this record", or owes it.
     *
     * @return false if it is owed: the channel must be polled, not parked, until its host line was read once more
     */
    public boolean offer(final int record) {
        if (owedCount > 0 || next - head == EVT_CAPACITY) {
            owe(record);
            return false;
        }
        post(record);
        return true;
    }

    /**
     * Takes the host's evHead, as its line had it, and posts what is owed as far as there is room now.
     *
     * @return NONE, or EV_HEAD: the arena is to be fenced
     */
    public Fence onHead(final long newHead) {
        if (newHead - head < 0 || newHead - next > 0) {
            return Fence.EV_HEAD;
        }
        head = newHead;
        while (owedCount > 0 && next - head < EVT_CAPACITY) {
            post(takeOwed());
        }
        return Fence.NONE;
    }

    private void post(final int record) {
        final long slot = next & (EVT_CAPACITY - 1);
        final long word = EventWord.encode(next, record, generations.generation(record));
        memory.writeWord(region, ringOffset + slot * EventWord.BYTES, word);
        next++;
    }

    private void owe(final int record) {
        if (owed == NOTHING_OWED) {
            owed = new long[(recordCount + Long.SIZE - 1) / Long.SIZE];
        }
        final long bit = 1L << record;
        if ((owed[record / Long.SIZE] & bit) == 0) {
            owed[record / Long.SIZE] |= bit;
            owedCount++;
        }
    }

    /** The next record in debt, taken round-robin so that none waits for ever. */
    private int takeOwed() {
        while (owed[owedCursor] == 0) {
            owedCursor = (owedCursor + 1) % owed.length;
        }
        final int record = owedCursor * Long.SIZE + Long.numberOfTrailingZeros(owed[owedCursor]);
        owed[owedCursor] &= owed[owedCursor] - 1;
        owedCount--;
        return record;
    }

    /** Records that are owed an event. */
    public int owedCount() {
        return owedCount;
    }

    /** Events posted so far, that is the number of the next. */
    public long nextEvent() {
        return next;
    }
}

package org.pno.link;

import static org.pno.link.SubmissionDescriptor.FLAGS_OFFSET;
import static org.pno.link.SubmissionDescriptor.GENERATION_OFFSET;
import static org.pno.link.SubmissionDescriptor.RECORD_OFFSET;
import static org.pno.link.SubmissionDescriptor.RX_READ_OFFSET;
import static org.pno.link.SubmissionDescriptor.TX_CHUNK_OFFSET;
import static org.pno.link.SubmissionDescriptor.TX_WRITTEN_OFFSET;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pno.memory.Words;

/**
 * A submission in private memory: the DPU's copy, or one that a host is about to put into SUB. Nothing is checked here.
 */
public final class Submission {
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG;

    /** The lap's bit in each of the four words. */
    private static final long[] LAPS = {
        Integer.toUnsignedLong(SubmissionDescriptor.LAP_OF_RECORD),
        SubmissionDescriptor.LAP_OF_POSITION,
        SubmissionDescriptor.LAP_OF_POSITION,
        (long) SubmissionDescriptor.LAP_OF_FLAGS << Integer.SIZE
    };

    private MemorySegment segment;
    private long offset;

    public Submission wrap(final MemorySegment segment, final long offset) {
        this.segment = segment;
        this.offset = offset;
        return this;
    }

    public int record() {
        return segment.get(U32, offset + RECORD_OFFSET) & ~SubmissionDescriptor.LAP_OF_RECORD;
    }

    public int generation() {
        return segment.get(U32, offset + GENERATION_OFFSET);
    }

    public long txWritten() {
        return segment.get(U64, offset + TX_WRITTEN_OFFSET)
                & ~(RecordDescriptor.WRITTEN_URGENT | SubmissionDescriptor.LAP_OF_POSITION);
    }

    /** txWritten counts only with the txUrgent that was stored before it: the host line is to be read. */
    public boolean isUrgent() {
        return (segment.get(U64, offset + TX_WRITTEN_OFFSET) & RecordDescriptor.WRITTEN_URGENT) != 0;
    }

    public long rxRead() {
        return segment.get(U64, offset + RX_READ_OFFSET) & ~SubmissionDescriptor.LAP_OF_POSITION;
    }

    public int txChunk() {
        return segment.get(U32, offset + TX_CHUNK_OFFSET);
    }

    public int flags() {
        return segment.get(U32, offset + FLAGS_OFFSET) & ~SubmissionDescriptor.LAP_OF_FLAGS;
    }

    /** True if all of it is of that submission's lap of the ring, and not of what stood in the slot before. */
    public boolean isNumber(final long number) {
        final long lap = lapMask(number);
        boolean isAll = true;
        for (int word = 0; word < LAPS.length; word++) {
            isAll &= ((segment.get(U64, offset + (long) word * Long.BYTES) ^ lap) & LAPS[word]) == 0;
        }
        return isAll;
    }

    /**
     * Stores it into SUB as that submission, whole words with their lap, the last one with release: who reads all four
     * sees what was stored before. Pairs with the DPU's acquire loads of the slot.
     */
    public void store(final MemorySegment ring, final long slotOffset, final long number) {
        final long lap = lapMask(number);
        for (int word = 0; word < LAPS.length; word++) {
            final long at = (long) word * Long.BYTES;
            final long marked = segment.get(U64, offset + at) & ~LAPS[word] | lap & LAPS[word];
            if (word < LAPS.length - 1) {
                Words.setOpaque(ring, slotOffset + at, marked);
            } else {
                Words.setRelease(ring, slotOffset + at, marked);
            }
        }
    }

    private static long lapMask(final long number) {
        return (number / ChannelDescriptor.SUB_CAPACITY & 1) == 0 ? -1L : 0L;
    }

    public Submission socket(final int record, final int generation) {
        segment.set(U32, offset + RECORD_OFFSET, record);
        segment.set(U32, offset + GENERATION_OFFSET, generation);
        return this;
    }

    public Submission positions(final long txWritten, final long rxRead) {
        segment.set(U64, offset + TX_WRITTEN_OFFSET, txWritten);
        segment.set(U64, offset + RX_READ_OFFSET, rxRead);
        return this;
    }

    public Submission txChunk(final int chunk) {
        segment.set(U32, offset + TX_CHUNK_OFFSET, chunk);
        return this;
    }

    public Submission flags(final int flags) {
        segment.set(U32, offset + FLAGS_OFFSET, flags);
        return this;
    }
}

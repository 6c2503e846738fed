package org.pno.link;

import static org.pno.link.SubmissionDescriptor.FLAGS_OFFSET;
import static org.pno.link.SubmissionDescriptor.GENERATION_OFFSET;
import static org.pno.link.SubmissionDescriptor.RECORD_OFFSET;
import static org.pno.link.SubmissionDescriptor.RX_READ_OFFSET;
import static org.pno.link.SubmissionDescriptor.TX_CHUNK_OFFSET;
import static org.pno.link.SubmissionDescriptor.TX_WRITTEN_OFFSET;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A submission in private memory: the DPU's copy, or one that a host is about to put into SUB. Nothing is checked here.
 */
public final class Submission {
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG;

    private MemorySegment segment;
    private long offset;

    public Submission wrap(final MemorySegment segment, final long offset) {
        this.segment = segment;
        this.offset = offset;
        return this;
    }

    public int record() {
        return segment.get(U32, offset + RECORD_OFFSET);
    }

    public int generation() {
        return segment.get(U32, offset + GENERATION_OFFSET);
    }

    public long txWritten() {
        return segment.get(U64, offset + TX_WRITTEN_OFFSET) & ~RecordDescriptor.WRITTEN_URGENT;
    }

    /** txWritten counts only with the txUrgent that was stored before it: the host line is to be read. */
    public boolean isUrgent() {
        return (segment.get(U64, offset + TX_WRITTEN_OFFSET) & RecordDescriptor.WRITTEN_URGENT) != 0;
    }

    public long rxRead() {
        return segment.get(U64, offset + RX_READ_OFFSET);
    }

    public int txChunk() {
        return segment.get(U32, offset + TX_CHUNK_OFFSET);
    }

    public int flags() {
        return segment.get(U32, offset + FLAGS_OFFSET);
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

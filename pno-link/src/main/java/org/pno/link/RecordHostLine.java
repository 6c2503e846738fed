package org.pno.link;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The DPU's private copy of a record's host line, HOST_LINE_WORDS words that were read in one batch. Each was whole
 * when it was read, but no two of them need be from the same moment. Nothing is checked here.
 */
public final class RecordHostLine {
    public static final int BYTES = RecordDescriptor.HOST_LINE_WORDS * Long.BYTES;

    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG;

    private MemorySegment segment;
    private long offset;

    /** Posts the read of the line into private memory, which belongs to the operation until its ticket is complete. */
    public static void post(
            final HostMemory memory,
            final int region,
            final long recordOffset,
            final MemorySegment copy,
            final long copyOffset) {
        memory.readWords(
                region,
                recordOffset + RecordDescriptor.HOST_LINE_OFFSET,
                copy,
                copyOffset,
                RecordDescriptor.HOST_LINE_WORDS);
    }

    public RecordHostLine wrap(final MemorySegment segment, final long offset) {
        this.segment = segment;
        this.offset = offset;
        return this;
    }

    public long txWritten() {
        return segment.get(U64, offset + RecordDescriptor.TX_WRITTEN_OFFSET) & ~RecordDescriptor.WRITTEN_URGENT;
    }

    /** txWritten counts only with the txUrgent that was stored before it. */
    public boolean isUrgent() {
        return (segment.get(U64, offset + RecordDescriptor.TX_WRITTEN_OFFSET) & RecordDescriptor.WRITTEN_URGENT) != 0;
    }

    /** 0, or the position behind the last urgent byte. */
    public long txUrgent() {
        return segment.get(U64, offset + RecordDescriptor.TX_URGENT_OFFSET);
    }

    public long rxRead() {
        return segment.get(U64, offset + RecordDescriptor.RX_READ_OFFSET);
    }

    /** 0, 1 + the position at which the stream ends, or TX_FIN_ABORT. */
    public long txFin() {
        return segment.get(U64, offset + RecordDescriptor.TX_FIN_OFFSET);
    }

    public long txWait() {
        return segment.get(U64, offset + RecordDescriptor.TX_WAIT_OFFSET);
    }

    public int requestNumber() {
        return segment.get(U32, offset + RecordDescriptor.REQUEST_OFFSET);
    }

    public int requestKind() {
        return segment.get(U32, offset + RecordDescriptor.REQUEST_OFFSET + Integer.BYTES);
    }

    /** How often the host has asked for TCP_INFO. */
    public long infoAsked() {
        return segment.get(U64, offset + RecordDescriptor.INFO_ASKED_OFFSET);
    }

    public int eventChannel() {
        return segment.get(U32, offset + RecordDescriptor.EV_CHANNEL_OFFSET);
    }

    public int generation() {
        return segment.get(U32, offset + RecordDescriptor.GENERATION_OFFSET);
    }
}

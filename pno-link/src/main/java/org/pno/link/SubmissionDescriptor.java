package org.pno.link;

/**
 * Layout of a submission, host to DPU: "look at this socket". A hint: late, twice or lost, it does no harm.
 *
 * <pre>
 *   0        4       8            16          24        28       32
 *   +--------+-------+------------+-----------+---------+--------+
 *   | record | gen   | txWritten  | rxRead    | txChunk | flags  |
 *   +--------+-------+------------+-----------+---------+--------+
 * </pre>
 *
 * The positions and txChunk repeat the record's state at the time of writing and save the DPU a read. Each of the four
 * words has one bit for its lap, so that a submission can be told from what stood in its slot before without a look at
 * subTail: the bits are set in the first turn of the ring, clear in the second, and so on.
 */
public final class SubmissionDescriptor {
    public static final int RECORD_OFFSET = 0; // u32
    public static final int GENERATION_OFFSET = 4; // u32
    public static final int TX_WRITTEN_OFFSET = 8; // u64
    public static final int RX_READ_OFFSET = 16; // u64
    /** The map entry that covers byte txWritten - 1, or {@link RecordDescriptor#NO_CHUNK}. */
    public static final int TX_CHUNK_OFFSET = 24; // u32

    public static final int FLAGS_OFFSET = 28; // u32
    public static final int BYTES = 32;

    /** Re-read the host line: txFin, txWait, txUrgent, evChannel or request changed. */
    public static final int FLAG_HOST_LINE = 1;
    /** Re-read the options lines. */
    public static final int FLAG_OPTIONS = 2;
    /** A holder bit of this record was cleared. */
    public static final int FLAG_RELEASED = 4;

    /** More will follow what is written up to here (MSG_MORE): a partial segment may wait for it. */
    public static final int FLAG_MORE = 8;

    /** The lap's bit in record, and thereby in the first word. */
    public static final int LAP_OF_RECORD = 1 << 31;
    /** The lap's bit in txWritten and in rxRead. */
    public static final long LAP_OF_POSITION = 1L << 62;
    /** The lap's bit in flags, and thereby in the last word, which is stored last. Writer: host, release. */
    public static final int LAP_OF_FLAGS = 1 << 31;

    private SubmissionDescriptor() {}
}

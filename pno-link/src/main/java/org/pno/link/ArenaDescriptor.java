package org.pno.link;

/**
 * Layout of an arena: the sealed memfd that a host process shares with the DPU. All fields are little-endian, all
 * offsets count from the arena's start.
 *
 * <pre>
 *   0        4096                                                                                totalBytes
 *   +--------+----------+---------+----------+-----------------------+---------------------------+
 *   | header | channels | records | holders  | tx pool               | rx pool                   |
 *   |        | x stride | x stride| x stride | txChunks x CHUNK_BYTES | rxChunks x CHUNK_BYTES   |
 *   +--------+----------+---------+----------+-----------------------+---------------------------+
 *     host     both       both      host       host                    DPU                    (who writes)
 * </pre>
 *
 * The host writes the header before the arena is passed to the DPU; the DPU reads it once, checks it against its own
 * limits, and never looks at it again.
 */
public final class ArenaDescriptor {
    /** ASCII "PNOARENA", little-endian. */
    public static final long MAGIC = 0x414E_4552_414F_4E50L;

    /** Version of every layout in this package and of the handshake; both sides must have the same. */
    public static final int VERSION = 2;

    public static final int HEADER_BYTES = 4096;

    public static final int MAGIC_OFFSET = 0; // u64
    public static final int VERSION_OFFSET = 8; // u32
    public static final int CHANNEL_COUNT_OFFSET = 12; // u32
    public static final int RECORD_COUNT_OFFSET = 16; // u32
    public static final int HOLDER_COUNT_OFFSET = 20; // u32
    public static final int TX_CHUNKS_OFFSET = 24; // u32
    public static final int RX_CHUNKS_OFFSET = 28; // u32
    public static final int CHANNELS_OFFSET = 32; // u64
    public static final int RECORDS_OFFSET = 40; // u64
    public static final int HOLDERS_OFFSET = 48; // u64
    public static final int TX_POOL_OFFSET = 56; // u64
    public static final int RX_POOL_OFFSET = 64; // u64
    public static final int TOTAL_BYTES_OFFSET = 72; // u64
    /** Bytes of the header that mean something. */
    public static final int FIELDS_BYTES = 80;

    /** Channels, records and holders start on a cache line. */
    public static final int LINE_BYTES = 64;

    /** The pools start on a page. */
    public static final int PAGE_BYTES = 4096;

    /** A chunk is the unit in which S-rings take and return memory: 16 KiB. */
    public static final int CHUNK_SHIFT = 14;

    public static final int CHUNK_BYTES = 1 << CHUNK_SHIFT;

    /** Entries of one S-ring's map. */
    public static final int MAP_ENTRIES = 128;

    /**
     * Bytes that may be outstanding in one S-ring, 2 MiB less a chunk: a full map would let the first and the last of
     * them, in the same entry but different chunks, be live at once.
     */
    public static final int STREAM_BYTES = (MAP_ENTRIES - 1) * CHUNK_BYTES;

    /** Bound on each count in the header; what exceeds it is refused at the handshake. */
    public static final int MAX_CHANNELS = 256;

    public static final int MAX_RECORDS = 1 << 17;
    public static final int MAX_HOLDERS = 256;
    public static final int MAX_CHUNKS = 1 << 18;

    private ArenaDescriptor() {}

    /** Bytes of one holder slot's bitmap, a bit per record, rounded up to a cache line, behind the slot's own line. */
    public static long holderStride(final int recordCount) {
        return HolderDescriptor.BITMAP_OFFSET + (((recordCount + 511L) / 512L) * 64L);
    }
}

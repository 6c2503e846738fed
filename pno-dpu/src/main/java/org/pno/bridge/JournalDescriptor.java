package org.pno.bridge;

/**
 * Layout of the journal: what a DPU that starts again needs to know and cannot read from arenas (rule 3). Memory
 * private to the DPU, a memfd that its supervisor can keep; one writer, the bridge's thread. Little-endian. An entry
 * counts while its first word is {@link #LIVE}; that word is written last when an entry is made, and first when it
 * ends.
 *
 * <pre>
 *   0        4096      + 64 x ARENAS   + 64 x LISTENERS   + 128 x connectionCapacity
 *   +--------+---------+---------------+------------------------+
 *   | header | arenas  | listeners     | connections            |
 *   +--------+---------+---------------+------------------------+
 *
 *   header      0 magic u64   8 version u32  12 connectionCapacity u32  16 epoch u64  24 (rsvd)  64 secrets, 64 bytes
 *
 *   arena       0 live u64    8 uid u32  12 channelCount u32  16 recordCount u32  20 holderCount u32
 *              24 txChunks u32  28 rxChunks u32  32 totalBytes u64                      by arena number
 *
 *   listener    0 live u64    8 arena u32  12 record u32  16 generation u32  20 backlog u32
 *              24 addressHi u64  32 addressLo u64  40 port u32                          by the stack's listener number
 *
 *   connection  0 live u64    8 edge u64  16 finSent u64
 *              24 arena u32  28 record u32  32 generation u32  36 iss u32  40 irs u32  44 timestampOffset u32
 *              48 mss u32  52 sndWindowScale u8  53 rcvWindowScale u8  54 options u16
 *              56 localPort u16  58 remotePort u16
 *              64 localHi u64  72 localLo u64  80 remoteHi u64  88 remoteLo u64     by the stack's connection number
 * </pre>
 *
 * edge, the advertised right edge, is a stream position, written before the segment that advertises it goes out.
 */
public final class JournalDescriptor {
    /** ASCII "PNOJOURN", little-endian. */
    public static final long MAGIC = 0x4E52_554F_4A4F_4E50L;

    public static final int VERSION = 1;
    public static final long LIVE = 1;

    public static final int HEADER_BYTES = 4096;
    public static final int MAGIC_OFFSET = 0;
    public static final int VERSION_OFFSET = 8;
    public static final int CAPACITY_OFFSET = 12;
    public static final int EPOCH_OFFSET = 16;
    public static final int SECRETS_OFFSET = 64;
    public static final int SECRETS_BYTES = 64;

    public static final int LIVE_OFFSET = 0;

    public static final int ARENAS = 1024;
    public static final int ARENA_BYTES = 64;
    public static final int ARENA_UID_OFFSET = 8;
    public static final int ARENA_CHANNELS_OFFSET = 12;
    public static final int ARENA_RECORDS_OFFSET = 16;
    public static final int ARENA_HOLDERS_OFFSET = 20;
    public static final int ARENA_TX_CHUNKS_OFFSET = 24;
    public static final int ARENA_RX_CHUNKS_OFFSET = 28;
    public static final int ARENA_TOTAL_BYTES_OFFSET = 32;

    public static final int LISTENERS = 1024;
    public static final int LISTENER_BYTES = 64;
    public static final int LISTENER_ARENA_OFFSET = 8;
    public static final int LISTENER_RECORD_OFFSET = 12;
    public static final int LISTENER_GENERATION_OFFSET = 16;
    public static final int LISTENER_BACKLOG_OFFSET = 20;
    public static final int LISTENER_ADDRESS_HI_OFFSET = 24;
    public static final int LISTENER_ADDRESS_LO_OFFSET = 32;
    public static final int LISTENER_PORT_OFFSET = 40;

    public static final int CONNECTION_BYTES = 128;
    public static final int EDGE_OFFSET = 8;
    public static final int FIN_SENT_OFFSET = 16;
    public static final int ARENA_OFFSET = 24;
    public static final int RECORD_OFFSET = 28;
    public static final int GENERATION_OFFSET = 32;
    public static final int ISS_OFFSET = 36;
    public static final int IRS_OFFSET = 40;
    public static final int TIMESTAMP_OFFSET_OFFSET = 44;
    public static final int MSS_OFFSET = 48;
    public static final int SND_WINDOW_SCALE_OFFSET = 52;
    public static final int RCV_WINDOW_SCALE_OFFSET = 53;
    public static final int OPTIONS_OFFSET = 54;
    public static final int LOCAL_PORT_OFFSET = 56;
    public static final int REMOTE_PORT_OFFSET = 58;
    public static final int LOCAL_HI_OFFSET = 64;
    public static final int LOCAL_LO_OFFSET = 72;
    public static final int REMOTE_HI_OFFSET = 80;
    public static final int REMOTE_LO_OFFSET = 88;

    public static final int OPTION_SACK = 1;
    public static final int OPTION_TIMESTAMPS = 2;

    private JournalDescriptor() {}

    public static long arenaOffset(final int arena) {
        return HEADER_BYTES + (long) arena * ARENA_BYTES;
    }

    public static long listenerOffset(final int listener) {
        return arenaOffset(ARENAS) + (long) listener * LISTENER_BYTES;
    }

    public static long connectionOffset(final int connection) {
        return listenerOffset(LISTENERS) + (long) connection * CONNECTION_BYTES;
    }

    /** Bytes of a journal for connections 0 to {@code connectionCapacity} - 1. */
    public static long bytes(final int connectionCapacity) {
        return connectionOffset(connectionCapacity);
    }
}

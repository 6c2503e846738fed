package org.pno.link;

/**
 * Layout of a socket record: everything that is true about one socket, as cumulative positions and state words with one
 * writer each.
 *
 * <pre>
 *       0          8          16          24         32               40          44     48          56
 *  host +----------+----------+-----------+----------+----------------+-----------+------+-----------+----------+
 *  line | txWritten| rxRead   | txFin     | txWait   | request        | evChannel | gen  | infoAsked | txUrgent |
 *   64  +----------+----------+-----------+----------+----------------+-----------+------+-----------+----------+
 *  DPU  | txAcked  | rxCommit | rxFin     | status   | requestDone    | infoTold         | rxUrgent  | txSent   |
 *  128  +----------+----------+-----------+----------+----------------+-----------+------+-----------+----------+
 *  opt  | optionFlags ipBytes| rcvBuf keepIdle | keepIntvl keepCnt | userTimeout maxSeg | congestion synCnt|  host
 *       | linger2 deferAccept | windowClamp quickAck | ...                                                |
 *  192  +--------------------------------------------------------------------------------------------------+
 *  addr | localAddress[16] remoteAddress[16] localPort remotePort family                                    |  host
 *  256  +--------------------------------------------------------------------------------------------------+
 *  info | localAddress[16] remoteAddress[16] localPort remotePort family                                    |  DPU
 *  320  +--------------------------------------------------------------------------------------------------+
 *       | txMap: 128 x u32 chunk numbers (host)                                                             |
 *  832  +--------------------------------------------------------------------------------------------------+
 *       | rxMap: 128 x u32 chunk numbers (DPU)                                                              |
 * 1344  +--------------------------------------------------------------------------------------------------+
 *       | tcpInfo: struct tcp_info of linux/tcp.h, and room for more of it                                  |  DPU
 * 1600  +--------------------------------------------------------------------------------------------------+
 * </pre>
 */
public final class RecordDescriptor {
    public static final int HOST_LINE_OFFSET = 0;
    /**
     * Bytes the program has written, cumulative. Writer: host, release. Never beyond txAcked + STREAM_BYTES. Bit 63 is
     * {@link #WRITTEN_URGENT}; so in a submission.
     */
    public static final int TX_WRITTEN_OFFSET = 0; // u64
    /** Bytes the program has read, cumulative. Writer: host, release. Never more than rxCommitted. */
    public static final int RX_READ_OFFSET = 8; // u64
    /** 0, or 1 + the position at which the stream ends, or {@link #TX_FIN_ABORT}; only grows. Writer: host. */
    public static final int TX_FIN_OFFSET = 16; // u64
    /** 0, or: send an event once txAcked, or with {@link #TX_WAIT_SENT} txSent, has reached this. Writer: host. */
    public static final int TX_WAIT_OFFSET = 24; // u64
    /** Low half: request number; high half: one of the REQUEST values. Writer: host. */
    public static final int REQUEST_OFFSET = 32; // u64
    /** The channel whose EVT ring takes this record's events, or {@link #ALL_CHANNELS}. Writer: host. */
    public static final int EV_CHANNEL_OFFSET = 40; // u32
    /** Generation; the host bumps it each time the record is taken. Writer: host. */
    public static final int GENERATION_OFFSET = 44; // u32

    /** How often the host has asked for {@link #TCP_INFO_OFFSET}. Writer: host, release; only grows. */
    public static final int INFO_ASKED_OFFSET = 48; // u64

    /** 0, or the position behind the last urgent byte (MSG_OOB); only grows. Writer: host, before txWritten. */
    public static final int TX_URGENT_OFFSET = 56; // u64

    public static final int DPU_LINE_OFFSET = 64;
    /** Bytes acknowledged by the peer and no longer read by any DMA, cumulative. Writer: DPU. */
    public static final int TX_ACKED_OFFSET = 64; // u64
    /** Bytes in order in the receive S-ring, cumulative. Writer: DPU, after the bytes and their map entries. */
    public static final int RX_COMMITTED_OFFSET = 72; // u64
    /** 0, or 1 + the position at which the peer's FIN stands. Writer: DPU. */
    public static final int RX_FIN_OFFSET = 80; // u64
    /** Status word, see {@link SocketStatus}. Writer: DPU. */
    public static final int STATUS_OFFSET = 88; // u64
    /** Low half: number of the request answered; high half: errno or 0. Writer: DPU. */
    public static final int REQUEST_DONE_OFFSET = 96; // u64

    /** The infoAsked that the bytes at {@link #TCP_INFO_OFFSET} answer. Writer: DPU, after the bytes. */
    public static final int INFO_TOLD_OFFSET = 104; // u64

    /** 0, or 1 + position of the peer's urgent byte, with {@link #URGENT_HERE}. Writer: DPU, before rxCommitted. */
    public static final int RX_URGENT_OFFSET = 112; // u64

    /** Bytes that were sent at least once, cumulative; 0 without {@link #OPTION_TX_SENT}. Writer: DPU. */
    public static final int TX_SENT_OFFSET = 120; // u64

    public static final int HOST_LINE_WORDS = 8;
    public static final int DPU_LINE_WORDS = 8;

    /** In txWritten: txUrgent is beyond what the peer has acknowledged, and is to be read before this counts. */
    public static final long WRITTEN_URGENT = 1L << 63;

    /** In rxUrgent: the urgent byte stands in the S-ring, in order or not. */
    public static final long URGENT_HERE = 1L << 63;

    public static final int OPTIONS_LINE_OFFSET = 128;
    public static final int OPTION_FLAGS_OFFSET = 128; // u32
    /** IP_TOS, of which the two bits of ECN do not count. */
    public static final int TOS_OFFSET = 132; // u8
    /** IPV6_TCLASS, likewise. */
    public static final int TRAFFIC_CLASS_OFFSET = 133; // u8
    /** IP_TTL, 0 for the default. */
    public static final int TTL_OFFSET = 134; // u8
    /** IPV6_UNICAST_HOPS; in force with {@link #OPTION_HOP_LIMIT}. */
    public static final int HOP_LIMIT_OFFSET = 135; // u8

    /** Bytes as the program asked, 0 for the default. */
    public static final int RCVBUF_OFFSET = 136; // u32
    /** Seconds, 0 for the default; likewise keepIntvl. */
    public static final int KEEP_IDLE_OFFSET = 140; // u32

    public static final int KEEP_INTVL_OFFSET = 144; // u32
    public static final int KEEP_CNT_OFFSET = 148; // u32
    /** Milliseconds, 0 for none. */
    public static final int USER_TIMEOUT_OFFSET = 152; // u32

    public static final int MAX_SEG_OFFSET = 156; // u32
    /** TCP_CONGESTION as one of the CONGESTION values; the DPU's default is 0. */
    public static final int CONGESTION_OFFSET = 160; // u32

    /** TCP_SYNCNT, 0 for the default. */
    public static final int SYN_COUNT_OFFSET = 164; // u32
    /** TCP_LINGER2 in seconds, 0 for the default, -1 for none. */
    public static final int LINGER2_OFFSET = 168; // i32
    /** TCP_DEFER_ACCEPT as SYN-ACKs that may be repeated before data is waited for no longer; 0: off. */
    public static final int DEFER_ACCEPT_OFFSET = 172; // u32
    /** TCP_WINDOW_CLAMP in bytes, 0 for none. */
    public static final int WINDOW_CLAMP_OFFSET = 176; // u32
    /** TCP_QUICKACK: what it was set to last, in bit 0, and above it how often; 0: never. */
    public static final int QUICK_ACK_OFFSET = 180; // u32

    public static final int CONGESTION_DEFAULT = 0;
    public static final int CONGESTION_RENO = 1;
    public static final int CONGESTION_CUBIC = 2;
    public static final int CONGESTION_DCTCP = 3;
    public static final int CONGESTION_BBR = 4;

    /** SO_MAX_PACING_RATE, bytes per second, 0 for none. */
    public static final int MAX_PACING_RATE_OFFSET = 184; // u64

    public static final int OPTION_NODELAY = 1;
    public static final int OPTION_CORK = 2;
    public static final int OPTION_KEEPALIVE = 4;
    public static final int OPTION_REUSEPORT = 8;
    /** Of a connect: TCP Fast Open. What stands up to txWritten when the request is read may go with the SYN. */
    public static final int OPTION_FASTOPEN = 16;
    /** TCP_FASTOPEN_NO_COOKIE. */
    public static final int OPTION_FASTOPEN_NO_COOKIE = 32;
    /** The host wants to know txSent: TCP_NOTSENT_LOWAT is set. */
    public static final int OPTION_TX_SENT = 64;
    /** IPV6_UNICAST_HOPS is set. */
    public static final int OPTION_HOP_LIMIT = 128;
    /** The upper half of the option flags is TCP_FASTOPEN of a listener, connections; 0: off. */
    public static final int FASTOPEN_QUEUE_SHIFT = 16;

    /** The host's address line: what connect was asked for. A local port of 0 asks for an ephemeral one. */
    public static final int HOST_ADDRESS_LINE_OFFSET = 192;
    /** The DPU's address line: what the connection has. */
    public static final int INFO_LINE_OFFSET = 256;

    /** Offsets inside either address line; addresses in network byte order, IPv4 in the first four bytes. */
    public static final int ADDRESS_LOCAL = 0; // 16 bytes

    public static final int ADDRESS_REMOTE = 16; // 16 bytes
    public static final int ADDRESS_LOCAL_PORT = 32; // u16, host byte order
    public static final int ADDRESS_REMOTE_PORT = 34; // u16, host byte order
    /** 4 or 6. */
    public static final int ADDRESS_FAMILY = 36; // u16

    public static final int TX_MAP_OFFSET = 320;
    public static final int RX_MAP_OFFSET = TX_MAP_OFFSET + ArenaDescriptor.MAP_ENTRIES * 4;
    /** What getsockopt(TCP_INFO) tells, as the host's struct tcp_info has it. Writer: DPU, when asked. */
    public static final int TCP_INFO_OFFSET = RX_MAP_OFFSET + ArenaDescriptor.MAP_ENTRIES * 4;

    public static final int TCP_INFO_BYTES = 248;
    public static final int BYTES = TCP_INFO_OFFSET + 256;

    public static final int NO_CHUNK = 0xFFFF_FFFF;

    /** In evChannel: each channel of the arena that a process has. For sockets that several processes wait for. */
    public static final int ALL_CHANNELS = 0xFFFF_FFFF;

    /** In txWait: the position below this bit is one of txSent. */
    public static final long TX_WAIT_SENT = 1L << 62;

    /** In txFin: reset the connection, drop what is unsent. */
    public static final long TX_FIN_ABORT = -1L;

    public static final int REQUEST_CONNECT = 1;

    private RecordDescriptor() {}
}

package org.pno.link;

/**
 * Messages of the control socket, a UNIX SOCK_SEQPACKET socket: one message a packet, descriptors by SCM_RIGHTS, the
 * peer's identity by SO_PEERCRED. Every request gets exactly one reply; a client has one request outstanding.
 *
 * <pre>
 *   0       4        8
 *   +-------+--------+---------------------+
 *   | type  | version| body, by type       |
 *   +-------+--------+---------------------+
 *
 *   HELLO    8 kind u32                                        -> WELCOME + fd: the bell that wakes the DPU
 *   ARENA    8 (empty)   + fds: the arena, the family's memory  -> OK, value = arena number
 *   CHANNEL  8 arena u32  12 channel u32    + fd: its bell     -> OK
 *   HOLDER   8 arena u32  12 slot u32       (after fork)       -> OK   (a HELLO on a new connection came before)
 *   LISTEN   8 arena u32  12 record u32  16 gen u32  20 backlog u32
 *                                 + fd: the bound placeholder -> OK
 *   QUERY    8 what u32                                        -> TEXT*, TEXT with no body ends it
 *   STOP     8 (empty)                      root or owner only -> OK
 *
 *   CAPTURE  8 snap u32   12 port u32  16 count u32  20 (rsvd)  24 host 16 bytes  40 connections x 40 bytes
 *              connection: 16 + 16 bytes, port u16, other port u16, (rsvd) u32
 *                                 -> OK, value = room of the ring in bytes, + fds: the ring, its bell
 *
 *   IDENTITY 8 arena u32  12 record u32  16 gen u32            -> OK + fd: names the connection, in any process
 *   JOIN     8 (empty)   + fd: what names a socket              -> JOINED + fds: the arena, the family's memory
 *   UNLISTEN 8 arena u32  12 record u32  16 gen u32            -> OK   (its kernel socket lives on)
 *   SPARE    8 (empty)                                         -> OK + fd: a connection for a child, HELLO comes first
 *   CALLS    8 count u32  12 (rsvd)  16 counts x 16 bytes      -> OK   (what was asked for in vain since the start)
 *              count: call u32, level u16, option u16, times u64
 *
 *   JOINED   8 arena u32  12 record u32  16 gen u32  20 role u32
 *   WELCOME  8 epoch u64  16 addressCount u32  20 (rsvd)  24 addresses x 24 bytes
 *              address: family u16 (4 or 6), prefixLength u16, (rsvd) u32, 16 bytes
 *   OK       8 value u32
 *   ERROR    8 errno u32  12 length u32  16 UTF-8 text
 *   TEXT     8 length u32 12 UTF-8 text
 * </pre>
 *
 * <p>Addresses of CAPTURE are 16 bytes in network order, IPv4 as IPv4-mapped; all zero is any.
 */
public final class HandshakeDescriptor {
    public static final int TYPE_OFFSET = 0; // u32
    public static final int VERSION_OFFSET = 4; // u32
    public static final int BODY_OFFSET = 8;
    public static final int MAX_BYTES = 32 * 1024;

    public static final int HELLO = 1;
    public static final int ARENA = 2;
    public static final int CHANNEL = 3;
    public static final int HOLDER = 4;
    public static final int LISTEN = 5;
    public static final int QUERY = 6;
    public static final int STOP = 7;
    public static final int CAPTURE = 8;
    public static final int IDENTITY = 9;
    public static final int JOIN = 10;
    public static final int UNLISTEN = 11;
    public static final int SPARE = 12;
    public static final int CALLS = 13;
    public static final int WELCOME = 16;
    public static final int OK = 17;
    public static final int ERROR = 18;
    public static final int TEXT = 19;
    public static final int JOINED = 20;

    /** HELLO kinds: a program under the shim, a forked child of one, a tool that only asks. */
    public static final int KIND_PROGRAM = 1;

    public static final int KIND_CHILD = 2;
    public static final int KIND_TOOL = 3;

    /** What JOINED says of a record. */
    public static final int ROLE_CONNECTION = 1;

    public static final int ROLE_LISTENER = 2;

    public static final int QUERY_CONNECTIONS = 1;
    public static final int QUERY_COUNTERS = 2;
    public static final int QUERY_CALLS = 3;

    public static final int HELLO_KIND_OFFSET = 8; // u32
    public static final int HELLO_BYTES = 12;
    public static final int ARENA_BYTES = 8;
    public static final int CHANNEL_ARENA_OFFSET = 8; // u32
    public static final int CHANNEL_NUMBER_OFFSET = 12; // u32
    public static final int CHANNEL_BYTES = 16;
    public static final int HOLDER_ARENA_OFFSET = 8; // u32
    public static final int HOLDER_SLOT_OFFSET = 12; // u32
    public static final int HOLDER_BYTES = 16;
    public static final int LISTEN_ARENA_OFFSET = 8; // u32
    public static final int LISTEN_RECORD_OFFSET = 12; // u32
    public static final int LISTEN_GENERATION_OFFSET = 16; // u32
    public static final int LISTEN_BACKLOG_OFFSET = 20; // u32
    public static final int LISTEN_BYTES = 24;
    public static final int QUERY_WHAT_OFFSET = 8; // u32
    public static final int QUERY_BYTES = 12;
    public static final int STOP_BYTES = 8;
    public static final int CAPTURE_SNAP_OFFSET = 8; // u32
    public static final int CAPTURE_PORT_OFFSET = 12; // u32
    public static final int CAPTURE_COUNT_OFFSET = 16; // u32
    public static final int CAPTURE_HOST_OFFSET = 24; // 16 bytes
    public static final int CAPTURE_CONNECTIONS_OFFSET = 40;
    public static final int CAPTURE_CONNECTION_BYTES = 40;
    public static final int CAPTURE_MAX_CONNECTIONS = 64;

    /** Of IDENTITY, UNLISTEN and JOINED. */
    public static final int SOCKET_ARENA_OFFSET = 8; // u32

    public static final int SOCKET_RECORD_OFFSET = 12; // u32
    public static final int SOCKET_GENERATION_OFFSET = 16; // u32
    public static final int SOCKET_BYTES = 20;
    public static final int JOINED_ROLE_OFFSET = 20; // u32
    public static final int JOINED_BYTES = 24;
    public static final int JOIN_BYTES = 8;
    public static final int SPARE_BYTES = 8;
    public static final int CALLS_COUNT_OFFSET = 8; // u32
    public static final int CALLS_COUNTS_OFFSET = 16;

    /** Offsets inside one count of CALLS. */
    public static final int CALL_NUMBER = 0; // u32

    public static final int CALL_LEVEL = 4; // u16
    public static final int CALL_OPTION = 6; // u16
    public static final int CALL_TIMES = 8; // u64
    public static final int CALL_BYTES = 16;

    /** Different counts of one program; the shim counts no more, and a CALLS that has more is malformed. */
    public static final int MAX_CALLS = 64;

    public static final int OK_VALUE_OFFSET = 8; // u32
    public static final int OK_BYTES = 12;
    public static final int ERROR_ERRNO_OFFSET = 8; // u32
    public static final int ERROR_LENGTH_OFFSET = 12; // u32
    public static final int ERROR_TEXT_OFFSET = 16;
    public static final int TEXT_LENGTH_OFFSET = 8; // u32
    public static final int TEXT_TEXT_OFFSET = 12;

    public static final int WELCOME_EPOCH_OFFSET = 8;
    public static final int WELCOME_ADDRESS_COUNT_OFFSET = 16;
    public static final int WELCOME_ADDRESSES_OFFSET = 24;
    public static final int WELCOME_ADDRESS_BYTES = 24;

    /** Offsets inside one address of WELCOME; the 16 bytes in network order, IPv4 in the first four. */
    public static final int ADDRESS_FAMILY = 0; // u16

    public static final int ADDRESS_PREFIX = 2; // u16
    public static final int ADDRESS_BYTES = 8; // 16 bytes

    /** More addresses than any DPU has; a WELCOME that claims more is malformed. */
    public static final int MAX_ADDRESSES = 256;

    private HandshakeDescriptor() {}
}

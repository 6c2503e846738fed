package org.pno.relay;

import org.pno.link.HandshakeDescriptor;

/**
 * Records between {@code pno host} and the DPU, inside of TLS, little-endian. Each side's first is HELLO; in place of
 * it the DPU may send REFUSED. A number of a connection is the host's and is not used again while the link stands; so
 * are the numbers of things.
 *
 * <pre>
 *   0        4       8            12
 *   +--------+-------+------------+---------------+
 *   | length | type  | connection | body, by type |     length of the whole record; connection 0 where there is none
 *   +--------+-------+------------+---------------+
 *
 *   both     HELLO    12 relay version u32  16 link version u32  20 length u32  24 UTF-8: the DPU's names the fabric
 *            CLOSED   a control connection is over
 *   host     OPEN     12 pid u32  16 uid u32  20 gid u32
 *            REQUEST  12 count u32  16 things x 40  .. the message as it came
 *            ENDPOINT 12 number u32  16 length u32  20 name on the fabric, for ARENA
 *            RANG     the DPU's bell of that connection was rung
 *            EXITED   the connection's process is gone
 *            UNNAMED  12 (rsvd)  16 inodes u64: of names whose last copy is closed
 *            LOOKED   12 (rsvd)  16 inodes u64: of kernel sockets that are open, answers LOOK
 *   DPU      REFUSED  12 length u32  16 UTF-8, then the end
 *            REPLY    12 count u32  16 numbers u32 of things that go with it  .. the message as it goes
 *            RING     12 numbers u32 of bells
 *            DROP     12 numbers u32 of things that are needed no more
 *            LOOK     12 (rsvd)  16 inodes u64: which of these kernel sockets are open?
 *
 *   thing    0 kind u32  4 number u32  8 four words u64, by kind
 *            ARENA        bytes, memory key, base, number of its ENDPOINT
 *            FAMILY       bytes
 *            BELL         (none)
 *            PLACEHOLDER  high and low half of the address, port, inode
 *            NAME         inode
 * </pre>
 */
public final class RelayDescriptor {
    /** Of these records; the messages within have the link's. */
    public static final int VERSION = 1;

    public static final int LENGTH_OFFSET = 0; // u32
    public static final int TYPE_OFFSET = 4; // u32
    public static final int CONNECTION_OFFSET = 8; // u32
    public static final int BODY_OFFSET = 12;

    public static final int HELLO = 1;
    public static final int CLOSED = 2;
    public static final int OPEN = 3;
    public static final int REQUEST = 4;
    public static final int RANG = 5;
    public static final int EXITED = 6;
    public static final int UNNAMED = 7;
    public static final int LOOKED = 8;
    public static final int ENDPOINT = 9;
    public static final int REFUSED = 16;
    public static final int REPLY = 17;
    public static final int RING = 18;
    public static final int DROP = 19;
    public static final int LOOK = 20;

    public static final int HELLO_VERSION_OFFSET = 12; // u32
    public static final int HELLO_LINK_VERSION_OFFSET = 16; // u32
    public static final int HELLO_LENGTH_OFFSET = 20; // u32
    public static final int HELLO_FABRIC_OFFSET = 24;
    public static final int MAX_FABRIC_BYTES = 64;

    public static final int ENDPOINT_NUMBER_OFFSET = 12; // u32
    public static final int ENDPOINT_LENGTH_OFFSET = 16; // u32
    public static final int ENDPOINT_NAME_OFFSET = 20;
    /** More than any provider's name has. */
    public static final int MAX_ENDPOINT_BYTES = 256;

    public static final int OPEN_PID_OFFSET = 12; // u32
    public static final int OPEN_UID_OFFSET = 16; // u32
    public static final int OPEN_GID_OFFSET = 20; // u32
    public static final int OPEN_BYTES = 24;

    /** Of REQUEST and REPLY. */
    public static final int COUNT_OFFSET = 12; // u32

    public static final int ELEMENTS_OFFSET = 16;
    public static final int THING_BYTES = 40;
    /** No message takes more things with it. */
    public static final int MAX_THINGS = 2;

    /** Offsets inside a thing. */
    public static final int THING_KIND = 0; // u32

    public static final int THING_NUMBER = 4; // u32
    public static final int THING_WORDS = 8; // 4 x u64

    /** Of UNNAMED, LOOK and LOOKED. */
    public static final int INODES_OFFSET = 16;

    /** Of RING and DROP. */
    public static final int NUMBERS_OFFSET = 12;

    /** Inodes or numbers in one record. */
    public static final int MAX_LIST = 1024;

    public static final int TEXT_LENGTH_OFFSET = 12; // u32
    public static final int TEXT_OFFSET = 16;
    public static final int MAX_TEXT_BYTES = 1024;

    public static final int MAX_BYTES = ELEMENTS_OFFSET + MAX_THINGS * THING_BYTES + HandshakeDescriptor.MAX_BYTES;

    private RelayDescriptor() {}
}

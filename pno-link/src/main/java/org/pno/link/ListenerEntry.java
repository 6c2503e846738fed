package org.pno.link;

/**
 * The unit of a listener's streams. A listener's record is a socket whose transmit S-ring carries credits (free records
 * that the host offers for accepted connections) and whose receive S-ring carries accepted connections, 8 bytes each:
 *
 * <pre>
 *   0        4            8
 *   +--------+------------+
 *   | record | generation |
 *   +--------+------------+
 * </pre>
 *
 * txAcked counts credits taken, rxCommitted connections established, rxRead connections accepted, all in bytes.
 */
public final class ListenerEntry {
    public static final int BYTES = 8;
    public static final int RECORD_OFFSET = 0; // u32
    public static final int GENERATION_OFFSET = 4; // u32

    private ListenerEntry() {}

    public static long encode(final int record, final int generation) {
        return Integer.toUnsignedLong(record) | ((long) generation << 32);
    }

    public static int record(final long entry) {
        return (int) entry;
    }

    public static int generation(final long entry) {
        return (int) (entry >>> 32);
    }
}

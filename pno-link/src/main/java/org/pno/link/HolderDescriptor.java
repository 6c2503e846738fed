package org.pno.link;

/**
 * Layout of a holder slot: which process of a fork family holds which sockets of the arena.
 *
 * <pre>
 *   0        8       16                64                      64 + recordCount/8
 *   +--------+-------+-----------------+------------------------+
 *   | state  | pid   | (reserved)      | bit n: holds record n  |
 *   +--------+-------+-----------------+------------------------+
 * </pre>
 *
 * A slot is written by its own process (and, before the process exists, by its parent during fork). A socket whose bit
 * is clear in every live slot is closed.
 */
public final class HolderDescriptor {
    public static final int STATE_OFFSET = 0; // u64
    public static final int PID_OFFSET = 8; // u64
    public static final int BITMAP_OFFSET = 64;

    public static final int STATE_FREE = 0;

    /** A parent has filled the slot for a child that has not yet spoken; pid is the parent's. */
    public static final int STATE_FORKING = 1;

    public static final int STATE_LIVE = 2;

    private HolderDescriptor() {}
}

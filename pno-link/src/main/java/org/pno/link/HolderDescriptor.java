package org.pno.link;

/**
 * Layout of a holder slot: which process of a fork family holds which sockets of the arena.
 *
 * <pre>
 *   0        8       16                64                      64 + recordCount/8
 *   +--------+-------+-----------------+------------------------+
 *   | state  | pid   | (reserved)      | bit n: holds record n  |
 *   +--------+-------+-----------------+------------------------+
 *
 *   state:  63        32 31     0
 *          | filled by | STATE_* |
 * </pre>
 *
 * A slot is written by its own process and, before that exists, by the parent that forks it; the state passes from hand
 * to hand: the parent writes FORKING, the DPU LIVE when it has adopted the child. Who filled a slot stands in
 * the word of its state, so that no reader sees the one without the other. A socket whose bit is clear in every slot
 * that counts is closed.
 */
public final class HolderDescriptor {
    public static final int STATE_OFFSET = 0; // u64
    public static final int PID_OFFSET = 8; // u64
    public static final int BITMAP_OFFSET = 64;

    public static final int STATE_FREE = 0;

    /** A parent has filled the slot for a child that has not yet spoken; its own pid stands above. */
    public static final int STATE_FORKING = 1;

    public static final int STATE_LIVE = 2;

    public static final int STATE_FILLED_BY_SHIFT = 32;

    private HolderDescriptor() {}

    /** One of the STATE_ values, or what a host made up. */
    public static int state(final long word) {
        return (int) word;
    }

    /** The pid, as the family sees it, of the process that filled a slot which is FORKING. */
    public static long filledBy(final long word) {
        return word >>> STATE_FILLED_BY_SHIFT;
    }

    /** The state of a slot that this process fills for a child. */
    public static long forking(final long pid) {
        return pid << STATE_FILLED_BY_SHIFT | STATE_FORKING;
    }
}

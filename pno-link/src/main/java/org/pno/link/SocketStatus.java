package org.pno.link;

/**
 * The status word of a record's DPU line.
 *
 * <pre>
 *   63            32 31         16 15    8 7       0
 *   +---------------+-------------+-------+---------+
 *   | generation    | soError     | rsvd  | state   |
 *   +---------------+-------------+-------+---------+
 * </pre>
 *
 * The generation is the one that all words of the DPU line belong to: while it is not the record's, the line says
 * nothing. soError is a Linux errno that stays until the record is freed; that a program sees it once is the shim's
 * business.
 */
public final class SocketStatus {
    /** The DPU holds nothing of the record: the host may take it for a new socket. */
    public static final int FREE = 0;

    public static final int CONNECTING = 1;
    public static final int ESTABLISHED = 2;
    public static final int LISTENING = 3;
    /** Nothing more will come or go; soError says why, 0 after an orderly end both ways. */
    public static final int CLOSED = 4;

    public static final int ERROR_SHIFT = 16;
    public static final int GENERATION_SHIFT = 32;

    private SocketStatus() {}

    public static long encode(final int state, final int soError, final int generation) {
        return state | ((soError & 0xFFFFL) << ERROR_SHIFT) | ((long) generation << GENERATION_SHIFT);
    }

    public static int state(final long word) {
        return (int) word & 0xFF;
    }

    public static int soError(final long word) {
        return (int) (word >>> ERROR_SHIFT) & 0xFFFF;
    }

    public static int generation(final long word) {
        return (int) (word >>> GENERATION_SHIFT);
    }
}

package org.pno.check;

/** Socket options that scripts set, by Linux's numbers. */
public enum Option {
    RECEIVE_BUFFER(1, 8),
    KEEP_ALIVE(1, 9),
    URGENT_INLINE(1, 10),
    NO_DELAY(6, 1),
    MAX_SEGMENT(6, 2),
    CORK(6, 3),
    KEEP_IDLE(6, 4),
    KEEP_INTERVAL(6, 5),
    KEEP_COUNT(6, 6),
    QUICK_ACK(6, 12),
    USER_TIMEOUT(6, 18),
    /** Of a listener: how many may be unproven. */
    FAST_OPEN(6, 23),
    FAST_OPEN_CONNECT(6, 30),
    FAST_OPEN_NO_COOKIE(6, 34);

    private final int level;
    private final int number;

    Option(final int level, final int number) {
        this.level = level;
        this.number = number;
    }

    /** SOL_SOCKET or IPPROTO_TCP. */
    public int level() {
        return level;
    }

    /** The option's number at its level. */
    public int number() {
        return number;
    }
}

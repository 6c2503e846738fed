package org.pno.link;

/** Why the DPU gave an arena up. The code is written to the channel's {@code fenced} word and to the log. */
public enum Fence {
    NONE(0, "not fenced"),
    SUB_TAIL(1, "subTail moved backwards or past the ring"),
    EV_HEAD(2, "evHead moved backwards or past what was sent"),
    RECORD_NUMBER(3, "a record number outside the arena"),
    TX_WRITTEN(4, "txWritten beyond the S-ring"),
    RX_READ(5, "rxRead beyond rxCommitted"),
    TX_CHUNK(6, "a transmit map entry outside the pool"),
    TX_FIN(7, "txFin withdrawn, or below txWritten"),
    REQUEST(8, "an unknown request"),
    EV_CHANNEL(9, "an event channel that does not exist"),
    CREDIT(10, "a credit for a record that is not free"),
    OPTIONS(11, "an option value outside its bounds"),
    BUS(12, "a bus operation failed"),
    TX_URGENT(13, "txUrgent beyond the S-ring");

    private final int code;
    private final String reason;

    Fence(final int code, final String reason) {
        this.code = code;
        this.reason = reason;
    }

    public int code() {
        return code;
    }

    /** One sentence for logs. */
    public String reason() {
        return reason;
    }
}

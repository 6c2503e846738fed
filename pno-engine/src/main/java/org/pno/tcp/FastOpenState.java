package org.pno.tcp;

/** What a connection remembers of Fast Open (RFC 7413). A carrier: {@link FastOpen} and the handshake write it. */
final class FastOpenState {
    /** Linux's tcpi_fastopen_client_fail: why data did not go with the SYN. */
    static final int FAIL_NONE = 0;

    static final int FAIL_NO_COOKIE = 1;
    static final int FAIL_NOT_ACKNOWLEDGED = 2;
    static final int FAIL_SYN_REPEATED = 3;

    /** The option of the next SYN or SYN-ACK. */
    enum Option {
        NONE,
        /** Of a SYN: none is known. */
        REQUEST,
        /** Of a SYN the cookie that is remembered, of a SYN-ACK one for the peer. */
        COOKIE
    }

    /** Of a passive open: the listener, until an ACK proves that the peer is where it says. */
    Listener unprovenOf;

    Option option = Option.NONE;
    /** Of an active open: our SYN had the option, or data. */
    boolean asked;
    /** Bytes that went with our SYN. */
    int synBytes;
    /** The data of the SYN was taken, by the peer or by us. */
    boolean dataTaken;

    int fail;

    void reset() {
        unprovenOf = null;
        option = Option.NONE;
        asked = false;
        synBytes = 0;
        dataTaken = false;
        fail = FAIL_NONE;
    }
}

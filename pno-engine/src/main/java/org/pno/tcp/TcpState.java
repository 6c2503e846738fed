package org.pno.tcp;

/**
 * The states of RFC 9293 3.3.2 and which of them may follow which. LISTEN is a {@link Listener}'s, not a
 * connection's.
 */
public enum TcpState {
    CLOSED("UNCONN"),
    LISTEN("LISTEN"),
    SYN_SENT("SYN-SENT"),
    SYN_RECEIVED("SYN-RECV"),
    ESTABLISHED("ESTAB"),
    FIN_WAIT_1("FIN-WAIT-1"),
    FIN_WAIT_2("FIN-WAIT-2"),
    CLOSE_WAIT("CLOSE-WAIT"),
    CLOSING("CLOSING"),
    LAST_ACK("LAST-ACK"),
    TIME_WAIT("TIME-WAIT");

    private final String ssName;
    private int followers;

    static {
        CLOSED.isFollowedBy(SYN_SENT, SYN_RECEIVED);
        SYN_SENT.isFollowedBy(SYN_RECEIVED, ESTABLISHED, CLOSED);
        SYN_RECEIVED.isFollowedBy(ESTABLISHED, FIN_WAIT_1, CLOSE_WAIT, CLOSED);
        ESTABLISHED.isFollowedBy(FIN_WAIT_1, CLOSE_WAIT, CLOSED);
        FIN_WAIT_1.isFollowedBy(FIN_WAIT_2, CLOSING, TIME_WAIT, CLOSED);
        FIN_WAIT_2.isFollowedBy(TIME_WAIT, CLOSED);
        CLOSE_WAIT.isFollowedBy(LAST_ACK, CLOSED);
        CLOSING.isFollowedBy(TIME_WAIT, CLOSED);
        LAST_ACK.isFollowedBy(CLOSED);
        TIME_WAIT.isFollowedBy(CLOSED);
    }

    TcpState(final String ssName) {
        this.ssName = ssName;
    }

    /** As ss(8) spells it. */
    public String ssName() {
        return ssName;
    }

    private void isFollowedBy(final TcpState... states) {
        for (final TcpState state : states) {
            followers |= 1 << state.ordinal();
        }
    }

    boolean mayBecome(final TcpState next) {
        return (followers & 1 << next.ordinal()) != 0;
    }

    /** Both sides' initial sequence numbers are known and acknowledged, or about to be. */
    boolean isSynchronised() {
        return ordinal() >= ESTABLISHED.ordinal();
    }

    /** The peer may still send data. */
    boolean receives() {
        return this == ESTABLISHED || this == FIN_WAIT_1 || this == FIN_WAIT_2;
    }
}

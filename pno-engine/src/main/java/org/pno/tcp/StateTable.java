package org.pno.tcp;

import org.pno.wire.TcpHeader;

/**
 * State × flags: what is done with a segment, before anything else of it is looked at. What no rule expects is dropped.
 *
 * <pre>
 *                 SYN       SYN ACK   ACK       FIN ACK   RST(ACK)  other
 *   CLOSED        reset     reset     reset     reset     drop      reset      RFC 9293 3.10.7.1
 *   LISTEN        open      reset     reset     reset     drop      drop       RFC 9293 3.10.7.2
 *   SYN-SENT      answer    answer    answer    answer    answer    drop       RFC 9293 3.10.7.3
 *   others        syn       syn       ordinary  ordinary  reset     drop       RFC 9293 3.10.7.4
 * </pre>
 *
 * SYN with RST is dropped everywhere; SYN with FIN where a SYN would open something, and is a SYN elsewhere.
 */
final class StateTable {
    /** What to do with a segment. */
    enum Action {
        /** Drop it: flags that contradict each other. */
        NONSENSE(DropReason.NONSENSE_FLAGS),
        /** Drop it: a segment without ACK. */
        NO_ACK(DropReason.NO_ACK),
        /** Drop it: nobody there whom it could reset. */
        RESET_TO_NOBODY(DropReason.RESET_TO_NOBODY),
        /** Drop it: RFC 9293 3.10.7.3, fifth: neither SYN nor RST. */
        NO_SYN(DropReason.SYN_SENT_NO_SYN),
        /** Answer by RST. */
        REFUSE(DropReason.NO_CONNECTION),
        /** A listener is called. */
        OPEN(null),
        /** The answer to our SYN. */
        ANSWER(null),
        /** RST in a connection. */
        RESET(null),
        /** SYN in a connection. */
        SYN(null),
        /** All the rest of RFC 9293 3.10.7.4. */
        ORDINARY(null);

        private final DropReason reason;

        Action(final DropReason reason) {
            this.reason = reason;
        }

        /** Why it is dropped, or null if it is not, or not yet. */
        DropReason reason() {
            return reason;
        }
    }

    private static final int FLAG_COMBINATIONS = 1 << 5; // FIN, SYN, RST, PSH, ACK; PSH is never set here.
    private static final Action[] ACTIONS = new Action[TcpState.values().length * FLAG_COMBINATIONS];

    static {
        for (final TcpState state : TcpState.values()) {
            for (int flags = 0; flags < FLAG_COMBINATIONS; flags++) {
                ACTIONS[index(state, flags)] = decide(state, flags);
            }
        }
    }

    private StateTable() {}

    /**
     * The table's entry.
     *
     * @param controlFlags of {@link Segment#controlFlags()}
     */
    static Action action(final TcpState state, final int controlFlags) {
        return ACTIONS[index(state, controlFlags)];
    }

    private static int index(final TcpState state, final int flags) {
        return state.ordinal() * FLAG_COMBINATIONS + flags;
    }

    private static Action decide(final TcpState state, final int flags) {
        final boolean syn = (flags & TcpHeader.SYN) != 0;
        final boolean fin = (flags & TcpHeader.FIN) != 0;
        final boolean rst = (flags & TcpHeader.RST) != 0;
        final boolean ack = (flags & TcpHeader.ACK) != 0;
        if (syn && (rst || fin && expectsSyn(state))) {
            return Action.NONSENSE;
        }
        return switch (state) {
            case CLOSED -> rst ? Action.RESET_TO_NOBODY : Action.REFUSE;
            case LISTEN -> inListen(syn, rst, ack);
            case SYN_SENT -> syn || rst || ack ? Action.ANSWER : Action.NO_SYN;
            default -> rst ? Action.RESET : syn ? Action.SYN : ack ? Action.ORDINARY : Action.NO_ACK;
        };
    }

    /** Where a SYN with FIN would open something; elsewhere it is refused as any SYN is (RFC 5961 4.2). */
    private static boolean expectsSyn(final TcpState state) {
        return state == TcpState.LISTEN || state == TcpState.SYN_SENT || state == TcpState.SYN_RECEIVED;
    }

    private static Action inListen(final boolean syn, final boolean rst, final boolean ack) {
        if (rst) {
            return Action.RESET_TO_NOBODY;
        }
        if (ack) {
            return Action.REFUSE;
        }
        return syn ? Action.OPEN : Action.NO_ACK;
    }
}

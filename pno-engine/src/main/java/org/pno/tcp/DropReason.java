package org.pno.tcp;

import org.pno.counters.CounterKey;

/** Why a segment, or part of one, went no further. */
public enum DropReason implements CounterKey {
    NONSENSE_FLAGS("tcp.drop.nonsense-flags", "Flags that no state expects together, such as SYN with FIN."),
    NO_ACK("tcp.drop.no-ack", "No ACK flag where every segment must have one."),
    RESET_TO_NOBODY("tcp.drop.reset-to-nobody", "RST for a connection or listener that does not know the sender."),
    NO_CONNECTION("tcp.drop.no-connection", "No connection and no listener: answered by RST."),
    OUTSIDE_WINDOW("tcp.drop.outside-window", "Sequence numbers outside the window; answered by an ACK."),
    PAWS("tcp.drop.paws", "Timestamp older than the latest: an old duplicate; answered by an ACK."),
    RESET_OUTSIDE_WINDOW("tcp.drop.reset-outside-window", "RST outside the window."),
    RESET_NOT_EXACT("tcp.drop.reset-not-exact", "RST inside the window but not at RCV.NXT; challenged by an ACK."),
    SYN_IN_CONNECTION("tcp.drop.syn-in-connection", "SYN in a connection that has one; challenged by an ACK."),
    ACK_NOT_SENT("tcp.drop.ack-not-sent", "ACK of something never sent; answered by an ACK."),
    ACK_TOO_OLD("tcp.drop.ack-too-old", "ACK further back than any window; challenged by an ACK."),
    HANDSHAKE_ACK("tcp.drop.handshake-ack", "ACK in a handshake of something else than our SYN; answered by RST."),
    SYN_SENT_NO_SYN("tcp.drop.syn-sent-no-syn", "Neither SYN nor RST in SYN-SENT."),
    SYN_QUEUE_FULL("tcp.drop.syn-queue-full", "SYN while the listener, or all together, had enough half open."),
    SYN_NO_CONNECTION("tcp.drop.syn-no-connection", "SYN while all connections were taken."),
    ACCEPT_QUEUE_FULL("tcp.drop.accept-queue-full", "Final ACK of a handshake while the host gave no credit."),
    ACCEPT_DEFERRED(
            "tcp.drop.accept-deferred", "Final ACK of a handshake without the data that its listener waits for."),
    DUPLICATE("tcp.drop.duplicate", "Payload that had been received before; acknowledged again."),
    BEYOND_WINDOW("tcp.drop.beyond-window", "Payload beyond the window's right edge, cut off."),
    BEYOND_FIN("tcp.drop.beyond-fin", "Payload behind the peer's FIN."),
    REASSEMBLY_FULL(
            "tcp.drop.reassembly-full",
            "Out of order, and the connection, or all together, have as much beyond holes as they may."),
    NO_RECEIVE_MEMORY("tcp.drop.no-receive-memory", "The host's S-ring had no chunk; not acknowledged."),
    DATA_AFTER_CLOSE("tcp.drop.data-after-close", "Payload for a program that has closed; answered by RST."),
    TIME_WAIT("tcp.drop.time-wait", "For a connection in TIME-WAIT; acknowledged if it asks for it."),
    ICMP_UNRELATED("tcp.drop.icmp-unrelated", "ICMP error that quotes no connection, or nothing in flight."),
    RESET_LIMITED("tcp.drop.reset-limited", "RST without a connection not sent because of its rate limit."),
    RESET_NOT_SENT("tcp.drop.reset-not-sent", "RST or ACK without a connection that found no frame or neighbour.");

    private final String label;
    private final String sentence;

    DropReason(final String label, final String sentence) {
        this.label = label;
        this.sentence = sentence;
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public String sentence() {
        return sentence;
    }
}

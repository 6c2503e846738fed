package org.pno.tcp;

import org.pno.counters.CounterKey;

/** What PnO-TCP counts besides {@link DropReason}s. */
public enum TcpCounter implements CounterKey {
    SEGMENTS_IN("tcp.segments-in", "Segments received; a super-segment counts once."),
    SEGMENTS_OUT("tcp.segments-out", "Segments sent; a super-segment counts once."),
    BYTES_IN("tcp.bytes-in", "Payload bytes received and placed."),
    BYTES_OUT("tcp.bytes-out", "Payload bytes sent, retransmissions included."),
    ACTIVE_OPENS("tcp.active-opens", "Connections opened from this side."),
    PASSIVE_OPENS("tcp.passive-opens", "Handshakes completed on a listener."),
    RESETS_IN("tcp.resets-in", "Connections ended by the peer's RST."),
    RESETS_OUT("tcp.resets-out", "RSTs sent."),
    TIMED_OUT("tcp.timed-out", "Connections given up because the peer stayed silent."),
    RETRANSMITTED("tcp.retransmitted", "Segments sent again."),
    TIMEOUTS("tcp.timeouts", "Retransmission timeouts."),
    ECN_AGREED("tcp.ecn-agreed", "Connections that use explicit congestion notification (RFC 3168)."),
    CE_RECEIVED("tcp.ce-received", "Segments received that a router had marked for congestion."),
    ECN_REDUCTIONS("tcp.ecn-reductions", "Times that a congestion window gave way to the peer's echo of a mark."),
    CSS_ENTERED("tcp.css-entered", "Slow starts that became conservative because the round-trip time rose (RFC 9406)."),
    HYSTART_EXITS("tcp.hystart-exits", "Slow starts that HyStart++ ended before a loss (RFC 9406)."),
    IDLE_RESTARTS("tcp.idle-restarts", "Windows cut back because nothing was sent for a timeout (RFC 5681 4.1)."),
    UNUSED_WINDOWS("tcp.unused-windows", "Windows cut back because the program did not use them (RFC 7661)."),
    PACING_DELAYED("tcp.pacing-delayed", "Times that a segment which the windows allowed waited for the rate."),
    FAST_RECOVERIES("tcp.fast-recoveries", "Times that fast recovery began."),
    RACK_LOST_BYTES("tcp.rack-lost-bytes", "Bytes that RACK found lost (RFC 8985)."),
    REORDERING_SEEN("tcp.reordering-seen", "Connections whose path was seen to reorder (RFC 8985 6.2)."),
    REORDERING_TIMEOUTS("tcp.reordering-timeouts", "Times that RACK's reordering timer found a loss."),
    TAIL_PROBES("tcp.tail-probes", "Tail loss probes sent (RFC 8985 7)."),
    TAIL_PROBES_NEEDED("tcp.tail-probes-needed", "Tail loss probes that repaired a loss."),
    LIMITED_TRANSMITS("tcp.limited-transmits", "New segments sent for what was reported before recovery (RFC 3042)."),
    DSACKS_IN("tcp.dsacks-in", "D-SACKs received: the peer had the segment already (RFC 2883)."),
    DSACKS_OUT("tcp.dsacks-out", "D-SACKs sent."),
    SPURIOUS_TIMEOUTS("tcp.spurious-timeouts", "Timeouts that F-RTO found needless, and took back (RFC 5682)."),
    UNDONE_UNSENT(
            "tcp.undone-unsent",
            "Recoveries undone because all that was taken for lost arrived before it was sent again."),
    UNDONE_BY_EIFEL("tcp.undone-by-eifel", "Recoveries taken back by a timestamp (RFC 3522)."),
    UNDONE_BY_DSACK("tcp.undone-by-dsack", "Recoveries taken back by D-SACKs for all that was sent again."),
    SACK_RENEGED("tcp.sack-reneged", "Times that a peer discarded what it had reported by SACK."),
    FAST_OPENS_ACTIVE("tcp.fast-opens-active", "Connections whose SYN brought data that the peer took (RFC 7413)."),
    FAST_OPENS_ACTIVE_FAILED(
            "tcp.fast-opens-active-failed", "Connections whose SYN brought data that had to be sent again."),
    FAST_OPENS_PAUSED(
            "tcp.fast-opens-paused", "SYNs that went without data because those with it were lost on this path."),
    FAST_OPENS_PASSIVE("tcp.fast-opens-passive", "Connections opened by a SYN with a good Fast Open cookie."),
    FAST_OPENS_REFUSED("tcp.fast-opens-refused", "SYNs with a Fast Open cookie that was not ours, or too old."),
    FAST_OPENS_LIMITED(
            "tcp.fast-opens-limited", "SYNs that asked for Fast Open where the listener had, or wanted, no more."),
    FAST_OPEN_COOKIES_ASKED("tcp.fast-open-cookies-asked", "SYNs that asked for a Fast Open cookie and got one."),
    COOKIES_SENT("tcp.cookies-sent", "SYNs answered without being remembered (RFC 4987)."),
    COOKIES_RECEIVED("tcp.cookies-received", "Final ACKs that brought a good cookie back."),
    COOKIES_FAILED(
            "tcp.cookies-failed", "ACKs for a listener with no good cookie, while it gave some; answered by RST."),
    PATH_NARROWED("tcp.path-narrowed", "Times that a connection's segments became shorter because a router said so."),
    BLACK_HOLES("tcp.black-holes", "Connections that tried shorter segments because long ones seemed to vanish."),
    PATH_PROBES("tcp.path-probes", "Segments sent that were longer than the others, to see what the path carries."),
    PATH_PROBES_LOST("tcp.path-probes-lost", "Path probes that were lost alone, or of which a router said that."),
    PATH_WIDENED("tcp.path-widened", "Times that a connection's segments became longer because a probe got through."),
    OUT_OF_ORDER("tcp.out-of-order", "Segments received beyond a hole."),
    OUT_OF_ORDER_DISCARDS(
            "tcp.out-of-order-discards",
            "Times that what was received beyond a hole gave its memory up for what was missing."),
    WINDOWS_GROWN(
            "tcp.windows-grown",
            "Times that a receive buffer grew because the program had read so much in a round trip."),
    URGENT_IN("tcp.urgent-in", "Urgent pointers received that were news (RFC 9293 3.8.5)."),
    WINDOW_PROBES("tcp.window-probes", "Probes of a closed window."),
    KEEPALIVE_PROBES("tcp.keepalive-probes", "Probes of an idle connection."),
    CHALLENGES("tcp.challenges", "Challenge ACKs sent (RFC 5961)."),
    CHALLENGES_LIMITED("tcp.challenges-limited", "Challenge and duplicate ACKs not sent because of their rate limit."),
    DELAYED_ACKS("tcp.delayed-acks", "ACKs sent by the delayed ACK timer."),
    TIME_WAITS("tcp.time-waits", "Connections that entered TIME-WAIT."),
    TIME_WAITS_REUSED("tcp.time-waits-reused", "Connections in TIME-WAIT replaced by a new SYN (RFC 6191)."),
    TIME_WAITS_EVICTED("tcp.time-waits-evicted", "Connections that left TIME-WAIT early because it was full."),
    NO_FRAME("tcp.no-frame", "Flushes cut short because no frame was free.");

    private final String label;
    private final String sentence;

    TcpCounter(final String label, final String sentence) {
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

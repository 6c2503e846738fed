package org.pno.tcp;

import org.pno.tcp.congestion.CongestionAlgorithm;
import org.pno.wire.TcpHeader;

/**
 * Explicit congestion notification (RFC 3168), both roles: what is agreed in the handshake, the echo of marks that came
 * in, the answer to echoes of the peer. With DCTCP the echo is exact (RFC 8257 3.2): it says of each byte whether it
 * came marked.
 */
final class Ecn {
    /** The codepoints of IP's ECN field (RFC 3168 5). */
    static final int NOT_ECT = 0;

    static final int ECT_0 = 2;
    static final int CE = 3;

    /** No ACK is to be split. */
    static final long NO_SPLIT = -1;

    private final TcpContext context;
    private final AckPolicy acks;

    Ecn(final TcpContext context, final AckPolicy acks) {
        this.context = context;
        this.acks = acks;
    }

    private static boolean needsEcn(final TcpContext context, final Connection connection) {
        final CongestionAlgorithm chosen = connection.settings.congestion;
        return (chosen != null ? chosen : context.configuration.congestion).needsEcn();
    }

    /** An active open: whether our SYN asks. */
    static void onOpen(final TcpContext context, final Connection connection) {
        connection.ecn = context.configuration.ecn == EcnMode.REQUEST || needsEcn(context, connection);
    }

    /** RFC 3168 6.1.1: a passive open answers if it was asked. */
    static void onAsked(final TcpContext context, final Connection connection, final Segment syn) {
        final boolean willing = context.configuration.ecn != EcnMode.OFF || needsEcn(context, connection);
        connection.ecn = willing && syn.isEce() && syn.isCwr();
    }

    /** RFC 3168 6.1.1: the answer to our SYN. One with both flags is an echo of old equipment, not an answer. */
    static void onAnswer(final Connection connection, final Segment answer) {
        connection.ecn &= answer.isEce() && answer.isCwr() != answer.isAck();
    }

    /** The flags that a SYN or SYN-ACK has for ECN. */
    static int synFlags(final Connection connection, final boolean answer) {
        if (!connection.ecn) {
            return 0;
        }
        if (answer) {
            return TcpHeader.ECE;
        }
        // RFC 3168 6.1.1.1: a SYN that was lost goes again without, in case somebody on the way dislikes it.
        return connection.sndNxt < 0 ? TcpHeader.ECE | TcpHeader.CWR : 0;
    }

    /** The handshake is done. */
    void onEstablished(final Connection connection) {
        if (connection.ecn) {
            context.count(TcpCounter.ECN_AGREED);
        }
    }

    // As receiver.

    /** A segment with payload came in. */
    void onPayload(final Connection connection, final Segment segment) {
        if (!connection.ecn) {
            return;
        }
        final boolean marked = segment.codepoint() == CE;
        if (marked) {
            context.count(TcpCounter.CE_RECEIVED);
        }
        if (connection.congestion.algorithm() == CongestionAlgorithm.DCTCP) {
            echoExactly(connection, segment, marked);
            return;
        }
        if (segment.isCwr()) { // RFC 3168 6.1.3: the sender has heard it.
            connection.ecnEcho = false;
        }
        if (marked && !connection.ecnEcho) {
            connection.ecnEcho = true;
            acks.acknowledgeNow(connection); // Bad news should not wait.
        }
    }

    /** RFC 8257 3.2, figure 1: when the mark changes, what came before is acknowledged by itself. */
    private void echoExactly(final Connection connection, final Segment segment, final boolean marked) {
        if (marked == connection.ecnEcho) {
            return;
        }
        final long change = Math.max(segment.position, connection.rcvAcked);
        keepEarlier(connection, change);
        connection.echoChange = change;
        connection.ecnEcho = marked;
        acks.acknowledgeNow(connection);
    }

    /** A change that no ACK has told of yet has one of its own to come, unless this one is no later. */
    private static void keepEarlier(final Connection connection, final long change) {
        EchoChanges earlier = connection.earlierChanges;
        if (earlier != null) {
            earlier.acknowledge(connection.rcvAcked);
        }
        if (change <= connection.echoChange) { // Out of order: only the present mark is sure.
            if (earlier != null) {
                earlier.clear();
            }
        } else if (connection.rcvAcked < connection.echoChange) {
            if (earlier == null) {
                earlier = new EchoChanges();
                connection.earlierChanges = earlier;
            }
            earlier.add(connection.echoChange);
        }
    }

    /** ECE if what the next segment acknowledges came marked. */
    static int echoFlag(final Connection connection) {
        // Up to the last change of the mark, what holds is what held before it.
        final long position = connection.ackablePosition();
        boolean before = position <= connection.echoChange;
        if (before && connection.earlierChanges != null) {
            before ^= connection.earlierChanges.isOddFrom(position);
        }
        return connection.ecnEcho != before ? TcpHeader.ECE : 0;
    }

    /** An ACK of its own is due for what came before the mark changed: where it ends, or {@link #NO_SPLIT}. */
    static long splitPoint(final Connection connection) {
        if (connection.rcvAcked >= connection.echoChange) {
            return NO_SPLIT;
        }
        final EchoChanges earlier = connection.earlierChanges;
        final long last = connection.echoChange;
        final long first = earlier == null ? last : earlier.firstBehind(connection.rcvAcked, last);
        return connection.ackablePosition() > first ? first : NO_SPLIT;
    }

    // As sender.

    /** True if the segment's ACK says that the peer has met congestion. */
    static boolean isEcho(final Connection connection, final Segment segment) {
        return connection.ecn && segment.isEce() && !segment.isSyn();
    }

    /** RFC 3168 6.1.2: an echo; once per window of data the congestion window gives way. SND.UNA is up to date. */
    void onEcho(final Connection connection) {
        if (isReduced(connection)) {
            return;
        }
        connection.ecnPoint = connection.sndNxt;
        connection.cwrOwed = true;
        if (connection.phase == LossRecovery.Phase.NONE) { // Else it has given way already.
            context.count(TcpCounter.ECN_REDUCTIONS);
            connection.congestion.onCongestionEcho(connection.flightBytes(), context.nowNs());
        }
    }

    /** The window gave way to an echo, and what was in flight then is not all acknowledged: it does not grow. */
    static boolean isReduced(final Connection connection) {
        return connection.sndUna <= connection.ecnPoint;
    }
}

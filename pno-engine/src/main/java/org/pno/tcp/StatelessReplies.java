package org.pno.tcp;

import org.pno.wire.TcpHeader;

/**
 * Segments that no connection sends: RST to what fits nothing (RFC 9293 3.10.7.1), ACKs of TIME-WAIT,
 * SYN-ACKs with a cookie. They go out at
 * once or not at all; the peer will ask again.
 */
final class StatelessReplies {
    private final TcpContext context;
    private final SegmentWriter writer;

    StatelessReplies(final TcpContext context, final SegmentWriter writer) {
        this.context = context;
        this.writer = writer;
    }

    /** RFC 9293 3.10.7.1: such that the sender finds it acceptable. */
    void reset(final Segment segment) {
        if (!context.resets.take(context.nowNs())) {
            context.drop(DropReason.RESET_LIMITED);
            return;
        }
        final long at = open(segment);
        if (at < 0) {
            return;
        }
        final int length = segment.isAck()
                ? writer.writeReply(segment, at, TcpHeader.RST, segment.acknowledgment(), 0)
                : writer.writeReply(
                        segment, at, TcpHeader.RST | TcpHeader.ACK, 0, segment.sequence() + segment.sequenceLength());
        send(segment, length);
        context.count(TcpCounter.RESETS_OUT);
    }

    /** A SYN-ACK that nobody remembers, never longer than the SYN; {@code draft} says what stands in it. */
    void synAck(final Connection draft, final int flags, final int mss) {
        final long at = open(draft);
        if (at >= 0) {
            send(draft, writer.writeSyn(draft, at, flags, mss));
            context.count(TcpCounter.COOKIES_SENT);
        }
    }

    void acknowledge(final TimeWait entry) {
        final long at = open(entry);
        if (at >= 0) {
            send(entry, writer.writeTimeWaitAck(entry, at));
        }
    }

    private long open(final Flow flow) {
        final long at = context.output.open(flow, TcpOutput.NOBODY);
        if (at < 0) {
            context.drop(DropReason.RESET_NOT_SENT);
        }
        return at;
    }

    private void send(final Flow flow, final int headerLength) {
        context.output.send(flow, headerLength);
        context.count(TcpCounter.SEGMENTS_OUT);
    }
}

package org.pno.tcp;

import org.pno.wire.TcpHeader;

/**
 * Urgent data (RFC 9293 3.8.5, RFC 6093), as Linux reads it: the pointer names the byte behind the urgent one, there is
 * one urgent byte at a time, and it stands in the stream like any other. Positions only: the byte itself is payload.
 */
final class UrgentData {
    /** The furthest that the pointer reaches. */
    private static final int MAX_POINTER = 0xFFFF;

    private final TcpContext context;

    UrgentData(final TcpContext context) {
        this.context = context;
    }

    /** The peer has not acknowledged all urgent data: segments tell of it. */
    static boolean isTelling(final Connection connection) {
        return connection.urgent.sndUp > connection.sndUna;
    }

    /**
     * RFC 9293 3.8.5: what the pointer of a segment of ours says; 0 if it has none. Farther than it reaches it says as
     * much as it can, if that is beyond all that was sent.
     */
    static int pointer(final Connection connection, final long position) {
        final long ahead = connection.urgent.sndUp - position;
        if (!isTelling(connection) || ahead <= 0) {
            return 0;
        }
        if (ahead <= MAX_POINTER) {
            return (int) ahead;
        }
        return position + MAX_POINTER > connection.sndNxt ? MAX_POINTER : 0;
    }

    /** True if a segment from this position on has a pointer, which holds for one segment on the wire only. */
    static boolean isToldAt(final Connection connection, final long position) {
        return isTelling(connection) && position < connection.urgent.sndUp;
    }

    /** True if a probe of the peer's window can tell of urgent data by the first number that the peer lacks. */
    static boolean isToldByProbe(final Connection connection) {
        return isTelling(connection) && connection.urgent.sndUp <= connection.sndUna + MAX_POINTER;
    }

    static int flag(final int pointer) {
        return pointer == 0 ? 0 : TcpHeader.URG;
    }

    /** RFC 9293 3.10.7.4, sixth: the URG bit, before the segment's text. */
    void onPointer(final Connection connection, final Segment segment) {
        if (!segment.isUrgent() || !connection.state().receives() || connection.orphan) {
            return;
        }
        final long position = segment.position + Math.max(0, segment.urgentPointer() - 1);
        if (position < connection.rcvNxt || position <= connection.urgent.rcvUp) {
            return; // Received already, or no news.
        }
        connection.urgent.rcvUp = position;
        connection.urgent.isHere = false;
        context.count(TcpCounter.URGENT_IN);
        context.output.changed(connection.number);
    }

    /** The text of a segment, from {@code start} to {@code end}, has been taken: perhaps the urgent byte with it. */
    void onText(final Connection connection, final long start, final long end) {
        final long position = connection.urgent.rcvUp;
        if (connection.urgent.isHere || position < start || position >= end || !isReceived(connection, position)) {
            return;
        }
        connection.urgent.isHere = true;
        context.output.changed(connection.number);
    }

    /** True if the host was told of an urgent byte that stands beyond a hole, where it may read it. */
    static boolean isBeyondHole(final Connection connection) {
        return connection.urgent.isHere && connection.urgent.rcvUp >= connection.rcvNxt;
    }

    private static boolean isReceived(final Connection connection, final long position) {
        return position < connection.rcvNxt
                || connection.reassembly != null
                        && connection.reassembly.receivedEnd(position, position + 1) == position + 1;
    }
}

package org.pno.tcp;

import org.pno.wire.TcpOptions;

/**
 * How much the peer may send: RFC 9293 3.8.6, with the scale of RFC 7323 2. The right edge follows what the host has
 * read and never goes back.
 */
final class ReceiveWindow {
    private static final int MAX_FIELD = 0xFFFF;
    /** What the buffer leaves of the S-ring, so that rounding up to the scale finds room there. */
    private static final int ROUNDING_RESERVE_BYTES = 4_096;

    private final TcpContext context;
    private final int streamBytes;
    private final int scale;
    private final ReceiveTuning tuning;

    ReceiveWindow(final TcpContext context) {
        this.context = context;
        streamBytes = context.configuration.streamBytes;
        int shift = 0;
        while (shift < TcpOptions.MAX_WINDOW_SCALE && (long) MAX_FIELD << shift < streamBytes) {
            shift++;
        }
        scale = shift;
        tuning = new ReceiveTuning(context);
    }

    ReceiveTuning tuning() {
        return tuning;
    }

    /** A new connection. */
    static void begin(final Connection connection, final TcpConfiguration configuration) {
        final int start = configuration.receiveBufferBytes;
        final int most = Math.max(start, configuration.maxReceiveBufferBytes);
        connection.tuning.reset(start, Math.min(most, configuration.streamBytes - ROUNDING_RESERVE_BYTES));
    }

    /** The shift that we offer: with it the field can say all that an S-ring holds. */
    int scale() {
        return scale;
    }

    /** The buffer: what the program has asked for, or what was found to do. */
    long bufferBytes(final Connection connection) {
        final int clamp = connection.settings.windowClampBytes;
        final int fixed = connection.settings.receiveBufferBytes;
        final long wanted = fixed == 0 ? connection.tuning.bufferBytes : fixed;
        return Math.min(clamp == 0 ? wanted : Math.min(wanted, clamp), streamBytes - ROUNDING_RESERVE_BYTES);
    }

    /** The window field of a SYN, which is never scaled (RFC 7323 2.2). */
    int advertiseInSyn(final Connection connection) {
        final long ack = connection.ackablePosition(); // With Fast Open there may have been data already.
        final int field = (int) Math.min(connection.rxRead + bufferBytes(connection) - ack, MAX_FIELD);
        raiseEdge(connection, ack + field);
        connection.maxRcvWnd = field;
        return field;
    }

    /** The window field of the segment about to be sent; remembers what it promises. */
    int advertise(final Connection connection) {
        final long buffer = bufferBytes(connection);
        final long limit = connection.rxRead + buffer;
        final long ack = connection.ackablePosition();
        long edge = connection.rcvEdge;
        // RFC 9293 3.8.6.2.2: the edge moves by a segment at least, or half of a small buffer.
        if (limit - edge >= Math.min(buffer / 2, connection.agreedMssBytes)) {
            edge = limit;
        }
        final int shift = connection.rcvScale;
        long field = (edge - ack) >> shift;
        if (ack + (field << shift) < connection.rcvEdge
                && ack + ((field + 1) << shift) <= connection.rxRead + streamBytes) {
            field++; // RFC 9293 3.8.6: do not shrink the window; rounding down would, by less than the scale.
        }
        field = Math.min(field, MAX_FIELD);
        raiseEdge(connection, ack + (field << shift));
        connection.maxRcvWnd = Math.max(connection.maxRcvWnd, field << shift);
        return (int) field;
    }

    private void raiseEdge(final Connection connection, final long edge) {
        if (edge > connection.rcvEdge) {
            connection.rcvEdge = edge;
            if (connection.announced) {
                context.output.advertised(connection.number, edge);
            }
        }
    }

    /**
     * True if the host has read enough that the peer should be told at once: the window can be twice what it is by
     * now, and that is less than half of what it was. Much as Linux; more often would be an ACK per read.
     */
    boolean needsUpdate(final Connection connection) {
        final long buffer = bufferBytes(connection);
        final long ack = connection.ackablePosition();
        final long possible = Math.min(connection.rxRead + buffer - ack, (long) MAX_FIELD << connection.rcvScale);
        final long told = connection.rcvEdge - ack;
        return told <= connection.maxRcvWnd / 2
                && possible >= 2 * told
                && possible - told >= Math.min(buffer / 2, connection.agreedMssBytes);
    }
}

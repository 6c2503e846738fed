package org.pno.tcp;

import java.util.concurrent.TimeUnit;

/**
 * How large a receive buffer is that the program has not fixed by SO_RCVBUF: dynamic right-sizing as Linux's
 * tcp_rcv_space_adjust. It begins small, and once per round trip becomes twice what the program has read in it, more
 * while that grows; never less than it was. The round trip is the receiver's: from timestamps, or the time that a
 * window's worth of data takes.
 */
final class ReceiveTuning {
    /** Of one connection. */
    static final class State {
        /** The buffer, and how far it may grow. */
        long bufferBytes;

        long limitBytes;
        /** The receiver's round-trip time, smoothed; 0 if it is not known. */
        long rttNs;
        /** A window's worth of data ends here, and began at that time. */
        private long windowEnd;

        private long windowNs;
        private int lastEcho;
        /** What the program has read in the round trip before; the one under way began here, at that time. */
        long spaceBytes;

        private long readFrom;
        private long readNs;

        void reset(final long startBytes, final long mostBytes) {
            bufferBytes = Math.min(startBytes, mostBytes);
            limitBytes = mostBytes;
            rttNs = 0;
            windowEnd = 0;
            windowNs = Connection.NEVER;
            lastEcho = 0;
            spaceBytes = 0;
            readFrom = 0;
            readNs = Connection.NEVER;
        }
    }

    /** As Linux's TCP_INIT_CWND: what the first round trip is compared with. */
    private static final int INITIAL_SEGMENTS = 10;

    private static final int SMOOTHING_SHIFT = 3;

    private final TcpContext context;

    ReceiveTuning(final TcpContext context) {
        this.context = context;
    }

    /** The connection is established. */
    void onEstablished(final Connection connection) {
        final State state = connection.tuning;
        state.spaceBytes = Math.max(
                1, Math.min(connection.receiveWindowBytes(), (long) INITIAL_SEGMENTS * connection.agreedMssBytes));
        state.readFrom = connection.rxRead;
        state.readNs = context.nowNs();
    }

    /** A segment with payload has come in order; RCV.NXT has moved on. */
    void onArrival(final Connection connection, final Segment segment) {
        final State state = connection.tuning;
        if (connection.timestamps && segment.options().timestamps()) {
            measureByEcho(connection, segment);
        }
        if (state.windowNs == Connection.NEVER) {
            state.windowEnd = connection.rcvEdge;
            state.windowNs = context.nowNs();
        } else if (connection.rcvNxt >= state.windowEnd) {
            // Behind the edge of then: it was sent after the ACK that moved the edge had come.
            final long sampleNs = Math.max(1, context.nowNs() - state.windowNs);
            if (state.rttNs == 0 || sampleNs < state.rttNs) { // Longer ones tell how slow the sender is.
                state.rttNs = sampleNs;
            }
            state.windowEnd = connection.rcvEdge;
            state.windowNs = context.nowNs();
        }
    }

    private void measureByEcho(final Connection connection, final Segment segment) {
        final State state = connection.tuning;
        final int echo = segment.options().timestampEcho();
        if (echo == state.lastEcho || segment.payloadLength() < connection.rcvMssBytes) {
            return;
        }
        state.lastEcho = echo;
        final int elapsedMillis = context.timestampClock() - (echo - connection.timestampOffset);
        if (elapsedMillis <= 0) {
            return;
        }
        final long sampleNs = TimeUnit.MILLISECONDS.toNanos(elapsedMillis);
        if (state.rttNs == 0 || sampleNs < state.rttNs) {
            state.rttNs = sampleNs;
        } else if (connection.rxRead >= connection.rcvNxt - segment.payloadLength()) { // Else it waits for the program.
            state.rttNs += (sampleNs - state.rttNs) >> SMOOTHING_SHIFT;
        }
    }

    /** The program has read; at the end of a round trip that is compared with the one before. */
    void onRead(final Connection connection) {
        final State state = connection.tuning;
        final long nowNs = context.nowNs();
        if (state.rttNs == 0 || nowNs - state.readNs < state.rttNs) {
            return;
        }
        final long unread = connection.rxCommittable() - connection.rxRead;
        final long read = connection.rxRead - state.readFrom - unread;
        if (read > state.spaceBytes) {
            grow(connection, read);
        }
        state.readFrom = connection.rxRead;
        state.readNs = nowNs;
    }

    private void grow(final Connection connection, final long read) {
        final State state = connection.tuning;
        final long before = state.spaceBytes;
        state.spaceBytes = read;
        if (connection.settings.receiveBufferBytes != 0) {
            return;
        }
        long wanted = 2 * read; // What is seen now was sent a round trip ago.
        wanted += (long) (2.0 * wanted * (read - before) / before); // The sender's slow start may double it.
        if (connection.reassembly != null) {
            wanted += connection.reassembly.end() - connection.rcvNxt; // Beyond the hole there is more.
        }
        final long grown = Math.min(wanted, state.limitBytes);
        if (grown > state.bufferBytes) {
            state.bufferBytes = grown;
            context.count(TcpCounter.WINDOWS_GROWN);
        }
    }

    /** Payload found no memory: the buffer is large enough. */
    void onMemoryShort(final Connection connection) {
        connection.tuning.limitBytes = Math.min(connection.tuning.limitBytes, connection.tuning.bufferBytes);
    }
}

package org.pno.tcp;

import org.pno.wire.TcpHeader;
import org.pno.wire.TcpOptions;

/** Writes TCP headers in place: what stands in the fields, once it is decided what to send. */
final class SegmentWriter {
    private static final int SACK_HEAD_BYTES = 4; // With the two NOPs that align it.
    private static final int SACK_BLOCK_BYTES = 8;

    private final TcpContext context;
    private final ReceiveWindow window;
    private final TcpHeader header = new TcpHeader();
    private final TcpOptions options = new TcpOptions();
    private final long[] blocks = new long[2 * Reassembly.MAX_BLOCKS];

    SegmentWriter(final TcpContext context, final ReceiveWindow window) {
        this.context = context;
        this.window = window;
    }

    /** Bytes of options that a segment of the connection has at the moment. */
    int optionsLength(final Connection connection) {
        int length = connection.timestamps ? TcpOptions.TIMESTAMPS_BYTES : 0;
        if (connection.hasReports()) {
            final int count = collectBlocks(connection, length);
            length += count == 0 ? 0 : SACK_HEAD_BYTES + count * SACK_BLOCK_BYTES;
        }
        return length;
    }

    /**
     * Writes the header of a segment of a synchronised connection.
     *
     * @param at where it goes
     * @return its length with options
     */
    int write(final Connection connection, final long at, final int flags, final long position) {
        final int urgentPointer = UrgentData.pointer(connection, position);
        start(connection, at, flags | Ecn.echoFlag(connection) | UrgentData.flag(urgentPointer))
                .sequence(connection.sequenceOf(position))
                .acknowledgment(connection.acknowledgment())
                .window(window.advertise(connection))
                .urgentPointer(urgentPointer);
        options.clear();
        if (connection.timestamps) {
            putTimestamps(connection);
        }
        if (connection.hasReports()) {
            putSackBlocks(connection);
        }
        return finish(at);
    }

    /** Writes a SYN, or a SYN-ACK with what is left of both sides' offers. */
    int writeSyn(final Connection connection, final long at, final int flags, final int mss) {
        final boolean answer = (flags & TcpHeader.ACK) != 0;
        start(connection, at, flags)
                .sequence(connection.iss)
                .acknowledgment(answer ? connection.acknowledgment() : 0)
                .window(window.advertiseInSyn(connection));
        options.clear().mss(mss);
        if (connection.windowScaling) {
            options.windowScale(window.scale());
        }
        if (connection.sackPermitted) {
            options.sackPermitted(true);
        }
        if (connection.timestamps) {
            putTimestamps(connection);
        }
        context.fastOpen.putOption(connection, options, answer);
        return finish(at);
    }

    /** Writes an RST that ends a connection (RFC 9293 3.10.5). */
    int writeReset(final Connection connection, final long at) {
        start(connection, at, TcpHeader.RST | TcpHeader.ACK)
                .sequence(connection.sequenceOf(connection.sndNxt))
                .acknowledgment(connection.acknowledgment())
                .window(0);
        options.clear();
        return finish(at);
    }

    /** Writes a segment for nobody: an RST, or an ACK of a connection in TIME-WAIT. */
    int writeReply(final Flow flow, final long at, final int flags, final int sequence, final int acknowledgment) {
        start(flow, at, flags).sequence(sequence).acknowledgment(acknowledgment).window(0);
        options.clear();
        return finish(at);
    }

    /** As {@link #writeReply}, with the window and timestamps that the connection had. */
    int writeTimeWaitAck(final TimeWait entry, final long at) {
        start(entry, at, TcpHeader.ACK)
                .sequence(entry.sndNxt)
                .acknowledgment(entry.rcvNxt)
                .window(entry.windowField);
        options.clear();
        if (entry.timestamps) {
            options.timestamps(context.timestampClock() + entry.timestampOffset, entry.tsRecent);
        }
        return finish(at);
    }

    private TcpHeader start(final Flow flow, final long at, final int flags) {
        return header.wrap(context.output.memory(), at)
                .sourcePort(flow.localPort)
                .destinationPort(flow.remotePort)
                .flags(flags)
                .checksum(0)
                .urgentPointer(0);
    }

    private int finish(final long at) {
        final int length = TcpHeader.MIN_BYTES + options.encode(context.output.memory(), at + TcpHeader.MIN_BYTES);
        header.headerLength(length);
        return length;
    }

    /** RFC 7323 3.2. */
    private void putTimestamps(final Connection connection) {
        options.timestamps(context.timestampClock() + connection.timestampOffset, connection.tsRecent);
    }

    private void putSackBlocks(final Connection connection) {
        final int count = collectBlocks(connection, connection.timestamps ? TcpOptions.TIMESTAMPS_BYTES : 0);
        for (int i = 0; i < count; i++) {
            options.addSackBlock(
                    connection.peerSequenceOf(blocks[2 * i]), connection.peerSequenceOf(blocks[2 * i + 1]));
        }
        if (connection.dsackStart < connection.dsackEnd) {
            connection.dsackEnd = connection.dsackStart; // RFC 2883 4: each is reported once.
            context.count(TcpCounter.DSACKS_OUT);
        }
    }

    /** The blocks that fit behind {@code optionsLength} bytes of options. RFC 2883 4: a D-SACK comes first. */
    private int collectBlocks(final Connection connection, final int optionsLength) {
        final int room = Math.min(
                Reassembly.MAX_BLOCKS, (TcpOptions.MAX_BYTES - optionsLength - SACK_HEAD_BYTES) / SACK_BLOCK_BYTES);
        int count = 0;
        if (connection.dsackStart < connection.dsackEnd) {
            blocks[0] = connection.dsackStart;
            blocks[1] = connection.dsackEnd;
            count = 1;
        }
        return connection.reassembly == null ? count : connection.reassembly.report(blocks, count, room);
    }
}

package org.pno.bridge;

import java.util.ArrayDeque;
import org.pno.bridge.BridgeSocket.Role;
import org.pno.link.ChannelDescriptor;
import org.pno.link.Fence;
import org.pno.link.Submission;
import org.pno.link.SubmissionDescriptor;
import org.pno.link.SubmissionReader;

/**
 * Takes submissions out of SUB: those that came with the host line, and beyond them one batch of
 * {@link SubmissionReader#BATCH} at most per channel and cycle, so that no channel keeps the others waiting. Judges
 * what they say, and has flagged records read.
 */
final class SubmissionPath {
    private static final int FLAGS = SubmissionDescriptor.FLAG_HOST_LINE
            | SubmissionDescriptor.FLAG_OPTIONS
            | SubmissionDescriptor.FLAG_RELEASED;

    /** The host hears of free slots when there are so many that it does not know of. */
    private static final int UNTOLD_SLOTS = ChannelDescriptor.SUB_CAPACITY / 4;

    private final TicketQueue<HostChannel> entries = new TicketQueue<>();
    /** Channels that had their turn in this cycle and have more. */
    private final ArrayDeque<HostChannel> later = new ArrayDeque<>();

    private final BridgeContext context;
    private final Channels channels;
    private final HostLevels levels;
    private final TransmitMaps transmitMaps;
    private final RecordReads records;
    private final Sweeps sweeps;
    private long cycle;

    SubmissionPath(
            final BridgeContext context,
            final Channels channels,
            final HostLevels levels,
            final TransmitMaps transmitMaps,
            final RecordReads records,
            final Sweeps sweeps) {
        this.context = context;
        this.channels = channels;
        this.levels = levels;
        this.transmitMaps = transmitMaps;
        this.records = records;
        this.sweeps = sweeps;
    }

    /** A new cycle begins: every channel may be served once more. */
    void beginCycle() {
        cycle++;
        for (int count = later.size(); count > 0; count--) {
            serve(later.poll());
        }
    }

    /** Takes up what is complete. */
    boolean drain() {
        boolean moved = false;
        for (HostChannel channel = channels.nextReady(); channel != null; channel = channels.nextReady()) {
            serve(channel);
            moved = true;
        }
        while (entries.isReady(context.bus().completed())) {
            final HostChannel channel = entries.item();
            entries.remove();
            channel.areEntriesUnderWay = false;
            if (channel.arena.isLive()) {
                take(channel);
            }
            moved = true;
        }
        return moved;
    }

    private void serve(final HostChannel channel) {
        if (!channel.arena.isLive()) {
            return;
        }
        if (channel.reader.isSweepAsked()) {
            channel.reader.sweepTaken();
            context.counters().increment(BridgeCounter.SWEEPS);
            sweeps.begin(channel);
        }
        if (channel.hasArrived()) {
            take(channel);
            return;
        }
        if (channel.reader.available() == 0 || channel.areEntriesUnderWay) {
            return;
        }
        if (channel.servedCycle == cycle) {
            later.add(channel);
            return;
        }
        channel.servedCycle = cycle;
        channel.areEntriesUnderWay = true;
        channel.reader.postEntries();
        entries.add(context.bus().ticket(), channel, 0);
    }

    private void take(final HostChannel channel) {
        final SubmissionReader reader = channel.reader;
        final int count = reader.fetched();
        context.counters().increase(BridgeCounter.SUBMISSIONS, count);
        for (int i = 0; i < count; i++) {
            if (context.fences().fence(channel.arena, take(channel.arena, reader.entry(i)))) {
                return;
            }
        }
        reader.advance();
        if (reader.untold() >= UNTOLD_SLOTS
                && channel.headTicket <= context.bus().completed()) {
            reader.postHead();
            channel.headTicket = context.bus().ticket();
        }
        serve(channel);
    }

    private Fence take(final HostArena arena, final Submission submission) {
        final int record = submission.record();
        if (!arena.geometry().hasRecord(record)) {
            return Fence.RECORD_NUMBER;
        }
        final BridgeSocket socket = arena.socket(record);
        final int flags = submission.flags() & FLAGS;
        if (socket.role == Role.FREE || socket.role == Role.CREDIT || socket.generation != submission.generation()) {
            return takeUnknown(socket, submission.generation(), flags);
        }
        Fence fence = transmitMaps.learn(socket, submission.txWritten(), submission.txChunk());
        if (fence == Fence.NONE) {
            fence = takePositions(socket, submission);
        }
        if (fence == Fence.NONE && (submission.flags() & SubmissionDescriptor.FLAG_MORE) != 0) {
            levels.onMore(socket, submission.txWritten());
        }
        if (fence == Fence.NONE && flags != 0) {
            records.read(socket, flags);
        }
        return fence;
    }

    private Fence takePositions(final BridgeSocket socket, final Submission submission) {
        long txWritten = submission.txWritten();
        if (submission.isUrgent() && txWritten - socket.txWritten > 0) {
            // The peer must hear of urgent data before it is sent, so the host's txUrgent is read first.
            levels.onTold(socket, txWritten);
            records.read(socket, SubmissionDescriptor.FLAG_HOST_LINE);
            txWritten = socket.txWritten;
        }
        return levels.onPositions(socket, txWritten, submission.rxRead());
    }

    /** A generation that the socket has not: one to come, whose record must be read, or one that is gone. */
    private Fence takeUnknown(final BridgeSocket socket, final int generation, final int flags) {
        if (socket.role == Role.FREE && socket.generation != generation && flags != 0) {
            records.read(socket, flags);
        } else {
            context.counters().increment(BridgeCounter.STALE_SUBMISSION);
        }
        return Fence.NONE;
    }

    /** Something waits for a cycle to come. */
    boolean hasMore() {
        return !later.isEmpty();
    }
}

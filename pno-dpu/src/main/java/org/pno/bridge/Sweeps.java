package org.pno.bridge;

import java.util.ArrayDeque;
import org.pno.bridge.BridgeSocket.Role;
import org.pno.link.RecordHostLine;
import org.pno.link.SubmissionDescriptor;

/**
 * Sweeps: a host could not submit (its ring was full, or its own signal handler interrupted it), so every record of the
 * arena is read, a few in each cycle. Records in use are read as for a submission with all flags. Of the others the
 * line may be of different moments, so what is new in it is only a reason to read the record once more.
 */
final class Sweeps {
    private static final int RECORDS_PER_CYCLE = 32;
    private static final int ALL = SubmissionDescriptor.FLAG_HOST_LINE
            | SubmissionDescriptor.FLAG_OPTIONS
            | SubmissionDescriptor.FLAG_RELEASED;

    private final ArrayDeque<HostChannel> sweeping = new ArrayDeque<>();
    /** Lines of records not in use under way, by record number; and where they go. */
    private final TicketQueue<HostChannel> reads = new TicketQueue<>();

    private final TicketQueue<Slot> readSlots = new TicketQueue<>();
    private final RecordHostLine line = new RecordHostLine();
    private final BridgeContext context;
    private final RecordReads records;

    Sweeps(final BridgeContext context, final RecordReads records) {
        this.context = context;
        this.records = records;
    }

    /** Sweeps the channel's arena; from the start, if a sweep of it is under way. */
    void begin(final HostChannel channel) {
        if (channel.sweepRecord == BridgeSocket.NONE) {
            sweeping.add(channel);
        }
        channel.sweepRecord = 0;
    }

    /** Posts the next reads of one sweep. */
    void step() {
        final HostChannel channel = sweeping.poll();
        if (channel == null || !channel.arena.isLive()) {
            return;
        }
        final HostArena arena = channel.arena;
        final int end = Math.min(
                channel.sweepRecord + RECORDS_PER_CYCLE, arena.geometry().recordCount());
        for (int record = channel.sweepRecord; record < end; record++) {
            final BridgeSocket socket = arena.socketOrNull(record);
            if (socket != null && socket.role != Role.FREE && socket.role != Role.CREDIT) {
                records.read(socket, ALL);
            } else {
                readFree(channel, record);
            }
        }
        channel.sweepRecord = end;
        if (end < arena.geometry().recordCount()) {
            sweeping.add(channel);
        } else {
            channel.sweepRecord = BridgeSocket.NONE;
        }
    }

    private void readFree(final HostChannel channel, final int record) {
        final Slot slot = context.slots().take();
        final Bus bus = context.bus();
        final HostArena arena = channel.arena;
        RecordHostLine.post(
                bus.memory(), arena.region(), arena.geometry().recordOffset(record), slot.memory(), slot.offset());
        reads.add(bus.ticket(), channel, record);
        readSlots.add(bus.ticket(), slot, 0);
    }

    /** Takes up what is complete. */
    boolean drain() {
        boolean moved = false;
        while (reads.isReady(context.bus().completed())) {
            final HostArena arena = reads.item().arena;
            final Slot slot = readSlots.item();
            line.wrap(slot.memory(), slot.offset());
            if (arena.isLive() && line.generation() != 0 && line.requestNumber() != 0) {
                final BridgeSocket socket = arena.socket((int) reads.value());
                if (socket.generation != line.generation()) {
                    records.read(socket, ALL);
                }
            }
            context.slots().give(slot);
            reads.remove();
            readSlots.remove();
            moved = true;
        }
        return moved;
    }

    boolean isActive() {
        return !sweeping.isEmpty();
    }
}

package org.pno.sim;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import org.pno.link.ArenaGeometry;
import org.pno.link.EventWriter;
import org.pno.link.Fence;
import org.pno.link.HolderDescriptor;
import org.pno.link.HostMemory;
import org.pno.link.Submission;
import org.pno.link.SubmissionReader;
import org.pno.sys.EventFd;

/**
 * The smallest DPU that keeps the link protocol: every connection succeeds and echoes what is written to it. It drives
 * the rings of org.pno.link over any {@link HostMemory}, without stack, port and control socket.
 */
final class EchoDpu {
    /** What the channel waits for. */
    private enum Step {
        IDLE,
        LINE,
        ENTRIES
    }

    private static final long NONE = -1;

    final HostMemory memory;
    final int region;
    final ArenaGeometry geometry;

    private final SubmissionReader reader;
    private final EventWriter events;
    private final EchoSocket[] sockets;
    private final ArrayDeque<Integer> rxChunks = new ArrayDeque<>();
    private final int channelBell;
    private final boolean waitsForTickets;

    private Step step = Step.IDLE;
    private long ticket;
    private long lastTicket;
    private long completed;
    /** The ticket after which a new line tells whether the host must be woken. */
    private long eventsTicket = NONE;

    private boolean isLineAfterEvents;
    private long rungSequence;
    private int bells;
    private int sweeps;

    /** @param waitsForTickets false breaks the protocol: every batch counts as complete when it is posted */
    EchoDpu(
            final HostMemory memory,
            final int region,
            final ArenaGeometry geometry,
            final int channelBell,
            final boolean waitsForTickets) {
        this.memory = memory;
        this.region = region;
        this.geometry = geometry;
        this.channelBell = channelBell;
        this.waitsForTickets = waitsForTickets;
        final MemorySegment copy = Arena.ofAuto().allocate(SubmissionReader.COPY_BYTES, 8);
        reader = new SubmissionReader(memory, region, geometry.channelOffset(0), copy, 0);
        sockets = new EchoSocket[geometry.recordCount()];
        for (int record = 0; record < sockets.length; record++) {
            sockets[record] = new EchoSocket(this, record);
        }
        events = new EventWriter(
                memory, region, geometry.channelOffset(0), sockets.length, record -> sockets[record].generation());
        for (int chunk = 0; chunk < geometry.rxChunkCount(); chunk++) {
            rxChunks.add(chunk);
        }
    }

    /** One turn: takes what is complete, posts what follows. */
    void cycle() {
        completed = memory.completed();
        channel();
        for (final EchoSocket socket : sockets) {
            while (socket.cycle() && isComplete(openTicket())) {
                lastTicket = memory.post();
            }
        }
        lastTicket = memory.post();
    }

    boolean isComplete(final long wanted) {
        return !waitsForTickets || wanted <= completed;
    }

    /** The ticket that the next post returns. */
    long openTicket() {
        return lastTicket + 1;
    }

    private void channel() {
        if (step != Step.IDLE && !isComplete(ticket)) {
            return;
        }
        switch (step) {
            case IDLE -> postLine();
            case LINE -> onLine();
            case ENTRIES -> onEntries();
        }
        ticket = openTicket();
    }

    private void postLine() {
        // A line that tells whether to ring must be read after the events have completed.
        isLineAfterEvents = eventsTicket != NONE && isComplete(eventsTicket);
        if (isLineAfterEvents) {
            eventsTicket = NONE;
        }
        reader.postLine();
        step = Step.LINE;
    }

    private void onLine() {
        check(reader.onLine());
        if (isLineAfterEvents && (reader.sleepSequence() & 1) == 1 && reader.sleepSequence() != rungSequence) {
            rungSequence = reader.sleepSequence();
            bells++;
            EventFd.signal(channelBell);
        }
        final long before = events.nextEvent();
        check(events.onHead(reader.eventHead()));
        if (events.nextEvent() != before) {
            eventsTicket = openTicket();
        }
        if (reader.isSweepAsked()) {
            reader.sweepTaken();
            sweeps++;
            for (final EchoSocket socket : sockets) {
                socket.onSweep();
            }
        }
        step = reader.postEntries() > 0 ? Step.ENTRIES : Step.IDLE;
    }

    private void onEntries() {
        for (int i = 0; i < reader.fetched(); i++) {
            final Submission entry = reader.entry(i);
            if (geometry.hasRecord(entry.record())) {
                sockets[entry.record()].onSubmission(
                        entry.generation(), entry.txWritten(), entry.rxRead(), entry.flags());
            }
        }
        reader.release();
        step = Step.IDLE;
    }

    /** The word of the holder slot's bitmap with this record's bit. */
    long holderWord(final int record) {
        return geometry.holderOffset(SimulatedHost.HOLDER_SLOT)
                + HolderDescriptor.BITMAP_OFFSET
                + (long) (record / Long.SIZE) * Long.BYTES;
    }

    void notifyHost(final int record) {
        events.offer(record);
        eventsTicket = openTicket();
    }

    int takeRxChunk() {
        return rxChunks.remove();
    }

    void giveRxChunk(final int chunk) {
        rxChunks.push(chunk);
    }

    int freeRxChunks() {
        return rxChunks.size();
    }

    int bells() {
        return bells;
    }

    int sweeps() {
        return sweeps;
    }

    int owedEvents() {
        return events.owedCount();
    }

    private static void check(final Fence fence) {
        if (fence != Fence.NONE) {
            throw new IllegalStateException("fence: " + fence.reason());
        }
    }
}

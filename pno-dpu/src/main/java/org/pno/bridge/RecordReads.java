package org.pno.bridge;

import java.util.ArrayDeque;
import org.pno.bridge.BridgeSocket.Role;
import org.pno.link.Fence;
import org.pno.link.RecordDescriptor;
import org.pno.link.RecordHostLine;
import org.pno.link.SubmissionDescriptor;
import org.pno.sys.Errno;

/**
 * Reads the host's lines of records, at most one read per record at a time, and hands on what they say: levels to
 * {@link HostLevels}, requests and ends to {@link Connections}, LISTEN to {@link Listeners}. Who is to be asked
 * whether anybody still holds a record is left to {@link Holders}.
 *
 * <pre>
 *   slot:  0            64                128              192
 *          +------------+-----------------+----------------+
 *          | host line  | options line    | address line   |
 *          +------------+-----------------+----------------+
 * </pre>
 */
final class RecordReads {
    static final int OPTIONS_AT = 64;
    static final int ADDRESS_AT = 128;
    private static final int LINES_BYTES = 128;

    /** Nobody holds the record: close it once its last positions are read. */
    static final int FLAG_CLOSE = 1 << 8;
    /** LISTEN came on the control socket. */
    static final int FLAG_LISTEN = 1 << 9;

    private final TicketQueue<BridgeSocket> reads = new TicketQueue<>();
    private final TicketQueue<Slot> readSlots = new TicketQueue<>();
    /** Sockets whose line has told of urgent data, and is to be read once more in the next cycle. */
    private final ArrayDeque<BridgeSocket> later = new ArrayDeque<>();

    private final RecordHostLine line = new RecordHostLine();
    private final BridgeContext context;
    private final Bus bus;
    private final HostLevels levels;
    private final Connections connections;
    private final Listeners listeners;
    private final HolderQueue released;

    RecordReads(
            final BridgeContext context,
            final HostLevels levels,
            final Connections connections,
            final Listeners listeners,
            final HolderQueue released) {
        this.context = context;
        this.levels = levels;
        this.connections = connections;
        this.listeners = listeners;
        this.released = released;
        bus = context.bus();
    }

    /** Reads what the flags ask for; what the host stored before the caller's reason will be seen. */
    void read(final BridgeSocket socket, final int flags) {
        socket.wantedFlags |= flags | SubmissionDescriptor.FLAG_HOST_LINE;
        if (!socket.isReadUnderWay) {
            post(socket);
        }
    }

    private void post(final BridgeSocket socket) {
        final int flags = socket.wantedFlags;
        socket.wantedFlags = 0;
        socket.isReadUnderWay = true;
        socket.readTold = socket.txTold;
        final Slot slot = context.slots().take();
        final int region = socket.arena.region();
        RecordHostLine.post(bus.memory(), region, socket.offset, slot.memory(), slot.offset());
        if (socket.role == Role.FREE || (flags & (SubmissionDescriptor.FLAG_OPTIONS | FLAG_LISTEN)) != 0) {
            final long lines = socket.offset + RecordDescriptor.OPTIONS_LINE_OFFSET;
            bus.read(region, lines, slot.memory(), slot.offset() + OPTIONS_AT, LINES_BYTES);
        }
        final long ticket = bus.ticket();
        reads.add(ticket, socket, flags);
        readSlots.add(ticket, slot, 0);
    }

    /** A new cycle begins: what was left to it is read. */
    void beginCycle() {
        for (BridgeSocket socket = later.poll(); socket != null; socket = later.poll()) {
            socket.isReadLater = false;
            if (socket.arena.isLive() && socket.role != Role.FREE && socket.role != Role.CREDIT) {
                read(socket, 0);
            }
        }
    }

    /** Something waits for a cycle to come. */
    boolean hasMore() {
        return !later.isEmpty();
    }

    /** Takes up what is complete. */
    boolean drain() {
        boolean moved = false;
        while (reads.isReady(bus.completed())) {
            final BridgeSocket socket = reads.item();
            final Slot slot = readSlots.item();
            final int flags = (int) reads.value();
            reads.remove();
            readSlots.remove();
            socket.isReadUnderWay = false;
            if (socket.arena.isLive()) {
                context.fences().fence(socket.arena, take(socket, slot, flags));
            }
            context.slots().give(slot);
            if (socket.wantedFlags != 0 && socket.arena.isLive()) {
                post(socket);
            }
            moved = true;
        }
        return moved;
    }

    private Fence take(final BridgeSocket socket, final Slot slot, final int flags) {
        line.wrap(slot.memory(), slot.offset());
        if (socket.role == Role.FREE) {
            final Fence fence = begin(socket, slot, flags);
            if (fence != Fence.NONE || socket.role == Role.FREE) {
                return fence;
            }
            if (socket.arena.hasLostHolder()) {
                released.add(socket); // Whoever took the record may be dead: nobody asked for it when that was told.
            }
        } else if ((flags & FLAG_LISTEN) != 0) {
            listeners.refuse(socket, Errno.EINVAL); // The record is something else already.
        }
        if (line.generation() != socket.generation || socket.role == Role.CREDIT) {
            context.counters().increment(BridgeCounter.STALE_RECORD);
            if ((flags & FLAG_CLOSE) != 0 && socket.role != Role.CREDIT) {
                connections.close(socket); // Whatever its last process wrote there: nobody holds it.
            }
            return Fence.NONE;
        }
        if ((flags & FLAG_CLOSE) != 0) {
            socket.readTold = line.txWritten(); // Nobody has written since, so the line is of one moment.
        }
        Fence fence = levels.onLine(socket, line);
        if (socket.txTold - socket.readTold > 0 && !socket.isReadLater) {
            socket.isReadLater = true;
            later.add(socket); // Not in this cycle: a host that goes on writing must not hold it up.
        }
        if (fence == Fence.NONE && (flags & SubmissionDescriptor.FLAG_OPTIONS) != 0) {
            fence = connections.onOptions(socket, slot);
        }
        if (fence == Fence.NONE && line.requestNumber() != socket.requestNumber) {
            fence = connections.onLateRequest(socket, line.requestKind(), line.requestNumber());
        }
        if (fence == Fence.NONE && line.infoAsked() != socket.infoAsked) {
            connections.onInfoAsked(socket, line.infoAsked());
        }
        if (fence == Fence.NONE) {
            takeEnd(socket, flags);
        }
        return fence;
    }

    private void takeEnd(final BridgeSocket socket, final int flags) {
        if ((flags & FLAG_CLOSE) != 0) {
            connections.close(socket);
        } else if ((flags & SubmissionDescriptor.FLAG_RELEASED) != 0) {
            released.add(socket);
        }
    }

    /** A record that the host has taken: by a request, or for a LISTEN. */
    private Fence begin(final BridgeSocket socket, final Slot slot, final int flags) {
        if ((flags & FLAG_LISTEN) != 0) {
            return listeners.begin(socket, line, slot);
        }
        if (line.generation() == socket.generation || line.requestNumber() == 0) {
            context.counters().increment(BridgeCounter.STALE_RECORD);
            return Fence.NONE;
        }
        return connections.onRequest(socket, line, slot);
    }
}

package org.pno.bridge;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import org.pno.bridge.BridgeSocket.Role;
import org.pno.link.ArenaDescriptor;
import org.pno.link.Fence;
import org.pno.link.ListenerEntry;
import org.pno.link.RecordHostLine;

/**
 * Reads the credits of listeners ahead, so that the stack's accept is answered at once.
 *
 * <pre>
 *   txWritten ─► (map by read) ─► entries by read ─► each record's host line by read ─► stock
 * </pre>
 */
final class Credits {
    private static final int ENTRIES_PER_READ = 64;

    private final TicketQueue<BridgeSocket> mapWaits = new TicketQueue<>();
    /** Entries under way, how many; and where they go. */
    private final TicketQueue<BridgeSocket> entryReads = new TicketQueue<>();

    private final TicketQueue<Slot> entrySlots = new TicketQueue<>();
    /** Host lines of credited records under way, and where they go. */
    private final TicketQueue<BridgeSocket> lineReads = new TicketQueue<>();

    private final TicketQueue<Slot> lineSlots = new TicketQueue<>();
    private final RecordHostLine line = new RecordHostLine();
    private final BridgeContext context;
    private final Bus bus;
    private final TransmitMaps transmitMaps;
    private final Publisher publisher;

    Credits(final BridgeContext context, final TransmitMaps transmitMaps, final Publisher publisher) {
        this.context = context;
        this.transmitMaps = transmitMaps;
        this.publisher = publisher;
        bus = context.bus();
    }

    /** Posts reads of the credits that are new. */
    void read(final BridgeSocket listener) {
        if (!isListening(listener)) {
            return;
        }
        final ListenerSide side = listener.listenerSide;
        while (!side.isMapReadUnderWay && listener.txWritten - side.creditsRead >= ListenerEntry.BYTES) {
            if (!transmitMaps.covers(listener, side.creditsRead, ListenerEntry.BYTES)) {
                side.isMapReadUnderWay = true;
                mapWaits.add(transmitMaps.read(listener), listener, 0);
                return;
            }
            final long inChunk = ArenaDescriptor.CHUNK_BYTES - (side.creditsRead & (ArenaDescriptor.CHUNK_BYTES - 1));
            final long bytes = Math.min(listener.txWritten - side.creditsRead, inChunk);
            final int entries = (int) Math.min(bytes / ListenerEntry.BYTES, ENTRIES_PER_READ);
            final Slot slot = context.slots().take();
            bus.readWords(
                    listener.arena.region(),
                    TransmitMaps.offsetOf(listener, side.creditsRead),
                    slot.memory(),
                    slot.offset(),
                    entries);
            entryReads.add(bus.ticket(), listener, entries);
            entrySlots.add(bus.ticket(), slot, 0);
            side.creditsRead += (long) entries * ListenerEntry.BYTES;
            side.creditsToCome += entries;
        }
    }

    /** Takes up what is complete. */
    boolean drain() {
        final long completed = bus.completed();
        boolean moved = false;
        while (mapWaits.isReady(completed)) {
            final BridgeSocket listener = mapWaits.item();
            mapWaits.remove();
            if (isListening(listener)) {
                listener.listenerSide.isMapReadUnderWay = false;
            }
            read(listener);
            moved = true;
        }
        while (entryReads.isReady(completed)) {
            final BridgeSocket listener = entryReads.item();
            final Slot slot = entrySlots.item();
            if (isListening(listener)) {
                final int count = (int) entryReads.value();
                listener.listenerSide.creditsToCome -= count;
                context.fences().fence(listener.arena, takeEntries(listener, slot, count));
            }
            context.slots().give(slot);
            entryReads.remove();
            entrySlots.remove();
            moved = true;
        }
        while (lineReads.isReady(completed)) {
            final BridgeSocket socket = lineReads.item();
            final Slot slot = lineSlots.item();
            if (socket.arena.isLive()) {
                context.fences().fence(socket.arena, takeLine(socket, slot));
            }
            context.slots().give(slot);
            lineReads.remove();
            lineSlots.remove();
            moved = true;
        }
        return moved;
    }

    private static boolean isListening(final BridgeSocket listener) {
        return listener.arena.isLive() && listener.role == Role.LISTENER;
    }

    /** True if every credit that the host has posted was read. */
    static boolean areRead(final BridgeSocket listener) {
        final ListenerSide side = listener.listenerSide;
        return listener.txWritten - side.creditsRead < ListenerEntry.BYTES && side.creditsToCome == 0;
    }

    private Fence takeEntries(final BridgeSocket listener, final Slot slot, final int count) {
        final HostArena arena = listener.arena;
        for (int i = 0; i < count; i++) {
            final long entry = slot.memory().get(JAVA_LONG, slot.offset() + (long) i * ListenerEntry.BYTES);
            final int record = ListenerEntry.record(entry);
            if (!arena.geometry().hasRecord(record)) {
                return Fence.RECORD_NUMBER;
            }
            final BridgeSocket socket = arena.socket(record);
            if (socket.role != Role.FREE || socket.generation == ListenerEntry.generation(entry)) {
                return Fence.CREDIT;
            }
            socket.role = Role.CREDIT;
            socket.creditGeneration = ListenerEntry.generation(entry);
            socket.acceptedBy = listener;
            listener.listenerSide.creditsToCome++;
            final Slot lineSlot = context.slots().take();
            RecordHostLine.post(bus.memory(), arena.region(), socket.offset, lineSlot.memory(), lineSlot.offset());
            lineReads.add(bus.ticket(), socket, 0);
            lineSlots.add(bus.ticket(), lineSlot, 0);
        }
        return Fence.NONE;
    }

    private Fence takeLine(final BridgeSocket socket, final Slot slot) {
        line.wrap(slot.memory(), slot.offset());
        final BridgeSocket listener = socket.acceptedBy;
        final ListenerSide side = listener.listenerSide;
        side.creditsToCome--;
        if (line.generation() != socket.creditGeneration) {
            socket.role = Role.FREE;
            socket.acceptedBy = null;
            side.creditsTaken += ListenerEntry.BYTES;
            context.counters().increment(BridgeCounter.STALE_CREDIT);
            publisher.mark(listener);
            return Fence.NONE;
        }
        if (!socket.arena.geometry().hasChannel(line.eventChannel())) {
            return Fence.EV_CHANNEL;
        }
        socket.eventChannel = line.eventChannel();
        side.stock.add(socket);
        if (listener.isClosed) {
            release(listener);
        } else if (side.hasRefused) {
            side.hasRefused = context.stack().onRoom(side.number);
        }
        return Fence.NONE;
    }

    /** The listener has ended: its credits are the host's again. Those still under way follow when they arrive. */
    void release(final BridgeSocket listener) {
        final ListenerSide side = listener.listenerSide;
        for (BridgeSocket socket = side.stock.poll(); socket != null; socket = side.stock.poll()) {
            // A life without a connection, so that the record is declared FREE like any other.
            socket.begin(Role.CONNECTION, socket.creditGeneration, bus.memory());
            socket.isClosed = true;
            socket.acceptedBy = null;
            publisher.mark(socket);
        }
        publisher.mark(listener);
    }
}

package org.pno.bridge;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import org.pno.link.ArenaDescriptor;
import org.pno.link.Fence;
import org.pno.link.RecordDescriptor;

/**
 * The private copies of transmit maps. An entry is learnt from a submission or by reading the record's map, and is
 * valid until txAcked has passed its piece or the stream is drained, whichever is published first: then the host may
 * use the chunk for something else.
 */
final class TransmitMaps {
    private static final int WORDS = ChunkMap.BYTES / Long.BYTES;

    /** A read of a whole map; its number is the txWritten up to which it is known to be filled. */
    private final TicketQueue<BridgeSocket> reads = new TicketQueue<>();

    private final TicketQueue<Slot> readSlots = new TicketQueue<>();
    private final BridgeContext context;
    private final Bus bus;
    private final ChunkMaps maps;

    TransmitMaps(final BridgeContext context, final ChunkMaps maps) {
        this.context = context;
        this.maps = maps;
        bus = context.bus();
    }

    /**
     * Learns the entry that covers byte {@code txWritten - 1} from a submission.
     *
     * @return NONE, or TX_CHUNK
     */
    Fence learn(final BridgeSocket socket, final long txWritten, final int chunk) {
        if (chunk == RecordDescriptor.NO_CHUNK || txWritten - socket.line.txAcked() <= 0 || socket.isEnding) {
            return Fence.NONE; // A sweep may have told of the end before: what SUB still says of it comes too late.
        }
        if (!socket.arena.geometry().hasTxChunk(chunk)) {
            return Fence.TX_CHUNK;
        }
        if (socket.txMap == null) {
            socket.txMap = maps.take();
        }
        socket.txMap.put(ChunkMap.pieceOf(txWritten - 1), chunk);
        return Fence.NONE;
    }

    /** True if the chunks of all these bytes, one at least, are known. */
    boolean covers(final BridgeSocket socket, final long position, final int length) {
        final ChunkMap map = socket.txMap;
        if (map == null) {
            return false;
        }
        final long last = ChunkMap.pieceOf(position + length - 1);
        for (long piece = ChunkMap.pieceOf(position); piece <= last; piece++) {
            if (map.chunk(piece) == RecordDescriptor.NO_CHUNK) {
                return false;
            }
        }
        return true;
    }

    /** Posts a read of the record's map; what it brings is known when its ticket is drained here. */
    long read(final BridgeSocket socket) {
        final Slot slot = context.slots().take();
        bus.readWords(
                socket.arena.region(),
                socket.offset + RecordDescriptor.TX_MAP_OFFSET,
                slot.memory(),
                slot.offset(),
                WORDS);
        context.counters().increment(BridgeCounter.MAP_READS);
        final long ticket = bus.ticket();
        reads.add(ticket, socket, socket.txWritten);
        readSlots.add(ticket, slot, 0);
        return ticket;
    }

    /** Takes up the maps that have arrived. */
    boolean drain() {
        final long completed = bus.completed();
        boolean moved = false;
        while (reads.isReady(completed)) {
            final BridgeSocket socket = reads.item();
            final Slot slot = readSlots.item();
            if (socket.arena.isLive() && !absorb(socket, slot, reads.value())) {
                context.fences().fence(socket.arena, Fence.TX_CHUNK);
            }
            context.slots().give(slot);
            reads.remove();
            readSlots.remove();
            moved = true;
        }
        return moved;
    }

    private boolean absorb(final BridgeSocket socket, final Slot slot, final long txWritten) {
        final long from = socket.line.txAcked();
        if (txWritten - from <= 0) {
            return true;
        }
        if (socket.txMap == null) {
            socket.txMap = maps.take();
        }
        final long last = ChunkMap.pieceOf(txWritten - 1);
        for (long piece = ChunkMap.pieceOf(from); piece <= last; piece++) {
            final int chunk = slot.memory().get(JAVA_INT, slot.offset() + ChunkMap.entryOffset(piece));
            if (!socket.arena.geometry().hasTxChunk(chunk)) {
                return false;
            }
            socket.txMap.put(piece, chunk);
        }
        return true;
    }

    /** txAcked is about to be posted: forgets the entries that the host may now use for something else. */
    void onAcked(final BridgeSocket socket, final long oldAcked, final long newAcked) {
        final ChunkMap map = socket.txMap;
        if (map == null) {
            return;
        }
        final boolean isDrained = newAcked == socket.txWritten;
        final long kept = ChunkMap.pieceOf(newAcked) + (isDrained ? 1 : 0);
        for (long piece = ChunkMap.pieceOf(oldAcked); piece < kept; piece++) {
            map.remove(piece);
        }
        if (isDrained) {
            forget(socket);
        }
    }

    /** Forgets the whole map. */
    void forget(final BridgeSocket socket) {
        if (socket.txMap != null) {
            maps.give(socket.txMap);
            socket.txMap = null;
        }
    }

    /** Bus offset of a position in a known chunk. */
    static long offsetOf(final BridgeSocket socket, final long position) {
        final int chunk = socket.txMap.chunk(ChunkMap.pieceOf(position));
        return socket.arena.geometry().txChunkOffset(chunk) + (position & (ArenaDescriptor.CHUNK_BYTES - 1));
    }
}

package org.pno.bridge;

import java.lang.foreign.MemorySegment;
import org.pno.bridge.BridgeSocket.Role;
import org.pno.counters.CounterGroup;
import org.pno.link.ArenaDescriptor;
import org.pno.link.ArenaGeometry;
import org.pno.link.RecordDescriptor;

/**
 * Places payload in receive S-rings: in order or not, straight from the frame. Owns the chunks of the arenas' receive
 * pools, from allocation to the moment when the host has read them and no write names them.
 *
 * <p>Bytes below the posted rxCommitted are named by no write, since they were complete when it was posted and the
 * stack places none of them again. So what the host has read goes back at once; only the end of a socket has to wait.
 */
final class ReceivePath {
    private static final int OFFSET_MASK = ArenaDescriptor.CHUNK_BYTES - 1;
    /** Sockets that a search for chunks looks at before it gives up. */
    private static final int RECLAIM_LOOKS = 256;

    private final TicketQueue<HostArena> endedChunks = new TicketQueue<>();
    private final TicketQueue<ChunkMap> endedMaps = new TicketQueue<>();
    private final Bus bus;
    private final ChunkMaps maps;
    private final Holdings holdings;
    private final CounterGroup<BridgeCounter> counters;

    ReceivePath(final BridgeContext context, final ChunkMaps maps, final Holdings holdings) {
        this.maps = maps;
        this.holdings = holdings;
        bus = context.bus();
        counters = context.counters();
    }

    /**
     * Posts the writes of some payload and of map entries for new chunks.
     *
     * @param frames the memory that {@code payload} is an offset in; it belongs to the writes until their ticket
     * @return false if it was not placed, which is counted
     */
    boolean place(
            final BridgeSocket socket,
            final long position,
            final int length,
            final MemorySegment frames,
            final long payload,
            final long nowNs) {
        final long end = position + length;
        if (socket.isClosed || position < socket.rxRead || end - socket.rxRead > ArenaDescriptor.STREAM_BYTES) {
            counters.increment(BridgeCounter.RX_NOT_GRANTED);
            return false;
        }
        if (socket.discardTicket > bus.completed()
                || !provide(socket, ChunkMap.pieceOf(position), ChunkMap.pieceOf(end - 1), nowNs)) {
            counters.increment(BridgeCounter.RX_NO_CHUNK);
            return false;
        }
        final ArenaGeometry geometry = socket.arena.geometry();
        final int region = socket.arena.region();
        long at = position;
        while (at < end) {
            final int inChunk = (int) at & OFFSET_MASK;
            final int bytes = (int) Math.min(ArenaDescriptor.CHUNK_BYTES - inChunk, end - at);
            final int chunk = socket.rxMap.chunk(ChunkMap.pieceOf(at));
            bus.write(region, geometry.rxChunkOffset(chunk) + inChunk, frames, payload + (at - position), bytes);
            at += bytes;
        }
        socket.rxPlaced = Math.max(socket.rxPlaced, end);
        holdings.onReceived(socket, nowNs);
        counters.increase(BridgeCounter.RX_BYTES, length);
        return true;
    }

    /** What of some payload stands in its first chunk, if that is not all. */
    static int placeable(final long position, final int length) {
        final int inChunk = ArenaDescriptor.CHUNK_BYTES - ((int) position & OFFSET_MASK);
        return inChunk < length ? inChunk : 0;
    }

    /** Posts the write of an entry at the end of a listener's receive stream. False if there is no chunk for it. */
    boolean append(final BridgeSocket listener, final long entry, final long nowNs) {
        final long position = listener.rxPlaced;
        final long piece = ChunkMap.pieceOf(position);
        if (position + Long.BYTES - listener.rxRead > ArenaDescriptor.STREAM_BYTES
                || !provide(listener, piece, piece, nowNs)) {
            counters.increment(BridgeCounter.RX_NO_CHUNK);
            return false;
        }
        final long chunkOffset = listener.arena.geometry().rxChunkOffset(listener.rxMap.chunk(piece));
        bus.writeWord(listener.arena.region(), chunkOffset + ((int) position & OFFSET_MASK), entry);
        listener.rxPlaced = position + Long.BYTES;
        holdings.onReceived(listener, nowNs);
        return true;
    }

    /** Sees to it that the pieces have chunks; if not all can have one, none is taken. */
    private boolean provide(final BridgeSocket socket, final long first, final long last, final long nowNs) {
        int missing = 0;
        for (long piece = first; piece <= last; piece++) {
            if (socket.rxMap == null || socket.rxMap.chunk(piece) == RecordDescriptor.NO_CHUNK) {
                missing++;
            }
        }
        return missing == 0 || take(socket, first, last, missing, nowNs);
    }

    private boolean take(
            final BridgeSocket socket, final long first, final long last, final int missing, final long nowNs) {
        final ChunkPool pool = socket.arena.rxPool();
        final int wanted = socket.role == Role.LISTENER ? missing : missing + socket.arena.chunksForListeners();
        if (pool.available() < wanted && !reclaim(socket, wanted)) {
            return false;
        }
        if (socket.rxMap == null) {
            socket.rxMap = maps.take();
            holdings.begin(socket, nowNs);
        }
        for (long piece = first; piece <= last; piece++) {
            if (socket.rxMap.chunk(piece) == RecordDescriptor.NO_CHUNK) {
                socket.rxMap.put(piece, pool.take());
                // Four bytes out of the shadow, not a word: the neighbour may be on its way in another batch.
                bus.write(
                        socket.arena.region(),
                        socket.offset + RecordDescriptor.RX_MAP_OFFSET + ChunkMap.entryOffset(piece),
                        socket.rxMap.memory(),
                        socket.rxMap.entry(piece),
                        Integer.BYTES);
            }
        }
        return true;
    }

    /** The pool is empty: takes the chunks of drained sockets back before their time. */
    private boolean reclaim(final BridgeSocket asker, final int wanted) {
        final HostArena arena = asker.arena;
        for (int looks = 0; looks < RECLAIM_LOOKS && arena.rxPool().available() < wanted; looks++) {
            final BridgeSocket socket = arena.nextToReclaim();
            if (socket != null && socket != asker) {
                releaseDrained(socket);
            }
        }
        return arena.rxPool().available() >= wanted;
    }

    /** The host has read on: chunks that it has read to the end go back. */
    void onRead(final BridgeSocket socket, final long oldRead, final long newRead) {
        if (socket.rxMap == null) {
            return;
        }
        final long kept = ChunkMap.pieceOf(newRead);
        for (long piece = ChunkMap.pieceOf(oldRead); piece < kept; piece++) {
            giveChunk(socket, piece);
        }
    }

    /** Gives the last chunk of an idle socket back if the host has read everything in it. */
    void releaseDrained(final BridgeSocket socket) {
        if (socket.rxMap != null && socket.rxPlaced == socket.rxRead && socket.discardTicket <= bus.completed()) {
            giveChunk(socket, ChunkMap.pieceOf(socket.rxRead));
            if (socket.rxMap.known() == 0) {
                maps.give(socket.rxMap);
                socket.rxMap = null;
                holdings.end(socket);
            }
        }
    }

    /**
     * What was placed from {@code position} on is to come again. The chunk that it begins in stays; the others go back
     * when the writes into them and into their map entries are complete, before which nothing is placed.
     */
    void discard(final BridgeSocket socket, final long position) {
        if (socket.rxMap == null || socket.rxPlaced <= position) {
            return;
        }
        final long last = ChunkMap.pieceOf(socket.rxPlaced - 1);
        socket.rxPlaced = position;
        socket.discardTicket = bus.barrier();
        for (long piece = ChunkMap.pieceOf(position) + 1; piece <= last; piece++) {
            final int chunk = socket.rxMap.remove(piece);
            if (chunk != RecordDescriptor.NO_CHUNK) {
                endedChunks.add(socket.discardTicket, socket.arena, chunk);
            }
        }
    }

    private void giveChunk(final BridgeSocket socket, final long piece) {
        final int chunk = socket.rxMap.remove(piece);
        if (chunk != RecordDescriptor.NO_CHUNK) {
            socket.arena.rxPool().give(chunk);
        }
    }

    /** Nobody will read the socket any more: all its chunks go back when the writes posted so far are complete. */
    void releaseAll(final BridgeSocket socket) {
        if (socket.rxMap == null) {
            return;
        }
        final long ticket = bus.barrier();
        final long last = ChunkMap.pieceOf(socket.rxPlaced);
        for (long piece = ChunkMap.pieceOf(socket.rxRead); piece <= last; piece++) {
            final int chunk = socket.rxMap.chunk(piece);
            if (chunk != RecordDescriptor.NO_CHUNK) {
                endedChunks.add(ticket, socket.arena, chunk);
            }
        }
        endedMaps.add(ticket, socket.rxMap, 0);
        socket.rxMap = null;
        holdings.end(socket);
    }

    /** Takes up what {@link #releaseAll} and {@link #discard} left waiting. */
    boolean drain() {
        final long completed = bus.completed();
        boolean moved = false;
        while (endedChunks.isReady(completed)) {
            endedChunks.item().rxPool().give((int) endedChunks.value());
            endedChunks.remove();
            moved = true;
        }
        while (endedMaps.isReady(completed)) {
            maps.give(endedMaps.item());
            endedMaps.remove();
        }
        return moved;
    }
}

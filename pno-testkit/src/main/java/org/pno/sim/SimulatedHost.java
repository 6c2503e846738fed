package org.pno.sim;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.pno.link.ArenaDescriptor;
import org.pno.link.ArenaGeometry;
import org.pno.link.HolderDescriptor;
import org.pno.memory.Words;
import org.pno.sys.Descriptors;
import org.pno.sys.MemoryMapping;

/**
 * A host process in Java: it makes an arena and keeps the host's side of the link protocol as libpno.so does, over its
 * own mapping of the memfd, which is all that it shares with the DPU. Used by one thread; nothing in it waits.
 */
public final class SimulatedHost implements AutoCloseable {
    /** The holder slot that the process lives in. */
    public static final int HOLDER_SLOT = 0;

    /** The one that its child has. */
    public static final int CHILD_SLOT = 1;

    /** No process of this family has it otherwise. */
    private static final long CHILD_PID = 1;

    private static final byte SPOILT = (byte) 0xEE;

    private final ArenaGeometry geometry;
    private final int descriptor;
    private final MemoryMapping mapping;
    private final MemorySegment memory;
    private final Runnable dpuBell;

    private final List<HostChannel> channels = new ArrayList<>();
    private final ArrayDeque<Integer> freeTxChunks = new ArrayDeque<>();
    private final ArrayDeque<Integer> untakenRecords = new ArrayDeque<>();
    private final List<HostSocket> closing = new ArrayList<>();
    private final int[] generations;
    private int holderSlot = HOLDER_SLOT;
    private final HostSocket[] sockets;

    /**
     * Makes an arena with one holder slot in use.
     *
     * @param dpuBell rings the DPU
     */
    public SimulatedHost(final ArenaGeometry geometry, final Runnable dpuBell) {
        this.geometry = geometry;
        this.dpuBell = dpuBell;
        descriptor = MemoryMapping.createSealedMemfd("pno-simulated-host", geometry.totalBytes());
        mapping = MemoryMapping.shared(descriptor, 0, geometry.totalBytes());
        memory = mapping.memory();
        generations = new int[geometry.recordCount()];
        sockets = new HostSocket[geometry.recordCount()];
        for (int chunk = 0; chunk < geometry.txChunkCount(); chunk++) {
            freeTxChunks.add(chunk);
        }
        for (int record = 0; record < geometry.recordCount(); record++) {
            untakenRecords.add(record);
        }
        geometry.write(memory, 0);
        final long slot = geometry.holderOffset(HOLDER_SLOT);
        // The state is the DPU's to write, when it takes the arena.
        Words.setRelease(
                memory,
                slot + HolderDescriptor.PID_OFFSET,
                ProcessHandle.current().pid());
    }

    /** A small arena: a channel or two, some sockets, enough chunks for all of them. */
    public static ArenaGeometry smallGeometry() {
        return ArenaGeometry.of(2, 64, 4, 1024, 1024);
    }

    /** The arena's sealed memfd. */
    public int descriptor() {
        return descriptor;
    }

    public ArenaGeometry geometry() {
        return geometry;
    }

    /** The host's own mapping of the arena. */
    public MemorySegment memory() {
        return memory;
    }

    /** Opens the next channel. */
    public HostChannel openChannel() {
        final HostChannel channel = new HostChannel(this, channels.size());
        channels.add(channel);
        return channel;
    }

    /** Takes a record for a new socket: zeroes the host's lines, bumps the generation last. */
    public HostSocket takeRecord(final HostChannel channel) {
        final Integer record = untakenRecords.poll();
        if (record == null) {
            throw new IllegalStateException("all " + geometry.recordCount() + " records are taken");
        }
        generations[record]++;
        final HostSocket socket = new HostSocket(this, channel, record, generations[record]);
        sockets[record] = socket;
        return socket;
    }

    /** Records that can be taken. */
    public int untakenRecords() {
        return untakenRecords.size();
    }

    /** Chunks in the transmit pool that no socket holds. */
    public int freeTxChunks() {
        return freeTxChunks.size();
    }

    /**
     * Takes back what closed sockets held: each whose record the DPU has declared FREE.
     *
     * @return how many
     */
    public int reclaim() {
        int reclaimed = 0;
        for (int i = closing.size() - 1; i >= 0; i--) {
            final HostSocket socket = closing.get(i);
            if (socket.isFreed()) {
                closing.remove(i);
                socket.giveUpChunks();
                sockets[socket.record()] = null;
                untakenRecords.push(socket.record());
                reclaimed++;
            }
        }
        return reclaimed;
    }

    /** The socket that has taken a record, or null. */
    public HostSocket socketOf(final int record) {
        return sockets[record];
    }

    /** Sockets that were closed and whose records are not FREE yet. */
    public int closing() {
        return closing.size();
    }

    /** The socket of a record, or null. */
    HostSocket socket(final int record, final int generationLow) {
        final HostSocket socket = geometry.hasRecord(record) ? sockets[record] : null;
        return socket != null && (socket.generation() & 0xFFFF) == generationLow ? socket : null;
    }

    void closing(final HostSocket socket) {
        closing.add(socket);
    }

    int takeTxChunk() {
        final Integer chunk = freeTxChunks.poll();
        return chunk == null ? -1 : chunk;
    }

    /** Takes a chunk back and spoils it at once, for a DPU that would still read it. */
    void giveTxChunk(final int chunk) {
        memory.asSlice(geometry.txChunkOffset(chunk), ArenaDescriptor.CHUNK_BYTES)
                .fill(SPOILT);
        freeTxChunks.push(chunk);
    }

    private long holderWord(final int record) {
        return geometry.holderOffset(holderSlot)
                + HolderDescriptor.BITMAP_OFFSET
                + (long) (record / Long.SIZE) * Long.BYTES;
    }

    void hold(final int record, final boolean isHeld) {
        final long word = holderWord(record);
        final long bit = 1L << record;
        final long bits = Words.getPlain(memory, word);
        Words.setRelease(memory, word, isHeld ? bits | bit : bits & ~bit);
    }

    /** True if the process that goes on here holds a socket. */
    public boolean isHeld(final HostSocket socket) {
        return (Words.getPlain(memory, holderWord(socket.record())) & 1L << socket.record()) != 0;
    }

    /** Fills a slot for a child, as before fork(2), and says which process it is, as the child does. */
    public void fork() {
        final long parent = geometry.holderOffset(HOLDER_SLOT);
        final long child = geometry.holderOffset(CHILD_SLOT);
        MemorySegment.copy(
                memory,
                parent + HolderDescriptor.BITMAP_OFFSET,
                memory,
                child + HolderDescriptor.BITMAP_OFFSET,
                (geometry.recordCount() + Byte.SIZE - 1) / Byte.SIZE);
        final long pid = Words.getPlain(memory, parent + HolderDescriptor.PID_OFFSET);
        Words.setRelease(memory, child + HolderDescriptor.STATE_OFFSET, HolderDescriptor.forking(pid));
        Words.setRelease(memory, child + HolderDescriptor.PID_OFFSET, CHILD_PID);
    }

    /** The parent is dead: from now on the child's slot is the one that counts. */
    public void becomeChild() {
        holderSlot = CHILD_SLOT;
    }

    /** The child closes what it holds and has no use for. */
    public void releaseInherited(final HostChannel channel, final Predicate<HostSocket> isUseless) {
        for (final HostSocket socket : sockets) {
            if (socket != null && isHeld(socket) && isUseless.test(socket)) {
                socket.releaseInherited(channel);
            }
        }
    }

    void ringDpu() {
        dpuBell.run();
    }

    /** Ends the process: nothing is closed or written, as after kill -9. */
    @Override
    public void close() {
        channels.forEach(HostChannel::close);
        mapping.close();
        Descriptors.close(descriptor);
    }

    static int mapIndex(final long position) {
        return (int) (position >>> ArenaDescriptor.CHUNK_SHIFT) & (ArenaDescriptor.MAP_ENTRIES - 1);
    }
}

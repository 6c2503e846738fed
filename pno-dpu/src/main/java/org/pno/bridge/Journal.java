package org.pno.bridge;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import org.pno.link.ArenaGeometry;
import org.pno.memory.Words;
import org.pno.stack.ConnectionInfo;

/**
 * Writes down, in memory that outlives the DPU's process, what starting again needs (rule 3): layout and order are
 * {@link JournalDescriptor}'s, the reader is {@link JournalReader}. Numbers beyond its capacity are not journalled and
 * counted; such connections end with the process. The hot path is one store per advertisement.
 */
public final class Journal {
    private final MemorySegment memory;
    private final int connectionCapacity;
    private long unwritten;

    /**
     * Starts an empty journal.
     *
     * @param memory zeroed, of {@link JournalDescriptor#bytes} bytes
     * @param epoch the DPU's epoch
     * @param secrets what sequence numbers, ports and hashes are derived from, SECRETS_BYTES at most
     */
    public Journal(final MemorySegment memory, final int connectionCapacity, final long epoch, final byte[] secrets) {
        if (memory.byteSize() < JournalDescriptor.bytes(connectionCapacity)) {
            throw new IllegalArgumentException("a journal of " + connectionCapacity + " connections needs "
                    + JournalDescriptor.bytes(connectionCapacity) + " bytes, the memory has " + memory.byteSize());
        }
        if (secrets.length > JournalDescriptor.SECRETS_BYTES) {
            throw new IllegalArgumentException(
                    secrets.length + " bytes of secrets, there is room for " + JournalDescriptor.SECRETS_BYTES);
        }
        this.memory = memory;
        this.connectionCapacity = connectionCapacity;
        memory.set(JAVA_INT, JournalDescriptor.VERSION_OFFSET, JournalDescriptor.VERSION);
        memory.set(JAVA_INT, JournalDescriptor.CAPACITY_OFFSET, connectionCapacity);
        memory.set(JAVA_LONG, JournalDescriptor.EPOCH_OFFSET, epoch);
        MemorySegment.copy(secrets, 0, memory, JAVA_BYTE, JournalDescriptor.SECRETS_OFFSET, secrets.length);
        // Pairs with JournalReader: a journal with the magic has its header.
        Words.setRelease(memory, JournalDescriptor.MAGIC_OFFSET, JournalDescriptor.MAGIC);
    }

    /** Entries that found no room. */
    public long unwritten() {
        return unwritten;
    }

    void arena(final HostArena arena) {
        if (arena.number() >= JournalDescriptor.ARENAS) {
            unwritten++;
            return;
        }
        final long at = JournalDescriptor.arenaOffset(arena.number());
        final ArenaGeometry geometry = arena.geometry();
        memory.set(
                JAVA_INT,
                at + JournalDescriptor.ARENA_UID_OFFSET,
                arena.tenant().uid());
        memory.set(JAVA_INT, at + JournalDescriptor.ARENA_CHANNELS_OFFSET, geometry.channelCount());
        memory.set(JAVA_INT, at + JournalDescriptor.ARENA_RECORDS_OFFSET, geometry.recordCount());
        memory.set(JAVA_INT, at + JournalDescriptor.ARENA_HOLDERS_OFFSET, geometry.holderCount());
        memory.set(JAVA_INT, at + JournalDescriptor.ARENA_TX_CHUNKS_OFFSET, geometry.txChunkCount());
        memory.set(JAVA_INT, at + JournalDescriptor.ARENA_RX_CHUNKS_OFFSET, geometry.rxChunkCount());
        memory.set(JAVA_LONG, at + JournalDescriptor.ARENA_TOTAL_BYTES_OFFSET, geometry.totalBytes());
        live(at, JournalDescriptor.LIVE);
    }

    void arenaEnded(final HostArena arena) {
        if (arena.number() < JournalDescriptor.ARENAS) {
            live(JournalDescriptor.arenaOffset(arena.number()), 0);
        }
    }

    void listening(final int listener, final BridgeSocket socket, final ListenRequest request) {
        if (listener >= JournalDescriptor.LISTENERS) {
            unwritten++;
            return;
        }
        final long at = JournalDescriptor.listenerOffset(listener);
        memory.set(JAVA_INT, at + JournalDescriptor.LISTENER_ARENA_OFFSET, socket.arena.number());
        memory.set(JAVA_INT, at + JournalDescriptor.LISTENER_RECORD_OFFSET, socket.record);
        memory.set(JAVA_INT, at + JournalDescriptor.LISTENER_GENERATION_OFFSET, socket.generation);
        memory.set(JAVA_INT, at + JournalDescriptor.LISTENER_BACKLOG_OFFSET, request.backlog());
        memory.set(JAVA_LONG, at + JournalDescriptor.LISTENER_ADDRESS_HI_OFFSET, request.addressHi());
        memory.set(JAVA_LONG, at + JournalDescriptor.LISTENER_ADDRESS_LO_OFFSET, request.addressLo());
        memory.set(JAVA_INT, at + JournalDescriptor.LISTENER_PORT_OFFSET, request.port());
        live(at, JournalDescriptor.LIVE);
    }

    void unlisten(final int listener) {
        if (listener < JournalDescriptor.LISTENERS) {
            live(JournalDescriptor.listenerOffset(listener), 0);
        }
    }

    /** What the handshake fixed. The edge may have been written before. */
    void established(final int connection, final BridgeSocket socket, final ConnectionInfo info) {
        if (connection >= connectionCapacity) {
            unwritten++;
            return;
        }
        final long at = JournalDescriptor.connectionOffset(connection);
        memory.set(JAVA_LONG, at + JournalDescriptor.FIN_SENT_OFFSET, 0);
        memory.set(JAVA_INT, at + JournalDescriptor.ARENA_OFFSET, socket.arena.number());
        memory.set(JAVA_INT, at + JournalDescriptor.RECORD_OFFSET, socket.record);
        memory.set(JAVA_INT, at + JournalDescriptor.GENERATION_OFFSET, socket.generation);
        memory.set(JAVA_INT, at + JournalDescriptor.ISS_OFFSET, info.iss);
        memory.set(JAVA_INT, at + JournalDescriptor.IRS_OFFSET, info.irs);
        memory.set(JAVA_INT, at + JournalDescriptor.TIMESTAMP_OFFSET_OFFSET, info.timestampOffset);
        memory.set(JAVA_INT, at + JournalDescriptor.MSS_OFFSET, info.mssBytes);
        memory.set(JAVA_BYTE, at + JournalDescriptor.SND_WINDOW_SCALE_OFFSET, (byte) info.sndWindowScale);
        memory.set(JAVA_BYTE, at + JournalDescriptor.RCV_WINDOW_SCALE_OFFSET, (byte) info.rcvWindowScale);
        final int options = (info.sackPermitted ? JournalDescriptor.OPTION_SACK : 0)
                | (info.timestamps ? JournalDescriptor.OPTION_TIMESTAMPS : 0);
        memory.set(JAVA_SHORT, at + JournalDescriptor.OPTIONS_OFFSET, (short) options);
        memory.set(JAVA_SHORT, at + JournalDescriptor.LOCAL_PORT_OFFSET, (short) info.localPort);
        memory.set(JAVA_SHORT, at + JournalDescriptor.REMOTE_PORT_OFFSET, (short) info.remotePort);
        memory.set(JAVA_LONG, at + JournalDescriptor.LOCAL_HI_OFFSET, info.localHi);
        memory.set(JAVA_LONG, at + JournalDescriptor.LOCAL_LO_OFFSET, info.localLo);
        memory.set(JAVA_LONG, at + JournalDescriptor.REMOTE_HI_OFFSET, info.remoteHi);
        memory.set(JAVA_LONG, at + JournalDescriptor.REMOTE_LO_OFFSET, info.remoteLo);
        live(at, JournalDescriptor.LIVE);
    }

    /** The right edge, before the segment that advertises it goes out. */
    void advertised(final int connection, final long edge) {
        if (connection < connectionCapacity) {
            final long at = JournalDescriptor.connectionOffset(connection);
            Words.setRelease(memory, at + JournalDescriptor.EDGE_OFFSET, edge);
        }
    }

    /** From now on the stack may send a FIN: an upper bound of what the peer has seen. */
    void finSent(final int connection) {
        if (connection < connectionCapacity) {
            final long at = JournalDescriptor.connectionOffset(connection);
            Words.setRelease(memory, at + JournalDescriptor.FIN_SENT_OFFSET, 1);
        }
    }

    void released(final int connection) {
        if (connection < connectionCapacity) {
            live(JournalDescriptor.connectionOffset(connection), 0);
        }
    }

    private void live(final long entry, final long value) {
        Words.setRelease(memory, entry + JournalDescriptor.LIVE_OFFSET, value);
    }
}

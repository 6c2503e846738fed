package org.pno.bridge;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import org.pno.memory.Words;

/** Reads a {@link Journal}, while it is written or after its DPU has died. */
public final class JournalReader {
    private final MemorySegment memory;
    private final int connectionCapacity;

    /** @throws IllegalArgumentException if the memory holds no journal of this version */
    public JournalReader(final MemorySegment memory) {
        if (memory.byteSize() < JournalDescriptor.HEADER_BYTES
                || Words.getAcquire(memory, JournalDescriptor.MAGIC_OFFSET) != JournalDescriptor.MAGIC) {
            throw new IllegalArgumentException("no journal in this memory of " + memory.byteSize() + " bytes");
        }
        final int version = memory.get(JAVA_INT, JournalDescriptor.VERSION_OFFSET);
        if (version != JournalDescriptor.VERSION) {
            throw new IllegalArgumentException(
                    "a journal of version " + version + ", this DPU reads version " + JournalDescriptor.VERSION);
        }
        this.memory = memory;
        connectionCapacity = memory.get(JAVA_INT, JournalDescriptor.CAPACITY_OFFSET);
    }

    public long epoch() {
        return memory.get(JAVA_LONG, JournalDescriptor.EPOCH_OFFSET);
    }

    public byte[] secrets() {
        return memory.asSlice(JournalDescriptor.SECRETS_OFFSET, JournalDescriptor.SECRETS_BYTES)
                .toArray(JAVA_BYTE);
    }

    public int connectionCapacity() {
        return connectionCapacity;
    }

    public boolean isArena(final int arena) {
        return isLive(JournalDescriptor.arenaOffset(arena));
    }

    /** One of the ARENA offsets, a u32. */
    public int arenaField(final int arena, final int fieldOffset) {
        return memory.get(JAVA_INT, JournalDescriptor.arenaOffset(arena) + fieldOffset);
    }

    public boolean isListener(final int listener) {
        return isLive(JournalDescriptor.listenerOffset(listener));
    }

    /** One of the LISTENER offsets that is a u32. */
    public int listenerField(final int listener, final int fieldOffset) {
        return memory.get(JAVA_INT, JournalDescriptor.listenerOffset(listener) + fieldOffset);
    }

    public boolean isConnection(final int connection) {
        return isLive(JournalDescriptor.connectionOffset(connection));
    }

    /** One of the connection's offsets that is a u32. */
    public int connectionField(final int connection, final int fieldOffset) {
        return memory.get(JAVA_INT, JournalDescriptor.connectionOffset(connection) + fieldOffset);
    }

    /** One of the connection's offsets that is a u64. */
    public long connectionWord(final int connection, final int fieldOffset) {
        return memory.get(JAVA_LONG, JournalDescriptor.connectionOffset(connection) + fieldOffset);
    }

    public int connectionPort(final int connection, final int fieldOffset) {
        return Short.toUnsignedInt(
                memory.get(JAVA_SHORT, JournalDescriptor.connectionOffset(connection) + fieldOffset));
    }

    private boolean isLive(final long entry) {
        // Pairs with Journal.live(): what was written before is seen.
        return Words.getAcquire(memory, entry + JournalDescriptor.LIVE_OFFSET) == JournalDescriptor.LIVE;
    }
}

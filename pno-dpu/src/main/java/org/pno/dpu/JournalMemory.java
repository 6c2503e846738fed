package org.pno.dpu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.pno.bridge.Journal;
import org.pno.bridge.JournalDescriptor;
import org.pno.sys.Descriptors;
import org.pno.sys.MemoryMapping;

/** The journal's memfd, private to the DPU; a supervisor that keeps the descriptor keeps the journal. */
public final class JournalMemory implements AutoCloseable {
    private final int descriptor;
    private final MemoryMapping mapping;
    private final Journal journal;

    JournalMemory(final int maxConnections, final long epoch, final long secret0, final long secret1) {
        final long bytes = JournalDescriptor.bytes(maxConnections);
        descriptor = MemoryMapping.createSealedMemfd("pno-journal", bytes);
        mapping = MemoryMapping.shared(descriptor, 0, bytes);
        final byte[] secrets = ByteBuffer.allocate(2 * Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(secret0)
                .putLong(secret1)
                .array();
        journal = new Journal(mapping.memory(), maxConnections, epoch, secrets);
    }

    Journal journal() {
        return journal;
    }

    public int descriptor() {
        return descriptor;
    }

    public MemorySegment memory() {
        return mapping.memory();
    }

    @Override
    public void close() {
        mapping.close();
        Descriptors.close(descriptor);
    }
}

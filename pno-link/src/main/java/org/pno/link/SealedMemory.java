package org.pno.link;

import org.pno.sys.MemoryMapping;

/** Maps memory that another process has made, once it is sure that nobody can cut it under us. */
public final class SealedMemory {
    private SealedMemory() {}

    /**
     * Maps a whole memfd for reading and writing.
     *
     * @throws IllegalArgumentException if it is not sealed against any change of its size, or has another size
     */
    public static MemoryMapping map(final int descriptor, final long bytes) {
        final int seals = MemoryMapping.seals(descriptor);
        if ((seals & MemoryMapping.SEALED_SIZE) != MemoryMapping.SEALED_SIZE) {
            throw new IllegalArgumentException(String.format(
                    "memfd %d has the seals 0x%x; F_SEAL_SEAL, SHRINK and GROW (0x%x) are needed, else its owner could"
                            + " cut it under us",
                    descriptor, seals, MemoryMapping.SEALED_SIZE));
        }
        final long size = MemoryMapping.size(descriptor);
        if (size != bytes) {
            throw new IllegalArgumentException("memfd " + descriptor + " has " + size + " bytes, not " + bytes);
        }
        return MemoryMapping.shared(descriptor, 0, bytes);
    }
}

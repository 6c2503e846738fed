package org.pno.link;

import org.pno.sys.MemoryMapping;
import org.pno.sys.SystemCallException;

/** Maps memory that another process has made, once it is sure that nobody can cut it under us. */
public final class SealedMemory {
    private SealedMemory() {}

    /** As below, of a source that must be local. */
    public static MemoryMapping map(final RegionSource source) {
        if (source instanceof RegionSource.Local local) {
            return map(local.descriptor(), local.bytes());
        }
        throw new IllegalArgumentException(
                source + " cannot be reached from here: this bus takes memfds of this machine");
    }

    /**
     * Maps a whole memfd for reading and writing.
     *
     * @throws IllegalArgumentException if it is not sealed against any change of its size, or has another size
     */
    public static MemoryMapping map(final int descriptor, final long bytes) {
        final long size = size(descriptor);
        if (size != bytes) {
            throw new IllegalArgumentException("memfd " + descriptor + " has " + size + " bytes, not " + bytes);
        }
        return MemoryMapping.shared(descriptor, 0, bytes);
    }

    /**
     * The size of a memfd. Of anything else not even that is asked: a file system that its owner keeps hanging would
     * not answer.
     *
     * @throws IllegalArgumentException if it is no memfd, or not sealed against any change of its size
     */
    public static long size(final int descriptor) {
        final int seals = seals(descriptor);
        if ((seals & MemoryMapping.SEALED_SIZE) != MemoryMapping.SEALED_SIZE) {
            throw new IllegalArgumentException(String.format(
                    "memfd %d has the seals 0x%x; F_SEAL_SEAL, SHRINK and GROW (0x%x) are needed, else its owner could"
                            + " cut it under us",
                    descriptor, seals, MemoryMapping.SEALED_SIZE));
        }
        return MemoryMapping.size(descriptor);
    }

    private static int seals(final int descriptor) {
        try {
            return MemoryMapping.seals(descriptor);
        } catch (final SystemCallException e) {
            throw new IllegalArgumentException("descriptor " + descriptor + " is no memfd: " + e.getMessage(), e);
        }
    }
}

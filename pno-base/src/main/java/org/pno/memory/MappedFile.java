package org.pno.memory;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file mapped into memory, shared with whoever maps it too. Closing it unmaps it; the file stays. */
public final class MappedFile implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment segment;
    private final Path path;

    private MappedFile(final Path path, final FileChannel channel, final FileChannel.MapMode mode, final long bytes)
            throws IOException {
        this.path = path;
        segment = channel.map(mode, 0, bytes, arena);
    }

    /**
     * Makes a new file of {@code bytes} zeros.
     *
     * @throws java.nio.file.FileAlreadyExistsException if there is one: a live writer may own it
     */
    public static MappedFile create(final Path path, final long bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(
                path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            return new MappedFile(path, channel, FileChannel.MapMode.READ_WRITE, bytes);
        }
    }

    /** Maps all of an existing file, to read only. */
    public static MappedFile openReadOnly(final Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return new MappedFile(path, channel, FileChannel.MapMode.READ_ONLY, channel.size());
        }
    }

    public Path path() {
        return path;
    }

    /** The file's contents. Not to be used after {@link #close()}. */
    public MemorySegment segment() {
        return segment;
    }

    @Override
    public void close() {
        arena.close();
    }
}

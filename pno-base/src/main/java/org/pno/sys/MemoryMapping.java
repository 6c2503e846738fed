package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * A mapping of shared or private memory, and the memfds it comes from. Memory received from another process must be
 * sealed against shrinking before it is mapped, else that process could cut it under us and kill us with SIGBUS.
 *
 * <p>Any thread may use the memory; after {@link #close()} an access throws instead of crashing.
 */
public final class MemoryMapping implements AutoCloseable {
    public static final int F_SEAL_SEAL = 1;
    public static final int F_SEAL_SHRINK = 2;
    public static final int F_SEAL_GROW = 4;
    public static final int F_SEAL_WRITE = 8;
    /** What both sides ask of shared memory: its size is final, and so is that. */
    public static final int SEALED_SIZE = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW;

    public static final int MADV_DONTNEED = 4;
    public static final int MADV_HUGEPAGE = 14;
    public static final int MADV_POPULATE_WRITE = 23;

    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_GET_SEALS = 1034;
    private static final int SEEK_END = 2;
    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int MAP_SHARED = 1;
    private static final int MAP_PRIVATE = 2;
    private static final int MAP_ANONYMOUS = 0x20;

    private static final LibcFunction MEMFD_CREATE = LibcFunction.of("memfd_create", JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final LibcFunction FTRUNCATE = LibcFunction.of("ftruncate", JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final LibcFunction LSEEK = LibcFunction.of("lseek", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final LibcFunction MMAP =
            LibcFunction.of("mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final LibcFunction MUNMAP = LibcFunction.of("munmap", JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final LibcFunction MADVISE = LibcFunction.of("madvise", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;

    @SuppressWarnings("restricted")
    private MemoryMapping(final long address, final long bytes) {
        memory = MemorySegment.ofAddress(address).reinterpret(bytes, arena, whole -> MUNMAP.call(address, bytes));
    }

    /** Anonymous shareable memory of that size, not yet sealed; untouched pages cost nothing. */
    public static int createMemfd(final String name, final long bytes) {
        final int descriptor;
        try (Arena arena = Arena.ofConfined()) {
            final long address = arena.allocateFrom(name).address();
            descriptor = (int) SystemCallException.check(
                    MEMFD_CREATE.call(address, MFD_CLOEXEC | MFD_ALLOW_SEALING), "memfd_create", name);
        }
        resize(descriptor, bytes);
        return descriptor;
    }

    /** A memfd of a size that nobody can change any more. */
    public static int createSealedMemfd(final String name, final long bytes) {
        final int descriptor = createMemfd(name, bytes);
        addSeals(descriptor, SEALED_SIZE);
        return descriptor;
    }

    /** Sets a file's size. */
    public static void resize(final int descriptor, final long bytes) {
        SystemCallException.check(FTRUNCATE.call(descriptor, bytes), "ftruncate", descriptor, bytes);
    }

    /** A file's size in bytes; moves its file position to the end. */
    public static long size(final int descriptor) {
        return SystemCallException.check(LSEEK.call(descriptor, 0, SEEK_END), "lseek", descriptor, "SEEK_END");
    }

    public static void addSeals(final int descriptor, final int seals) {
        Descriptors.fcntl(descriptor, F_ADD_SEALS, seals, "F_ADD_SEALS");
    }

    /** The seals of a memfd; EINVAL if the descriptor is not one. */
    public static int seals(final int descriptor) {
        return (int) Descriptors.fcntl(descriptor, F_GET_SEALS, 0, "F_GET_SEALS");
    }

    /** Maps a file shared, for reading and writing. The descriptor may be closed afterwards. */
    public static MemoryMapping shared(final int descriptor, final long offset, final long bytes) {
        return new MemoryMapping(map(bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, offset), bytes);
    }

    /** Maps a file shared, for reading only: a store kills the process. */
    public static MemoryMapping sharedReadOnly(final int descriptor, final long offset, final long bytes) {
        return new MemoryMapping(map(bytes, PROT_READ, MAP_SHARED, descriptor, offset), bytes);
    }

    /** Private zeroed memory, page-aligned. */
    public static MemoryMapping anonymous(final long bytes) {
        return new MemoryMapping(map(bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), bytes);
    }

    /** Private zeroed memory, page-aligned, that goes with {@code arena}. A page costs nothing until it is touched. */
    @SuppressWarnings("restricted")
    public static MemorySegment pages(final Arena arena, final long bytes) {
        final long address = map(bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return MemorySegment.ofAddress(address).reinterpret(bytes, arena, whole -> MUNMAP.call(address, bytes));
    }

    private static long map(
            final long bytes, final int protection, final int flags, final int descriptor, final long offset) {
        return SystemCallException.check(
                MMAP.call(0, bytes, protection, flags, descriptor, offset), "mmap", descriptor, offset, bytes);
    }

    public MemorySegment memory() {
        return memory;
    }

    /**
     * Advises the kernel on a page-aligned part.
     *
     * @param advice MADV_HUGEPAGE and the like
     * @return 0 or a negative errno: advice may be refused
     */
    public int advise(final long offset, final long bytes, final int advice) {
        final long address = NativeMemory.address(memory, offset, bytes);
        final int result = (int) MADVISE.call(address, bytes, advice);
        Reference.reachabilityFence(memory);
        return result;
    }

    /** Unmaps. */
    @Override
    public void close() {
        arena.close();
    }
}

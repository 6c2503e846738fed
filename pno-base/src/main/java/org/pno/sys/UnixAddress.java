package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * A UNIX socket's address in native memory, reusable so that a datagram's sender can be taken down without allocating.
 * As a string, a leading {@code @} stands for the NUL of an abstract name.
 *
 * <pre>
 *   struct sockaddr_un:   0 family u16 | 2 path, up to 108 bytes: "/run/x" NUL, or NUL "abstract"
 * </pre>
 */
public final class UnixAddress {
    /** The longest path, its closing NUL not counted. */
    public static final int MAX_PATH_BYTES = 107;

    static final int CAPACITY = 110;
    private static final int AF_UNIX = 1;
    private static final int PATH_OFFSET = 2;

    private final MemorySegment memory = Arena.ofAuto().allocate(CAPACITY + 2, 8);
    private int length;

    /** No address yet. */
    public UnixAddress() {}

    /**
     * @param path file system path, or {@code @name} for an abstract one
     * @throws IllegalArgumentException if it is empty or longer than {@link #MAX_PATH_BYTES}
     */
    public static UnixAddress of(final String path) {
        final byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length > MAX_PATH_BYTES) {
            throw new IllegalArgumentException("a UNIX socket's path has 1 to " + MAX_PATH_BYTES
                    + " bytes, this one has " + bytes.length + ": " + path);
        }
        final UnixAddress address = new UnixAddress();
        final boolean isAbstract = bytes[0] == '@';
        if (isAbstract) {
            bytes[0] = 0;
        }
        address.memory.set(JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(bytes, 0, address.memory, JAVA_BYTE, PATH_OFFSET, bytes.length);
        address.length = PATH_OFFSET + bytes.length + (isAbstract ? 0 : 1);
        return address;
    }

    /** True if there is an address that can be sent to; an unbound sender has none. */
    public boolean isPresent() {
        return length > PATH_OFFSET;
    }

    /** Forgets the address. */
    public void clear() {
        length = 0;
    }

    /** Takes another's address. Does not allocate. */
    public void copyFrom(final UnixAddress other) {
        MemorySegment.copy(other.memory, 0, memory, 0, CAPACITY);
        length = other.length;
    }

    /** True if both name the same socket. Does not allocate. */
    public boolean matches(final UnixAddress other) {
        return length == other.length && MemorySegment.mismatch(memory, 0, length, other.memory, 0, length) == -1;
    }

    /** The path, {@code @name} if abstract, empty if there is none. */
    public String path() {
        if (!isPresent()) {
            return "";
        }
        final byte[] bytes = memory.asSlice(PATH_OFFSET, length - PATH_OFFSET).toArray(JAVA_BYTE);
        if (bytes[0] == 0) {
            bytes[0] = '@';
            return new String(bytes, StandardCharsets.UTF_8);
        }
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return isPresent() ? path() : "(unbound)";
    }

    MemorySegment memory() {
        return memory;
    }

    int length() {
        return length;
    }

    /** After the kernel has written an address of that length into {@link #memory}. */
    void length(final int bytes) {
        length = Math.min(bytes, CAPACITY);
    }
}

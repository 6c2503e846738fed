package org.pno.sys;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Turns memory into addresses that a system call may use, after checking them. */
final class NativeMemory {
    private NativeMemory() {}

    /**
     * The address of {@code length} bytes at {@code offset}. The caller keeps {@code memory} reachable over the call.
     *
     * @throws IllegalArgumentException if the memory is on the Java heap
     * @throws IllegalStateException if it is freed
     * @throws IndexOutOfBoundsException if the bytes are not all inside it
     */
    static long address(final MemorySegment memory, final long offset, final long length) {
        if (!memory.isNative()) {
            throw new IllegalArgumentException("the kernel needs native memory, this is on the Java heap: " + memory);
        }
        if (!memory.scope().isAlive()) {
            throw new IllegalStateException("the kernel must not touch memory that is freed already: " + memory);
        }
        Objects.checkFromIndexSize(offset, length, memory.byteSize());
        return memory.address() + offset;
    }
}

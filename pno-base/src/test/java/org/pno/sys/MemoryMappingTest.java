package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class MemoryMappingTest {
    private static final long BYTES = 64 * 1024;

    @Test
    void shouldShareAMemfdBetweenMappings() {
        final int descriptor = MemoryMapping.createSealedMemfd("test", BYTES);
        try (MemoryMapping one = MemoryMapping.shared(descriptor, 0, BYTES);
                MemoryMapping two = MemoryMapping.sharedReadOnly(descriptor, 4096, 4096)) {
            Descriptors.close(descriptor);

            one.memory().set(JAVA_LONG, 4096 + 8, 42);

            assertEquals(42, two.memory().get(JAVA_LONG, 8));
            assertEquals(4096, two.memory().byteSize());
        }
    }

    @Test
    void shouldKeepTheSizeOfASealedMemfd() {
        final int descriptor = MemoryMapping.createSealedMemfd("test", BYTES);

        assertEquals(MemoryMapping.SEALED_SIZE, MemoryMapping.seals(descriptor));
        assertEquals(BYTES, MemoryMapping.size(descriptor));
        assertEquals(
                Errno.EPERM,
                assertThrows(SystemCallException.class, () -> MemoryMapping.resize(descriptor, 4096))
                        .errno());
        assertEquals(
                Errno.EPERM,
                assertThrows(SystemCallException.class, () -> MemoryMapping.addSeals(descriptor, 8))
                        .errno());
        Descriptors.close(descriptor);
    }

    @Test
    void shouldTellThatADescriptorCannotBeSealed() {
        final int bell = EventFd.create();

        final SystemCallException e = assertThrows(SystemCallException.class, () -> MemoryMapping.seals(bell));

        assertEquals(Errno.EINVAL, e.errno());
        Descriptors.close(bell);
    }

    @Test
    void shouldThrowNotCrashAfterUnmapping() {
        final MemoryMapping mapping = MemoryMapping.anonymous(BYTES);
        final MemorySegment memory = mapping.memory();
        assertEquals(0, memory.get(JAVA_LONG, BYTES - 8));
        assertEquals(0, mapping.advise(0, BYTES, MemoryMapping.MADV_DONTNEED));

        mapping.close();

        assertThrows(IllegalStateException.class, () -> memory.get(JAVA_LONG, 0));
    }

    @Test
    void shouldNotGiveTheKernelUnmappedMemory() {
        final MemoryMapping mapping = MemoryMapping.anonymous(BYTES);
        mapping.close();
        assertThrows(IllegalStateException.class, () -> mapping.memory().get(JAVA_LONG, 0));
        assertThrows(IllegalStateException.class, () -> RandomBytes.fill(mapping.memory(), 0, 8));
    }
}

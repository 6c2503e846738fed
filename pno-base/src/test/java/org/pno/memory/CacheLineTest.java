package org.pno.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class CacheLineTest {
    @Test
    void shouldAlignUpwards() {
        assertEquals(0, CacheLine.align(0));
        assertEquals(64, CacheLine.align(1));
        assertEquals(64, CacheLine.align(64));
        assertEquals(1L << 40, CacheLine.align((1L << 40) - 1, 4096));
    }
}

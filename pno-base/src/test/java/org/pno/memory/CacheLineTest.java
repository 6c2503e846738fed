package org.pno.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CacheLineTest {
    @Test
    void shouldAlignUpwards() {
        assertEquals(0, CacheLine.align(0));
        assertEquals(64, CacheLine.align(1));
        assertEquals(64, CacheLine.align(64));
        assertEquals(1L << 40, CacheLine.align((1L << 40) - 1, 4096));
    }

    @Test
    void shouldTellWhatIsAligned() {
        assertTrue(CacheLine.isAligned(128, 64));
        assertFalse(CacheLine.isAligned(96, 64));
    }
}

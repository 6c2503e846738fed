package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;

/** Against the published vectors of SipHash-2-4: key 00 01 .. 0f, message 00 01 .. of whole words. */
class KeyedHashTest {
    private static final long KEY_0 = 0x0706_0504_0302_0100L;
    private static final long KEY_1 = 0x0F0E_0D0C_0B0A_0908L;

    private final KeyedHash hash = KeyedHash.strong(KEY_0, KEY_1);

    @Test
    void shouldHashNothing() {
        assertEquals(0x726F_DB47_DD0E_0E31L, hash.ofWords());
    }

    @Test
    void shouldHashEightBytes() {
        assertEquals(0x93F5_F579_9A93_2462L, hash.ofWords(0x0706_0504_0302_0100L));
    }

    @Test
    void shouldHashSixteenBytes() {
        assertEquals(0x3F2A_CC7F_57C2_9BDBL, hash.ofWords(0x0706_0504_0302_0100L, 0x0F0E_0D0C_0B0A_0908L));
    }

    @Test
    void shouldDeriveDifferentHashesForDifferentUses() {
        assertNotEquals(hash.derive(1).ofWords(1), hash.derive(2).ofWords(1));
        assertEquals(hash.derive(1).ofWords(1), hash.derive(1).ofWords(1));
    }
}

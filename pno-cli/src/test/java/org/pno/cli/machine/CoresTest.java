package org.pno.cli.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class CoresTest {
    @Test
    void shouldGiveTheHostTheFirstCoreThatIsAllowed() {
        final Cores cores = cores(2, 3, 5);
        assertEquals(2, cores.hostCore());
        assertEquals("3,5", cores.list(Side.PEER));
        assertTrue(cores.areSeparate());
    }

    @Test
    void shouldShareASingleCore() {
        final Cores cores = cores(1);
        assertEquals("1", cores.list(Side.HOST));
        assertEquals("1", cores.list(Side.PEER));
        assertFalse(cores.areSeparate());
    }

    @Test
    void shouldWriteMasksWithoutGroupsAboveTheHighestCore() {
        final Cores cores = cores(0, 33, 64);
        assertEquals("00000001", cores.mask(Side.HOST));
        assertEquals("00000001,00000002,00000000", cores.mask(Side.PEER));
    }

    private static Cores cores(final int... numbers) {
        final BitSet allowed = new BitSet();
        for (final int number : numbers) {
            allowed.set(number);
        }
        return new Cores(allowed);
    }
}

package org.pno.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pno.sys.Descriptors;
import org.pno.sys.MemoryMapping;
import org.pno.time.ManualClock;

class SimulatedDmaTest {
    private static final int BYTES = 4096;
    private static final int SEEDS = 200;
    private static final byte SCRIBBLE = (byte) 0xDB;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment host = arena.allocate(BYTES, 8);
    private final MemorySegment local = arena.allocate(BYTES, 8);
    private final ManualClock clock = new ManualClock(-500);
    private SimulatedDma dma;
    private int region;

    private void dma(final long seed) {
        host.fill((byte) 0);
        local.fill((byte) 0);
        dma = new SimulatedDma(clock, seed);
        region = dma.addRegion(host);
    }

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void shouldMoveBytesAndWordsOnceTheTicketIsComplete() {
        dma(1);
        fillRandom(local, 7);
        dma.write(region, 100, local, 200, 1000);
        dma.writeWord(region, 2048, 0x1122_3344_5566_7788L);
        complete(dma.post());
        assertEquals(-1, MemorySegment.mismatch(host, 100, 1100, local, 200, 1200));
        assertEquals(0x1122_3344_5566_7788L, host.get(ValueLayout.JAVA_LONG, 2048));

        dma.read(region, 100, local, 3000, 1000);
        dma.readWords(region, 2048, local, 2000, 1);
        complete(dma.post());
        assertEquals(-1, MemorySegment.mismatch(host, 100, 1100, local, 3000, 4000));
        assertEquals(0x1122_3344_5566_7788L, local.get(ValueLayout.JAVA_LONG, 2000));
    }

    @Test
    void shouldNotCompleteBeforeTheClockMoves() {
        dma(1);
        dma.writeWord(region, 0, 5);
        final long ticket = dma.post();

        assertEquals(ticket - 1, dma.completed());
        assertTrue(dma.pending());
        assertEquals(0, host.get(ValueLayout.JAVA_LONG, 0));
        complete(ticket);
        assertFalse(dma.pending());
    }

    @Test
    void shouldReturnTheLastTicketForAnEmptyBatch() {
        dma(1);
        assertEquals(0, dma.post());
        dma.writeWord(region, 0, 5);
        assertEquals(1, dma.post());
        assertEquals(1, dma.post());
    }

    @Test
    void shouldReorderWordsOfOneBatchAndOfTwo() {
        int secondBeforeFirst = 0;
        int laterBatchBeforeEarlier = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            dma(seed);
            dma.writeWord(region, 0, 1);
            dma.writeWord(region, 8, 1);
            dma.post();
            dma.writeWord(region, 16, 1);
            final long ticket = dma.post();
            while (dma.completed() < ticket) {
                secondBeforeFirst += seen(8) && !seen(0) ? 1 : 0;
                laterBatchBeforeEarlier += seen(16) && !seen(0) ? 1 : 0;
                step();
            }
        }
        assertTrue(secondBeforeFirst > 0, "words of one batch never reordered");
        assertTrue(laterBatchBeforeEarlier > 0, "batches never reordered");
    }

    @Test
    void shouldTearCopiesButNeverWords() {
        int torn = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            dma(seed);
            local.fill((byte) 0x77);
            dma.write(region, 0, local, 0, 64);
            dma.writeWord(region, 64, -1L);
            final long ticket = dma.post();
            while (dma.completed() < ticket) {
                torn += host.get(ValueLayout.JAVA_BYTE, 0) != host.get(ValueLayout.JAVA_BYTE, 63) ? 1 : 0;
                final long word = host.get(ValueLayout.JAVA_LONG, 64);
                assertTrue(word == 0 || word == -1L, () -> "torn word " + Long.toHexString(word));
                step();
            }
        }
        assertTrue(torn > 0, "no copy was ever torn");
    }

    @Test
    void shouldReadWordsOfOneLineAtDifferentMoments() {
        int mixed = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            dma(seed);
            dma.readWords(region, 0, local, 0, 2);
            final long ticket = dma.post();
            while (dma.completed() < ticket) {
                host.set(ValueLayout.JAVA_LONG, 0, host.get(ValueLayout.JAVA_LONG, 0) + 1);
                host.set(ValueLayout.JAVA_LONG, 8, host.get(ValueLayout.JAVA_LONG, 8) + 1);
                step();
            }
            mixed += local.get(ValueLayout.JAVA_LONG, 0) != local.get(ValueLayout.JAVA_LONG, 8) ? 1 : 0;
        }
        assertTrue(mixed > 0, "both words always from the same moment");
    }

    @Test
    void shouldTakeTheSourceOfAWriteLate() {
        int corrupted = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            dma(seed);
            local.fill((byte) 1);
            dma.write(region, 0, local, 0, 256);
            final long ticket = dma.post();
            step();
            local.fill((byte) 2);
            complete(ticket);
            corrupted += host.get(ValueLayout.JAVA_BYTE, 255) == 2 ? 1 : 0;
        }
        assertTrue(corrupted > 0, "a source that is reused early does no harm");
    }

    @Test
    void shouldScribbleOverTheTargetOfARead() {
        dma(3);
        dma.read(region, 0, local, 0, 16);
        assertEquals(SCRIBBLE, local.get(ValueLayout.JAVA_BYTE, 7));
        complete(dma.post());
        assertEquals(0, local.get(ValueLayout.JAVA_BYTE, 7));
    }

    @Test
    void shouldRefuseTwoWritesOfOneWordAtOnce() {
        dma(4);
        dma.writeWord(region, 8, 1);
        final long ticket = dma.post();
        assertThrows(IllegalStateException.class, () -> dma.writeWord(region, 8, 2));
        complete(ticket);
        dma.writeWord(region, 8, 2);
        complete(dma.post());
        assertEquals(2, host.get(ValueLayout.JAVA_LONG, 8));
    }

    @Test
    void shouldRefuseWhatIsOutsideARegion() {
        dma(5);
        assertThrows(IndexOutOfBoundsException.class, () -> dma.read(region, BYTES - 7, local, 0, 8));
        assertThrows(IndexOutOfBoundsException.class, () -> dma.write(region, -1, local, 0, 8));
        assertThrows(IndexOutOfBoundsException.class, () -> dma.writeWord(region, BYTES, 8));
        assertThrows(IllegalArgumentException.class, () -> dma.writeWord(region, 4, 8));
        assertThrows(IllegalArgumentException.class, () -> dma.writeWord(region + 1, 0, 8));
    }

    @Test
    void shouldDropWhatIsLeftWhenARegionFails() {
        dma(6);
        dma.writeWord(region, 0, 1);
        final long ticket = dma.post();
        dma.failRegion(region);

        complete(ticket);
        assertTrue(dma.hasFailed(region));
        assertFalse(seen(0));
    }

    @Test
    void shouldCompleteTheTicketsOfARemovedRegionAndReuseItsNumber() {
        dma(7);
        dma.writeWord(region, 0, 1);
        final long ticket = dma.post();
        dma.removeRegion(region);

        assertThrows(IllegalArgumentException.class, () -> dma.writeWord(region, 0, 1));
        complete(ticket);
        assertEquals(region, dma.addRegion(host));
        assertFalse(seen(0));
    }

    @Test
    void shouldReplayFromItsSeed() {
        assertEquals(trace(11), trace(11));
        assertFalse(trace(11).equals(trace(12)), "two seeds give one order");
    }

    @Test
    void shouldMapASealedMemfd() {
        dma(8);
        final int descriptor = MemoryMapping.createSealedMemfd("pno-dma-test", BYTES);
        final int mapped = dma.addRegion(descriptor, BYTES);
        try (MemoryMapping other = MemoryMapping.shared(descriptor, 0, BYTES)) {
            dma.writeWord(mapped, 0, 42);
            complete(dma.post());
            assertEquals(42, other.memory().get(ValueLayout.JAVA_LONG, 0));
        }
        dma.close();
        Descriptors.close(descriptor);
    }

    /** The order in which 16 words appear. */
    private String trace(final long seed) {
        dma(seed);
        for (int word = 0; word < 16; word++) {
            dma.writeWord(region, word * 8L, 1);
        }
        final long ticket = dma.post();
        final StringBuilder order = new StringBuilder();
        while (dma.completed() < ticket) {
            for (int word = 0; word < 16; word++) {
                order.append(seen(word * 8L) ? '1' : '0');
            }
            step();
        }
        return order.toString();
    }

    private boolean seen(final long offset) {
        return host.get(ValueLayout.JAVA_LONG, offset) != 0;
    }

    private void step() {
        clock.advance(Math.max(1, dma.progressInNs()));
    }

    private void complete(final long ticket) {
        while (dma.completed() < ticket) {
            step();
        }
    }

    private static void fillRandom(final MemorySegment segment, final long seed) {
        final byte[] bytes = new byte[(int) segment.byteSize()];
        new Random(seed).nextBytes(bytes);
        MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
    }
}

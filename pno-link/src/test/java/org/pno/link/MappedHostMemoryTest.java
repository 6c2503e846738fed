package org.pno.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pno.sys.Descriptors;
import org.pno.sys.MemoryMapping;

class MappedHostMemoryTest {
    private static final int BYTES = 8192;

    private final int descriptor = MemoryMapping.createSealedMemfd("pno-mapped-test", BYTES);
    private final MemoryMapping host = MemoryMapping.shared(descriptor, 0, BYTES);
    private final MappedHostMemory memory = new MappedHostMemory();
    private final MemorySegment own = Arena.ofAuto().allocate(4096, 8);
    private final int region = memory.addRegion(descriptor, BYTES);

    @AfterEach
    void close() {
        memory.close();
        host.close();
        Descriptors.close(descriptor);
    }

    @Test
    void shouldShareBytesAndWordsWithTheHost() {
        host.memory().set(ValueLayout.JAVA_LONG, 64, 0x0102_0304_0506_0708L);
        memory.readWords(region, 64, own, 8, 1);
        memory.writeWord(region, 72, 99);
        own.set(ValueLayout.JAVA_BYTE, 100, (byte) 7);
        memory.write(region, 1001, own, 100, 1);
        memory.read(region, 64, own, 200, 3);
        memory.post();

        assertEquals(0x0102_0304_0506_0708L, own.get(ValueLayout.JAVA_LONG, 8));
        assertEquals(99, host.memory().get(ValueLayout.JAVA_LONG, 72));
        assertEquals(7, host.memory().get(ValueLayout.JAVA_BYTE, 1001));
        assertEquals(6, own.get(ValueLayout.JAVA_BYTE, 202));
    }

    @Test
    void shouldCompleteEachBatchAtOnceAndCountIt() {
        assertEquals(0, memory.post(), "an empty batch has no ticket");
        memory.writeWord(region, 0, 1);
        assertEquals(1, memory.post());
        memory.read(region, 0, own, 0, 16);
        assertEquals(2, memory.post());

        assertEquals(2, memory.completed());
        assertFalse(memory.pending());
        assertEquals(2, memory.counters().batches());
        assertEquals(1, memory.counters().writes());
        assertEquals(8, memory.counters().writtenBytes());
        assertEquals(16, memory.counters().readBytes());
    }

    @Test
    void shouldRefuseWhatIsOutsideTheRegion() {
        assertThrows(IndexOutOfBoundsException.class, () -> memory.read(region, BYTES - 8, own, 0, 9));
        assertThrows(IndexOutOfBoundsException.class, () -> memory.write(region, -1, own, 0, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> memory.writeWord(region, BYTES, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> memory.readWords(region, BYTES - 8, own, 0, 2));
        assertThrows(RuntimeException.class, () -> memory.writeWord(region, 4, 1), "unaligned");
    }

    @Test
    void shouldRefuseMemoryThatItsOwnerCouldCut() {
        final int open = MemoryMapping.createMemfd("pno-unsealed", BYTES);
        final IllegalArgumentException unsealed =
                assertThrows(IllegalArgumentException.class, () -> memory.addRegion(open, BYTES));
        assertTrue(unsealed.getMessage().contains("seals 0x0"), unsealed.getMessage());

        MemoryMapping.addSeals(open, MemoryMapping.F_SEAL_SHRINK | MemoryMapping.F_SEAL_GROW);
        assertThrows(IllegalArgumentException.class, () -> memory.addRegion(open, BYTES), "F_SEAL_SEAL is missing");
        Descriptors.close(open);
    }

    @Test
    void shouldRefuseAnotherSize() {
        final IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> memory.addRegion(descriptor, BYTES + 1));
        assertTrue(refused.getMessage().contains("has 8192 bytes, not 8193"), refused.getMessage());
    }

    @Test
    void shouldReuseNumbersAndRefuseRemovedRegions() {
        final int second = memory.addRegion(descriptor, BYTES);
        memory.removeRegion(region);

        assertThrows(IllegalStateException.class, () -> memory.writeWord(region, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> memory.removeRegion(region));
        assertEquals(region, memory.addRegion(descriptor, BYTES));
        memory.writeWord(second, 8, 5);
        memory.readWords(region, 8, own, 0, 1);
        assertEquals(5, own.get(ValueLayout.JAVA_LONG, 0));
    }

    @Test
    void shouldOutliveAPageThatTheKernelCannotProvide() {
        final int cut = MemoryMapping.createMemfd("pno-cut", BYTES);
        final int lost = memory.addMapping(MemoryMapping.shared(cut, 0, BYTES));
        MemoryMapping.resize(cut, 4096);
        assertFalse(memory.hasFailed(lost));

        memory.writeWord(lost, 4096, 1);
        assertTrue(memory.hasFailed(lost));
        memory.read(lost, 4096, own, 0, 64);
        memory.readWords(lost, 4096, own, 0, 1);
        memory.write(lost, 4096, own, 0, 64);
        memory.post();
        assertFalse(memory.hasFailed(region), "the other regions are well");

        memory.removeRegion(lost);
        assertEquals(lost, memory.addRegion(descriptor, BYTES));
        assertFalse(memory.hasFailed(lost));
        Descriptors.close(cut);
    }

    /** Each access by itself, cold and as the compiler leaves it: the error of one must not come in the next. */
    @Test
    void shouldHoldEachFaultAgainstItsRegionAlone() {
        final int cut = MemoryMapping.createMemfd("pno-cut", BYTES);
        for (int i = 0; i < 30; i++) {
            work(i * 1_000);
            assertFailsAlone(cut, lost -> memory.writeWord(lost, 4096, 1));
            assertFailsAlone(cut, lost -> memory.readWords(lost, 4096, own, 0, 5));
            assertFailsAlone(cut, lost -> memory.read(lost, 4096, own, 0, 64));
            assertFailsAlone(cut, lost -> memory.write(lost, 4096, own, 0, 64));
        }
        Descriptors.close(cut);
    }

    private void assertFailsAlone(final int cut, final IntConsumer access) {
        MemoryMapping.resize(cut, BYTES);
        final int lost = memory.addMapping(MemoryMapping.shared(cut, 0, BYTES));
        MemoryMapping.resize(cut, 4096);
        access.accept(lost);
        memory.writeWord(region, 0, 1);
        memory.post();
        assertTrue(memory.hasFailed(lost));
        assertFalse(memory.hasFailed(region));
        memory.removeRegion(lost);
    }

    @Test
    void shouldNotAllocate() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final int rounds = 200_000;
        work(rounds);
        final long before = threads.getCurrentThreadAllocatedBytes();
        work(rounds);
        final long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < rounds, () -> allocated + " bytes in " + rounds + " rounds");
    }

    private void work(final int rounds) {
        for (int i = 0; i < rounds; i++) {
            memory.readWords(region, 0, own, 0, 5);
            memory.writeWord(region, 128, i);
            memory.read(region, 256, own, 256, 64);
            memory.write(region, 512, own, 256, 64);
            memory.post();
            memory.completed();
        }
    }
}

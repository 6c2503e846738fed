package org.pno.link.fabric;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pno.link.RegionSource;
import org.pno.memory.Words;
import org.pno.sys.Descriptors;
import org.pno.sys.MemoryMapping;
import org.pno.time.ManualClock;

/** What {@link FabricHostMemory} promises the bridge; both ends in one thread, the host's driven by the test. */
@SuppressWarnings("try") // A pump does its work unseen, and a region is withdrawn before its block ends.
class FabricHostMemoryTest {
    private static final int BYTES = 1 << 20;
    private static final int PATIENCE = 2_000_000;

    /** Providers that need no hardware. */
    @EnumSource(names = {"TCP", "SHM"})
    @Retention(RetentionPolicy.RUNTIME)
    @ParameterizedTest
    @interface OverEachFabric {}

    private final ManualClock clock = new ManualClock(1);
    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(BYTES, 64);
    private final int descriptor = MemoryMapping.createSealedMemfd("pno-fabric-test", BYTES);
    private final MemoryMapping program = MemoryMapping.shared(descriptor, 0, BYTES);

    private FabricHost host;
    private FabricHost.SharedRegion shared;
    private FabricHostMemory memory;
    private int region;

    private void open(final FabricProvider provider) {
        open(provider, false);
    }

    private void open(final FabricProvider provider, final boolean registersLocally) {
        final FabricOptions options = FabricRequirements.here(provider);
        host = new FabricHost(options);
        shared = host.share(descriptor, BYTES);
        memory = new FabricHostMemory(options, clock, registersLocally);
        region = memory.addRegion(shared.source());
    }

    @AfterEach
    void close() {
        if (memory != null) {
            memory.close();
            host.close();
        }
        program.close();
        Descriptors.close(descriptor);
        arena.close();
    }

    private void complete() {
        complete(memory.post());
    }

    private void complete(final long ticket) {
        for (int patience = PATIENCE; memory.completed() < ticket; patience--) {
            assertTrue(patience > 0, () -> "ticket " + ticket + " never came; region: " + memory.failure(region));
            host.progress();
        }
    }

    @OverEachFabric
    void shouldHaveWrittenWhenTheTicketIsComplete(final FabricProvider provider) {
        open(provider);
        final Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            final int length = 1 + random.nextInt(40_000);
            final int from = random.nextInt(BYTES - length);
            final int to = random.nextInt(BYTES - length);
            for (int i = 0; i < length; i++) {
                buffer.set(JAVA_BYTE, from + i, (byte) random.nextInt());
            }
            memory.write(region, to, buffer, from, length);
            complete();
            assertEquals(
                    -1,
                    MemorySegment.mismatch(buffer, from, from + length, program.memory(), to, to + length),
                    "round " + round);
        }
        assertFalse(memory.pending());
    }

    @OverEachFabric
    void shouldReadWhatTheHostHasStored(final FabricProvider provider) {
        open(provider);
        for (long at = 0; at < BYTES; at += Long.BYTES) {
            Words.setPlain(program.memory(), at, at * 0x9E37_79B9L);
        }
        memory.read(region, 12_345, buffer, 777, 50_001);
        complete();
        assertEquals(-1, MemorySegment.mismatch(buffer, 777, 777 + 50_001, program.memory(), 12_345, 12_345 + 50_001));
    }

    @OverEachFabric
    void shouldCompleteManyOperationsOfManyBatches(final FabricProvider provider) {
        open(provider);
        long ticket = 0;
        for (int i = 0; i < 3_000; i++) {
            memory.writeWord(region, i * 64L, i);
            memory.write(region, i * 64L + 8, buffer, 0, 40);
            memory.readWords(region, i * 64L, buffer, 4096, 8);
            if (i % 3 == 0) {
                assertEquals(++ticket, memory.post());
            }
        }
        complete();
        for (int i = 0; i < 3_000; i++) {
            assertEquals(i, Words.getAcquire(program.memory(), i * 64L));
        }
        assertEquals(6_000, memory.counters().writes());
        assertEquals(3_000, memory.counters().reads());
    }

    @OverEachFabric
    void shouldTakeAWordsValueAtOnce(final FabricProvider provider) {
        open(provider);
        for (int i = 0; i < 1_000; i++) {
            memory.writeWord(region, i * 8L, i * 3L);
        }
        complete();
        for (int i = 0; i < 1_000; i++) {
            assertEquals(i * 3L, Words.getAcquire(program.memory(), i * 8L));
        }
    }

    @OverEachFabric
    void shouldReadMoreWordsThanOneOperationCanBring(final FabricProvider provider) {
        open(provider);
        final int words = 10_000;
        for (int i = 0; i < words; i++) {
            Words.setPlain(program.memory(), i * 8L, i ^ 0x5555);
        }
        memory.readWords(region, 0, buffer, 0, words);
        complete();
        for (int i = 0; i < words; i++) {
            assertEquals(i ^ 0x5555, Words.getPlain(buffer, i * 8L));
        }
    }

    @OverEachFabric
    void shouldReachSeveralRegions(final FabricProvider provider) {
        open(provider);
        final int second = MemoryMapping.createSealedMemfd("pno-fabric-test-2", 4096);
        try (FabricHost.SharedRegion other = host.share(second, 4096);
                MemoryMapping seen = MemoryMapping.shared(second, 0, 4096)) {
            final int number = memory.addRegion(other.source());
            memory.writeWord(region, 0, 1);
            memory.writeWord(number, 0, 2);
            complete();
            assertEquals(1, Words.getAcquire(program.memory(), 0));
            assertEquals(2, Words.getAcquire(seen.memory(), 0));
            memory.removeRegion(number);
            assertThrows(IllegalArgumentException.class, () -> memory.writeWord(number, 0, 3));
            assertEquals(number, memory.addRegion(other.source()), "a number is used again");
        } finally {
            Descriptors.close(second);
        }
    }

    @OverEachFabric
    void shouldRegisterItsOwnBuffersWhereThatIsAskedFor(final FabricProvider provider) {
        open(provider, true);
        final MemorySegment small = arena.allocate(128, 64);
        Words.setPlain(small, 64, 42);
        memory.write(region, 0, small, 64, 8);
        memory.writeWord(region, 8, 43);
        complete();
        memory.read(region, 0, buffer, 1000, 16);
        complete();
        assertEquals(42, Words.getPlain(buffer, 1000));
        assertEquals(43, Words.getPlain(buffer, 1008));
    }

    @OverEachFabric
    void shouldAllocateNothingInSteadyState(final FabricProvider provider) {
        open(provider);
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        requests(20_000);
        final long before = threads.getCurrentThreadAllocatedBytes();
        requests(5_000);
        final long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 5_000, () -> allocated + " bytes in 5,000 requests");
    }

    private void requests(final int count) {
        for (int i = 0; i < count; i++) {
            memory.readWords(region, 0, buffer, 0, 8);
            memory.read(region, 64, buffer, 64, 64);
            memory.write(region, 128, buffer, 128, 64);
            memory.writeWord(region, 192, i);
            final long ticket = memory.post();
            while (memory.completed() < ticket) {
                host.progress();
            }
        }
    }

    @OverEachFabric
    void shouldRefuseWhatIsOutsideOfARegion(final FabricProvider provider) {
        open(provider);
        assertThrows(IndexOutOfBoundsException.class, () -> memory.read(region, BYTES - 8, buffer, 0, 9));
        assertThrows(IndexOutOfBoundsException.class, () -> memory.write(region, -1, buffer, 0, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> memory.read(region, 0, buffer, BYTES - 8, 9));
        assertThrows(IllegalArgumentException.class, () -> memory.writeWord(region, 4, 1));
        assertThrows(IllegalArgumentException.class, () -> memory.readWords(7, 0, buffer, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> memory.addRegion(new RegionSource.Local(descriptor, BYTES)));
        assertEquals(0, memory.post(), "nothing was posted");
    }

    @OverEachFabric
    void shouldFailARegionThatIsWithdrawnAndNoOther(final FabricProvider provider) {
        open(provider);
        final int second = MemoryMapping.createSealedMemfd("pno-fabric-test-2", 4096);
        try (FabricHost.SharedRegion other = host.share(second, 4096)) {
            final int number = memory.addRegion(other.source());
            memory.writeWord(region, 0, 1);
            memory.writeWord(number, 0, 2);
            complete();

            other.close();
            memory.read(number, 0, buffer, 0, 64);
            memory.read(region, 0, buffer, 64, 64);
            memory.writeWord(number, 8, 3);
            final long ticket = memory.post();
            for (int patience = PATIENCE; memory.completed() < ticket; patience--) {
                assertTrue(patience > 0, "the ticket never came");
                host.progress();
                clock.advance(100_000);
            }
            assertTrue(memory.hasFailed(number));
            assertFalse(memory.hasFailed(region), () -> memory.failure(region));
            assertEquals(1, Words.getPlain(buffer, 64));

            memory.writeWord(number, 16, 4);
            memory.writeWord(region, 16, 5);
            complete();
            assertEquals(5, Words.getAcquire(program.memory(), 16));
        } finally {
            Descriptors.close(second);
        }
    }

    @OverEachFabric
    void shouldGiveUpAHostThatDoesNothing(final FabricProvider provider) {
        open(provider);
        memory.writeWord(region, 0, 1);
        complete();

        memory.write(region, 64, buffer, 0, 4096);
        memory.readWords(region, 0, buffer, 0, 8);
        final long ticket = memory.post();
        for (int patience = PATIENCE; memory.completed() < ticket; patience--) {
            assertTrue(patience > 0, "the ticket never came");
            clock.advance(1_000_000);
        }
        assertTrue(memory.hasFailed(region));
    }

    @OverEachFabric
    void shouldAbandonARegionWhoseHostIsSaidToBeGone(final FabricProvider provider) {
        open(provider);
        memory.writeWord(region, 0, 1);
        memory.read(region, 0, buffer, 0, 4096);
        final long ticket = memory.post();

        memory.failRegion(region);

        assertEquals(ticket, memory.completed());
        assertTrue(memory.hasFailed(region));
        assertFalse(memory.pending());
        memory.writeWord(region, 0, 2);
        assertEquals(memory.post(), memory.completed(), "what is dropped is complete at once");
    }

    @OverEachFabric
    void shouldFailWhenTheKeyIsWrong(final FabricProvider provider) {
        open(provider);
        final RegionSource.Remote right = shared.source();
        final int stranger =
                memory.addRegion(new RegionSource.Remote(right.address(), right.key() ^ 1, right.base(), BYTES));
        Words.setPlain(program.memory(), 0, 0x1234_5678);
        memory.read(stranger, 0, buffer, 0, 8);
        memory.writeWord(stranger, 8, 1);
        final long ticket = memory.post();
        for (int patience = PATIENCE; memory.completed() < ticket; patience--) {
            assertTrue(patience > 0, "the ticket never came");
            host.progress();
            clock.advance(100_000);
        }
        assertTrue(memory.hasFailed(stranger));
        assertEquals(0, Words.getPlain(buffer, 0));
        assertEquals(0, Words.getAcquire(program.memory(), 8));
    }

    /** Both halves of a word are the same number; a program that looks, and changes it, sees no other. */
    @OverEachFabric
    void shouldMoveWordsWholeWhileTheProgramLooks(final FabricProvider provider) throws InterruptedException {
        open(provider);
        final AtomicBoolean isOver = new AtomicBoolean();
        final AtomicLong torn = new AtomicLong();
        final Thread onlooker = new Thread(() -> {
            for (long count = 0; !isOver.get(); count++) {
                Words.setRelease(program.memory(), 4096 + (count & 7) * 8, twice(count));
                for (int word = 0; word < 32; word++) {
                    final long seen = Words.getAcquire(program.memory(), word * 8L);
                    torn.addAndGet(seen == twice(seen) ? 0 : 1);
                }
            }
        });
        onlooker.start();
        long tornReads = 0;
        try (FabricPump ignored = new FabricPump(host)) {
            for (int round = 1; round < 2_000; round++) {
                for (int word = 0; word < 32; word++) {
                    memory.writeWord(region, word * 8L, twice(round * 7L + word));
                    memory.write(region, 8192 + word * 64L, buffer, 0, 1 + word * 29 % 61); // Shifts what follows.
                    memory.readWords(region, 4096, buffer, 65_536 + word * 64L, 8);
                }
                complete();
                for (int word = 0; word < 32 * 8; word++) {
                    final long seen = Words.getPlain(buffer, 65_536 + word * 8L);
                    tornReads += seen == twice(seen) ? 0 : 1;
                }
            }
        } finally {
            isOver.set(true);
            onlooker.join();
        }
        assertEquals(0, torn.get(), "torn words that were written");
        assertEquals(0, tornReads, "torn words that were read");
    }

    private static long twice(final long number) {
        return number << 32 | number & 0xFFFF_FFFFL;
    }
}

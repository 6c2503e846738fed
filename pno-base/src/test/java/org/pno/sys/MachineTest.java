package org.pno.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Cores, clocks, randomness, interfaces: what can be asked of any machine. */
class MachineTest {
    @Test
    void shouldPinAThreadToACore() throws Exception {
        final int core = Cpu.allowed().nextSetBit(0);
        final int[] seen = {-1, -1};
        final Thread thread = new Thread(() -> {
            Cpu.pin(core);
            seen[0] = Cpu.current();
            seen[1] = Cpu.allowed().cardinality();
        });
        thread.start();
        thread.join();

        assertEquals(core, seen[0]);
        assertEquals(1, seen[1]);
    }

    @Test
    void shouldKnowItsProcessAndThread() throws Exception {
        assertEquals(ProcessHandle.current().pid(), Cpu.processId());
        final int[] other = new int[1];
        final Thread thread = new Thread(() -> other[0] = Cpu.threadId());
        thread.start();
        thread.join();
        assertNotEquals(Cpu.threadId(), other[0]);
        assertEquals(Cpu.userId(), Cpu.effectiveUserId());
    }

    @Test
    void shouldReadClocks() {
        final long before = System.nanoTime();
        final long monotonic = Clocks.monotonicNs();
        final long after = System.nanoTime();

        assertTrue(before <= monotonic && monotonic <= after, "CLOCK_MONOTONIC is System.nanoTime's");
        assertTrue(Clocks.bootNs() >= monotonic);
        assertTrue(Clocks.threadCpuNs() > 0);
        assertTrue(Clocks.processCpuNs() > 0);
    }

    @Test
    void shouldDrawRandomNumbers() {
        assertNotEquals(RandomBytes.nextLong(), RandomBytes.nextLong());
    }

    @Test
    void shouldDescribeTheLoopbackInterface() {
        final NetDevice loopback = new NetDevice("lo");

        assertTrue(loopback.exists());
        assertEquals(1, loopback.index());
        assertEquals(0, loopback.hardwareAddress());
        assertFalse(loopback.isEthernet());
        assertTrue(loopback.mtuBytes() > 1000);
    }

    @Test
    void shouldSayThatAnInterfaceIsMissing() {
        final NetDevice missing = new NetDevice("pno-missing0");

        assertFalse(missing.exists());
        final SystemCallException e = assertThrows(SystemCallException.class, missing::index);
        assertEquals("ioctl(SIOCGIFINDEX, pno-missing0): ENODEV (No such device)", e.getMessage());
    }

    @Test
    void shouldRefuseImpossibleInterfaceNames() {
        for (final String name : new String[] {"", "sixteen-bytes-xx", "a/b", "a b"}) {
            final IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> new NetDevice(name), name);
            assertTrue(e.getMessage().contains("'" + name + "'"), e.getMessage());
        }
    }

    /** The interpreter allocates in every downcall; compiled, as the hot path is, none does. */
    @Test
    void shouldAllocateNothingInHotCalls() {
        final int bell = EventFd.create();
        final com.sun.management.ThreadMXBean threads =
                (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long patienceNs = 60_000_000_000L; // the compiler shares its core with others
        final long startNs = System.nanoTime();
        long allocated = Long.MAX_VALUE;
        try (Epoll epoll = new Epoll(4);
                EventSignals signals = new EventSignals()) {
            epoll.add(bell, Epoll.EPOLLIN, 0);
            while (allocated > 0 && System.nanoTime() - startNs < patienceNs) {
                final long before = threads.getCurrentThreadAllocatedBytes();
                hotCalls(epoll, signals, bell, 2_000);
                allocated = threads.getCurrentThreadAllocatedBytes() - before;
            }
        }
        Descriptors.close(bell);
        assertEquals(0, allocated, "bytes in a batch of compiled calls");
    }

    private static void hotCalls(final Epoll epoll, final EventSignals signals, final int bell, final int rounds) {
        for (int i = 0; i < rounds; i++) {
            EventFd.signal(bell);
            signals.signal(bell);
            epoll.await(1_000_000);
            Descriptors.poll(bell, Descriptors.POLLIN, 0);
            EventFd.drain(bell);
            Clocks.monotonicNs();
        }
    }
}

package org.pno.sim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pno.link.ArenaGeometry;
import org.pno.link.HostMemory;
import org.pno.link.MappedHostMemory;
import org.pno.sys.Descriptors;
import org.pno.time.SystemNanoClock;

/** Host and DPU on threads of their own, sharing the arena and a bell, on this machine's real memory model. */
@Timeout(60)
class LinkBetweenThreadsTest {
    private static final int ROUNDS = 2_000;
    private static final int FORGOTTEN_MILLIS = 10_000;

    private final ArenaGeometry geometry = SimulatedHost.smallGeometry();
    private final SimulatedHost host = new SimulatedHost(geometry, () -> {});
    private final HostChannel channel = host.openChannel();
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    @Test
    void shouldAnswerASleepingHostOverAMapping() throws Exception {
        try (MappedHostMemory memory = new MappedHostMemory()) {
            converse(memory, ROUNDS);
        }
    }

    @Test
    void shouldAnswerASleepingHostOverDmaInRealTime() throws Exception {
        try (SimulatedDma memory = new SimulatedDma(SystemNanoClock.INSTANCE, 7, new DmaTiming(100, 2_000, 500, 4))) {
            converse(memory, ROUNDS / 4);
        }
    }

    private void converse(final HostMemory memory, final int rounds) throws InterruptedException {
        final Thread dpuThread = new Thread(() -> serve(memory), "echo-dpu");
        dpuThread.start();
        try {
            final HostSocket socket = host.takeRecord(channel);
            socket.connect(0, 0, 0, 0, 0xFFFF_0A4D_0002L, 80);
            await(socket::isRequestDone);
            for (int round = 0; round < rounds; round++) {
                final byte[] question = new byte[1 + round % 3_000];
                question[question.length - 1] = (byte) round;
                question[0] = (byte) (round >> 8);
                assertTrue(socket.send(question, 0, question.length) == question.length);
                await(() -> socket.readable() == question.length);
                assertArrayEquals(question, socket.receive(question.length));
            }
        } finally {
            isOver.set(true);
            dpuThread.join();
            host.close();
        }
        assertTrue(failure.get() == null, () -> "the DPU failed: " + failure.get());
    }

    private void serve(final HostMemory memory) {
        try {
            final int region = memory.addRegion(host.descriptor(), geometry.totalBytes());
            final EchoDpu dpu = new EchoDpu(memory, region, geometry, channel.bell(), true);
            while (!isOver.get()) {
                dpu.cycle();
            }
            while (memory.completed() >= 0 && memory.pending()) {
                Thread.onSpinWait();
            }
        } catch (final Throwable thrown) {
            failure.set(thrown);
        }
    }

    /** Sleeps as a program does, until the condition holds; a sleep that nobody ends is a lost wake-up. */
    private void await(final BooleanSupplier condition) {
        channel.poll();
        while (!condition.getAsBoolean()) {
            if (channel.sleep()) {
                final int rung = Descriptors.poll(channel.bell(), Descriptors.POLLIN, FORGOTTEN_MILLIS);
                assertTrue(rung > 0, () -> "the host was forgotten in its sleep" + failure.get());
                channel.wake();
            }
            channel.poll();
        }
    }
}

package org.pno.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pno.link.ArenaGeometry;
import org.pno.time.ManualClock;

/**
 * A host that does everything at random, over a DMA that does the same: connects, writes, reads, ends, closes, loses
 * submissions, sleeps. Every byte must come back, no sleeper may be forgotten, and in the end both sides have all their
 * memory again. A failure names its seed.
 */
class LinkSimulationTest {
    private static final int MAX_SOCKETS = 12;
    private static final int STEPS = 1_500;
    private static final int PATIENCE = 200_000;

    private final ManualClock clock = new ManualClock(1);
    private final List<HostSocket> live = new ArrayList<>();
    private Random random;
    private SimulatedDma dma;
    private SimulatedHost host;
    private HostChannel channel;
    private EchoDpu dpu;
    private boolean isAsleep;

    @AfterEach
    void close() {
        dma.close();
        host.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void shouldKeepEveryByteAndLoseNoMemory(final long seed) {
        random = new Random(seed);
        final ArenaGeometry geometry = SimulatedHost.smallGeometry();
        host = new SimulatedHost(geometry, () -> {});
        channel = host.openChannel();
        dma = new SimulatedDma(clock, seed, new DmaTiming(1, 1 + random.nextInt(5_000), 500, 5));
        dpu = new EchoDpu(dma, dma.addRegion(host.descriptor(), geometry.totalBytes()), geometry, channel.bell(), true);
        try {
            final int records = host.untakenRecords();
            final int txChunks = host.freeTxChunks();
            final int rxChunks = dpu.freeRxChunks();
            for (int step = 0; step < STEPS; step++) {
                act();
                pass(1 + random.nextInt(20));
            }
            finish();
            assertEquals(records, host.untakenRecords());
            assertEquals(txChunks, host.freeTxChunks());
            assertEquals(rxChunks, dpu.freeRxChunks());
        } catch (final AssertionError | RuntimeException failure) {
            throw new AssertionError("seed " + seed + ": " + failure.getMessage(), failure);
        }
    }

    /** One thing that a program may do. A sleeping one does nothing until it is rung. */
    private void act() {
        if (isAsleep) {
            return;
        }
        switch (random.nextInt(8)) {
            case 0 -> {
                if (live.size() < MAX_SOCKETS) {
                    final HostSocket socket = host.takeRecord(channel);
                    socket.connect(0, 0, 0, 0, 0xFFFF_0A4D_0002L, 80);
                    live.add(socket);
                }
            }
            case 1, 2, 3 -> withSocket(socket -> send(socket, random.nextInt(30_000)));
            case 4 -> withSocket(socket -> receive(socket, random.nextInt(50_000)));
            case 5 -> isAsleep = !isWorkWaiting() && channel.sleep();
            case 6 -> {
                if (random.nextInt(4) == 0) {
                    channel.overflow();
                }
                host.reclaim();
            }
            default -> {
                if (random.nextInt(6) == 0) {
                    withSocket(this::close);
                }
            }
        }
    }

    private void withSocket(final Consumer<HostSocket> action) {
        if (!live.isEmpty()) {
            final HostSocket socket = live.get(random.nextInt(live.size()));
            if (socket.isRequestDone()) {
                action.accept(socket);
            }
        }
    }

    private void close(final HostSocket socket) {
        live.remove(socket);
        socket.close();
    }

    /** Time goes on; who sleeps must be rung while there is anything to read. */
    private void pass(final int turns) {
        for (int turn = 0; turn < turns; turn++) {
            turn();
        }
        for (int patience = PATIENCE; isAsleep && isWorkWaiting(); patience--) {
            assertTrue(patience > 0, "the host sleeps, and nobody rings");
            turn();
        }
    }

    private void turn() {
        if (dma.pending()) {
            clock.advance(Math.max(1, dma.progressInNs()));
        }
        dpu.cycle();
        if (isAsleep && channel.isRung()) {
            channel.wake();
            channel.poll();
            isAsleep = false;
        }
    }

    private boolean isWorkWaiting() {
        return live.stream().anyMatch(socket -> socket.readable() > 0);
    }

    /** Reads everything back, closes, and waits until both sides are empty-handed. */
    private void finish() {
        isAsleep = false;
        final int rxChunks = host.geometry().rxChunkCount();
        for (int patience = PATIENCE; patience > 0; patience--) {
            for (final HostSocket socket : List.copyOf(live)) {
                receive(socket, Integer.MAX_VALUE);
                if (socket.isRequestDone() && socket.rxRead() == socket.txWritten()) {
                    close(socket);
                }
            }
            host.reclaim();
            if (live.isEmpty() && host.closing() == 0 && dpu.freeRxChunks() == rxChunks) {
                return;
            }
            channel.poll();
            turn();
        }
        throw new AssertionError(
                live.size() + " sockets never got their bytes, " + host.closing() + " were never freed");
    }

    private static void send(final HostSocket socket, final int length) {
        final byte[] bytes = new byte[(int) Math.min(length, socket.sendRoom())];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = pattern(socket, socket.txWritten() + i);
        }
        socket.send(bytes, 0, bytes.length);
    }

    private static void receive(final HostSocket socket, final int limit) {
        final long from = socket.rxRead();
        final byte[] bytes = socket.receive(limit);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] != pattern(socket, from + i)) {
                throw new AssertionError("record " + socket.record() + ": byte " + (from + i) + " is " + bytes[i]);
            }
        }
    }

    /** What stands at a position of a socket's stream. */
    private static byte pattern(final HostSocket socket, final long position) {
        return (byte) ((position * 0x9E37_79B9L + socket.generation() * 31L + socket.record()) >>> 13);
    }
}

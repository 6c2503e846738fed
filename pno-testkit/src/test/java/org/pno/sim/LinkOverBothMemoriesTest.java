package org.pno.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pno.link.ArenaGeometry;
import org.pno.link.ChannelDescriptor;
import org.pno.link.HostMemory;
import org.pno.link.SocketStatus;
import org.pno.time.ManualClock;

/** The whole link, host to DPU and back, on every bus: a DMA that reorders all it may and a real fabric among them. */
class LinkOverBothMemoriesTest {
    private static final int PATIENCE = 300_000;

    private final ManualClock clock = new ManualClock(1);
    private HostMemory memory;
    private SimulatedHost host;
    private HostChannel channel;
    private EchoDpu dpu;

    private void start(final Bus bus, final long seed, final boolean waitsForTickets) {
        final ArenaGeometry geometry = SimulatedHost.smallGeometry();
        host = new SimulatedHost(geometry, () -> {});
        channel = host.openChannel();
        memory = bus.open(clock, seed);
        final int region = memory.addRegion(host.descriptor(), geometry.totalBytes());
        dpu = new EchoDpu(memory, region, geometry, channel.bell(), waitsForTickets);
    }

    private void start(final Bus bus) {
        start(bus, 1, true);
    }

    @AfterEach
    void close() {
        memory.close();
        host.close();
    }

    @ParameterizedTest
    @EnumSource
    void shouldConnect(final Bus bus) {
        start(bus);
        final HostSocket socket = connect();

        assertEquals(0, socket.requestError());
        assertEquals(SocketStatus.ESTABLISHED, socket.state());
        assertEquals(40_000 + socket.record(), socket.info().remotePort());
        assertEquals(0xFFFF_0A4D_0001L, socket.info().localLo());
    }

    @ParameterizedTest
    @EnumSource
    void shouldCarryAStreamThroughManyTurnsOfTheMap(final Bus bus) {
        start(bus);
        final HostSocket socket = connect();
        final Random random = new Random(5);
        final long total = 6_000_000;
        await(() -> {
            sendPattern(socket, Math.min(total - socket.txWritten(), random.nextInt(50_000)));
            receivePattern(socket, random.nextInt(60_000));
            return socket.rxRead() == total;
        });
    }

    @ParameterizedTest
    @EnumSource
    void shouldEndAStreamWhereTheFinSays(final Bus bus) {
        start(bus);
        final HostSocket socket = connect();
        sendPattern(socket, 100_000);
        socket.shutdownWrite();

        await(() -> {
            receivePattern(socket, 7_000);
            return socket.isAtEnd();
        });
        assertEquals(100_000, socket.rxRead());
    }

    @ParameterizedTest
    @EnumSource
    void shouldReuseRecordsAndChunks(final Bus bus) {
        start(bus);
        final int records = host.untakenRecords();
        final int txChunks = host.freeTxChunks();
        final int rxChunks = dpu.freeRxChunks();
        for (int round = 0; round < 5; round++) {
            final List<HostSocket> sockets = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                sockets.add(connect());
            }
            for (final HostSocket socket : sockets) {
                sendPattern(socket, 3_000 + 100 * socket.record());
            }
            for (final HostSocket socket : sockets) {
                await(() -> {
                    receivePattern(socket, 1_000);
                    return socket.rxRead() == socket.txWritten() && socket.txAcked() == socket.txWritten();
                });
                socket.close();
            }
            await(() -> host.reclaim() >= 0 && host.closing() == 0 && dpu.freeRxChunks() == rxChunks);
        }
        assertEquals(records, host.untakenRecords());
        assertEquals(txChunks, host.freeTxChunks());
    }

    @ParameterizedTest
    @EnumSource
    void shouldTakeFreshChunksAfterAnIdleStreamGaveItsLastAway(final Bus bus) {
        start(bus);
        final HostSocket socket = connect();
        for (int i = 0; i < 50; i++) {
            sendPattern(socket, 1_000);
            await(() -> {
                receivePattern(socket, 1_000);
                return socket.txAcked() == socket.txWritten() && socket.rxRead() == socket.txWritten();
            });
            socket.releaseIdle();
        }
        assertEquals(50_000, socket.rxRead());
    }

    @ParameterizedTest
    @EnumSource
    void shouldWakeASleepingHost(final Bus bus) {
        start(bus);
        final HostSocket socket = connect();
        for (int i = 0; i < 300; i++) {
            sendPattern(socket, 64);
            final long wanted = socket.txWritten();
            while (socket.rxRead() < wanted) {
                receivePattern(socket, 64);
                if (socket.rxRead() < wanted && channel.sleep()) {
                    await(channel::isRung, () -> dpu.cycle());
                    channel.wake();
                    channel.poll();
                }
            }
        }
        assertTrue(dpu.bells() > 0, "the host never slept");
    }

    @ParameterizedTest
    @EnumSource
    void shouldSweepAfterAnOverflow(final Bus bus) {
        start(bus);
        final HostSocket first = connect();
        final HostSocket second = connect();
        for (int i = 0; i < ChannelDescriptor.SUB_CAPACITY; i++) {
            first.submit(0);
        }
        sendPattern(second, 1_000);

        await(() -> {
            receivePattern(second, 1_000);
            return second.rxRead() == 1_000;
        });
        assertEquals(1, dpu.sweeps());
    }

    @ParameterizedTest
    @EnumSource
    void shouldOweEventsWhileTheRingIsFull(final Bus bus) {
        start(bus);
        final HostSocket first = connect();
        final HostSocket second = connect();
        for (int i = 0; i < ChannelDescriptor.EVT_CAPACITY; i++) {
            dpu.notifyHost(first.record());
            await(() -> true, () -> dpu.cycle());
        }
        final int before = second.events();
        dpu.notifyHost(second.record());
        dpu.notifyHost(second.record());
        assertTrue(dpu.owedEvents() > 0);

        // An event of the connect may still have been on its way, so that one more alone says nothing.
        await(() -> dpu.owedEvents() == 0 && second.events() > before);
    }

    @Test
    void shouldBeCorruptedByADpuThatDoesNotWaitForTickets() {
        int corrupted = 0;
        for (int seed = 0; seed < 10; seed++) {
            start(Bus.DMA, seed, false);
            corrupted += survivesSomeTraffic() ? 0 : 1;
            if (seed < 9) {
                close();
            }
        }
        assertEquals(10, corrupted, "the simulated DMA lets a careless DPU through");
    }

    private boolean survivesSomeTraffic() {
        try {
            final HostSocket socket = host.takeRecord(channel);
            socket.connect(0, 0, 0, 0, 0xFFFF_0A4D_0002L, 80);
            for (int turn = 0; turn < 2_000 && socket.rxRead() < 200_000; turn++) {
                if (socket.isRequestDone()) {
                    sendPattern(socket, 5_000);
                    receivePattern(socket, 5_000);
                }
                turn(() -> dpu.cycle());
            }
            return socket.rxRead() >= 200_000;
        } catch (final AssertionError | RuntimeException corruption) {
            assertFalse(corruption.toString().isEmpty());
            return false;
        }
    }

    private HostSocket connect() {
        final HostSocket socket = host.takeRecord(channel);
        socket.connect(0, 0, 0, 0, 0xFFFF_0A4D_0002L, 80);
        await(socket::isRequestDone);
        return socket;
    }

    private static void sendPattern(final HostSocket socket, final long length) {
        final byte[] bytes = new byte[(int) Math.min(length, socket.sendRoom())];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = pattern(socket, socket.txWritten() + i);
        }
        assertEquals(bytes.length, socket.send(bytes, 0, bytes.length));
    }

    private static void receivePattern(final HostSocket socket, final int limit) {
        final long from = socket.rxRead();
        final byte[] bytes = socket.receive(limit);
        for (int i = 0; i < bytes.length; i++) {
            final long position = from + i;
            assertEquals(pattern(socket, position), bytes[i], () -> "byte " + position);
        }
    }

    /** What stands at a position of a socket's stream. */
    private static byte pattern(final HostSocket socket, final long position) {
        return (byte) ((position * 0x9E37_79B9L + socket.generation() * 31L + socket.record()) >>> 13);
    }

    private void await(final BooleanSupplier condition) {
        await(condition, () -> {
            dpu.cycle();
            channel.poll();
        });
    }

    private void await(final BooleanSupplier condition, final Runnable turn) {
        for (int patience = PATIENCE; !condition.getAsBoolean(); patience--) {
            assertTrue(patience > 0, "it never came");
            turn(turn);
        }
    }

    /** Time passes until the DMA's next effect, then whoever's turn it is. */
    private void turn(final Runnable turn) {
        if (memory.pending()) {
            clock.advance(Math.max(1, memory.progressInNs()));
        }
        turn.run();
    }
}

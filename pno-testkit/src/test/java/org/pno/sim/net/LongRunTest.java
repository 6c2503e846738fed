package org.pno.sim.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pno.stack.SocketOptions;
import org.pno.stack.StackConfiguration;
import org.pno.tcp.TcpCounter;
import org.pno.wire.SeqNum;

/** What only many segments, many connections or much data can show. */
class LongRunTest {
    private static final int PORT = 6379;
    private static final long HOUR_NS = TimeUnit.HOURS.toNanos(1);
    private static final long SEED = 1;

    private static NodeBehaviour unverified() {
        final NodeBehaviour behaviour = new NodeBehaviour();
        behaviour.verifyingPayload = false;
        return behaviour;
    }

    private static WireFaults wholeFrames() {
        final WireFaults faults = WireFaults.none();
        faults.superSegments = true;
        return faults;
    }

    private static SocketOptions options() {
        final SocketOptions options = new SocketOptions();
        options.noDelay = true;
        return options;
    }

    private static TransferProgram.Plan transfer(final long bytes) {
        return new TransferProgram.Plan(bytes, 1 << 20, 2_000_000, 1_000, 0, Long.MAX_VALUE, false);
    }

    private static long segmentsIn(final SimulatedPair pair) {
        return pair.node(0).stack().tcp().counters().value(TcpCounter.SEGMENTS_IN)
                + pair.node(1).stack().tcp().counters().value(TcpCounter.SEGMENTS_IN);
    }

    private static void play(final SimulatedPair pair, final int connections, final long requests) {
        final List<StreamProgram> programs = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            final RequestProgram program = new RequestProgram(64, requests);
            programs.add(program);
            assertTrue(pair.node(0).connect(PORT, program, options()) >= 0);
        }
        assertTrue(pair.runUntil(() -> allClosed(programs), HOUR_NS));
    }

    private static boolean allClosed(final List<StreamProgram> programs) {
        for (int i = 0; i < programs.size(); i++) {
            if (!programs.get(i).isClosed()) {
                return false;
            }
        }
        return true;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNotAllocateOverOneMillionSegments(final boolean ipv6) {
        final WireFaults faults = wholeFrames();
        faults.lossChance = 0.001;
        final NodeBehaviour behaviour = unverified();
        behaviour.ipv6 = ipv6;
        final SimulatedPair pair = new SimulatedPair(faults, behaviour, SEED);
        pair.node(1).listen(PORT, 64, connection -> new EchoProgram(), options());
        final List<RequestProgram> programs = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            programs.add(new RequestProgram(i % 2 == 0 ? 64 : 20_000, Long.MAX_VALUE));
            pair.node(0).connect(PORT, programs.getLast(), options());
        }
        runSegments(pair, 1_000_000); // All is compiled, all pools are filled.
        long least = Long.MAX_VALUE;
        for (int tries = 0; tries < 3 && least > 0; tries++) { // The virtual machine itself may allocate now and then.
            least = Math.min(least, runSegments(pair, 1_000_000));
        }
        assertEquals(0, least);
    }

    /** Bytes that this thread allocated over so many segments. */
    private static long runSegments(final SimulatedPair pair, final long segments) {
        final long target = segmentsIn(pair) + segments;
        final BooleanSupplier done = () -> segmentsIn(pair) >= target;
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long thread = Thread.currentThread().threadId();
        final long before = threads.getThreadAllocatedBytes(thread);
        assertTrue(pair.runUntil(done, 1_000 * HOUR_NS));
        return threads.getThreadAllocatedBytes(thread) - before;
    }

    @Test
    void shouldBeBackAtStartAfterTenThousandConnections() {
        final StackConfiguration one = new StackConfiguration();
        final StackConfiguration other = new StackConfiguration();
        one.tcp.firstEphemeralPort = 1_024;
        final SimulatedPair pair = new SimulatedPair(WireFaults.none(), unverified(), SEED, HOUR_NS, one, other);
        pair.node(1).listen(PORT, 20_000, connection -> new EchoProgram(), options());
        play(pair, 10_000, 3);
        assertEquals(10_000, pair.node(1).stack().tcp().counters().value(TcpCounter.PASSIVE_OPENS));
        pair.run(TimeUnit.MINUTES.toNanos(2));
        assertEquals(0, pair.node(0).openCount() + pair.node(1).openCount());
        assertTrue(pair.node(0).stack().tcp().isPristine());
        assertTrue(pair.node(1).stack().tcp().isPristine());
        assertEquals(0, pair.node(0).stack().tcp().counters().value(TcpCounter.RETRANSMITTED));
    }

    @Test
    void shouldCountBeyondFourGigabytes() {
        final long bytes = 5_000_000_000L;
        final SimulatedPair pair = new SimulatedPair(wholeFrames(), unverified(), SEED);
        final List<StreamProgram> servers = new ArrayList<>();
        pair.node(1)
                .listen(
                        PORT,
                        1,
                        connection -> {
                            servers.add(new TransferProgram(transfer(0), SEED));
                            return servers.getLast();
                        },
                        options());
        final TransferProgram client = new TransferProgram(transfer(bytes), SEED);
        pair.node(0).connect(PORT, client, options());
        assertTrue(pair.runUntil(() -> client.isClosed() && allClosed(servers), HOUR_NS));
        assertEquals(bytes, servers.getFirst().bytesRead());
    }

    @Test
    void shouldCarryOnAcrossTheEndOfSequenceNumbers() {
        // The first connection's number depends on the secret, which depends on the seed, and on the time.
        final int atStart = firstSequence(HOUR_NS);
        final int ticks = SeqNum.diff(-20_000, atStart);
        final long startNs = HOUR_NS + (Integer.toUnsignedLong(ticks) << 12);
        assertEquals(-20_000, firstSequence(startNs), 1);
        final WireFaults faults = WireFaults.none();
        faults.lossChance = 0.02;
        faults.reorderChance = 0.1;
        final SimulatedPair pair = pairAt(startNs, faults);
        final TransferProgram client = new TransferProgram(transfer(1_000_000), SEED);
        final int connection = pair.node(0).connect(PORT, client, options());
        assertTrue(SeqNum.lt(pair.node(0).stack().tcp().connection(connection).initialSendSequence(), 0));
        assertTrue(pair.runUntil(client::isClosed, HOUR_NS));
        assertEquals(1_000_000, client.bytesRead());
    }

    private static SimulatedPair pairAt(final long startNs, final WireFaults faults) {
        final StackConfiguration one = new StackConfiguration();
        one.tcp.firstEphemeralPort = 40_000;
        one.tcp.lastEphemeralPort = 40_000;
        final SimulatedPair pair =
                new SimulatedPair(faults, new NodeBehaviour(), SEED, startNs, one, new StackConfiguration());
        pair.node(1).listen(PORT, 1, number -> new TransferProgram(transfer(1_000_000), SEED), options());
        return pair;
    }

    private static int firstSequence(final long startNs) {
        final SimulatedPair pair = pairAt(startNs, WireFaults.none());
        final int connection = pair.node(0).connect(PORT, new TransferProgram(transfer(0), SEED), options());
        return pair.node(0).stack().tcp().connection(connection).initialSendSequence();
    }
}

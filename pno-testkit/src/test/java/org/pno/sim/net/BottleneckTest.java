package org.pno.sim.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.pno.stack.SocketOptions;
import org.pno.stack.StackConfiguration;
import org.pno.tcp.Connection;
import org.pno.tcp.TcpCounter;
import org.pno.tcp.congestion.CongestionAlgorithm;

/** Two stacks with a bottleneck between them whose queue has an end: 50 Mbit/s, a round-trip time of 20 ms. */
class BottleneckTest {
    private static final int PORT = 6379;
    private static final long RATE = 6_250_000;
    private static final long DELAY_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    /** What fits in a round trip. */
    private static final long PIPE_BYTES = RATE / 50;

    private SimulatedPair pair;
    private StreamProgram sink;
    private int connection;

    private void join(final CongestionAlgorithm algorithm, final long queueBytes) {
        final WireFaults faults = WireFaults.none();
        faults.delayNs = DELAY_NS;
        faults.bytesPerSecond = RATE;
        faults.bottleneckBytes = queueBytes;
        final NodeBehaviour behaviour = new NodeBehaviour();
        behaviour.verifyingPayload = false;
        final StackConfiguration one = new StackConfiguration();
        one.tcp.congestion = algorithm;
        pair = new SimulatedPair(faults, behaviour, 1, TimeUnit.HOURS.toNanos(1), one, new StackConfiguration());
        pair.node(1).listen(PORT, 1, number -> sink = program(0), new SocketOptions());
        connection = pair.node(0).connect(PORT, program(Long.MAX_VALUE), new SocketOptions());
    }

    private static TransferProgram program(final long bytes) {
        return new TransferProgram(
                new TransferProgram.Plan(bytes, 1 << 20, 1_500_000, 100_000, 0, Long.MAX_VALUE, false), 1);
    }

    /** Bytes per second that arrive in so long. */
    private long goodput(final long seconds) {
        final long before = sink.bytesRead();
        pair.run(seconds * SECOND_NS);
        return (sink.bytesRead() - before) / seconds;
    }

    private Connection sender() {
        return pair.node(0).stack().tcp().connection(connection);
    }

    private long counted(final TcpCounter counter) {
        return pair.node(0).stack().tcp().counters().value(counter);
    }

    @Test
    void shouldFillTheBottleneckAndKeepTheQueueShort() {
        join(CongestionAlgorithm.BBR, 4 * PIPE_BYTES);
        pair.run(SECOND_NS);
        pair.wire().takeLongestQueueNs();
        final long goodput = goodput(5);
        assertTrue(goodput > 0.9 * RATE, () -> goodput + " bytes/s");
        final long queueNs = pair.wire().takeLongestQueueNs();
        assertTrue(queueNs < DELAY_NS, () -> "a queue of " + queueNs + " ns");
        assertEquals(0, counted(TcpCounter.RETRANSMITTED));
        assertTrue(counted(TcpCounter.PACING_DELAYED) > 0);
    }

    @Test
    void shouldTellTheRateOfTheBottleneck() {
        join(CongestionAlgorithm.BBR, 4 * PIPE_BYTES);
        pair.run(2 * SECOND_NS);
        assertEquals(RATE, sender().deliveryRate(), 0.1 * RATE);
        assertEquals(RATE, sender().pacingRate(), 0.3 * RATE);
    }

    @Test
    void shouldFillTheBottleneckThoughItsQueueIsShort() {
        join(CongestionAlgorithm.BBR, PIPE_BYTES / 4);
        pair.run(SECOND_NS);
        final long goodput = goodput(5);
        assertTrue(goodput > 0.85 * RATE, () -> goodput + " bytes/s");
    }

    @Test
    void shouldLookForTheShortestRoundTripEveryTenSeconds() {
        join(CongestionAlgorithm.BBR, 4 * PIPE_BYTES);
        pair.run(5 * SECOND_NS);
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 1_000; i++) {
            pair.run(SECOND_NS / 100);
            least = Math.min(least, sender().congestionControl().windowBytes());
        }
        assertEquals(4L * sender().mssBytes(), least);
        final long goodput = goodput(5);
        assertTrue(goodput > 0.9 * RATE, () -> goodput + " bytes/s");
    }

    @Test
    void shouldBeTheSameEachTime() {
        join(CongestionAlgorithm.BBR, PIPE_BYTES / 4);
        pair.run(3 * SECOND_NS);
        final long read = sink.bytesRead();
        final long steps = pair.steps();
        join(CongestionAlgorithm.BBR, PIPE_BYTES / 4);
        pair.run(3 * SECOND_NS);
        assertEquals(read, sink.bytesRead());
        assertEquals(steps, pair.steps());
    }

    @Test
    void shouldSeeTheQueueGrowInSlowStart() {
        join(CongestionAlgorithm.CUBIC, 4 * PIPE_BYTES);
        pair.run(SECOND_NS);
        assertTrue(counted(TcpCounter.CSS_ENTERED) > 0);
    }
}

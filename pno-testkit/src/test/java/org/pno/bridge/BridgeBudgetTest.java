package org.pno.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pno.bridge.BridgeFixture.Network;
import org.pno.bridge.BridgeFixture.Pair;
import org.pno.link.ArenaGeometry;
import org.pno.link.HostMemoryCounters;
import org.pno.link.RecordDescriptor;
import org.pno.sim.Bus;
import org.pno.sim.HostListener;
import org.pno.sim.OverEachTimedBus;

/** What a request and its answer cost: crossings of the bus, and memory. */
class BridgeBudgetTest {
    private static final byte[] REQUEST = BridgeFixture.pattern(64, 1);
    private static final int ROUNDS = 200;
    private static final int CONNECTIONS = 32;

    /** Each cycle reads the host line, and with it the slots of SUB where submissions will stand. */
    private static final int READS_OF_A_POLL = 2;
    /** sleepSeq, the answer's payload. Polls, one per cycle, are taken out: they are the price of looking. */
    private static final double READS_ALONE = 2.01;
    /** The request's payload, rxCommitted, txAcked, the event; once in 256 times subHead. */
    private static final double WRITES_ALONE = 4.01;
    /** In batches sleepSeq is read once for all. */
    private static final double READS_BATCHED = 1.1;

    private static final double WRITES_BATCHED = 4.01;

    private BridgeFixture fixture;

    @AfterEach
    void close() {
        fixture.assertHealthy();
        fixture.close();
    }

    private void noDelay(final Pair pair) {
        pair.own().option(RecordDescriptor.OPTION_FLAGS_OFFSET, RecordDescriptor.OPTION_NODELAY);
        pair.peer().option(RecordDescriptor.OPTION_FLAGS_OFFSET, RecordDescriptor.OPTION_NODELAY);
    }

    private void roundTrips(final List<Pair> pairs) {
        for (final Pair pair : pairs) {
            pair.peer().send(REQUEST, 0, REQUEST.length);
        }
        fixture.await(() -> pairs.stream().allMatch(pair -> pair.own().readable() == REQUEST.length));
        fixture.channel.poll();
        for (final Pair pair : pairs) {
            pair.own().receive(REQUEST.length);
            pair.own().send(REQUEST, 0, REQUEST.length);
        }
        fixture.await(() -> pairs.stream().allMatch(pair -> pair.peer().readable() == REQUEST.length));
        fixture.peerChannel.poll();
        for (final Pair pair : pairs) {
            pair.peer().receive(REQUEST.length);
        }
    }

    private List<Pair> pairs(final int count) {
        return pairs(Bus.MAPPED, count);
    }

    private List<Pair> pairs(final Bus bus, final int count) {
        return pairs(bus, Network.IPV4, count);
    }

    private List<Pair> pairs(final Bus bus, final Network network, final int count) {
        final ArenaGeometry geometry = ArenaGeometry.of(2, 128, 4, 1024, 1024);
        fixture = new BridgeFixture(bus, geometry, null, network, UnaryOperator.identity());
        final HostListener listener = fixture.listen(8);
        final List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pairs.add(fixture.acceptedPair(listener));
            noDelay(pairs.getLast());
        }
        fixture.steps(200);
        fixture.channel.poll();
        roundTrips(pairs);
        return pairs;
    }

    /** Crossings per request, polls that found nothing taken out. */
    private double[] crossingsPerRequest(final List<Pair> pairs) {
        final HostMemoryCounters counters = fixture.dpu.memory.counters();
        final long reads = counters.reads();
        final long writes = counters.writes();
        long cycles = fixture.cycles();
        for (int i = 0; i < ROUNDS; i++) {
            roundTrips(pairs);
        }
        cycles = fixture.cycles() - cycles;
        final double requests = (double) ROUNDS * pairs.size();
        final long polls = cycles * READS_OF_A_POLL;
        return new double[] {(counters.reads() - reads - polls) / requests, (counters.writes() - writes) / requests};
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepTheBudgetOfARequestAlone(final Network network) {
        final double[] crossings = crossingsPerRequest(pairs(Bus.MAPPED, network, 1));
        assertTrue(crossings[0] <= READS_ALONE, "reads per request: " + crossings[0]);
        assertTrue(crossings[1] <= WRITES_ALONE, "writes per request: " + crossings[1]);
    }

    @Test
    void shouldKeepTheBudgetOfRequestsInBatches() {
        final double[] crossings = crossingsPerRequest(pairs(CONNECTIONS));
        assertTrue(crossings[0] <= READS_BATCHED, "reads per request: " + crossings[0]);
        assertTrue(crossings[1] <= WRITES_BATCHED, "writes per request: " + crossings[1]);
    }

    /** Reads are not told from polls here, of which there is one whenever the last has come back; writes are. */
    @Test
    void shouldKeepTheBudgetOfARequestAloneOverDma() {
        final double[] crossings = crossingsPerRequest(pairs(Bus.DMA, 1));
        assertTrue(crossings[1] <= WRITES_ALONE, "writes per request: " + crossings[1]);
    }

    @Test
    void shouldKeepTheBudgetOfRequestsInBatchesOverDma() {
        final double[] crossings = crossingsPerRequest(pairs(Bus.DMA, CONNECTIONS));
        assertTrue(crossings[1] <= WRITES_BATCHED, "writes per request: " + crossings[1]);
    }

    @ParameterizedTest
    @EnumSource
    void shouldNotAllocateInSteadyState(final Network network) {
        final List<Pair> pairs = pairs(Bus.MAPPED, network, 4);
        for (int i = 0; i < 3_000; i++) {
            roundTrips(pairs);
        }
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int tries = 0; tries < 3 && least > 0; tries++) { // The virtual machine itself may allocate now and then.
            fixture.measureAllocation(threads);
            for (int i = 0; i < 1_000; i++) {
                roundTrips(pairs);
            }
            least = Math.min(least, fixture.allocatedBytes());
        }
        assertEquals(0, least);
    }

    @OverEachTimedBus
    void shouldOpenSpeakAndCloseManyAtOnce(final Bus bus) {
        openSpeakAndClose(bus, 400, ArenaGeometry.of(2, 1024, 4, 2048, 2048));
    }

    @Test
    void shouldGiveAllMemoryBackAfterTenThousandConnections() {
        openSpeakAndClose(Bus.MAPPED, 10_000, ArenaGeometry.of(2, 10_240, 4, 20_480, 20_480));
    }

    private void openSpeakAndClose(final Bus bus, final int count, final ArenaGeometry geometry) {
        fixture = new BridgeFixture(bus, geometry);
        final HostListener listener = fixture.listen(64);
        final List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pairs.add(fixture.acceptedPair(listener));
        }
        fixture.steps(200);
        roundTrips(pairs);
        pairs.forEach(pair -> pair.own().close());
        fixture.await(() -> pairs.stream().allMatch(pair -> pair.peer().isAtEnd()));
        pairs.forEach(pair -> pair.peer().close());
        fixture.await(() -> {
            fixture.host.host.reclaim();
            fixture.peerHost.host.reclaim();
            return fixture.host.host.closing() == 0 && fixture.peerHost.host.closing() == 0;
        });
        fixture.assertAtRest(1);
    }
}

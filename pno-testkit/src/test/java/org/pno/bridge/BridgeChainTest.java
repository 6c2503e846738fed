package org.pno.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pno.bridge.BridgeFixture.Network;
import org.pno.bridge.BridgeFixture.Pair;
import org.pno.dpu.Buses;
import org.pno.link.RecordDescriptor;
import org.pno.sim.SimulatedHost;

/**
 * How many crossings of the bus follow one another between wire and host: on a bus where each takes a microsecond there
 * and back, and nothing else takes time but the steps of ten nanoseconds that the test makes.
 */
class BridgeChainTest {
    private static final byte[] REQUEST = BridgeFixture.pattern(64, 1);
    private static final String MICROSECOND = "pcie:read=1us,write=1us,bandwidth=1000GB/s,order=";
    private static final long CROSSING_NS = 1_000;
    /** Of the wire, of both DPUs' cycles, and of looking only every ten nanoseconds. */
    private static final long STEPS_NS = 150;

    private BridgeFixture fixture;
    private Pair pair;

    private void open(final String order) {
        fixture = new BridgeFixture(
                Buses.judge(MICROSECOND + order),
                SimulatedHost.smallGeometry(),
                null,
                Network.IPV4,
                UnaryOperator.identity());
        pair = fixture.acceptedPair();
        pair.own().option(RecordDescriptor.OPTION_FLAGS_OFFSET, RecordDescriptor.OPTION_NODELAY);
        pair.peer().option(RecordDescriptor.OPTION_FLAGS_OFFSET, RecordDescriptor.OPTION_NODELAY);
        fixture.transfer(pair.peer(), pair.own(), REQUEST); // The S-rings have their chunks.
        fixture.transfer(pair.own(), pair.peer(), REQUEST);
        fixture.pass(50_000_000);
        fixture.channel.poll();
        fixture.stepNs(10);
        fixture.steps(300); // A poll that was looked at late has come back, and the next one is on its way.
    }

    @AfterEach
    void close() {
        fixture.assertHealthy();
        fixture.close();
    }

    private void ask() {
        assertEquals(REQUEST.length, pair.peer().send(REQUEST, 0, REQUEST.length));
    }

    private static void assertTook(final double crossings, final long ns) {
        final double least = crossings * CROSSING_NS;
        assertTrue(ns >= least && ns <= least + STEPS_NS, ns + " ns are not " + crossings + " crossings");
    }

    /** Payload, positions and event land half a crossing after they were posted, one behind the other. */
    @Test
    void shouldTellTheHostByOneWay() {
        open("queue");
        ask();
        assertTook(0.5, fixture.timeUntil(() -> fixture.channel.poll() > 0));
        assertEquals(REQUEST.length, pair.own().readable());
    }

    /** The look whether it sleeps goes behind the event in the same batch. */
    @Test
    void shouldWakeTheHostByOneCrossing() {
        open("queue");
        assertTrue(fixture.channel.sleep());
        ask();
        assertTook(1, fixture.timeUntil(fixture.channel::isRung));
    }

    /** Payload, positions, event and look, each after the last is complete. */
    @Test
    void shouldWakeTheHostByFourCrossingsWhereNothingIsInOrder() {
        open("none");
        assertTrue(fixture.channel.sleep());
        ask();
        assertTook(4, fixture.timeUntil(fixture.channel::isRung));
    }

    /**
     * What the host submits is found by a poll, which asks anew whenever the last has come back: after half a crossing
     * at best, one and a half at worst. Then one crossing for the payload.
     */
    @Test
    void shouldSendByAPollAndACrossing() {
        open("none");
        assertEquals(REQUEST.length, pair.own().send(REQUEST, 0, REQUEST.length));
        final long ns = fixture.timeUntil(() -> pair.peer().readable() == REQUEST.length);
        assertTrue(ns >= 1.5 * CROSSING_NS && ns <= 2.5 * CROSSING_NS + STEPS_NS, ns + " ns");
    }
}

package org.pno.sim.net;

import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.pno.tcp.congestion.CongestionAlgorithm;

/**
 * Random programs over random wires: every byte arrives once, in order and unchanged, both sides end in order, and
 * nothing is left behind. Payload, windows and RFC 9293's invariants are checked at every step by the harness.
 */
class JoinedStacksPropertyTest {
    @Property(tries = 60)
    void shouldDeliverEveryByteAndLeaveNothingBehind(@ForAll final long seed) {
        assertTrue(RandomRun.play(seed).steps() > 0);
    }

    @Property(tries = 30)
    void shouldDeliverEverythingByBbr(@ForAll final long seed) {
        assertTrue(RandomRun.play(seed, false, CongestionAlgorithm.BBR).steps() > 0);
    }

    @Property(tries = 30)
    void shouldDeliverEverythingByIpv6(@ForAll final long seed) {
        assertTrue(RandomRun.play(seed, true, CongestionAlgorithm.CUBIC).steps() > 0);
    }
}

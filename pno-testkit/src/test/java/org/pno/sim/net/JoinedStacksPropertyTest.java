package org.pno.sim.net;

import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

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
    void shouldDeliverEverythingByIpv6(@ForAll final long seed) {
        assertTrue(RandomRun.play(seed, true).steps() > 0);
    }
}

package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;

/** RFC 6528, RFC 7323 7.1. */
class InitialSequenceTest {
    private final InitialSequence sequence = new InitialSequence(KeyedHash.strong(1, 2));

    private static Flow flow(final int remotePort) {
        final TimeWait flow = new TimeWait();
        flow.localPort = 80;
        flow.remotePort = remotePort;
        return flow;
    }

    @Test
    void shouldGoForwardWithTimeForOneFlow() {
        final int first = sequence.initialSequence(flow(1), 0);
        assertEquals(first + 1_000_000, sequence.initialSequence(flow(1), 1_000_000L << 12));
    }

    @Test
    void shouldTellNothingAboutOtherFlows() {
        assertNotEquals(sequence.initialSequence(flow(1), 0), sequence.initialSequence(flow(2), 0));
        assertNotEquals(sequence.timestampOffset(flow(1)), sequence.timestampOffset(flow(2)));
    }

    @Test
    void shouldKeepTimestampOffsetOfAFlow() {
        assertEquals(sequence.timestampOffset(flow(1)), sequence.timestampOffset(flow(1)));
    }

    @Test
    void shouldDependOnSecret() {
        final InitialSequence other = new InitialSequence(KeyedHash.strong(1, 3));
        assertNotEquals(sequence.initialSequence(flow(1), 0), other.initialSequence(flow(1), 0));
    }
}

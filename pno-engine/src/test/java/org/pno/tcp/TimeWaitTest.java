package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.tcp.SegmentSpec.ackOf;
import static org.pno.tcp.SegmentSpec.data;
import static org.pno.tcp.SegmentSpec.of;
import static org.pno.tcp.TcpTester.SECOND;

import org.junit.jupiter.api.Test;

/** TIME-WAIT: RFC 9293 3.10.7.4, RFC 6191. */
class TimeWaitTest {
    private final TcpTester tester = new TcpTester();

    /** A connection that we closed first; its entry is left. */
    private void enter(final boolean timestamps) {
        if (timestamps) {
            tester.establish();
        } else {
            tester.establish(of("S").offers(), 512);
        }
        tester.close();
        tester.expect("FA");
        final SegmentSpec fin = of("FA").seq(1).ack(2);
        if (timestamps) {
            fin.timestamps(5, 0);
        }
        tester.inject(fin);
        tester.expectAck(2);
        assertEquals(1, tester.engine().timeWaitCount());
    }

    @Test
    void shouldEndAfterAMinute() {
        enter(false);
        tester.advance(59 * SECOND);
        assertEquals(1, tester.engine().timeWaitCount());
        tester.advance(2 * SECOND);
        assertTrue(tester.engine().isPristine());
    }

    @Test
    void shouldAcknowledgeRepeatedFinAndWaitAnew() {
        enter(false);
        tester.advance(50 * SECOND);
        tester.inject(of("FA").seq(1).ack(2));
        final SentSegment ack = tester.expectAck(2);
        assertEquals(2, ack.seq());
        tester.advance(50 * SECOND);
        assertEquals(1, tester.engine().timeWaitCount());
    }

    @Test
    void shouldEchoTimestampInItsAck() {
        enter(true);
        tester.inject(of("FA").seq(1).ack(2).timestamps(6, 0));
        final SentSegment ack = tester.expectAck(2);
        assertTrue(ack.timestamps);
        assertEquals(5, ack.timestampEcho);
    }

    @Test
    void shouldAnswerOldDataSparingly() {
        enter(false);
        tester.inject(data(1, 2, 10));
        tester.expectAck(2);
        tester.inject(data(1, 2, 10));
        tester.expectNothing();
        assertEquals(1, tester.counted(TcpCounter.CHALLENGES_LIMITED));
    }

    @Test
    void shouldNotAnswerPlainAck() {
        enter(false);
        tester.inject(ackOf(2, 2));
        tester.expectNothing();
    }

    @Test
    void shouldEndOnExactReset() {
        enter(false);
        tester.inject(of("R").seq(2));
        assertTrue(tester.engine().isPristine());
    }

    @Test
    void shouldIgnoreResetElsewhere() {
        enter(false);
        tester.inject(of("R").seq(3));
        assertEquals(1, tester.engine().timeWaitCount());
    }

    @Test
    void shouldYieldToSynWithHigherNumber() {
        enter(false);
        final int oldIss = tester.ourIss;
        tester.inject(of("S").seq(100).offers());
        final SentSegment answer = tester.expect("SA");
        assertEquals(101, answer.ack());
        assertTrue(answer.sequence - oldIss > 65_535, "must start beyond the old connection's window");
        assertEquals(0, tester.engine().timeWaitCount());
        assertEquals(1, tester.counted(TcpCounter.TIME_WAITS_REUSED));
    }

    @Test
    void shouldNotYieldToSynWithLowerNumber() {
        enter(false);
        tester.inject(of("S").seq(-100).offers());
        tester.expectAck(2);
        assertEquals(1, tester.engine().timeWaitCount());
    }

    @Test
    void shouldYieldToSynWithLaterTimestampAndLowerNumber() {
        enter(true);
        tester.inject(of("S").seq(-100).offers().timestamps(6, 0));
        tester.expect("SA");
    }

    @Test
    void shouldNotYieldToSynWithEarlierTimestampAndHigherNumber() {
        enter(true);
        tester.inject(of("S").seq(100).offers().timestamps(4, 0));
        tester.expectAck(2);
        assertEquals(1, tester.engine().timeWaitCount());
    }

    @Test
    void shouldResetSynWhereNobodyListensAnyMore() {
        enter(false);
        tester.engine().unlisten(0);
        tester.inject(of("S").seq(100).offers());
        tester.expect("RA");
    }

    @Test
    void shouldEvictOldestBeyondBound() {
        tester.configuration.maxTimeWait = 1;
        enter(false);
        tester.peerPort++;
        enter(false);
        assertEquals(1, tester.engine().timeWaitCount());
        assertEquals(1, tester.counted(TcpCounter.TIME_WAITS_EVICTED));
    }

    @Test
    void shouldLetActiveOpenReuseItsFlowAfterASecond() {
        tester.configuration.firstEphemeralPort = 50_000;
        tester.configuration.lastEphemeralPort = 50_000;
        tester.connect();
        tester.ourIss = tester.expect("S").sequence;
        tester.inject(of("SA").seq(0).ack(1).offers().timestamps(1, 0));
        tester.expectAck(1);
        tester.close();
        tester.expect("FA");
        tester.inject(of("FA").seq(1).ack(2).timestamps(2, 0));
        tester.expectAck(2);
        final ConnectionSettings settings = tester.settings;
        assertTrue(tester.engine().connect(0, TcpTester.OUR_LO, 0, 0, TcpTester.PEER_LO, 80, settings) < 0);
        tester.advance(SECOND);
        tester.connect();
        final SentSegment syn = tester.expect("S");
        assertTrue(syn.sequence - tester.ourIss > 65_535);
    }
}

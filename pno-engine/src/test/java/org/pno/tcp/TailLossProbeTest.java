package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.tcp.RecoveryScenario.MSS;
import static org.pno.tcp.RecoveryScenario.RTT;
import static org.pno.tcp.RecoveryScenario.at;
import static org.pno.tcp.SegmentSpec.of;
import static org.pno.tcp.TcpTester.MS;
import static org.pno.tcp.TcpTester.SECOND;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** RFC 8985 7. */
class TailLossProbeTest {
    private final RecoveryScenario scenario = new RecoveryScenario();
    private final TcpTester tester = scenario.tester;

    @BeforeEach
    void establish() {
        scenario.establish();
    }

    private void send(final int segments) {
        tester.write(segments * MSS);
        tester.sent.clear();
    }

    @Test
    void shouldSendLastSegmentAgainAfterTwoRoundTrips() {
        send(5);
        tester.expectNothingFor(2 * RTT + MS);
        tester.advance(2 * MS);
        scenario.expect(4, 1);
        tester.expectNothing();
        assertEquals(1, scenario.counted(TcpCounter.TAIL_PROBES));
        assertEquals(0, scenario.counted(TcpCounter.TIMEOUTS));
    }

    @Test
    void shouldSendNewSegmentWhereThereIsOne() {
        send(30);
        tester.advance(2 * RTT + 3 * MS);
        scenario.expect(10, 1); // Beyond the congestion window.
        tester.expectNothing();
        assertEquals(0, scenario.connection().retransmittedSegments());
    }

    @Test
    void shouldAllowForDelayedAckOfSingleSegment() {
        send(1);
        tester.expectNothingFor(2 * RTT + 150 * MS);
        tester.advance(40 * MS);
        scenario.expect(0, 1);
    }

    @Test
    void shouldRestartTimerWithEachAck() {
        send(5);
        tester.advance(30 * MS);
        tester.inject(scenario.ack(2));
        tester.expectNothingFor(2 * RTT + MS);
    }

    @Test
    void shouldProbeOnceAndLeaveTheRestToTheTimer() {
        send(5);
        tester.advance(2 * RTT + 3 * MS);
        tester.sent.clear();
        tester.expectNothingFor(190 * MS);
        tester.advance(60 * MS);
        assertEquals(1, scenario.counted(TcpCounter.TIMEOUTS));
        assertEquals(1, scenario.counted(TcpCounter.TAIL_PROBES));
    }

    @Test
    void shouldProbeAgainOnceProbeIsAnswered() {
        send(5);
        tester.advance(2 * RTT + 3 * MS);
        tester.inject(scenario.ack(5).sack(at(4), at(5)));
        send(5);
        tester.advance(2 * RTT + 3 * MS);
        assertEquals(2, scenario.counted(TcpCounter.TAIL_PROBES));
    }

    @Test
    void shouldNotProbeWithoutSack() {
        final RecoveryScenario other =
                new RecoveryScenario().establish(of("S").mss(MSS).windowScale(7));
        other.tester.write(5 * MSS);
        other.tester.sent.clear();
        other.tester.expectNothingFor(190 * MS);
    }

    @Test
    void shouldNotProbeWhileSomethingIsReported() {
        send(5);
        tester.nowNs += RTT;
        tester.inject(scenario.sack(0, 1, 2));
        tester.advance(10 * MS);
        tester.sent.clear();
        tester.expectNothingFor(150 * MS);
        assertEquals(0, scenario.counted(TcpCounter.TAIL_PROBES));
    }

    @Test
    void shouldRevealLossOfTailByProbe() {
        send(10);
        tester.nowNs += RTT;
        tester.inject(scenario.ack(6));
        tester.advance(2 * RTT + 3 * MS);
        scenario.expect(9, 1);
        tester.nowNs += RTT;
        tester.inject(scenario.sack(6, 9, 10));
        tester.advance(6 * MS);
        scenario.expect(6, 1);
        assertEquals(3 * MSS, scenario.counted(TcpCounter.RACK_LOST_BYTES));
        assertEquals(0, scenario.counted(TcpCounter.TIMEOUTS));
    }

    @Test
    void shouldReduceWindowWhenProbeRepairedLoss() {
        send(5);
        tester.advance(2 * RTT + 3 * MS);
        tester.inject(scenario.ack(5));
        final long before = scenario.connection().congestionControl().windowBytes();
        send(2);
        tester.inject(scenario.ack(7));
        assertEquals(1, scenario.counted(TcpCounter.TAIL_PROBES_NEEDED));
        assertTrue(scenario.connection().congestionControl().windowBytes() < before);
    }

    @Test
    void shouldNotReduceWindowWhenProbeWasReceivedTwice() {
        send(5);
        tester.advance(2 * RTT + 3 * MS);
        tester.inject(scenario.ack(5));
        tester.inject(scenario.ack(5).sack(at(4), at(5)));
        send(2);
        tester.inject(scenario.ack(7));
        assertEquals(0, scenario.counted(TcpCounter.TAIL_PROBES_NEEDED));
        assertEquals(1, scenario.connection().loss.windowQuarters); // It tells nothing of reordering.
    }

    @Test
    void shouldNotReduceWindowWhenProbeBroughtDuplicateAck() {
        send(5);
        tester.advance(2 * RTT + 3 * MS);
        tester.inject(scenario.ack(5));
        tester.inject(scenario.ack(5));
        send(2);
        tester.inject(scenario.ack(7));
        assertEquals(0, scenario.counted(TcpCounter.TAIL_PROBES_NEEDED));
    }

    @Test
    void shouldNotProbeBeyondPeersWindow() {
        send(5);
        tester.inject(scenario.ack(0).window(0));
        tester.advance(2 * RTT + 3 * MS);
        scenario.expect(4, 1);
    }

    @Test
    void shouldProbeWithFin() {
        tester.engine().onTxWritten(scenario.connection(), 3 * MSS);
        tester.shutdown();
        tester.sent.clear();
        tester.advance(2 * RTT + 3 * MS);
        final SentSegment probe = tester.sent.poll();
        assertTrue(probe.flags.contains("F"), probe::toString);
        assertEquals(at(3), probe.seq() + probe.length);
    }

    @Test
    void shouldWaitForFrame() {
        send(5);
        tester.framesAvailable = false;
        tester.advance(2 * RTT + 3 * MS);
        tester.expectNothing();
        tester.framesAvailable = true;
        tester.flush();
        scenario.expect(4, 1);
    }

    @Test
    void shouldStopWhenAllIsAcknowledged() {
        send(5);
        tester.inject(scenario.ack(5));
        tester.expectNothingFor(10 * SECOND);
    }
}

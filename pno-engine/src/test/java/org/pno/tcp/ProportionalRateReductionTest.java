package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.tcp.RecoveryScenario.MSS;
import static org.pno.tcp.RecoveryScenario.RTT;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** RFC 6937, RFC 9937, and RFC 3042 before them. */
class ProportionalRateReductionTest {
    private final RecoveryScenario scenario = new RecoveryScenario();
    private final TcpTester tester = scenario.tester;

    @BeforeEach
    void establish() {
        scenario.establish();
        scenario.connection().congestion.onAcknowledged(10 * MSS, -1, 0);
        tester.write(200 * MSS);
        assertEquals(20L * MSS, scenario.connection().flightBytes());
        tester.sent.clear();
        tester.nowNs += RTT;
    }

    private int sentBytes() {
        int bytes = 0;
        while (!tester.sent.isEmpty()) {
            bytes += tester.sent.poll().length;
        }
        return bytes;
    }

    @Test
    void shouldSendOneSegmentForTwoDeliveredWhileMoreThanThresholdIsInFlight() {
        tester.inject(scenario.sack(0, 1, 4)); // 3 delivered of 20; the threshold is 10.
        assertEquals(MSS, sentBytes()); // One and a half are due.
        tester.inject(scenario.sack(0, 1, 5));
        assertEquals(MSS, sentBytes());
        tester.inject(scenario.sack(0, 1, 6));
        assertEquals(0, sentBytes());
        tester.inject(scenario.sack(0, 1, 8));
        assertEquals(MSS, sentBytes());
    }

    @Test
    void shouldSendFastRetransmitInAnyCase() {
        scenario.connection().congestion.onLoss(2 * MSS, 0); // The window is far below the flight.
        tester.inject(scenario.sack(0, 1, 4));
        scenario.expect(0, 1);
    }

    @Test
    void shouldComeOutAtThreshold() {
        for (int i = 4; i <= 20; i++) {
            tester.inject(scenario.sack(0, 1, i));
        }
        final Connection connection = scenario.connection();
        assertEquals(10L * MSS, connection.sendLog.totalBytes());
        tester.nowNs += RTT;
        tester.inject(scenario.ack(20));
        assertEquals(LossRecovery.Phase.NONE, connection.phase);
        assertEquals(10L * MSS, connection.congestionControl().windowBytes());
    }

    @Test
    void shouldSendNoMoreThanWasDeliveredWhenMuchIsLost() {
        tester.inject(scenario.sack(0, 16, 20)); // 16 lost, 4 delivered: far below the threshold of 10.
        assertEquals(4 * MSS, sentBytes());
    }

    @Test
    void shouldSendOneSegmentMoreForSafeAck() {
        tester.inject(scenario.sack(0, 16, 20));
        assertEquals(4 * MSS, sentBytes());
        tester.nowNs += RTT;
        tester.inject(scenario.sack(1, 16, 20)); // SND.UNA moves and nothing more is lost.
        assertEquals(2 * MSS, sentBytes());
    }

    @Test
    void shouldNotExceedThreshold() {
        tester.inject(scenario.sack(0, 16, 20));
        for (int i = 1; i < 12; i++) {
            tester.nowNs += RTT;
            tester.inject(scenario.sack(i, 16, 20));
            final Connection connection = scenario.connection();
            final long pipe = connection.sendLog.totalBytes() - connection.sendLog.lostBytes();
            assertTrue(pipe <= 10L * MSS, () -> "pipe " + pipe);
        }
    }

    @Test
    void shouldSendNewSegmentForEachReportedBeforeRecovery() {
        tester.inject(scenario.sack(0, 1, 2));
        scenario.expect(20, 1);
        tester.inject(scenario.sack(0, 1, 3));
        scenario.expect(21, 1);
        tester.expectNothing();
        assertEquals(2, scenario.counted(TcpCounter.LIMITED_TRANSMITS));
    }
}

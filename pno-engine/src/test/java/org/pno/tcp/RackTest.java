package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.tcp.RecoveryScenario.MSS;
import static org.pno.tcp.RecoveryScenario.RTT;
import static org.pno.tcp.RecoveryScenario.at;
import static org.pno.tcp.TcpTester.MS;
import static org.pno.tcp.TcpTester.SECOND;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** RFC 8985 6: what is lost is told by time. */
class RackTest {
    private final RecoveryScenario scenario = new RecoveryScenario();
    private final TcpTester tester = scenario.tester;

    @BeforeEach
    void establish() {
        scenario.establish().flight(10);
    }

    @Test
    void shouldWaitForReorderingWindowBeforeOneReportMeansLoss() {
        tester.inject(scenario.sack(0, 1, 2));
        tester.expectNothingFor(4 * MS);
        tester.advance(2 * MS);
        scenario.expect(0, 1); // After a quarter of the round-trip time.
        assertEquals(1, scenario.counted(TcpCounter.REORDERING_TIMEOUTS));
        assertEquals(MSS, scenario.counted(TcpCounter.RACK_LOST_BYTES));
    }

    @Test
    void shouldNotRetransmitWhenReorderedSegmentArrivesWithinWindow() {
        tester.inject(scenario.sack(0, 1, 2));
        tester.advance(3 * MS);
        tester.inject(scenario.ack(10));
        tester.expectNothingFor(SECOND);
        assertEquals(1, scenario.counted(TcpCounter.REORDERING_SEEN));
        assertEquals(0, scenario.counted(TcpCounter.FAST_RECOVERIES));
    }

    @Test
    void shouldNotWaitOnceThreeSegmentsAreReportedAndNoReorderingWasSeen() {
        tester.inject(scenario.sack(0, 1, 4));
        scenario.expect(0, 1);
    }

    @Test
    void shouldWaitDespiteThreeReportsWhereReorderingWasSeen() {
        tester.inject(scenario.sack(0, 1, 2));
        tester.inject(scenario.ack(2)); // Segment 0 came behind 1.
        tester.write(20 * MSS);
        tester.nowNs += RTT;
        tester.sent.clear();
        tester.inject(scenario.sack(2, 3, 10));
        assertEquals(0, scenario.counted(TcpCounter.FAST_RECOVERIES));
        tester.advance(6 * MS);
        assertEquals(1, scenario.counted(TcpCounter.FAST_RECOVERIES));
    }

    @Test
    void shouldMarkOnlyWhatWasSentBeforeTheLatestDelivered() {
        tester.inject(scenario.sack(0, 1, 5));
        assertEquals("[0,1000)r[5000,10000)", scenario.connection().sendLog.toString());
    }

    @Test
    void shouldFindRetransmissionLostWhenSomethingSentLaterArrives() {
        tester.write(10 * MSS);
        tester.inject(scenario.sack(0, 1, 8));
        scenario.expect(0, 1);
        scenario.expect(10, 2); // New data goes out behind the retransmission.
        tester.nowNs += RTT + MS;
        tester.inject(scenario.sack(0, 1, 12));
        scenario.expect(0, 1);
        assertEquals(1, scenario.counted(TcpCounter.FAST_RECOVERIES));
    }

    @Test
    void shouldNotTakeEarlyAckForThatOfTheRetransmission() {
        tester.inject(scenario.sack(0, 1, 4));
        scenario.expect(0, 1);
        final long latestNs = scenario.connection().loss.rackTimeNs;
        tester.nowNs += MS; // Sooner than any round trip.
        tester.inject(scenario.ack(4));
        assertEquals(latestNs, scenario.connection().loss.rackTimeNs);
    }

    @Test
    void shouldTakeAckAfterRoundTripForThatOfTheRetransmission() {
        tester.inject(scenario.sack(0, 1, 4));
        final long sentNs = tester.nowNs;
        tester.nowNs += RTT;
        tester.inject(scenario.ack(4));
        assertEquals(sentNs, scenario.connection().loss.rackTimeNs);
    }

    @Test
    void shouldFindTailLossByAckOfRetransmission() {
        tester.inject(scenario.sack(0, 1, 7));
        tester.sent.clear();
        tester.nowNs += RTT;
        tester.inject(scenario.ack(7));
        scenario.expect(7, 3);
    }

    @Test
    void shouldWidenWindowOncePerRoundTripOfDuplicateReports() {
        tester.inject(scenario.sack(0, 1, 4));
        tester.inject(scenario.ack(4).sack(at(0), at(1)));
        assertEquals(2, scenario.connection().loss.windowQuarters);
        tester.inject(scenario.ack(4).sack(at(0), at(1)));
        assertEquals(2, scenario.connection().loss.windowQuarters);
    }

    @Test
    void shouldNarrowWindowAfterSixteenRecoveriesWithoutDuplicateReports() {
        tester.inject(scenario.sack(0, 1, 4));
        tester.inject(scenario.ack(10).sack(at(0), at(1)));
        for (int i = 10; i < 26; i++) {
            assertEquals(2, scenario.connection().loss.windowQuarters);
            scenario.connection().congestion.start(MSS, false);
            tester.write(5 * MSS);
            tester.nowNs += RTT;
            final int una = (int) (scenario.connection().sndUna / MSS);
            tester.inject(scenario.sack(una, una + 1, una + 5));
            tester.advance(15 * MS);
            assertEquals(LossRecovery.Phase.FAST, scenario.connection().phase);
            tester.nowNs += RTT;
            tester.inject(scenario.ack(una + 5));
        }
        assertEquals(1, scenario.connection().loss.windowQuarters);
    }

    @Test
    void shouldNotWidenWindowBeyondSmoothedRoundTrip() {
        scenario.connection().loss.reorderingSeen = true;
        scenario.connection().loss.windowQuarters = 100;
        assertEquals(
                scenario.connection().smoothedRttNs(), new Rack(null, null).reorderingWindowNs(scenario.connection()));
    }

    @Test
    void shouldNotCallLostAfterTimeoutWhatWasSentJustNow() {
        tester.advance(198 * MS); // Tail loss probe at first, then the timer.
        tester.sent.clear();
        scenario.connection().congestion.onAcknowledged(20 * MSS, -1, 0);
        tester.write(5 * MSS);
        scenario.expect(10, 5);
        tester.advance(65 * MS);
        assertEquals(1, scenario.counted(TcpCounter.TIMEOUTS));
        assertEquals(15 * MSS - MSS, scenario.connection().sendLog.lostBytes());
    }

    @Test
    void shouldHoldNothingWhileIdle() {
        assertFalse(scenario.connection().sendLog.isEmpty());
        tester.inject(scenario.ack(10));
        assertNull(scenario.connection().sendLog);
        assertEquals(Connection.NEVER, scenario.connection().lossAtNs);
    }

    @Test
    void shouldRecoverManyHolesInOneRecovery() {
        final Connection connection = scenario.connection();
        connection.congestion.onAcknowledged(300 * MSS, -1, 0);
        tester.write(300 * MSS);
        tester.nowNs += RTT;
        for (int i = 1; i < 300; i += 2) {
            tester.inject(scenario.sack(0, i, i + 1));
        }
        tester.sent.clear();
        for (int i = 0; i < 300; i += 2) {
            tester.nowNs += RTT;
            tester.inject(scenario.ack(i + 2));
        }
        assertEquals(1, scenario.counted(TcpCounter.FAST_RECOVERIES));
        assertEquals(0, scenario.counted(TcpCounter.TIMEOUTS));
        assertTrue(connection.sndUna >= 300L * MSS);
    }
}

package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.tcp.RecoveryScenario.MSS;
import static org.pno.tcp.RecoveryScenario.RTT;
import static org.pno.tcp.RecoveryScenario.at;
import static org.pno.tcp.SegmentSpec.of;
import static org.pno.tcp.TcpTester.MS;

import org.junit.jupiter.api.Test;
import org.pno.tcp.congestion.CongestionControl;

/** RFC 3522, 3708, 4015, 5682: recoveries that were none. */
class SpuriousRecoveryTest {
    private final RecoveryScenario scenario = new RecoveryScenario();
    private final TcpTester tester = scenario.tester;

    private void establish() {
        scenario.establish().flight(10);
    }

    private void establishWithTimestamps() {
        scenario.establish(of("S").offers().timestamps(1, 0)).flight(10);
    }

    private void establishWithoutSack() {
        scenario.establish(of("S").mss(MSS).windowScale(7)).flight(10);
    }

    /** The probe and the timer of a flight whose ACKs are late. */
    private void timeOut() {
        tester.advance(280 * MS);
        assertEquals(1, scenario.counted(TcpCounter.TIMEOUTS));
        tester.sent.clear();
    }

    private void expectUndone(final TcpCounter witness) {
        assertEquals(1, scenario.counted(witness));
        assertEquals(LossRecovery.Phase.NONE, scenario.connection().phase);
        assertEquals(
                CongestionControl.NO_THRESHOLD,
                scenario.connection().congestionControl().thresholdBytes());
    }

    private void expectNotUndone() {
        assertEquals(0, scenario.counted(TcpCounter.SPURIOUS_TIMEOUTS));
        assertEquals(0, scenario.counted(TcpCounter.UNDONE_BY_EIFEL));
        assertEquals(0, scenario.counted(TcpCounter.UNDONE_BY_DSACK));
        assertNotEquals(
                CongestionControl.NO_THRESHOLD,
                scenario.connection().congestionControl().thresholdBytes());
    }

    // D-SACK.

    @Test
    void shouldUndoFastRecoveryWhenAllThatWasSentAgainIsReportedTwice() {
        establish();
        tester.inject(scenario.sack(0, 1, 4));
        scenario.expect(0, 1);
        tester.nowNs += RTT;
        tester.inject(scenario.ack(10));
        tester.inject(scenario.ack(10).sack(at(0), at(1)));
        expectUndone(TcpCounter.UNDONE_BY_DSACK);
        assertEquals(10 * MSS, scenario.connection().congestionControl().windowBytes());
    }

    @Test
    void shouldUndoWithinRecovery() {
        establish();
        tester.inject(scenario.sack(0, 1, 4));
        tester.inject(scenario.ack(4).sack(at(0), at(1)));
        expectUndone(TcpCounter.UNDONE_BY_DSACK);
    }

    @Test
    void shouldNotUndoWhenOneOfTwoWasReallyLost() {
        establish();
        tester.inject(scenario.ack(0).sack(at(3), at(7)).sack(at(1), at(2)));
        tester.nowNs += RTT;
        tester.inject(scenario.ack(10).sack(at(0), at(1)));
        expectNotUndone();
    }

    @Test
    void shouldNotUndoTwice() {
        establish();
        tester.inject(scenario.sack(0, 1, 4));
        tester.inject(scenario.ack(10).sack(at(0), at(1)));
        tester.inject(scenario.ack(10).sack(at(0), at(1)));
        expectUndone(TcpCounter.UNDONE_BY_DSACK);
    }

    @Test
    void shouldNotBelieveReportOfWhatWasNeverSentAgain() {
        establish();
        tester.inject(scenario.ack(5).sack(at(0), at(1)));
        assertEquals(1, scenario.counted(TcpCounter.DSACKS_IN));
        assertEquals(1, scenario.connection().loss.windowQuarters);
    }

    // Nothing was sent again.

    @Test
    void shouldUndoFastRecoveryWhenWhatIsMissedArrivesBeforeItIsSentAgain() {
        establish();
        tester.injectWithoutFlush(scenario.sack(0, 1, 4));
        assertEquals(LossRecovery.Phase.FAST, scenario.connection().phase);
        tester.inject(scenario.ack(4));
        expectUndone(TcpCounter.UNDONE_UNSENT);
    }

    @Test
    void shouldNotUndoWhileSomethingElseIsLost() {
        establish();
        tester.injectWithoutFlush(scenario.sack(0, 2, 6));
        tester.inject(scenario.ack(1));
        assertEquals(0, scenario.counted(TcpCounter.UNDONE_UNSENT));
        expectNotUndone();
    }

    // Eifel.

    @Test
    void shouldUndoFastRecoveryByTimestamp() {
        establishWithTimestamps();
        tester.inject(scenario.echo(scenario.sack(0, 1, 4), 0));
        tester.expectData(at(0), MSS);
        tester.nowNs += MS;
        tester.inject(scenario.echo(scenario.ack(10), 0)); // Of the first transmission.
        expectUndone(TcpCounter.UNDONE_BY_EIFEL);
    }

    @Test
    void shouldNotUndoWhenTimestampIsThatOfTheRetransmission() {
        establishWithTimestamps();
        tester.inject(scenario.echo(scenario.sack(0, 1, 4), 0));
        tester.nowNs += RTT;
        tester.inject(scenario.echo(scenario.ack(10), RTT));
        expectNotUndone();
    }

    @Test
    void shouldUndoTimeoutByTimestamp() {
        establishWithTimestamps();
        timeOut();
        tester.inject(scenario.echo(scenario.ack(1), 0));
        expectUndone(TcpCounter.UNDONE_BY_EIFEL);
        assertEquals(0, scenario.connection().sendLog.lostBytes());
        tester.expectNothing(); // Nothing more is sent again.
    }

    @Test
    void shouldNotUndoTimeoutWhenRetransmissionIsEchoed() {
        establishWithTimestamps();
        timeOut();
        tester.inject(scenario.echo(scenario.ack(1), 300 * MS));
        expectNotUndone();
        assertEquals(LossRecovery.Phase.TIMEOUT, scenario.connection().phase);
    }

    @Test
    void shouldTakeTheLateRoundTripIntoTheTimeoutAfterAnUndoneOne() {
        establishWithTimestamps();
        final long before = scenario.connection().rtt.timeoutNs();
        timeOut();
        tester.inject(scenario.echo(scenario.ack(1), 0));
        expectUndone(TcpCounter.UNDONE_BY_EIFEL);
        assertTrue(scenario.connection().rtt.timeoutNs() > before);
    }

    // F-RTO.

    @Test
    void shouldSendNewDataAfterFirstAckThatFollowsTimeout() {
        establish();
        tester.write(10 * MSS);
        timeOut();
        tester.inject(scenario.ack(1));
        final SentSegment next = tester.sent.poll();
        assertEquals(at(11), next.seq()); // 10 was the tail loss probe.
        assertEquals(2 * MSS, next.length);
        tester.expectNothing();
    }

    @Test
    void shouldFindTimeoutSpuriousWhenWhatWasSentOnceIsAcknowledged() {
        establish();
        tester.write(10 * MSS);
        timeOut();
        tester.inject(scenario.ack(1));
        tester.sent.clear();
        tester.inject(scenario.ack(2));
        expectUndone(TcpCounter.SPURIOUS_TIMEOUTS);
        assertEquals(0, scenario.connection().sendLog.lostBytes());
    }

    @Test
    void shouldFindTimeoutSpuriousWhenWhatWasSentOnceIsReported() {
        establish();
        tester.write(10 * MSS);
        timeOut();
        tester.inject(scenario.sack(0, 2, 3));
        assertEquals(1, scenario.counted(TcpCounter.SPURIOUS_TIMEOUTS));
    }

    @Test
    void shouldGoOnConventionallyWhenNewDataOnlyBringsReports() {
        establish();
        tester.write(10 * MSS);
        timeOut();
        tester.inject(scenario.ack(1));
        tester.sent.clear();
        tester.inject(scenario.sack(1, 11, 12)); // Of the new data, not of the old.
        expectNotUndone();
        assertEquals(at(1), tester.sent.poll().seq());
    }

    @Test
    void shouldGoOnConventionallyWithoutNewData() {
        establish();
        timeOut();
        tester.inject(scenario.ack(1));
        expectNotUndone();
        scenario.expect(1, 2);
    }

    @Test
    void shouldGoOnConventionallyWhenPeersWindowIsFull() {
        establish();
        tester.write(10 * MSS);
        timeOut();
        tester.inject(SegmentSpec.ackOf(1, at(1)).window(80)); // 80 << 7: up to segment 11.
        tester.inject(SegmentSpec.ackOf(1, at(2)).window(60));
        assertEquals(1, scenario.counted(TcpCounter.TIMEOUTS));
    }

    @Test
    void shouldFindTimeoutSpuriousWithoutSack() {
        establishWithoutSack();
        tester.write(10 * MSS);
        timeOut();
        tester.inject(scenario.ack(1));
        tester.sent.clear();
        tester.inject(scenario.ack(2));
        expectUndone(TcpCounter.SPURIOUS_TIMEOUTS);
    }

    @Test
    void shouldGoOnConventionallyWithoutSackWhenDuplicateFollows() {
        establishWithoutSack();
        tester.write(10 * MSS);
        timeOut();
        tester.inject(scenario.ack(1));
        tester.sent.clear();
        tester.inject(scenario.ack(1));
        expectNotUndone();
        assertEquals(at(1), tester.sent.poll().seq());
    }

    @Test
    void shouldNotCallTimeoutSpuriousWithoutSackWhenRetransmissionFillsHole() {
        establishWithoutSack();
        tester.write(10 * MSS);
        timeOut();
        tester.inject(scenario.ack(5)); // 1 to 4 had arrived before.
        assertEquals(0, scenario.counted(TcpCounter.SPURIOUS_TIMEOUTS));
    }

    @Test
    void shouldNotTryNewDataWhenTimeoutComesInRecovery() {
        establish();
        tester.inject(scenario.sack(0, 1, 4));
        tester.write(10 * MSS);
        tester.advance(230 * MS);
        assertEquals(1, scenario.counted(TcpCounter.TIMEOUTS));
        tester.sent.clear();
        tester.inject(scenario.ack(4));
        assertEquals(at(4), tester.sent.poll().seq());
    }
}

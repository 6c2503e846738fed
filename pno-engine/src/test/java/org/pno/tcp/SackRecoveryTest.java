package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.tcp.SegmentSpec.ackOf;
import static org.pno.tcp.SegmentSpec.of;
import static org.pno.tcp.TcpTester.MS;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Loss recovery with SACK: RFC 6675, RFC 2018. Segments have 1,000 bytes and numbers from 0: segment n begins at 1 +
 * 1000 n.
 */
class SackRecoveryTest {
    private static final int MSS = 1_000;
    private static final long RTT = 20 * MS;

    private final TcpTester tester = new TcpTester();

    @BeforeEach
    void establish() {
        tester.handshakeNs = RTT;
        tester.establish(of("S").offers().mss(MSS), 4_096);
        tester.write(100 * MSS);
        tester.expectData(at(0), 10 * MSS); // Segments 0 to 9 are in flight.
        tester.nowNs += RTT;
    }

    private static long at(final int segment) {
        return 1 + (long) segment * MSS;
    }

    private SegmentSpec ack(final int segment) {
        return ackOf(1, at(segment)).window(4_096);
    }

    /** An ACK up to a segment, with segments {@code from} to {@code to}, exclusive, reported. */
    private SegmentSpec sack(final int segment, final int from, final int to) {
        return ack(segment).sack(at(from), at(to));
    }

    @Test
    void shouldNotRetransmitBeforeThreeDuplicates() {
        tester.inject(sack(0, 1, 2));
        tester.expectData(at(10), MSS); // As limited transmit: what was reported has left the network.
        tester.inject(sack(0, 1, 3));
        tester.expectData(at(11), MSS);
        tester.expectNothing();
        assertEquals(0, tester.counted(TcpCounter.FAST_RECOVERIES));
    }

    @Test
    void shouldRetransmitFirstHoleAfterThreeDuplicates() {
        tester.inject(sack(0, 1, 2));
        tester.inject(sack(0, 1, 3));
        tester.sent.clear();
        tester.inject(sack(0, 1, 4));
        tester.expectData(at(0), MSS);
        tester.expectNothing();
        assertEquals(1, tester.counted(TcpCounter.FAST_RECOVERIES));
    }

    @Test
    void shouldRetransmitAtOnceWhenOneAckReportsEnough() {
        tester.inject(sack(0, 1, 5));
        tester.expectData(at(0), MSS);
    }

    @Test
    void shouldHalveWindow() {
        tester.inject(sack(0, 1, 5));
        assertEquals(5 * MSS, tester.connection().congestionControl().windowBytes());
    }

    @Test
    void shouldRetransmitSeveralHolesAsPipeAllows() {
        tester.inject(ack(0).sack(at(3), at(7)).sack(at(1), at(2)));
        tester.expectData(at(0), MSS);
        tester.expectData(at(2), MSS); // Pipe is now 0, 2, 7, 8, 9: the window's five.
        tester.expectNothing();
    }

    @Test
    void shouldSendNewDataWhenNoHoleIsLeft() {
        tester.inject(sack(0, 1, 5));
        tester.expectData(at(0), MSS);
        tester.inject(sack(0, 1, 10)); // Pipe 1: the retransmission.
        tester.expectData(at(10), 4 * MSS);
        tester.expectNothing();
    }

    @Test
    void shouldNotRetransmitTwice() {
        tester.inject(sack(0, 1, 5));
        tester.expectData(at(0), MSS);
        tester.inject(sack(0, 1, 6));
        tester.inject(sack(0, 1, 7));
        for (final SentSegment segment : tester.sent) {
            assertTrue(segment.seq() >= at(10), segment::toString);
        }
    }

    @Test
    void shouldContinueWithNextHoleOnPartialAck() {
        tester.inject(ack(0).sack(at(3), at(7)).sack(at(1), at(2)));
        tester.sent.clear();
        tester.inject(sack(2, 3, 10)); // 0 was received, 2 not yet.
        assertEquals(LossRecovery.Phase.FAST, tester.connection().phase);
        for (final SentSegment segment : tester.sent) {
            assertTrue(segment.seq() >= at(10), segment::toString);
        }
    }

    @Test
    void shouldLeaveRecoveryWhenAllInFlightAtItsStartIsAcknowledged() {
        tester.inject(sack(0, 1, 5));
        tester.inject(ack(10));
        assertEquals(LossRecovery.Phase.NONE, tester.connection().phase);
        assertNull(tester.connection().scoreboard);
        assertTrue(tester.connection().congestionControl().windowBytes() <= 5 * MSS);
    }

    @Test
    void shouldRetransmitSuperSegmentWhereManySegmentsAreLost() {
        tester.connection().congestion.onAcknowledged(30 * MSS, -1, 0);
        tester.write(1); // The larger window takes effect.
        tester.sent.clear();
        tester.inject(sack(0, 20, 40));
        final SentSegment first = tester.expect("A");
        assertEquals(at(0), first.seq());
        assertTrue(first.length > MSS && first.length <= 20 * MSS, first::toString);
    }

    @Test
    void shouldFindLossOfTailByAckOfRetransmission() {
        final TcpTester other = new TcpTester();
        other.handshakeNs = RTT;
        other.establish(of("S").offers().mss(MSS), 4_096);
        other.write(10 * MSS);
        other.expectData(1, 10 * MSS);
        other.nowNs += RTT;
        other.inject(sack(0, 1, 7));
        other.expectData(at(0), MSS);
        other.expectNothing(); // Of 7, 8 and 9 nothing is known.
        other.nowNs += RTT;
        other.inject(ack(7)); // What was sent before the retransmission is lost: RFC 8985 in place of 6675's rule 4.
        other.expectData(at(7), 3 * MSS);
    }

    @Test
    void shouldKeepReportsThroughTimeout() {
        tester.inject(sack(0, 1, 3));
        tester.advance(10 * MS); // Recovery begins by the reordering timer; its retransmission is lost too.
        tester.sent.clear();
        tester.advance(250 * MS);
        assertEquals(1, tester.counted(TcpCounter.TIMEOUTS));
        tester.expectData(at(0), MSS);
        assertEquals(2 * MSS, tester.connection().scoreboard.sackedBytes());
    }

    @Test
    void shouldSendWhatIsNotReportedAfterTimeout() {
        tester.inject(sack(0, 1, 3));
        tester.advance(10 * MS);
        tester.sent.clear();
        tester.advance(250 * MS);
        tester.expectData(at(0), MSS);
        tester.inject(sack(0, 1, 3));
        tester.inject(ack(3));
        tester.expectData(at(3), 2 * MSS);
    }

    @Test
    void shouldForgetReportsWhenTimerFiresTwice() {
        tester.inject(sack(0, 1, 3));
        tester.advance(250 * MS);
        tester.advance(450 * MS);
        assertNull(tester.connection().scoreboard);
    }

    @Test
    void shouldForgetReportsThatPeerHasTakenBack() {
        tester.inject(sack(0, 1, 3));
        tester.inject(ack(1)); // It waits for segment 1, which it had reported.
        tester.advance(300 * MS);
        assertEquals(1, tester.counted(TcpCounter.SACK_RENEGED));
        assertEquals(at(1), tester.sent.getLast().seq());
    }

    @Test
    void shouldIgnoreNonsenseBlocks() {
        tester.inject(ack(0).sack(at(50), at(60)).sack(at(5), at(3)).sack(at(-9), at(-5)));
        assertNull(tester.connection().scoreboard);
        assertEquals(0, tester.connection().duplicateAcks);
    }

    @Test
    void shouldNotCountReportSeenBefore() {
        tester.inject(sack(0, 1, 2));
        tester.inject(sack(0, 1, 2));
        tester.inject(sack(0, 1, 2));
        tester.inject(sack(0, 1, 2));
        assertEquals(1, tester.connection().duplicateAcks);
        assertEquals(0, tester.counted(TcpCounter.FAST_RECOVERIES));
    }

    @Test
    void shouldStayInTheOrderOfTheFirstTransmissionWhenNothingIsLost() {
        tester.inject(ack(10));
        tester.expectData(at(10), 20 * MSS);
        assertEquals(0, tester.connection().retransmittedSegments());
    }

    @Test
    void shouldDetectSecondLossAfterRecovery() {
        tester.inject(sack(0, 1, 5));
        tester.inject(ack(10));
        final int next = (int) (tester.connection().sndNxt / MSS);
        assertTrue(next > 14, () -> "only " + next + " segments sent");
        tester.sent.clear();
        tester.inject(sack(10, 11, 15));
        tester.expectData(at(10), MSS);
        assertEquals(2, tester.counted(TcpCounter.FAST_RECOVERIES));
    }
}

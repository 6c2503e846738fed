package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.tcp.SegmentSpec.ackOf;
import static org.pno.tcp.SegmentSpec.data;
import static org.pno.tcp.SegmentSpec.of;
import static org.pno.tcp.TcpTester.MS;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pno.sys.Errno;

/** RST, SYN and ACK that do not fit: RFC 5961, RFC 9293 3.10.7.4 first to fifth, PAWS (RFC 7323 5). */
class ResetTest {
    private final TcpTester tester = new TcpTester();

    @BeforeEach
    void establish() {
        tester.establish(of("S").offers(), 512).noQuickAcks();
    }

    @Test
    void shouldEndOnExactReset() {
        tester.injectWithoutFlush(of("R").seq(1));
        assertEquals(Errno.ECONNRESET, tester.connection().error());
        tester.flush();
        assertNull(tester.state());
        assertEquals(List.of(tester.number), tester.released);
        tester.expectNothing();
    }

    @Test
    void shouldChallengeResetInsideWindow() {
        tester.inject(of("R").seq(2));
        tester.expectAck(1);
        assertEquals(TcpState.ESTABLISHED, tester.state());
        assertEquals(1, tester.dropped(DropReason.RESET_NOT_EXACT));
    }

    @Test
    void shouldDropResetOutsideWindow() {
        tester.inject(of("R").seq(2_000_000));
        tester.inject(of("R").seq(0));
        tester.expectNothing();
        assertEquals(2, tester.dropped(DropReason.RESET_OUTSIDE_WINDOW));
    }

    @Test
    void shouldTakeResetAtLastAcknowledgedNumberToo() {
        tester.publishing = false;
        tester.inject(data(1, 1, 100));
        tester.inject(of("R").seq(1));
        assertNull(tester.state());
    }

    @Test
    void shouldChallengeSynInConnection() {
        tester.inject(of("S").seq(500));
        tester.expectAck(1);
        assertEquals(1, tester.dropped(DropReason.SYN_IN_CONNECTION));
    }

    @Test
    void shouldLimitChallenges() {
        tester.inject(of("S").seq(500));
        tester.expectAck(1);
        tester.inject(of("S").seq(501));
        tester.expectNothing();
        assertEquals(1, tester.counted(TcpCounter.CHALLENGES_LIMITED));
        tester.advance(501 * MS);
        tester.inject(of("S").seq(502));
        tester.expectAck(1);
    }

    @Test
    void shouldAcknowledgeSegmentBeforeWindow() {
        tester.inject(data(-100, 1, 50));
        tester.expectAck(1);
        assertEquals(List.of(), tester.placed);
        assertEquals(1, tester.dropped(DropReason.OUTSIDE_WINDOW));
    }

    @Test
    void shouldAcknowledgeSegmentBehindWindow() {
        tester.inject(data(2_000_000, 1, 50));
        tester.expectAck(1);
        assertEquals(List.of(), tester.placed);
    }

    @Test
    void shouldCutPayloadAtWindowsEdge() {
        tester.inject(data(65_001, 1, 1_000));
        assertEquals(List.of("65000+535"), tester.placed);
        assertEquals(1, tester.dropped(DropReason.BEYOND_WINDOW));
    }

    @Test
    void shouldCutPayloadReceivedBefore() {
        tester.inject(data(1, 1, 100));
        tester.inject(data(51, 1, 100));
        assertEquals(List.of("0+100", "100+50"), tester.placed);
    }

    @Test
    void shouldAnswerKeepaliveProbe() {
        tester.inject(ackOf(0, 1));
        tester.expectAck(1);
    }

    @Test
    void shouldDropSegmentWithoutAck() {
        tester.inject(of("").seq(1).length(10));
        tester.expectNothing();
        assertEquals(1, tester.dropped(DropReason.NO_ACK));
    }

    @Test
    void shouldAcknowledgeAckOfWhatWasNotSent() {
        tester.inject(data(1, 100, 10));
        tester.expectAck(1);
        assertEquals(List.of(), tester.placed);
        assertEquals(1, tester.dropped(DropReason.ACK_NOT_SENT));
    }

    @Test
    void shouldChallengeAckThatIsTooOld() {
        tester.inject(data(1, -70_000, 10));
        tester.expectAck(1);
        assertEquals(1, tester.dropped(DropReason.ACK_TOO_OLD));
    }

    @Test
    void shouldTakePayloadOfSegmentWithOldAck() {
        tester.write(100);
        tester.inject(ackOf(1, 101));
        tester.inject(data(1, 50, 10));
        assertEquals(List.of("0+10"), tester.placed);
        assertEquals(100, tester.connection().txAcked());
    }

    @Test
    void shouldRememberIcmpErrorAsReasonForTimeout() {
        tester.write(100);
        tester.sent.clear();
        tester.icmp(1, Errno.ENETUNREACH);
        assertEquals(TcpState.ESTABLISHED, tester.state());
        assertEquals(Errno.ENETUNREACH, tester.connection().softError);
        tester.inject(ackOf(1, 101));
        assertEquals(0, tester.connection().softError);
    }

    @Test
    void shouldDropOldTimestamp() {
        final TcpTester other = new TcpTester();
        other.establish(of("S").offers().timestamps(100, 0), 512);
        other.inject(data(1, 1, 10).timestamps(99, 0));
        assertEquals(List.of(), other.placed);
        other.expectAck(1);
        assertEquals(1, other.dropped(DropReason.PAWS));
    }

    @Test
    void shouldTakeDataOneTickOlderButNotItsTimestamp() {
        final TcpTester other = new TcpTester();
        other.establish(of("S").offers().timestamps(100, 0), 512);
        other.inject(data(1, 1, 10).timestamps(100, 0));
        assertEquals(List.of("0+10"), other.placed);
        assertEquals(0, other.dropped(DropReason.PAWS));
        assertEquals(101, other.connection().tsRecent);
    }

    @Test
    void shouldTakeTheWindowOfAnAcknowledgementOneTickOlder() {
        final TcpTester other = new TcpTester();
        other.establish(of("S").offers().timestamps(100, 0), 512);
        other.write(14_480);
        other.inject(ackOf(1, 1_449).window(300).timestamps(100, 0));
        assertEquals(1_448, other.connection().sendUnacknowledged());
        assertEquals(300 << 7, other.connection().sendWindowBytes());
    }

    /** Ten segments in flight, the second reported; what comes next was sent before that report. */
    private static TcpTester afterAReport() {
        final TcpTester other = new TcpTester();
        other.establish(of("S").offers().timestamps(100, 0), 512);
        other.write(14_480);
        other.inject(ackOf(1, 1).window(512).sack(1_449, 2_897).timestamps(120, 0));
        other.sent.clear();
        return other;
    }

    @Test
    void shouldTakeALateAcknowledgement() {
        final TcpTester other = afterAReport();
        other.inject(ackOf(1, 1).window(512).sack(1_449, 7_241).timestamps(118, 0));
        assertEquals(0, other.dropped(DropReason.PAWS));
        other.expectData(1, 1_448);
    }

    @Test
    void shouldIgnoreTheWindowAndTheTimestampOfALateAcknowledgement() {
        final TcpTester other = afterAReport();
        other.inject(ackOf(1, 1).window(300).sack(1_449, 2_897).timestamps(118, 0));
        assertEquals(0, other.dropped(DropReason.PAWS));
        assertEquals(512 << 7, other.connection().sendWindowBytes());
        assertEquals(120, other.connection().tsRecent);
    }

    @Test
    void shouldDropAnAcknowledgementThatOpensTheWindowLate() {
        final TcpTester other = afterAReport();
        other.inject(ackOf(1, 1).window(513).timestamps(118, 0));
        assertEquals(1, other.dropped(DropReason.PAWS));
    }

    @Test
    void shouldDropAnAcknowledgementThatIsLaterThanTheTimeout() {
        final TcpTester other = new TcpTester();
        other.establish(of("S").offers().timestamps(10_000, 0), 512);
        other.write(14_480);
        other.inject(ackOf(1, 1).window(512).sack(1_449, 2_897).timestamps(8_000, 0));
        assertEquals(1, other.dropped(DropReason.PAWS));
    }

    @Test
    void shouldTakeResetWithOldTimestamp() {
        final TcpTester other = new TcpTester();
        other.establish(of("S").offers().timestamps(100, 0), 512);
        other.inject(of("R").seq(1).timestamps(1, 0));
        assertNull(other.state());
    }

    @Test
    void shouldTakeOldTimestampAfter24Days() {
        final TcpTester other = new TcpTester();
        other.establish(of("S").offers().timestamps(100, 0), 512);
        other.nowNs += 25L * 24 * 3_600 * TcpTester.SECOND;
        other.inject(data(1, 1, 10).timestamps(1, 0));
        assertEquals(List.of("0+10"), other.placed);
    }

    @Test
    void shouldTakeSegmentWithoutTimestampAsLinux() {
        final TcpTester other = new TcpTester();
        other.establish(of("S").offers().timestamps(100, 0), 512);
        other.inject(data(1, 1, 10));
        assertEquals(List.of("0+10"), other.placed);
    }

    @Test
    void shouldEchoTimestampOfWhatTheAckAcknowledges() {
        final TcpTester other = new TcpTester();
        other.establish(of("S").offers().timestamps(100, 0), 512).noQuickAcks();
        other.inject(data(1, 1, 10).timestamps(200, 0));
        other.inject(data(11, 1, 10).timestamps(300, 0));
        other.advance(50 * MS);
        assertEquals(200, other.expectAck(21).timestampEcho);
        other.inject(data(31, 1, 10).timestamps(400, 0));
        assertEquals(200, other.expectAck(21).timestampEcho);
    }

    @Test
    void shouldAdvanceTimestampClockByMilliseconds() {
        final TcpTester other = new TcpTester();
        other.establish(of("S").offers().timestamps(100, 0), 512);
        other.write(10);
        final int first = other.expectData(1, 10).timestampValue;
        other.inject(ackOf(1, 11).timestamps(101, 0));
        other.advance(1_000 * MS);
        other.write(10);
        assertEquals(first + 1_000, other.expectData(11, 10).timestampValue);
    }

    @Test
    void shouldNotTellUptimeByTimestamps() {
        final TcpTester other = new TcpTester();
        other.peerPort = 1;
        other.establish(of("S").offers().timestamps(1, 0), 512);
        final int one = other.connection().timestampOffset();
        other.peerPort = 2;
        other.establish(of("S").offers().timestamps(1, 0), 512);
        assertTrue(one != other.connection().timestampOffset());
    }
}

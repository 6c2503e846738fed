package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.tcp.SegmentSpec.ackOf;
import static org.pno.tcp.SegmentSpec.data;
import static org.pno.tcp.SegmentSpec.of;
import static org.pno.tcp.TcpTester.MS;
import static org.pno.tcp.TcpTester.SECOND;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pno.sys.Errno;

/** RFC 9293 3.6, 3.10.4: closing, from either side and both. */
class CloseTest {
    private final TcpTester tester = new TcpTester();

    @BeforeEach
    void establish() {
        tester.establish(of("S").offers(), 512);
    }

    private SegmentSpec fin(final long seq, final long ack) {
        return of("FA").seq(seq).ack(ack);
    }

    @Test
    void shouldGoThroughActiveClose() {
        tester.shutdown();
        assertEquals(1, tester.expect("FA").seq());
        assertEquals(TcpState.FIN_WAIT_1, tester.state());
        tester.inject(ackOf(1, 2));
        assertEquals(TcpState.FIN_WAIT_2, tester.state());
        tester.inject(fin(1, 2));
        tester.expectAck(2);
        assertNull(tester.state());
        assertEquals(1, tester.engine().timeWaitCount());
    }

    @Test
    void shouldGoThroughPassiveClose() {
        tester.inject(fin(1, 1));
        assertEquals(TcpState.CLOSE_WAIT, tester.state());
        tester.expectAck(2);
        tester.close();
        assertEquals(TcpState.LAST_ACK, tester.state());
        assertEquals(1, tester.expect("FA").seq());
        tester.inject(ackOf(2, 2));
        assertNull(tester.state());
        assertTrue(tester.engine().isPristine());
        assertEquals(List.of(tester.number), tester.released);
    }

    @Test
    void shouldCloseSimultaneously() {
        tester.close();
        tester.expect("FA");
        tester.inject(fin(1, 1));
        assertEquals(TcpState.CLOSING, tester.state());
        tester.expectAck(2);
        tester.inject(ackOf(2, 2));
        assertNull(tester.state());
        assertEquals(1, tester.engine().timeWaitCount());
    }

    @Test
    void shouldGoStraightToTimeWaitWhenFinAcknowledgesFin() {
        tester.close();
        tester.expect("FA");
        tester.inject(fin(1, 2));
        tester.expectAck(2);
        assertEquals(1, tester.engine().timeWaitCount());
    }

    @Test
    void shouldReceiveAfterShutdown() {
        tester.shutdown();
        tester.expect("FA");
        tester.inject(data(1, 2, 10));
        assertEquals(List.of("0+10"), tester.placed);
        assertEquals(TcpState.FIN_WAIT_2, tester.state());
    }

    @Test
    void shouldSendAfterPeersFin() {
        tester.inject(fin(1, 1));
        tester.expectAck(2);
        tester.write(10);
        tester.expectData(1, 10);
    }

    @Test
    void shouldSendWrittenDataBeforeFin() {
        tester.engine().onTxWritten(tester.connection(), 10);
        tester.close();
        final SentSegment segment = tester.expect("FPA");
        assertEquals(10, segment.length);
        tester.inject(ackOf(1, 12));
        assertEquals(TcpState.FIN_WAIT_2, tester.state());
    }

    @Test
    void shouldIgnoreWritesAfterShutdown() {
        tester.shutdown();
        tester.expect("FA");
        tester.write(10);
        tester.expectNothing();
    }

    @Test
    void shouldSendFinAgainUntilAcknowledged() {
        tester.shutdown();
        tester.expect("FA");
        tester.advance(1_100 * MS);
        assertEquals(1, tester.expect("FA").seq());
    }

    @Test
    void shouldWaitWithFinUntilWindowOpens() {
        tester.inject(ackOf(1, 1).window(0));
        tester.engine().onTxWritten(tester.connection(), 10);
        tester.shutdown();
        tester.expectNothing();
        tester.inject(ackOf(1, 1).window(512));
        assertEquals(10, tester.expect("FPA").length);
    }

    @Test
    void shouldTakeFinWithData() {
        tester.inject(of("FA").seq(1).ack(1).length(10));
        assertEquals(TcpState.CLOSE_WAIT, tester.state());
        tester.expectAck(12);
    }

    @Test
    void shouldTakeFinOnlyWhenHoleBeforeIsFilled() {
        tester.inject(of("FA").seq(11).ack(1).length(10));
        assertEquals(TcpState.ESTABLISHED, tester.state());
        tester.expectAck(1);
        tester.inject(data(1, 1, 10));
        assertEquals(TcpState.CLOSE_WAIT, tester.state());
        tester.expectAck(22);
    }

    @Test
    void shouldDropDataBehindFin() {
        tester.inject(fin(11, 1));
        tester.expectAck(1);
        tester.inject(data(1, 1, 50));
        assertEquals(List.of("0+10"), tester.placed);
        assertEquals(1, tester.dropped(DropReason.BEYOND_FIN));
        assertEquals(TcpState.CLOSE_WAIT, tester.state());
    }

    @Test
    void shouldIgnoreFinInTheMidstOfWhatWasReceived() {
        tester.inject(data(101, 1, 100));
        tester.inject(of("FA").seq(1).ack(1).length(50));
        assertEquals(TcpState.ESTABLISHED, tester.state());
    }

    @Test
    void shouldAcknowledgeRepeatedFin() {
        tester.inject(fin(1, 1));
        tester.expectAck(2);
        tester.inject(fin(1, 1));
        tester.expectAck(2);
    }

    @Test
    void shouldNotAcknowledgeFinBeforeHostSeesIt() {
        tester.publishing = false;
        tester.inject(fin(1, 1));
        tester.expectNothing();
        assertEquals(0, tester.connection().finReceivedAt());
        tester.publish();
        tester.expectAck(2);
    }

    @Test
    void shouldKeepConnectionUntilFinIsPublishedAlthoughOursIsAcknowledged() {
        tester.publishing = false;
        tester.shutdown();
        tester.expect("FA");
        tester.inject(fin(1, 2));
        assertEquals(TcpState.TIME_WAIT, tester.state());
        tester.publish();
        tester.expectAck(2);
        assertNull(tester.state());
    }

    @Test
    void shouldResetWhenClosedWithUnreadData() {
        tester.reading = false;
        tester.inject(data(1, 1, 10));
        tester.sent.clear();
        tester.close();
        final SentSegment reset = tester.expect("RA");
        assertEquals(1, reset.seq());
        assertTrue(tester.engine().isPristine());
    }

    @Test
    void shouldSendWrittenDataBeforeResetOfUnreadData() {
        tester.reading = false;
        tester.inject(data(1, 1, 10));
        tester.sent.clear();
        tester.engine().onTxWritten(tester.connection(), 20);
        tester.close();
        assertEquals(20, tester.expect("PA").length);
        assertEquals(21, tester.expect("RA").seq());
        assertTrue(tester.engine().isPristine());
    }

    @Test
    void shouldSendWrittenDataBeforeResetOfAbort() {
        tester.engine().onTxWritten(tester.connection(), 20);
        tester.abort();
        assertEquals(20, tester.expect("PA").length);
        assertEquals(21, tester.expect("RA").seq());
    }

    @Test
    void shouldResetDataForClosedProgram() {
        tester.close();
        tester.expect("FA");
        tester.inject(data(1, 2, 10));
        tester.expect("RA");
        assertNull(tester.state());
        assertEquals(1, tester.dropped(DropReason.DATA_AFTER_CLOSE));
    }

    @Test
    void shouldForgetOrphanInFinWait2AfterAMinute() {
        tester.close();
        tester.expect("FA");
        tester.inject(ackOf(1, 2));
        tester.advance(59 * SECOND);
        assertEquals(TcpState.FIN_WAIT_2, tester.state());
        tester.advance(2 * SECOND);
        assertTrue(tester.engine().isPristine());
        tester.expectNothing();
    }

    @Test
    void shouldWaitForeverInFinWait2WhileProgramHoldsSocket() {
        tester.shutdown();
        tester.expect("FA");
        tester.inject(ackOf(1, 2));
        tester.advance(1_000 * SECOND);
        assertEquals(TcpState.FIN_WAIT_2, tester.state());
    }

    @Test
    void shouldGiveUpOrphanAfterEightTimeouts() {
        tester.close();
        tester.expect("FA");
        tester.advance(1_000 * SECOND);
        assertEquals(1, tester.counted(TcpCounter.TAIL_PROBES));
        assertEquals(1 + 8, tester.sent.size());
        assertTrue(tester.engine().isPristine());
    }

    @Test
    void shouldAbortByReset() {
        tester.abort();
        final SentSegment reset = tester.expect("RA");
        assertEquals(1, reset.seq());
        assertEquals(1, reset.ack());
        assertTrue(tester.engine().isPristine());
    }

    @Test
    void shouldSendResetLaterWhenFramesAreShort() {
        tester.framesAvailable = false;
        tester.abort();
        assertEquals(TcpState.CLOSED, tester.state());
        assertTrue(tester.engine().nextDeadlineNs() <= tester.nowNs);
        tester.framesAvailable = true;
        tester.flush();
        tester.expect("RA");
        assertTrue(tester.engine().isPristine());
    }

    @Test
    void shouldNotSpeakOfAbortTwice() {
        tester.engine().abort(tester.connection());
        tester.engine().abort(tester.connection());
        tester.flush();
        tester.expect("RA");
        tester.expectNothing();
    }

    @Test
    void shouldSayNothingMoreAfterLastAck() {
        tester.inject(fin(1, 1));
        tester.expectAck(2);
        tester.close();
        tester.expect("FA");
        tester.inject(ackOf(2, 2));
        tester.expectNothingFor(100 * SECOND);
    }

    @Test
    void shouldCallTransmissionDoneWhenFinIsAcknowledged() {
        tester.write(10);
        tester.shutdown();
        assertFalse(tester.connection().isTxDone());
        tester.inject(ackOf(1, 11));
        assertFalse(tester.connection().isTxDone());
        assertEquals(10, tester.connection().txAcked());
        tester.inject(ackOf(1, 12));
        assertTrue(tester.connection().isTxDone());
        assertEquals(10, tester.connection().txAcked());
    }

    @Test
    void shouldTellHostOfResetAfterPeersFinAsBrokenPipe() {
        tester.inject(fin(1, 1));
        tester.injectWithoutFlush(of("R").seq(2));
        assertEquals(Errno.EPIPE, tester.connection().error());
    }
}

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
import org.junit.jupiter.api.Test;
import org.pno.sys.Errno;

/** RFC 9293 3.5, 3.10.1, 3.10.7.2, 3.10.7.3: opening. */
class HandshakeTest {
    private final TcpTester tester = new TcpTester();

    /** A connection of ours, SYN sent and its number known. */
    private SentSegment connect() {
        tester.connect();
        final SentSegment syn = tester.expect("S");
        tester.ourIss = syn.sequence;
        return syn;
    }

    @Test
    void shouldAnswerSynOfListenerWithBothSidesOptions() {
        tester.listen();
        tester.inject(of("S").offers().timestamps(7, 0));
        final SentSegment answer = tester.expect("SA");
        assertEquals(1, answer.ack());
        assertEquals(TcpTester.MSS, answer.mss);
        assertTrue(answer.sackPermitted);
        assertEquals(5, answer.windowScale);
        assertEquals(7, answer.timestampEcho);
        assertEquals(65_535, answer.window);
    }

    @Test
    void shouldNotOfferInAnswerWhatPeerDidNotOffer() {
        tester.listen();
        tester.inject(of("S"));
        final SentSegment answer = tester.expect("SA");
        assertFalse(answer.sackPermitted);
        assertFalse(answer.timestamps);
        assertEquals(-1, answer.windowScale);
    }

    @Test
    void shouldTellHostWhenFinalAckArrives() {
        tester.establish();
        assertEquals(TcpState.ESTABLISHED, tester.state());
    }

    @Test
    void shouldTakeDataOfFinalAck() {
        tester.listen();
        tester.inject(of("S"));
        tester.ourIss = tester.expect("SA").sequence;
        tester.inject(data(1, 1, 100));
        assertEquals(List.of("0+100"), tester.placed);
        tester.expectAck(101);
    }

    @Test
    void shouldOfferAllOptionsWhenConnecting() {
        final SentSegment syn = connect();
        assertEquals(0, syn.seq());
        assertEquals(0, syn.acknowledgment);
        assertEquals(TcpTester.MSS, syn.mss);
        assertEquals(5, syn.windowScale);
        assertTrue(syn.sackPermitted);
        assertTrue(syn.timestamps);
    }

    @Test
    void shouldAcknowledgeSynAck() {
        connect();
        tester.inject(of("SA").seq(0).ack(1).offers());
        assertEquals(TcpState.ESTABLISHED, tester.state());
        final SentSegment ack = tester.expectAck(1);
        assertEquals(1, ack.seq());
    }

    @Test
    void shouldUseOnlyOptionsBothSidesOffered() {
        connect();
        tester.inject(of("SA").seq(0).ack(1).mss(1_000));
        assertEquals(1_000, tester.connection().segmentBytes());
        assertFalse(tester.connection().timestamps());
        assertFalse(tester.connection().sackPermitted());
        assertEquals(0, tester.connection().receiveWindowScale());
        assertFalse(tester.expectAck(1).timestamps);
    }

    @Test
    void shouldTakeMss536WherePeerSaysNone() {
        connect();
        tester.inject(of("SA").seq(0).ack(1));
        assertEquals(536, tester.connection().segmentBytes());
    }

    @Test
    void shouldNotScaleWindowOfSyn() {
        connect();
        tester.inject(of("SA").seq(0).ack(1).offers().window(1_000));
        assertEquals(1_000, tester.connection().sendWindowBytes());
        tester.inject(ackOf(1, 1).window(1_000));
        assertEquals(128_000, tester.connection().sendWindowBytes());
    }

    @Test
    void shouldRefuseConnectionOnReset() {
        connect();
        tester.inject(of("RA").seq(0).ack(1));
        assertEquals(List.of(tester.number), tester.released);
        assertNull(tester.state());
        tester.expectNothing();
    }

    @Test
    void shouldSayConnectionRefused() {
        connect();
        tester.injectWithoutFlush(of("RA").seq(0).ack(1));
        assertEquals(Errno.ECONNREFUSED, tester.connection().error());
    }

    @Test
    void shouldIgnoreResetWithoutAckInSynSent() {
        connect();
        tester.inject(of("R").seq(0));
        assertEquals(TcpState.SYN_SENT, tester.state());
        assertEquals(1, tester.dropped(DropReason.RESET_TO_NOBODY));
    }

    @Test
    void shouldResetSynAckOfSomethingElse() {
        connect();
        tester.inject(of("SA").seq(0).ack(77));
        final SentSegment reset = tester.expect("R");
        assertEquals(77, reset.seq());
        assertEquals(TcpState.SYN_SENT, tester.state());
    }

    @Test
    void shouldIgnoreResetThatAcknowledgesSomethingElse() {
        connect();
        tester.inject(of("RA").seq(0).ack(0));
        tester.expectNothing();
        assertEquals(TcpState.SYN_SENT, tester.state());
    }

    @Test
    void shouldDropAckWithoutSynInSynSent() {
        connect();
        tester.inject(of("A").seq(0).ack(1));
        tester.expectNothing();
        assertEquals(1, tester.dropped(DropReason.SYN_SENT_NO_SYN));
    }

    @Test
    void shouldOpenSimultaneously() {
        connect();
        tester.inject(of("S").seq(0).offers());
        assertEquals(TcpState.SYN_RECEIVED, tester.state());
        final SentSegment answer = tester.expect("SA");
        assertEquals(0, answer.seq());
        assertEquals(1, answer.ack());
        tester.inject(ackOf(1, 1));
        assertEquals(TcpState.ESTABLISHED, tester.state());
    }

    @Test
    void shouldCompleteSimultaneousOpenBySynAck() {
        connect();
        tester.inject(of("S").seq(0).offers());
        tester.expect("SA");
        tester.inject(of("SA").seq(0).ack(1).offers());
        assertEquals(TcpState.ESTABLISHED, tester.state());
        tester.expectAck(1);
    }

    @Test
    void shouldNotScaleTheWindowOfASynAckThatCompletesSimultaneousOpen() {
        connect();
        tester.inject(of("S").seq(0).offers());
        tester.expect("SA");
        tester.inject(of("SA").seq(0).ack(1).offers().window(3_000));
        assertEquals(3_000, tester.connection().sendWindowBytes());
    }

    @Test
    void shouldTakeDataThatComesWithSynAck() {
        connect();
        tester.inject(of("SA").seq(0).ack(1).offers().length(10));
        assertEquals(List.of("0+10"), tester.placed);
        tester.expectAck(11);
    }

    @Test
    void shouldSendSynAgainWithBackOff() {
        connect();
        final long startNs = tester.nowNs;
        tester.advance(8 * SECOND);
        final long[] expectedSeconds = {1, 3, 7};
        for (final long seconds : expectedSeconds) {
            assertEquals(startNs + seconds * SECOND, tester.expect("S").atNs, MS);
        }
        tester.expectNothing();
    }

    @Test
    void shouldGiveUpConnectingAfterSixRetransmissions() {
        connect();
        tester.advance(126 * SECOND);
        assertEquals(6, tester.sent.size());
        assertEquals(TcpState.SYN_SENT, tester.state());
        tester.advance(2 * SECOND);
        assertNull(tester.state());
        assertEquals(1, tester.counted(TcpCounter.TIMED_OUT));
    }

    @Test
    void shouldSendSynAckAgainAndForgetAfterFive() {
        tester.listen();
        tester.inject(of("S"));
        tester.advance(62 * SECOND);
        assertEquals(6, tester.sent.size());
        tester.advance(2 * SECOND);
        assertTrue(tester.engine().isPristine());
        assertEquals(List.of(), tester.released);
    }

    @Test
    void shouldAnswerRepeatedSynBySynAck() {
        tester.listen();
        tester.inject(of("S"));
        final SentSegment first = tester.expect("SA");
        tester.inject(of("S"));
        assertEquals(first.sequence, tester.expect("SA").sequence);
        assertEquals(1, tester.engine().connectionCount());
    }

    @Test
    void shouldResetHandshakeAckOfSomethingElse() {
        tester.listen();
        tester.inject(of("S"));
        tester.ourIss = tester.expect("SA").sequence;
        tester.inject(ackOf(1, 5));
        assertEquals(5, tester.expect("R").seq());
        assertEquals(1, tester.dropped(DropReason.HANDSHAKE_ACK));
    }

    @Test
    void shouldForgetHalfOpenConnectionOnReset() {
        tester.listen();
        tester.inject(of("S"));
        tester.ourIss = tester.expect("SA").sequence;
        tester.inject(of("R").seq(1));
        assertTrue(tester.engine().isPristine());
    }

    @Test
    void shouldDropSynBeyondBacklog() {
        tester.configuration.synCookies = SynCookieMode.OFF;
        tester.listen(2);
        for (int i = 0; i < 3; i++) {
            tester.peerPort = 1_000 + i;
            tester.inject(of("S"));
        }
        assertEquals(2, tester.sent.size());
        assertEquals(1, tester.dropped(DropReason.SYN_QUEUE_FULL));
    }

    @Test
    void shouldTakeTheBacklogOfASecondListen() {
        tester.configuration.synCookies = SynCookieMode.OFF;
        final int listener = tester.listen(1);
        for (int i = 0; i < 2; i++) {
            tester.peerPort = 1_000 + i;
            tester.inject(of("S"));
        }
        assertEquals(1, tester.sent.size());

        tester.engine().backlog(listener, 2);
        tester.inject(of("S"));
        assertEquals(2, tester.sent.size());
    }

    @Test
    void shouldDropSynBeyondHalfOpenBoundOfAllListeners() {
        tester.configuration.synCookies = SynCookieMode.OFF;
        tester.configuration.maxHalfOpen = 1;
        tester.listen();
        tester.inject(of("S"));
        tester.expect("SA");
        tester.peerPort = 1_000;
        tester.inject(of("S"));
        tester.expectNothing();
    }

    @Test
    void shouldDropSynWhenAllConnectionsAreTaken() {
        tester.configuration.maxConnections = 1;
        tester.listen();
        tester.inject(of("S"));
        tester.expect("SA");
        tester.peerPort = 1_000;
        tester.inject(of("S"));
        tester.expectNothing();
        assertEquals(1, tester.dropped(DropReason.SYN_NO_CONNECTION));
    }

    @Test
    void shouldDropFinalAckWithoutCreditAndCompleteLater() {
        tester.credits = 0;
        tester.listen();
        tester.inject(of("S"));
        tester.ourIss = tester.expect("SA").sequence;
        tester.inject(ackOf(1, 1));
        assertEquals(1, tester.dropped(DropReason.ACCEPT_QUEUE_FULL));
        tester.advance(1_100 * MS);
        tester.expect("SA");
        tester.credits = 1;
        tester.inject(ackOf(1, 1));
        assertEquals(1, tester.accepted.size());
    }

    @Test
    void shouldAskForTheFinalAckAgainWhenThereIsRoom() {
        tester.credits = 0;
        final int listener = tester.listen();
        tester.inject(of("S"));
        tester.ourIss = tester.expect("SA").sequence;
        assertFalse(tester.engine().onRoom(listener));
        tester.inject(ackOf(1, 1));
        tester.credits = 1;
        assertTrue(tester.engine().onRoom(listener));
        tester.flush();
        tester.expect("SA");
        assertFalse(tester.engine().onRoom(listener));
        tester.inject(ackOf(1, 1));
        assertEquals(1, tester.accepted.size());
    }

    @Test
    void shouldForgetHalfOpenConnectionsWhenListenerEnds() {
        final int listener = tester.listen();
        tester.inject(of("S"));
        tester.expect("SA");
        tester.engine().unlisten(listener);
        tester.flush();
        tester.expectNothing();
        assertTrue(tester.engine().isPristine());
    }

    @Test
    void shouldRefuseSecondListenerOnPort() {
        tester.listen();
        assertEquals(-Errno.EADDRINUSE, tester.listen());
    }

    @Test
    void shouldPreferListenerOfAddressToNone() {
        tester.engine().listen(0, TcpTester.OUR_LO, TcpTester.OUR_PORT, 1, tester.settings);
        tester.inject(of("S"));
        tester.expect("SA");
        assertEquals(1, tester.engine().connectionCount());
    }

    @Test
    void shouldResetWhereNobodyListens() {
        tester.inject(of("S").seq(0));
        final SentSegment reset = tester.expect("RA");
        assertEquals(0, reset.sequence);
        assertEquals(1, reset.ack());
    }

    @Test
    void shouldResetAckForNobodyAtItsNumber() {
        tester.inject(of("A").seq(5).ack(9));
        assertEquals(9, tester.expect("R").seq());
    }

    @Test
    void shouldResetAckForListener() {
        tester.listen();
        tester.inject(of("A").seq(5).ack(9));
        assertEquals(9, tester.expect("R").seq());
    }

    @Test
    void shouldNotAnswerResetForNobody() {
        tester.inject(of("RA").seq(5).ack(9));
        tester.expectNothing();
    }

    @Test
    void shouldDropSynWithFin() {
        tester.listen();
        tester.inject(of("SF"));
        tester.expectNothing();
        assertEquals(1, tester.dropped(DropReason.NONSENSE_FLAGS));
    }

    @Test
    void shouldWaitForNeighbourAndThenSendSyn() {
        tester.neighbourKnown = false;
        tester.connect();
        tester.expectNothing();
        tester.neighbourKnown = true;
        tester.engine().onNeighbour(tester.number, true, tester.nowNs);
        tester.flush();
        tester.expect("S");
    }

    @Test
    void shouldFailConnectWhenNeighbourIsSilent() {
        tester.neighbourKnown = false;
        tester.connect();
        tester.engine().onNeighbour(tester.number, false, tester.nowNs);
        assertEquals(Errno.EHOSTUNREACH, tester.connection().error());
    }

    @Test
    void shouldFailConnectOnIcmpError() {
        connect();
        tester.icmp(0, Errno.ENETUNREACH);
        assertNull(tester.state());
    }

    @Test
    void shouldIgnoreIcmpErrorThatQuotesNothingInFlight() {
        connect();
        tester.icmp(5, Errno.ENETUNREACH);
        assertEquals(TcpState.SYN_SENT, tester.state());
        assertEquals(1, tester.dropped(DropReason.ICMP_UNRELATED));
    }

    @Test
    void shouldStartWithOneSegmentAfterLostSyn() {
        connect();
        tester.advance(1_100 * MS);
        tester.expect("S");
        tester.inject(of("SA").seq(0).ack(1).mss(1_000));
        assertEquals(1_000, tester.connection().congestionControl().windowBytes());
    }

    @Test
    void shouldStartWithTenSegments() {
        connect();
        tester.inject(of("SA").seq(0).ack(1).mss(1_000));
        assertEquals(10_000, tester.connection().congestionControl().windowBytes());
    }

    @Test
    void shouldSendFinWhenShutDownBeforeEstablished() {
        connect();
        tester.shutdown();
        tester.expectNothing();
        tester.inject(of("SA").seq(0).ack(1).offers());
        tester.expect("FA");
        assertEquals(TcpState.FIN_WAIT_1, tester.state());
    }

    @Test
    void shouldForgetConnectionClosedInSynSent() {
        connect();
        tester.close();
        tester.expectNothing();
        assertTrue(tester.engine().isPristine());
    }

    @Test
    void shouldGiveDifferentConnectionsDifferentPortsAndNumbers() {
        final SentSegment first = connect();
        final int firstPort = tester.ourPort;
        tester.connect();
        final SentSegment second = tester.expect("S");
        assertFalse(firstPort == tester.ourPort);
        assertFalse(first.sequence == second.sequence);
    }
}

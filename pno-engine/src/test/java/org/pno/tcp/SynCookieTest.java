package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.tcp.SegmentSpec.of;
import static org.pno.tcp.TcpTester.MS;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Handshakes that nothing is remembered of: RFC 4987 3.6 with SACK, window scale and timestamps, as in Linux. */
class SynCookieTest {
    private static final SegmentSpec FULL_OFFER = of("S").offers().timestamps(70, 0);

    private final TcpTester tester = new TcpTester();

    @BeforeEach
    void giveCookiesOnly() {
        tester.configuration.synCookies = SynCookieMode.ALWAYS;
    }

    /** A SYN, and the ACK that answers our answer, not injected yet. */
    private SegmentSpec finalAck(final SegmentSpec syn) {
        tester.inject(syn.seq(0));
        final SentSegment answer = tester.sent.remove();
        tester.ourIss = answer.sequence;
        final SegmentSpec ack = of("A").seq(1).ack(1).window(512);
        return answer.timestamps ? ack.timestamps(syn.timestampValue() + 1, answer.timestampValue) : ack;
    }

    private Connection accept(final SegmentSpec ack) {
        tester.inject(ack);
        tester.number = tester.accepted.remove();
        return tester.connection();
    }

    @Test
    void shouldRememberNothingOfSyn() {
        tester.listen();
        finalAck(FULL_OFFER);
        assertTrue(tester.engine().isPristine());
        assertEquals(1, tester.counted(TcpCounter.COOKIES_SENT));
    }

    @Test
    void shouldNotSendCookieAgain() {
        tester.listen();
        finalAck(FULL_OFFER);
        tester.expectNothingFor(TimeUnit.SECONDS.toNanos(30));
    }

    @Test
    void shouldKeepAllThatWasOffered() {
        tester.listen();
        final Connection connection = accept(finalAck(FULL_OFFER));
        assertEquals(TcpState.ESTABLISHED, connection.state());
        assertEquals(7, connection.sndScale);
        assertEquals(512 << 7, connection.sndWnd);
        assertTrue(connection.sackPermitted);
        assertTrue(connection.timestamps);
        assertEquals(71, connection.tsRecent);
        assertEquals(TcpTester.MSS, connection.mssBytes);
        assertEquals(1, tester.counted(TcpCounter.COOKIES_RECEIVED));
    }

    @Test
    void shouldOfferNothingThatItCouldNotRememberWithoutTimestamps() {
        tester.listen();
        tester.inject(of("S").offers());
        final SentSegment answer = tester.expect("SA");
        assertFalse(answer.sackPermitted);
        assertEquals(-1, answer.windowScale);
        assertFalse(answer.timestamps);
    }

    @Test
    void shouldOpenConnectionWithoutOptions() {
        tester.listen();
        final Connection connection = accept(finalAck(of("S").mss(1_000)));
        assertFalse(connection.sackPermitted || connection.timestamps || connection.windowScaling);
        assertEquals(536, connection.mssBytes); // The next below.
        assertEquals(512, connection.sndWnd);
    }

    @Test
    void shouldSpeakInNumbersOfCookie() {
        tester.listen();
        accept(finalAck(FULL_OFFER));
        tester.write(100);
        tester.expectData(1, 100);
        tester.inject(of("A").seq(1).ack(101).window(512).timestamps(72, tester.ourTimestamp()));
        assertEquals(100, tester.connection().txAcked());
    }

    @Test
    void shouldTakeDataThatComesWithFinalAck() {
        tester.listen();
        final SegmentSpec ack = finalAck(FULL_OFFER);
        accept(ack.length(300));
        assertTrue(tester.placed.contains("0+300"));
        assertEquals(300, tester.connection().rxCommittable());
    }

    @Test
    void shouldRememberEcn() {
        tester.configuration.ecn = EcnMode.ACCEPT;
        tester.listen();
        assertTrue(accept(finalAck(of("SEC").offers().timestamps(70, 0))).ecn);
    }

    @Test
    void shouldRefuseAckThatWasGuessed() {
        tester.listen();
        final SegmentSpec ack = finalAck(FULL_OFFER);
        tester.ourIss += 1;
        tester.inject(ack);
        tester.expect("R");
        assertTrue(tester.accepted.isEmpty());
        assertEquals(1, tester.counted(TcpCounter.COOKIES_FAILED));
    }

    /** As Linux: the number of what is not first in the stream is not the one that the cookie was made for. */
    @Test
    void shouldRefuseDataThatOvertakesTheFinalAck() {
        tester.listen();
        tester.inject(FULL_OFFER.seq(0));
        final SentSegment answer = tester.expect("SA");
        tester.ourIss = answer.sequence;
        final int echo = answer.timestampValue;
        tester.inject(of("A").seq(301).ack(1).window(512).length(300).timestamps(71, echo));
        tester.expect("R");
        assertTrue(tester.engine().isPristine());
    }

    @Test
    void shouldMakeAnotherConnectionOfACookieThatComesAgain() {
        tester.listen();
        final SegmentSpec ack = finalAck(FULL_OFFER);
        final Connection first = accept(ack);
        final int life = first.life();
        tester.abort();
        tester.expect("RA");
        final Connection second = accept(ack);
        assertEquals(first.number(), second.number());
        assertEquals(first.initialSendSequence(), second.initialSendSequence());
        assertNotEquals(life, second.life());
    }

    @Test
    void shouldRefuseCookieOfAnotherFlow() {
        tester.listen();
        final SegmentSpec ack = finalAck(FULL_OFFER);
        tester.peerPort++;
        tester.inject(ack);
        tester.expect("R");
    }

    @Test
    void shouldRefuseOptionsThatWereNotOffered() {
        tester.listen();
        tester.inject(of("S").mss(1_460).timestamps(70, 0));
        final SentSegment answer = tester.expect("SA");
        tester.ourIss = answer.sequence;
        tester.inject(of("A").seq(1).ack(1).timestamps(71, answer.timestampValue ^ 1));
        tester.expect("R");
    }

    @Test
    void shouldTakeCookieForMinute() {
        tester.listen();
        final SegmentSpec ack = finalAck(FULL_OFFER);
        tester.nowNs += TimeUnit.SECONDS.toNanos(63);
        tester.inject(ack);
        assertEquals(1, tester.accepted.size());
    }

    @Test
    void shouldRefuseOldCookie() {
        tester.listen();
        final SegmentSpec old = finalAck(FULL_OFFER);
        final int oldIss = tester.ourIss;
        tester.nowNs += 2 * SynCookies.AGE_NS;
        tester.peerPort++;
        finalAck(FULL_OFFER); // So that cookies are looked at.
        tester.peerPort--;
        tester.ourIss = oldIss;
        tester.inject(old);
        tester.expect("R");
        assertEquals(1, tester.counted(TcpCounter.COOKIES_FAILED));
    }

    @Test
    void shouldNotLookForCookieWhereNoneWasGiven() {
        tester.listen();
        tester.inject(of("A").seq(1).ack(1));
        tester.expect("R");
        assertEquals(0, tester.counted(TcpCounter.COOKIES_FAILED));
    }

    @Test
    void shouldGiveAnotherCookieForEachSyn() {
        tester.listen();
        finalAck(FULL_OFFER);
        final int first = tester.ourIss;
        tester.peerPort++;
        finalAck(FULL_OFFER);
        assertNotEquals(first, tester.ourIss);
    }

    @Test
    void shouldDropFinalAckWithoutCreditAndCompleteWithPeersData() {
        tester.listen();
        tester.credits = 0;
        final SegmentSpec ack = finalAck(FULL_OFFER);
        tester.inject(ack);
        tester.expectNothing();
        assertEquals(1, tester.dropped(DropReason.ACCEPT_QUEUE_FULL));
        assertTrue(tester.engine().isPristine());
        tester.credits = 1;
        tester.inject(ack.length(10));
        assertEquals(1, tester.accepted.size());
    }

    @Test
    void shouldDropFinalAckSilentlyWhenAllConnectionsAreTaken() {
        tester.configuration.maxConnections = 1;
        tester.listen();
        accept(finalAck(FULL_OFFER));
        tester.peerPort++;
        tester.inject(finalAck(FULL_OFFER));
        tester.expectNothing();
        assertEquals(1, tester.dropped(DropReason.SYN_NO_CONNECTION));
    }

    @Test
    void shouldGiveCookiesOnlyWhenListenerHasEnoughHalfOpen() {
        tester.configuration.synCookies = SynCookieMode.AUTO;
        tester.listen(1);
        tester.inject(FULL_OFFER.seq(0));
        tester.expect("SA");
        assertEquals(0, tester.counted(TcpCounter.COOKIES_SENT));
        tester.peerPort++;
        final SegmentSpec ack = finalAck(FULL_OFFER);
        assertEquals(1, tester.counted(TcpCounter.COOKIES_SENT));
        assertTrue(accept(ack).sackPermitted);
    }

    @Test
    void shouldGiveCookiesWhenAllListenersHaveEnoughHalfOpen() {
        tester.configuration.synCookies = SynCookieMode.AUTO;
        tester.configuration.maxHalfOpen = 1;
        tester.listen();
        tester.inject(FULL_OFFER.seq(0));
        tester.expect("SA");
        tester.peerPort++;
        finalAck(FULL_OFFER);
        assertEquals(1, tester.counted(TcpCounter.COOKIES_SENT));
    }

    @Test
    void shouldNotAnswerLongerThanWasAsked() {
        tester.listen();
        for (final SegmentSpec syn : new SegmentSpec[] {of("S"), of("S").mss(900), FULL_OFFER}) {
            tester.peerPort++;
            tester.inject(syn.seq(0));
            assertTrue(tester.sent.remove().headerLength <= tester.lastInjectedBytes, "longer than its cause");
        }
    }

    @Test
    void shouldNotTakeTimestampFromFuture() {
        for (int clock = Integer.MAX_VALUE - 200; clock != Integer.MIN_VALUE + 200; clock++) {
            final int stamped = SynCookies.timestamp(clock, 0x25);
            assertEquals(0x25, stamped & 63);
            assertTrue(stamped - clock <= 0 && clock - stamped < 64, "clock " + clock);
        }
    }

    @Test
    void shouldNotTakeRoundTripTimeFromCookie() {
        tester.listen();
        final SegmentSpec ack = finalAck(FULL_OFFER);
        tester.nowNs += 20 * MS;
        assertEquals(0, accept(ack).rtt.smoothedNs());
    }
}

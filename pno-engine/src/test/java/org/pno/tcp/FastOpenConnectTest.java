package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.tcp.SegmentSpec.ackOf;
import static org.pno.tcp.SegmentSpec.of;
import static org.pno.tcp.TcpTester.MS;
import static org.pno.tcp.TcpTester.MSS;
import static org.pno.tcp.TcpTester.SECOND;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** RFC 7413, the active side: cookies asked for and kept, data in the SYN, what becomes of it. */
class FastOpenConnectTest {
    private static final long COOKIE = 0x1122_3344_5566_7788L;

    private final TcpTester tester = new TcpTester();

    @BeforeEach
    void want() {
        tester.settings.fastOpen = true;
    }

    /** A connection by us whose first bytes are written before anything is sent; the answer is the SYN. */
    private SentSegment connect(final int bytes) {
        tester.number = tester.engine().connect(0, TcpTester.OUR_LO, 0, 0, TcpTester.PEER_LO, 80, tester.settings);
        tester.peerPort = 80;
        tester.ourPort = tester.connection().localPort();
        tester.engine().onTxWritten(tester.connection(), bytes);
        tester.flush();
        final SentSegment syn = tester.expect("S");
        tester.ourIss = syn.sequence;
        return syn;
    }

    private SegmentSpec synAck(final long ack) {
        return of("SA").seq(0).ack(ack).offers().window(65_535);
    }

    /** A first connection, which leaves a cookie behind. */
    private void learnCookie() {
        assertEquals(0, connect(0).cookieBytes);
        tester.inject(synAck(1).cookie(8, COOKIE));
        tester.expectAck(1);
        tester.abort();
        tester.sent.clear();
    }

    @Test
    void shouldAskForCookieAndKeepDataBack() {
        final SentSegment syn = connect(100);
        assertEquals(0, syn.cookieBytes);
        assertEquals(0, syn.length);
        tester.inject(synAck(1).cookie(8, COOKIE));
        tester.expectData(1, 100);
    }

    @Test
    void shouldNotAskUnlessTold() {
        tester.settings.fastOpen = false;
        assertEquals(-1, connect(100).cookieBytes);
    }

    @Test
    void shouldNotAskUnlessConfigured() {
        tester.configuration.fastOpen = 0;
        assertEquals(-1, connect(100).cookieBytes);
    }

    @Test
    void shouldSendDataWithTheCookie() {
        learnCookie();
        final SentSegment syn = connect(100);
        assertEquals(8, syn.cookieBytes);
        assertEquals(COOKIE, syn.cookie);
        assertEquals(100, syn.length);
        tester.inject(synAck(101));
        tester.expectAck(1);
        assertEquals(100, tester.connection().txAcked());
        tester.expectNothingFor(10 * SECOND);
        assertEquals(1, tester.counted(TcpCounter.FAST_OPENS_ACTIVE));
    }

    @Test
    void shouldKeepLongAndShortCookies() {
        connect(0);
        tester.inject(synAck(1).cookie(4, COOKIE));
        tester.sent.clear();
        tester.abort();
        tester.sent.clear();
        final SentSegment syn = connect(1);
        assertEquals(4, syn.cookieBytes);
        assertEquals(COOKIE >>> 32 << 32, syn.cookie);
    }

    @Test
    void shouldLeaveRoomForOptions() {
        learnCookie();
        assertEquals(MSS - 40, connect(5_000).length);
        tester.inject(synAck(1 + MSS - 40));
        tester.expectData(1 + MSS - 40, 5_000 - (MSS - 40));
    }

    @Test
    void shouldSendNoMoreThanThePeerTakes() {
        connect(0);
        tester.inject(of("SA").seq(0).ack(1).mss(536).cookie(8, COOKIE));
        tester.sent.clear();
        tester.abort();
        tester.sent.clear();
        assertEquals(496, connect(5_000).length);
    }

    @Test
    void shouldSendAgainWhatWasNotTaken() {
        learnCookie();
        connect(100);
        tester.inject(synAck(1));
        final SentSegment again = tester.expectData(1, 100);
        assertEquals(1, again.ack());
        assertEquals(FastOpenState.FAIL_NOT_ACKNOWLEDGED, tester.connection().fastOpen.fail);
        assertEquals(1, tester.connection().statistics.retransmittedSegments);
        tester.inject(ackOf(1, 101).window(512));
        tester.expectNothingFor(10 * SECOND);
    }

    @Test
    void shouldSendTheRestOfWhatWasTakenInPart() {
        learnCookie();
        connect(100);
        tester.inject(synAck(41));
        tester.expectData(41, 60);
    }

    @Test
    void shouldRepeatAPlainSyn() {
        learnCookie();
        connect(100);
        tester.advance(SECOND + 10 * MS);
        final SentSegment again = tester.expect("S");
        assertEquals(-1, again.cookieBytes);
        assertEquals(0, again.length);
        tester.inject(synAck(1));
        tester.expectData(1, 100);
        assertEquals(FastOpenState.FAIL_SYN_REPEATED, tester.connection().fastOpen.fail);
    }

    @Test
    void shouldTakeLateAnswerToTheSynWithData() {
        learnCookie();
        connect(100);
        tester.advance(SECOND + 10 * MS);
        tester.expect("S");
        tester.inject(synAck(101));
        tester.expectAck(1);
        assertEquals(100, tester.connection().txAcked());
    }

    @Test
    void shouldPauseWhereDataVanishes() {
        learnCookie();
        for (int i = 0; i < 2; i++) {
            assertEquals(100, connect(100).length);
            tester.advance(SECOND + 10 * MS);
            tester.expect("S");
            tester.inject(synAck(1));
            tester.sent.clear();
            tester.abort();
            tester.sent.clear();
        }
        final SentSegment syn = connect(100);
        assertEquals(-1, syn.cookieBytes);
        assertEquals(0, syn.length);
        assertEquals(1, tester.counted(TcpCounter.FAST_OPENS_PAUSED));
        tester.abort();
        tester.nowNs += 241 * SECOND;
        tester.engine().onTimers(tester.nowNs);
        tester.flush();
        tester.sent.clear();
        assertEquals(100, connect(100).length);
    }

    @Test
    void shouldTakeANewCookie() {
        learnCookie();
        connect(100);
        tester.inject(synAck(1).cookie(8, 7));
        tester.sent.clear();
        tester.abort();
        tester.sent.clear();
        assertEquals(7, connect(1).cookie);
    }

    @Test
    void shouldIgnoreACookieThatItDidNotAskFor() {
        tester.settings.fastOpen = false;
        connect(0);
        tester.inject(synAck(1).cookie(8, COOKIE));
        tester.sent.clear();
        tester.abort();
        tester.sent.clear();
        tester.settings.fastOpen = true;
        assertEquals(0, connect(1).cookieBytes);
    }

    @Test
    void shouldNeedNoCookieIfToldSo() {
        tester.settings.fastOpenWithoutCookie = true;
        final SentSegment syn = connect(100);
        assertEquals(-1, syn.cookieBytes);
        assertEquals(100, syn.length);
    }

    @Test
    void shouldSendTheDataAgainAfterASimultaneousOpen() {
        learnCookie();
        connect(100);
        tester.inject(of("S").seq(0).offers());
        assertEquals(0, tester.expect("SA").length);
        tester.inject(of("SA").seq(0).ack(1));
        tester.expectData(1, 100);
        assertEquals(TcpState.ESTABLISHED, tester.state());
    }

    @Test
    void shouldKnowThatThePeerOfASimultaneousOpenTookTheData() {
        learnCookie();
        connect(100);
        tester.inject(of("S").seq(0).offers());
        tester.expect("SA");
        tester.inject(of("SA").seq(0).ack(101));
        tester.expectAck(1);
        assertEquals(100, tester.connection().txAcked());
    }

    @Test
    void shouldRefuseAnAckOfMoreThanWasSent() {
        learnCookie();
        connect(100);
        tester.inject(synAck(102));
        assertEquals(102, tester.expect("R").seq());
        assertEquals(TcpState.SYN_SENT, tester.state());
    }

    @Test
    void shouldTakeDataOfTheSynAck() {
        learnCookie();
        connect(100);
        tester.inject(synAck(101).length(50));
        assertTrue(tester.placed.contains("0+50"));
    }

    @Test
    void shouldForgetWhosePlaceIsTaken() {
        final FastOpenCache cache = new FastOpenCache(KeyedHash.strong(1, 2));
        final Segment flow = new Segment();
        int kept = 0;
        for (int i = 0; i < 3 * FastOpenCache.PLACES; i++) {
            cache.make(flow.addresses(0, i, 0, 1));
        }
        for (int i = 0; i < 3 * FastOpenCache.PLACES; i++) {
            kept += cache.find(flow.addresses(0, i, 0, 1)) == null ? 0 : 1;
        }
        assertTrue(kept > FastOpenCache.PLACES / 2 && kept <= FastOpenCache.PLACES, "kept " + kept);
    }
}

package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.tcp.SegmentSpec.of;
import static org.pno.tcp.TcpTester.MS;
import static org.pno.tcp.TcpTester.SECOND;

import org.junit.jupiter.api.Test;

/** How long segments are: what is announced, what a path carries (RFC 1191, RFC 5927), what vanishes (RFC 4821). */
class SegmentSizeTest {
    private static final int PEER_WINDOW = 60_000;

    private final TcpTester tester = new TcpTester();

    /** With SACK, without timestamps: a full segment has 1,460 bytes. */
    private TcpTester establish() {
        return tester.establish(of("S").mss(TcpTester.MSS).sackPermitted(), PEER_WINDOW);
    }

    private static SegmentSpec ack(final long ack) {
        return of("A").seq(1).ack(ack).window(PEER_WINDOW);
    }

    @Test
    void shouldAnnounceWhatLinkCarriesThoughPathCarriesLess() {
        tester.pathMss = 1_000;
        tester.connect();
        assertEquals(TcpTester.MSS, tester.expect("S").mss);
    }

    @Test
    void shouldAnnounceJumboFramesOnLinkThatHasThem() {
        tester.linkMss = 8_960;
        tester.connect();
        assertEquals(8_960, tester.expect("S").mss);
    }

    @Test
    void shouldSendNewConnectionsDataAsPathAllowsIt() {
        tester.pathMss = 1_000;
        establish();
        tester.write(5_000);
        assertEquals(1_000, tester.expectData(1, 5_000).segmentBytes);
    }

    @Test
    void shouldNotLetPeerAskForTinySegments() {
        tester.establish(of("S").mss(1), PEER_WINDOW);
        tester.write(480);
        assertEquals(SegmentSize.LEAST_MSS, tester.sent.peek().segmentBytes);
    }

    @Test
    void shouldTakeDefaultIfPeerSaysNothing() {
        tester.establish(of("S"), PEER_WINDOW);
        tester.write(2_000);
        assertEquals(SegmentSize.DEFAULT_MSS, tester.expectData(1, 2_000).segmentBytes);
    }

    @Test
    void shouldSendAgainAtOnceInShorterSegmentsWhenPathIsNarrower() {
        establish();
        tester.write(4_380);
        assertEquals(1_460, tester.expectData(1, 4_380).segmentBytes);
        assertTrue(tester.tooBig(1, 1_000));
        assertEquals(1_000, tester.expectData(1, 4_000).segmentBytes);
        tester.expectData(4_001, 380);
        assertEquals(1, tester.counted(TcpCounter.PATH_NARROWED));
    }

    @Test
    void shouldNotTakeNarrowPathForCongestion() {
        establish();
        tester.write(14_600);
        final long window = tester.connection().congestion.windowBytes();
        tester.tooBig(1, 1_000);
        tester.advance(10 * MS);
        tester.inject(ack(14_601));
        assertTrue(tester.connection().congestion.windowBytes() >= window);
        assertEquals(LossRecovery.Phase.NONE, tester.connection().phase);
        assertEquals(0, tester.counted(TcpCounter.FAST_RECOVERIES));
    }

    @Test
    void shouldSendAgainOnlyOnceForAllMessagesOfFlight() {
        establish();
        tester.write(4_380);
        tester.tooBig(1, 1_000);
        tester.sent.clear();
        assertTrue(tester.tooBig(1_461, 1_000));
        assertTrue(tester.tooBig(2_921, 1_000));
        tester.expectNothing();
    }

    @Test
    void shouldNotSendAgainWhatWasShortEnough() {
        establish();
        tester.settings.noDelay = true;
        tester.configure();
        tester.write(500);
        tester.advance(MS);
        tester.write(1_460);
        tester.sent.clear();
        tester.tooBig(501, 1_000);
        tester.expectData(501, 1_000);
        tester.expectData(1_501, 460);
        tester.expectNothing();
    }

    @Test
    void shouldSendAgainInShorterSegmentsWithoutSack() {
        tester.establish(of("S").mss(TcpTester.MSS), PEER_WINDOW);
        tester.write(4_380);
        tester.sent.clear();
        tester.tooBig(1, 1_000);
        assertEquals(1_000, tester.expectData(1, 4_000).segmentBytes);
    }

    @Test
    void shouldNotBelieveRouterThatQuotesNothingInFlight() {
        establish();
        tester.write(1_000);
        tester.sent.clear();
        assertFalse(tester.tooBig(1_001, 600));
        assertFalse(tester.tooBig(0, 600));
        tester.inject(ack(1_001));
        assertFalse(tester.tooBig(1, 600));
        assertEquals(3, tester.dropped(DropReason.ICMP_UNRELATED));
        assertEquals(0, tester.counted(TcpCounter.PATH_NARROWED));
    }

    @Test
    void shouldShortenSegmentsOfAllConnectionsToDestination() {
        establish();
        tester.write(1_460);
        final int first = tester.number;
        tester.sent.clear();
        tester.peerPort++;
        tester.establish(of("S").mss(TcpTester.MSS).sackPermitted(), PEER_WINDOW);
        final Connection second = tester.connection();
        tester.number = first;
        tester.peerPort--;
        tester.ourIss = tester.connection().iss;
        tester.tooBig(1, 1_000);
        assertEquals(1_000, second.segmentBytes());
    }

    @Test
    void shouldTryShorterSegmentsAfterThreeTimeouts() {
        establish();
        tester.write(2_920);
        tester.advance(10 * SECOND);
        assertEquals(1, tester.counted(TcpCounter.BLACK_HOLES));
        assertTrue(tester.connection().segmentBytes() <= 1_024);
        tester.inject(ack(2_921));
        tester.sent.clear();
        tester.write(2_048);
        assertTrue(tester.sent.peek().segmentBytes <= 1_024);
    }

    @Test
    void shouldHalveSegmentsDownToLeast() {
        establish();
        tester.write(2_920);
        tester.advance(60 * SECOND);
        assertEquals(512, tester.connection().segmentBytes());
        assertEquals(1, tester.counted(TcpCounter.BLACK_HOLES));
    }

    @Test
    void shouldNotSuspectBlackHoleIfOnlyLittleWasSent() {
        establish();
        tester.write(400);
        tester.advance(10 * SECOND);
        assertEquals(0, tester.counted(TcpCounter.BLACK_HOLES));
        assertEquals(1_460, tester.connection().segmentBytes());
    }

    @Test
    void shouldNotSearchIfToldSo() {
        tester.configuration.blackHoleRetries = 0;
        establish();
        tester.write(2_920);
        tester.advance(10 * SECOND);
        assertEquals(1_460, tester.connection().segmentBytes());
    }
}

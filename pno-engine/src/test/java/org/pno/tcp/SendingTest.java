package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.tcp.SegmentSpec.ackOf;
import static org.pno.tcp.SegmentSpec.data;
import static org.pno.tcp.SegmentSpec.of;
import static org.pno.tcp.TcpTester.MS;
import static org.pno.tcp.TcpTester.SECOND;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is sent and when: super-segments, windows, Nagle, cork, silly windows, persist. RFC 9293 3.7.4, 3.8.6. */
class SendingTest {
    private final TcpTester tester = new TcpTester();

    @BeforeEach
    void establish() {
        tester.establish(of("S").offers(), 512);
    }

    @Test
    void shouldSendSmallWriteAtOnceWithPush() {
        tester.write(100);
        final SentSegment segment = tester.expect("PA");
        assertEquals(100, segment.length);
        assertEquals(1, segment.seq());
    }

    @Test
    void shouldSendOneSuperSegmentForManySegments() {
        tester.write(14_600);
        final SentSegment segment = tester.expectData(1, 14_600);
        assertEquals(1_460, segment.segmentBytes);
        tester.expectNothing();
    }

    @Test
    void shouldJoinWritesOfACycle() {
        tester.engine().onTxWritten(tester.connection(), 10);
        tester.engine().onTxWritten(tester.connection(), 30);
        tester.flush();
        tester.expectData(1, 30);
        tester.expectNothing();
    }

    @Test
    void shouldNotBuildSuperSegmentsLongerThanAnIpPacket() {
        tester.connection().congestion.onAcknowledged(200_000, -1, 0);
        tester.inject(ackOf(1, 1).window(4_096));
        tester.write(200_000);
        final SentSegment first = tester.sent.peek();
        assertTrue(first.length <= 65_455 && first.length % 1_460 == 0, first::toString);
    }

    @Test
    void shouldObeyCongestionWindow() {
        tester.write(100_000);
        tester.expectData(1, 14_600);
        tester.expectNothing();
        tester.inject(ackOf(1, 1 + 1_460));
        tester.expectData(14_601, 2_920);
    }

    @Test
    void shouldObeyPeersWindow() {
        tester.inject(ackOf(1, 1).window(23)); // 2,944 bytes
        tester.write(10_000);
        tester.expectData(1, 2_920);
        tester.expectNothing();
    }

    @Test
    void shouldIgnoreWindowOfOlderSegment() {
        tester.inject(data(1, 1, 10).window(600));
        tester.inject(ackOf(1, 1).window(1));
        assertEquals(600 << 7, tester.connection().sendWindowBytes());
    }

    @Test
    void shouldNotReachBeyondWindowOfAckThatComesInAnOlderSegment() {
        tester.write(1_000);
        tester.inject(ackOf(11, 1).window(100)); // Up to 12,800.
        tester.inject(data(1, 1_001, 10).window(93)); // Older, but acknowledges more: up to 12,904.
        assertEquals(12_904, tester.connection().sendLimit());
    }

    @Test
    void shouldHoldPartialSegmentWhileSmallOneIsInFlight() {
        tester.write(100);
        tester.expectData(1, 100);
        tester.write(100);
        tester.expectNothing();
        tester.inject(ackOf(1, 101));
        tester.expectData(101, 100);
    }

    @Test
    void shouldSendTailBehindFullSegmentsAsMinshall() {
        tester.write(1_460);
        tester.expectData(1, 1_460);
        tester.write(100);
        tester.expectData(1_461, 100);
        tester.write(100);
        tester.expectNothing();
    }

    @Test
    void shouldSendFullSegmentAlthoughSmallOneIsInFlight() {
        tester.write(100);
        tester.expectData(1, 100);
        tester.write(1_500);
        tester.expectData(101, 1_460);
        tester.expectNothing();
    }

    @Test
    void shouldNotHoldWithNoDelay() {
        tester.settings.noDelay = true;
        tester.configure();
        tester.write(100);
        tester.write(100);
        tester.expectData(1, 100);
        tester.expectData(101, 100);
    }

    @Test
    void shouldSendHeldSegmentWhenNoDelayIsSet() {
        tester.write(100);
        tester.write(100);
        tester.expectData(1, 100);
        tester.settings.noDelay = true;
        tester.configure();
        tester.expectData(101, 100);
    }

    @Test
    void shouldHoldPartialSegmentWhileCorked() {
        tester.settings.cork = true;
        tester.configure();
        tester.write(1_500);
        tester.expectData(1, 1_460);
        tester.expectNothing();
        tester.settings.cork = false;
        tester.configure();
        tester.expectData(1_461, 40);
    }

    @Test
    void shouldPullCorkAfter200Ms() {
        tester.settings.cork = true;
        tester.configure();
        tester.write(100);
        tester.expectNothingFor(199 * MS);
        tester.advance(2 * MS);
        tester.expectData(1, 100);
    }

    @Test
    void shouldAvoidSillyWindow() {
        tester.inject(ackOf(1, 1).window(1)); // 128 bytes of 65,536 at most.
        tester.write(10_000);
        tester.expectNothing();
    }

    @Test
    void shouldSendIntoSmallWindowAfterOverrideTimeout() {
        tester.inject(ackOf(1, 1).window(1));
        tester.write(10_000);
        tester.advance(1_100 * MS);
        tester.expectData(1, 128);
    }

    @Test
    void shouldUseWindowThatIsHalfOfTheLargest() {
        final TcpTester other = new TcpTester();
        other.establish(of("S").mss(1_460).window(1_000), 1_000);
        other.write(3_000);
        other.expectData(1, 1_000);
        other.inject(ackOf(1, 1_001).window(400));
        other.expectNothing();
        other.inject(ackOf(1, 1_001).window(500));
        other.expectData(1_001, 500);
    }

    @Test
    void shouldProbeClosedWindowWithBackOff() {
        tester.inject(ackOf(1, 1).window(0));
        tester.write(100);
        final long startNs = tester.nowNs;
        tester.advance(8 * SECOND);
        assertEquals(5, tester.sent.size()); // After 0.2, 0.6, 1.4, 3.0 and 6.2 s.
        final SentSegment probe = tester.expect("A");
        assertEquals(0, probe.seq());
        assertEquals(0, probe.length);
        assertEquals(startNs + 200 * MS, probe.atNs, 2 * MS);
    }

    @Test
    void shouldProbeForeverWhilePeerAnswers() {
        tester.inject(ackOf(1, 1).window(0));
        tester.write(100);
        for (int i = 0; i < 60; i++) {
            tester.advance(120 * SECOND);
            tester.inject(ackOf(1, 1).window(0));
        }
        assertEquals(TcpState.ESTABLISHED, tester.state());
    }

    @Test
    void shouldGiveUpSilentPeerWithClosedWindow() {
        tester.inject(ackOf(1, 1).window(0));
        tester.write(100);
        tester.advance(3_000 * SECOND);
        assertNull(tester.state());
        assertEquals(15, tester.sent.size());
    }

    @Test
    void shouldSendWhenWindowOpensAgain() {
        tester.inject(ackOf(1, 1).window(0));
        tester.write(100);
        tester.expectNothing();
        tester.inject(ackOf(1, 1).window(512));
        tester.expectData(1, 100);
    }

    @Test
    void shouldAcknowledgeInsideAWindowThatWasTakenBack() {
        tester.write(1_460);
        tester.expectData(1, 1_460);
        tester.inject(ackOf(1, 1).window(1));
        tester.inject(data(101, 1, 10).window(1));
        assertEquals(129, tester.expectAck(1).seq());
    }

    @Test
    void shouldShortenSegmentsWhileReportingSack() {
        tester.inject(data(101, 1, 10));
        tester.expectAck(1);
        tester.write(1_460);
        assertEquals(1_448, tester.expectData(1, 1_460).segmentBytes);
    }

    @Test
    void shouldBoundSegmentsByMaxSegmentOption() {
        final TcpTester other = new TcpTester();
        other.settings.maxSegmentBytes = 500;
        other.establish(of("S").offers(), 512);
        other.write(1_000);
        assertEquals(500, other.expectData(1, 1_000).segmentBytes);
    }

    @Test
    void shouldSendNothingWithoutFrameAndAllOfItLater() {
        tester.framesAvailable = false;
        tester.write(100);
        assertEquals(1, tester.counted(TcpCounter.NO_FRAME));
        tester.framesAvailable = true;
        tester.flush();
        tester.expectData(1, 100);
    }

    @Test
    void shouldSendWhenNeighbourIsFoundAgain() {
        tester.neighbourKnown = false;
        tester.write(100);
        tester.neighbourKnown = true;
        tester.engine().onNeighbour(tester.number, true, tester.nowNs);
        tester.flush();
        tester.expectData(1, 100);
    }

    @Test
    void shouldRestartWithInitialWindowAfterIdleTime() {
        for (int i = 0; i < 10; i++) {
            final int start = 1 + i * 14_600;
            tester.write(14_600);
            tester.inject(ackOf(1, start + 14_600));
        }
        final long grown = tester.connection().congestionControl().windowBytes();
        assertTrue(grown > 14_600);
        tester.advance(SECOND);
        tester.sent.clear();
        tester.write(200_000);
        tester.expectData(146_001, 14_600);
    }

    @Test
    void shouldNotGrowWindowThatIsNotUsed() {
        for (int i = 0; i < 100; i++) {
            tester.write(100);
            tester.inject(ackOf(1, 1 + (i + 1) * 100));
        }
        assertEquals(14_600, tester.connection().congestionControl().windowBytes());
    }
}

package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.tcp.SegmentSpec.of;
import static org.pno.tcp.TcpTester.SECOND;

import org.junit.jupiter.api.Test;
import org.pno.sys.Errno;

/** What others can make us do, and that it has bounds: RFC 5961, RFC 5927, memory, answers. */
class AttackTest {
    private static final int WINDOW = 512;

    private final TcpTester tester = new TcpTester();

    private TcpTester establish() {
        return tester.establish(of("S").mss(TcpTester.MSS).sackPermitted().windowScale(7), WINDOW);
    }

    private int challengesOfSecond() {
        int answered = 0;
        for (int i = 0; i < 30; i++) {
            final long before = tester.counted(TcpCounter.CHALLENGES);
            tester.connection().lastChallengeNs = Connection.NEVER; // As if it were another connection each time.
            tester.inject(of("S").seq(5));
            answered += (int) (tester.counted(TcpCounter.CHALLENGES) - before);
        }
        return answered;
    }

    @Test
    void shouldBoundChallengesOfAllConnections() {
        tester.configuration.challengesPerSecond = 10;
        establish();
        final int answered = challengesOfSecond();
        assertTrue(answered >= 5 && answered < 15, answered + " challenges");
    }

    @Test
    void shouldNotLetOthersGuessHowManyChallengesAreLeft() {
        tester.configuration.challengesPerSecond = 10;
        establish();
        final int first = challengesOfSecond();
        int different = 0;
        for (int i = 0; i < 8; i++) {
            tester.nowNs += SECOND;
            different += challengesOfSecond() != first ? 1 : 0;
        }
        assertTrue(different > 0, "always " + first);
    }

    @Test
    void shouldBoundResetsForNobody() {
        tester.configuration.resetsPerSecond = 10;
        for (int i = 0; i < 30; i++) {
            tester.peerPort++;
            tester.inject(of("S").seq(0));
        }
        assertTrue(tester.sent.size() >= 5 && tester.sent.size() < 15, tester.sent.size() + " RSTs");
        assertEquals(30 - tester.sent.size(), tester.dropped(DropReason.RESET_LIMITED));
        tester.sent.clear();
        tester.nowNs += SECOND;
        tester.inject(of("S").seq(0));
        tester.expect("RA");
    }

    @Test
    void shouldBoundBytesBeyondHolesOfAllConnections() {
        tester.configuration.maxOutOfOrderBytes = 1_500;
        establish();
        tester.inject(of("A").seq(101).ack(1).window(WINDOW).length(1_000));
        tester.inject(of("A").seq(3_001).ack(1).window(WINDOW).length(1_000));
        assertEquals(1_000, tester.engine().reassemblyTotals().bytes());
        assertEquals(1, tester.dropped(DropReason.REASSEMBLY_FULL));
    }

    @Test
    void shouldBoundStretchesBeyondHolesOfAllConnections() {
        tester.configuration.maxOutOfOrderExtents = 2;
        establish();
        for (int i = 1; i <= 4; i++) {
            tester.inject(of("A").seq(1_000 * i + 1).ack(1).window(WINDOW).length(1));
        }
        assertEquals(2, tester.engine().reassemblyTotals().extents());
        assertEquals(2, tester.dropped(DropReason.REASSEMBLY_FULL));
    }

    @Test
    void shouldTakeWhatFillsHoleThoughNothingMoreFitsBeyond() {
        tester.configuration.maxOutOfOrderBytes = 1_000;
        establish();
        tester.inject(of("A").seq(101).ack(1).window(WINDOW).length(1_000));
        tester.inject(of("A").seq(1).ack(1).window(WINDOW).length(100));
        assertEquals(1_100, tester.connection().rxCommittable());
        assertEquals(0, tester.engine().reassemblyTotals().bytes());
        assertEquals(0, tester.engine().reassemblyTotals().extents());
    }

    @Test
    void shouldCountNothingBeyondHolesWhenConnectionEnds() {
        establish();
        tester.inject(of("A").seq(101).ack(1).window(WINDOW).length(1_000));
        tester.abort();
        assertEquals(0, tester.engine().reassemblyTotals().bytes());
        assertEquals(0, tester.engine().reassemblyTotals().extents());
        assertTrue(tester.engine().isPristine());
    }

    @Test
    void shouldNotTakeDataWithAckThatIsTooOldOrOfFuture() {
        establish();
        tester.inject(of("A").seq(1).ack(5).window(WINDOW).length(10)); // RFC 5961 5.2: blind injection.
        tester.inject(of("A").seq(1).ack(-100_000).window(WINDOW).length(10));
        assertEquals(0, tester.connection().rxCommittable());
        assertEquals(1, tester.dropped(DropReason.ACK_NOT_SENT));
        assertEquals(1, tester.dropped(DropReason.ACK_TOO_OLD));
    }

    @Test
    void shouldTakeHardIcmpErrorForSoftOnceEstablished() {
        establish();
        tester.write(100);
        tester.icmp(1, Errno.ECONNREFUSED); // RFC 5927 5.2.
        assertEquals(TcpState.ESTABLISHED, tester.state());
        assertEquals(0, tester.connection().error());
    }

    @Test
    void shouldAnswerSynBoundedlyOften() {
        tester.listen();
        tester.inject(of("S").seq(0));
        tester.advance(600 * SECOND);
        assertEquals(1 + tester.configuration.synAckRetries, tester.sent.size());
        assertTrue(tester.engine().isPristine());
    }

    @Test
    void shouldHaveAnotherTimestampOffsetForEachFlow() {
        tester.listen();
        tester.inject(of("S").offers().timestamps(1, 0).seq(0));
        final int first = tester.expect("SA").timestampValue;
        tester.peerPort++;
        tester.inject(of("S").offers().timestamps(1, 0).seq(0));
        assertNotEquals(first, tester.expect("SA").timestampValue);
    }

    @Test
    void shouldNotAnswerLongerThanCause() {
        tester.inject(of("S").seq(0));
        assertTrue(tester.expect("RA").headerLength <= tester.lastInjectedBytes);
        tester.inject(of("A").seq(0).ack(1));
        assertTrue(tester.expect("R").headerLength <= tester.lastInjectedBytes);
    }
}

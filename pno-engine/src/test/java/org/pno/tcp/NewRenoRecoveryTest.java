package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.pno.tcp.SegmentSpec.ackOf;
import static org.pno.tcp.SegmentSpec.data;
import static org.pno.tcp.SegmentSpec.of;
import static org.pno.tcp.TcpTester.MS;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Loss recovery without SACK: RFC 5681 3.2, RFC 6582. Segments have 1,000 bytes; segment n begins at 1 + 1000 n. */
class NewRenoRecoveryTest {
    private static final int MSS = 1_000;

    private final TcpTester tester = new TcpTester();

    @BeforeEach
    void establish() {
        tester.establish(of("S").mss(MSS), 65_535);
        tester.write(100 * MSS);
        tester.expectData(at(0), 10 * MSS);
    }

    private static long at(final int segment) {
        return 1 + (long) segment * MSS;
    }

    private void ack(final int segment) {
        tester.inject(ackOf(1, at(segment)).window(65_535));
    }

    private void duplicates(final int count) {
        for (int i = 0; i < count; i++) {
            ack(0);
        }
    }

    @Test
    void shouldSendOneNewSegmentForEachOfTheFirstTwoDuplicates() {
        ack(0);
        tester.expectData(at(10), MSS);
        ack(0);
        tester.expectData(at(11), MSS);
        tester.expectNothing();
    }

    @Test
    void shouldRetransmitOnThirdDuplicate() {
        duplicates(2);
        tester.sent.clear();
        ack(0);
        tester.expectData(at(0), MSS);
        tester.expectNothing();
        assertEquals(6 * MSS, tester.connection().congestionControl().windowBytes());
    }

    @Test
    void shouldSendNewDataWhileDuplicatesArrive() {
        duplicates(3);
        tester.sent.clear();
        // 12 in flight, window 6: after 7 duplicates 5 are left, the retransmission included.
        duplicates(3);
        tester.expectNothing();
        duplicates(3);
        tester.expectData(at(12), MSS);
    }

    @Test
    void shouldRetransmitNextHoleOnPartialAck() {
        duplicates(3);
        tester.sent.clear();
        ack(4);
        tester.expectData(at(4), MSS);
        assertEquals(LossRecovery.Phase.FAST, tester.connection().phase);
    }

    @Test
    void shouldLeaveRecoveryOnFullAck() {
        duplicates(3);
        ack(12);
        assertEquals(LossRecovery.Phase.NONE, tester.connection().phase);
        assertEquals(0, tester.connection().duplicateAcks);
    }

    @Test
    void shouldNotCountAckWithPayloadAsDuplicate() {
        for (int i = 0; i < 4; i++) {
            tester.inject(data(1 + i * 10, 1, 10).window(65_535));
        }
        assertEquals(0, tester.counted(TcpCounter.FAST_RECOVERIES));
    }

    @Test
    void shouldNotCountWindowUpdateAsDuplicate() {
        for (int i = 0; i < 4; i++) {
            tester.inject(ackOf(1, 1).window(60_000 + i));
        }
        assertEquals(0, tester.counted(TcpCounter.FAST_RECOVERIES));
    }

    @Test
    void shouldNotCountAckWithNothingInFlightAsDuplicate() {
        final TcpTester other = new TcpTester();
        other.establish(of("S").mss(MSS), 65_535);
        for (int i = 0; i < 4; i++) {
            other.inject(ackOf(1, 1).window(65_535));
        }
        assertEquals(0, other.connection().duplicateAcks);
    }

    @Test
    void shouldNotRecoverAgainForDuplicatesOfRetransmissions() {
        duplicates(2);
        tester.advance(300 * MS); // The timer was faster.
        tester.sent.clear();
        ack(1);
        for (int i = 0; i < 5; i++) {
            ack(1);
        }
        assertEquals(0, tester.counted(TcpCounter.FAST_RECOVERIES));
    }

    @Test
    void shouldRecoverFromTwoLossesOfOneWindowWithoutTimeout() {
        duplicates(2);
        tester.sent.clear();
        ack(0);
        tester.expectData(at(0), MSS);
        ack(5);
        tester.expectData(at(5), MSS);
        ack(12);
        assertEquals(LossRecovery.Phase.NONE, tester.connection().phase);
        assertEquals(0, tester.counted(TcpCounter.TIMEOUTS));
        assertEquals(1, tester.counted(TcpCounter.FAST_RECOVERIES));
    }
}

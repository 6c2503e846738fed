package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.tcp.SegmentSpec.ackOf;
import static org.pno.tcp.SegmentSpec.of;
import static org.pno.tcp.TcpTester.MS;
import static org.pno.tcp.TcpTester.SECOND;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pno.sys.Errno;

/** The retransmission timer: RFC 6298, RFC 5681 3.1, RFC 9293 3.8.3. */
class RetransmissionTest {
    private final TcpTester tester = new TcpTester();

    @BeforeEach
    void establish() {
        // Without SACK, so without tail loss probes: they would come first.
        tester.establish(of("S").mss(TcpTester.MSS).windowScale(7), 512);
    }

    /** An exchange that takes {@code rttNs}. */
    private void measure(final long rttNs) {
        final long before = tester.connection().sndNxt;
        tester.write(1_460);
        tester.nowNs += rttNs;
        tester.inject(ackOf(1, 1 + before + 1_460));
        tester.sent.clear();
    }

    @Test
    void shouldRetransmitAfterTimeoutWithBackOff() {
        tester.write(100);
        final long startNs = tester.expectData(1, 100).atNs;
        tester.advance(7 * SECOND);
        final long[] expectedMillis = {200, 600, 1_400, 3_000, 6_200};
        for (final long millis : expectedMillis) {
            assertEquals(startNs + millis * MS, tester.expectData(1, 100).atNs, 3 * MS);
        }
        tester.expectNothing();
        assertEquals(5, tester.counted(TcpCounter.TIMEOUTS));
    }

    @Test
    void shouldNotBackOffBeyondTwoMinutes() {
        tester.write(100);
        tester.advance(600 * SECOND);
        long lastNs = 0;
        long longestNs = 0;
        for (final SentSegment segment : tester.sent) {
            longestNs = lastNs == 0 ? 0 : Math.max(longestNs, segment.atNs - lastNs);
            lastNs = segment.atNs;
        }
        assertEquals(120 * SECOND, longestNs, SECOND);
    }

    @Test
    void shouldGiveUpAfterFifteenRetransmissions() {
        tester.write(100);
        tester.advance(2_000 * SECOND);
        assertEquals(16, tester.sent.size());
        assertNull(tester.state());
        assertTrue(tester.engine().isPristine());
    }

    @Test
    void shouldReportTimeout() {
        tester.configuration.retries = 1;
        tester.write(100);
        tester.advance(300 * MS);
        tester.nowNs += SECOND;
        tester.engine().onTimers(tester.nowNs);
        assertEquals(Errno.ETIMEDOUT, tester.connection().error());
    }

    @Test
    void shouldReportSoftErrorAsReasonOfTimeout() {
        tester.configuration.retries = 1;
        tester.write(100);
        tester.icmp(1, Errno.EHOSTUNREACH);
        tester.advance(300 * MS);
        tester.nowNs += SECOND;
        tester.engine().onTimers(tester.nowNs);
        assertEquals(Errno.EHOSTUNREACH, tester.connection().error());
    }

    @Test
    void shouldRestartTimerWithEachAcknowledgement() {
        tester.write(2_920);
        tester.expectData(1, 2_920);
        tester.advance(150 * MS);
        tester.inject(ackOf(1, 1_461));
        tester.expectNothingFor(150 * MS);
        tester.advance(SECOND);
        assertFalse(tester.sent.isEmpty());
    }

    @Test
    void shouldStopTimerWhenAllIsAcknowledged() {
        tester.write(100);
        tester.sent.clear();
        tester.inject(ackOf(1, 101));
        tester.expectNothingFor(100 * SECOND);
    }

    @Test
    void shouldAdaptTimeoutToRoundTripTime() {
        for (int i = 0; i < 50; i++) {
            measure(500 * MS);
        }
        assertEquals(500.0, tester.connection().smoothedRttNs() / (double) MS, 5);
        final long timeoutNs = tester.connection().retransmissionTimeoutNs();
        assertTrue(timeoutNs >= 690 * MS && timeoutNs < 800 * MS, () -> "RTO " + timeoutNs);
    }

    @Test
    void shouldNotMeasureRetransmittedSegmentWithoutTimestamps() {
        measure(10 * MS);
        final long before = tester.connection().smoothedRttNs();
        tester.write(100);
        tester.advance(300 * MS);
        tester.inject(ackOf(1, 1_561));
        assertEquals(before, tester.connection().smoothedRttNs());
    }

    @Test
    void shouldMeasureRetransmittedSegmentByTimestamp() {
        final TcpTester other = new TcpTester();
        other.establish();
        other.write(100);
        other.expectData(1, 100);
        other.advance(300 * MS);
        final SentSegment again = other.expectData(1, 100);
        other.nowNs += 20 * MS;
        other.inject(ackOf(1, 101).timestamps(3, again.timestampValue));
        final long smoothed = other.connection().smoothedRttNs();
        assertTrue(smoothed > 0 && smoothed < 40 * MS, () -> "SRTT " + smoothed);
    }

    @Test
    void shouldEndBackOffWithNewAcknowledgement() {
        tester.write(100);
        tester.advance(SECOND);
        tester.inject(ackOf(1, 101));
        assertTrue(tester.connection().retransmissionTimeoutNs() < 300 * MS);
    }

    @Test
    void shouldCollapseWindowAfterTimeoutAndHalveThreshold() {
        tester.write(14_600);
        tester.expectData(1, 14_600);
        tester.advance(250 * MS);
        tester.expectData(1, 1_460);
        tester.expectNothing();
        assertEquals(1_460, tester.connection().congestionControl().windowBytes());
        assertEquals(7_300, tester.connection().congestionControl().thresholdBytes());
    }

    @Test
    void shouldKeepThresholdWhenTimerFiresAgain() {
        tester.write(14_600);
        tester.advance(SECOND);
        assertEquals(7_300, tester.connection().congestionControl().thresholdBytes());
    }

    @Test
    void shouldSendAllAgainInSlowStartAfterTimeout() {
        tester.write(14_600);
        tester.expectData(1, 14_600);
        tester.advance(250 * MS);
        tester.expectData(1, 1_460);
        tester.inject(ackOf(1, 1_461));
        tester.expectData(1_461, 2_920);
        tester.inject(ackOf(1, 4_381));
        tester.expectData(4_381, 5_840);
    }

    @Test
    void shouldNotSendAgainWhatAnAckAfterTimeoutCovers() {
        tester.write(14_600);
        tester.expectData(1, 14_600);
        tester.advance(250 * MS);
        tester.expectData(1, 1_460);
        tester.inject(ackOf(1, 14_601));
        tester.expectNothingFor(10 * SECOND);
    }

    @Test
    void shouldNotEnterFastRecoveryForDuplicatesAfterTimeout() {
        tester.write(14_600);
        tester.advance(250 * MS);
        tester.sent.clear();
        for (int i = 0; i < 4; i++) {
            tester.inject(ackOf(1, 1));
        }
        assertEquals(0, tester.counted(TcpCounter.FAST_RECOVERIES));
        tester.expectNothing();
    }

    @Test
    void shouldSendFinAgainWithDataBeforeIt() {
        tester.engine().onTxWritten(tester.connection(), 100);
        tester.shutdown();
        tester.expect("FPA");
        tester.advance(250 * MS);
        final SentSegment again = tester.expect("FPA");
        assertEquals(100, again.length);
    }

    @Test
    void shouldSendOneSegmentBeyondWindowThatWasTakenBack() {
        tester.write(2_920);
        tester.expectData(1, 2_920);
        tester.inject(ackOf(1, 1).window(0));
        tester.advance(250 * MS);
        tester.expectData(1, 1_460);
        tester.expectNothing();
    }

    @Test
    void shouldNotGiveUpPeerThatHasTakenItsWindowBackButAnswers() {
        tester.write(1_460);
        tester.inject(ackOf(1, 1).window(0));
        for (int i = 0; i < 60; i++) {
            tester.advance(100 * SECOND);
            tester.inject(ackOf(1, 1).window(0));
        }
        assertEquals(TcpState.ESTABLISHED, tester.state());
    }

    @Test
    void shouldObeyUserTimeout() {
        tester.settings.userTimeoutNs = 5 * SECOND;
        tester.configure();
        tester.write(100);
        tester.advance(5 * SECOND);
        assertEquals(TcpState.ESTABLISHED, tester.state());
        tester.advance(10 * SECOND);
        assertNull(tester.state());
    }
}

package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.pno.tcp.SegmentSpec.ackOf;
import static org.pno.tcp.SegmentSpec.of;
import static org.pno.tcp.TcpTester.SECOND;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pno.sys.Errno;

/** Keepalive with Linux's three knobs: RFC 9293 3.8.4. */
class KeepaliveTest {
    private final TcpTester tester = new TcpTester();

    @BeforeEach
    void establish() {
        tester.establish(of("S").offers(), 512);
        tester.settings.keepAlive = true;
        tester.settings.keepIdleNs = 300 * SECOND;
        tester.settings.keepIntervalNs = 100 * SECOND;
        tester.settings.keepCount = 3;
        tester.configure();
    }

    @Test
    void shouldProbeAfterIdleTimeBelowSndUna() {
        tester.expectNothingFor(299 * SECOND);
        tester.advance(2 * SECOND);
        final SentSegment probe = tester.expect("A");
        assertEquals(0, probe.seq());
        assertEquals(0, probe.length);
    }

    @Test
    void shouldResetAfterLastProbe() {
        tester.advance(601 * SECOND);
        tester.expect("A");
        tester.expect("A");
        tester.expect("A");
        tester.expect("RA");
        assertNull(tester.state());
        assertEquals(1, tester.counted(TcpCounter.TIMED_OUT));
    }

    @Test
    void shouldReportTimeout() {
        tester.advance(599 * SECOND);
        tester.nowNs += 2 * SECOND;
        tester.engine().onTimers(tester.nowNs);
        assertEquals(Errno.ETIMEDOUT, tester.connection().error());
    }

    @Test
    void shouldStartAnewWhenPeerAnswers() {
        for (int i = 0; i < 20; i++) {
            tester.advance(301 * SECOND);
            tester.expect("A");
            tester.inject(ackOf(1, 1));
            tester.expectNothing();
        }
        assertEquals(TcpState.ESTABLISHED, tester.state());
    }

    @Test
    void shouldStartAnewWhenPeerAnswersAlthoughTheIdleTimeIsTheShorter() {
        tester.settings.keepIdleNs = 60 * SECOND;
        tester.configure();
        tester.advance(61 * SECOND);
        for (int i = 0; i < 20; i++) {
            tester.expect("A");
            tester.inject(ackOf(1, 1));
            tester.expectNothing();
            tester.advance(100 * SECOND);
        }
        assertEquals(TcpState.ESTABLISHED, tester.state());
    }

    @Test
    void shouldLeaveItToRetransmissionWhileDataIsInFlight() {
        tester.advance(299 * SECOND);
        tester.write(10);
        tester.expectData(1, 10);
        tester.advance(2 * SECOND);
        assertEquals(0, tester.counted(TcpCounter.KEEPALIVE_PROBES));
    }

    @Test
    void shouldStopWhenSwitchedOff() {
        tester.settings.keepAlive = false;
        tester.configure();
        tester.expectNothingFor(1_000 * SECOND);
    }

    @Test
    void shouldStartWithConnectionWhereListenerHasIt() {
        final TcpTester other = new TcpTester();
        other.settings.keepAlive = true;
        other.settings.keepIdleNs = 10 * SECOND;
        other.establish(of("S").offers(), 512);
        other.advance(11 * SECOND);
        other.expect("A");
    }

    @Test
    void shouldEndAfterUserTimeoutInsteadOfProbeCount() {
        tester.settings.userTimeoutNs = 350 * SECOND;
        tester.configure();
        tester.advance(401 * SECOND);
        tester.expect("A");
        tester.expect("RA");
    }

    @Test
    void shouldEndWithTheProgram() {
        tester.close();
        tester.expect("FA");
        tester.inject(ackOf(1, 2));
        tester.expectNothingFor(50 * SECOND);
    }
}

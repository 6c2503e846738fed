package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.tcp.SegmentSpec.ackOf;
import static org.pno.tcp.SegmentSpec.data;
import static org.pno.tcp.TcpTester.SECOND;

import org.junit.jupiter.api.Test;
import org.pno.tcp.congestion.CongestionAlgorithm;

/** RFC 3168 in both roles, and the exact echo of RFC 8257 3.2. */
class EcnTest {
    private static final int MSS = 1_460;

    private final TcpTester tester = new TcpTester();

    private TcpTester accept() {
        tester.listen();
        tester.inject(SegmentSpec.of("SEC").offers().seq(0));
        final SentSegment answer = tester.expect("SAE");
        tester.ourIss = answer.sequence;
        tester.inject(ackOf(1, 1));
        tester.number = tester.accepted.poll();
        return tester;
    }

    private static SegmentSpec echo(final long ack) {
        return SegmentSpec.of("AE").seq(1).ack(ack);
    }

    // The handshake.

    @Test
    void shouldAcceptWhenAsked() {
        accept();
        assertEquals(1, tester.counted(TcpCounter.ECN_AGREED));
    }

    @Test
    void shouldNotOfferWhenNotAsked() {
        tester.listen();
        tester.inject(SegmentSpec.of("S").offers().seq(0));
        tester.expect("SA");
    }

    @Test
    void shouldRefuseWhenSwitchedOff() {
        tester.configuration.ecn = EcnMode.OFF;
        tester.listen();
        tester.inject(SegmentSpec.of("SEC").offers().seq(0));
        tester.expect("SA");
    }

    @Test
    void shouldNotAskUnlessConfigured() {
        tester.connect();
        tester.expect("S");
    }

    @Test
    void shouldAskIfConfigured() {
        tester.configuration.ecn = EcnMode.REQUEST;
        tester.connect();
        tester.ourIss = tester.expect("SEC").sequence;
        tester.inject(SegmentSpec.of("SAE").offers().seq(0).ack(1));
        assertTrue(tester.connection().ecn);
    }

    @Test
    void shouldDoWithoutIfThePeerDeclines() {
        tester.configuration.ecn = EcnMode.REQUEST;
        tester.connect();
        tester.ourIss = tester.expect("SEC").sequence;
        tester.inject(SegmentSpec.of("SA").offers().seq(0).ack(1));
        assertFalse(tester.connection().ecn);
    }

    @Test
    void shouldNotTakeReflectedFlagsForAnAnswer() {
        tester.configuration.ecn = EcnMode.REQUEST;
        tester.connect();
        tester.ourIss = tester.expect("SEC").sequence;
        tester.inject(SegmentSpec.of("SAEC").offers().seq(0).ack(1));
        assertFalse(tester.connection().ecn);
    }

    @Test
    void shouldRepeatTheSynWithoutAsking() {
        tester.configuration.ecn = EcnMode.REQUEST;
        tester.connect();
        tester.expect("SEC");
        tester.advance(SECOND + SECOND / 2);
        tester.expect("S");
    }

    @Test
    void shouldAskForDctcpWhateverTheConfiguration() {
        tester.configuration.ecn = EcnMode.OFF;
        tester.settings.congestion = CongestionAlgorithm.DCTCP;
        tester.connect();
        tester.expect("SEC");
    }

    // As sender.

    @Test
    void shouldMarkOnlyNewDataAsCapable() {
        accept();
        tester.write(MSS);
        assertEquals(Ecn.ECT_0, tester.expectData(1, MSS).ecn);
        tester.advance(2 * SECOND);
        assertEquals(Ecn.NOT_ECT, tester.expectData(1, MSS).ecn);
    }

    @Test
    void shouldNotMarkWithoutAgreement() {
        tester.establish();
        tester.write(100);
        assertEquals(Ecn.NOT_ECT, tester.expectData(1, 100).ecn);
    }

    @Test
    void shouldReduceOncePerWindowAndSayCwrOnOneSegment() {
        accept();
        tester.write(20 * MSS);
        tester.expectData(1, 10 * MSS);
        tester.inject(echo(1 + MSS)); // Nine segments in flight: the window becomes half of that.
        assertEquals(9 * MSS / 2, tester.connection().congestion.windowBytes());
        tester.inject(echo(1 + 2 * MSS));
        assertEquals(9 * MSS / 2, tester.connection().congestion.windowBytes());
        assertEquals(1, tester.counted(TcpCounter.ECN_REDUCTIONS));
        tester.expectNothing();
        tester.inject(echo(1 + 8 * MSS)); // Two in flight, room for two.
        final SentSegment first = tester.expectData(1 + 10 * MSS, MSS);
        assertTrue(first.flags.contains("C"), first::toString);
        final SentSegment second = tester.expectData(1 + 11 * MSS, MSS);
        assertFalse(second.flags.contains("C"), second::toString);
    }

    @Test
    void shouldReduceAgainInTheNextWindow() {
        accept();
        tester.write(20 * MSS);
        tester.inject(echo(1 + 8 * MSS));
        tester.inject(ackOf(1, 1 + 10 * MSS)); // Room for two more.
        tester.inject(echo(1 + 11 * MSS));
        assertEquals(2, tester.counted(TcpCounter.ECN_REDUCTIONS));
    }

    @Test
    void shouldIgnoreEchoesWithoutAgreement() {
        tester.establish(SegmentSpec.of("S").offers(), 512);
        tester.write(10 * MSS);
        tester.inject(echo(1 + MSS));
        assertEquals(0, tester.counted(TcpCounter.ECN_REDUCTIONS));
    }

    // As receiver.

    @Test
    void shouldEchoAMarkUntilCwr() {
        accept();
        tester.inject(data(1, 1, 100).marked());
        tester.expect("AE");
        tester.inject(data(101, 1, 100));
        tester.expect("AE");
        tester.inject(SegmentSpec.of("AC").seq(201).ack(1).length(100));
        tester.expect("A");
        assertEquals(1, tester.counted(TcpCounter.CE_RECEIVED));
    }

    @Test
    void shouldEchoAMarkOnTheVerySegmentThatSaysCwr() {
        accept();
        tester.inject(data(1, 1, 100).marked());
        tester.expect("AE");
        tester.inject(SegmentSpec.of("AC").seq(101).ack(1).length(100).marked());
        tester.expect("AE");
    }

    @Test
    void shouldEchoEachSegmentAsItCameForDctcp() {
        tester.settings.congestion = CongestionAlgorithm.DCTCP;
        accept();
        tester.inject(data(1, 1, 100).marked());
        tester.expect("AE");
        tester.inject(data(101, 1, 100));
        tester.expect("A");
    }

    @Test
    void shouldSplitTheAckAtEachChangeOfTheMarkForDctcp() {
        tester.settings.congestion = CongestionAlgorithm.DCTCP;
        accept();
        tester.injectWithoutFlush(data(1, 1, 100));
        tester.injectWithoutFlush(data(101, 1, 100).marked());
        tester.injectWithoutFlush(data(201, 1, 100));
        tester.injectWithoutFlush(data(301, 1, 100));
        tester.injectWithoutFlush(data(401, 1, 100).marked());
        tester.flush();
        assertEquals(101, tester.expect("A").ack());
        assertEquals(201, tester.expect("AE").ack());
        assertEquals(401, tester.expect("A").ack());
        assertEquals(501, tester.expect("AE").ack());
        tester.expectNothing();
    }

    @Test
    void shouldForgetTheOldestChangesOfTheMarkWhenThereAreTooMany() {
        tester.settings.congestion = CongestionAlgorithm.DCTCP;
        accept();
        final int segments = EchoChanges.CAPACITY + 4; // Two changes more than it keeps beside the last.
        for (int i = 0; i < segments; i++) {
            final SegmentSpec segment = data(1 + 100 * i, 1, 100);
            tester.injectWithoutFlush(i % 2 == 0 ? segment : segment.marked());
        }
        tester.flush();
        assertEquals(301, tester.expect("A").ack());
        assertEquals(401, tester.expect("AE").ack());
    }

    @Test
    void shouldSplitTheAckWhereTheMarkChangesForDctcp() {
        tester.settings.congestion = CongestionAlgorithm.DCTCP;
        accept();
        tester.injectWithoutFlush(data(1, 1, 100));
        tester.injectWithoutFlush(data(101, 1, 100).marked());
        tester.flush();
        assertEquals(101, tester.expect("A").ack());
        assertEquals(201, tester.expect("AE").ack());
        tester.expectNothing();
    }
}

package org.pno.check.scripts;

import static org.pno.check.Seg.data;
import static org.pno.check.Seg.pureAck;
import static org.pno.check.Seg.seg;
import static org.pno.check.Seg.syn;

import org.pno.check.PacketScript;
import org.pno.check.Script;
import org.pno.check.Seg;

/** RFC 5681, 6298, 6582, 6675, 8985, 3042: what is sent again, when, and what is not. */
final class LossScripts {
    /** Long enough for a script on Linux to say what it has to before a timer does. */
    private static final int ROUND_TRIP_MS = 100;

    private static final int MSS = 1_460;

    private LossScripts() {}

    /** So many full segments from this number on. */
    static void expectFlight(final Script s, final long from, final int count, final int bytes) {
        for (int i = 0; i < count; i++) {
            s.expect(data(from + (long) i * bytes, bytes));
        }
    }

    /** Ten segments in flight, with or without SACK. */
    private static void tenInFlight(final Script s, final boolean sack, final int written) {
        s.establish(sack ? syn().sackPermitted() : syn(), ROUND_TRIP_MS, 65_535);
        s.write(written);
        expectFlight(s, 1, 10, MSS);
    }

    /** Where the segment of this number, counted from 0, begins. */
    private static long at(final int segment) {
        return 1 + (long) segment * MSS;
    }

    private static Seg sacked(final long ack, final int... segments) {
        final Seg segment = pureAck(ack);
        for (int i = 0; i < segments.length; i += 2) {
            segment.sack(at(segments[i]), at(segments[i + 1]));
        }
        return segment;
    }

    @PacketScript
    static void shouldRetransmitWhenThreeSegmentsAreReported(final Script s) {
        tenInFlight(s, true, 10 * MSS);
        s.inject(sacked(1, 1, 2));
        s.inject(sacked(1, 1, 3));
        s.expectNothing();
        s.inject(sacked(1, 1, 4));
        s.expect(data(1, MSS));
        s.inject(pureAck(at(10)));
        s.expectNothing();
    }

    @PacketScript
    static void shouldRetransmitAtOnceWhenThreeSegmentsAreReportedTogether(final Script s) {
        tenInFlight(s, true, 10 * MSS);
        s.inject(sacked(1, 1, 5));
        s.expect(data(1, MSS));
        s.inject(pureAck(at(10)));
        s.expectNothing();
    }

    @PacketScript
    static void shouldRetransmitAHoleInTheMiddle(final Script s) {
        tenInFlight(s, true, 10 * MSS);
        s.inject(pureAck(at(3)));
        s.inject(sacked(at(3), 4, 10));
        s.expect(data(at(3), MSS));
        s.inject(pureAck(at(10)));
        s.expectNothing();
    }

    @PacketScript
    static void shouldRetransmitEveryHole(final Script s) {
        tenInFlight(s, true, 10 * MSS);
        s.inject(sacked(1, 1, 2));
        s.inject(sacked(1, 3, 4, 1, 2));
        s.inject(sacked(1, 5, 10, 3, 4, 1, 2));
        s.expect(data(at(0), MSS));
        s.expect(data(at(2), MSS));
        s.expect(data(at(4), MSS));
        s.inject(pureAck(at(10)));
        s.expectNothing();
    }

    @PacketScript
    static void shouldNotRetransmitWhatWasOnlyReordered(final Script s) {
        tenInFlight(s, true, 10 * MSS);
        s.inject(sacked(1, 1, 2));
        s.expectNothing();
        s.inject(pureAck(at(2)));
        s.expectNothing();
        s.inject(pureAck(at(10)));
        s.expectNothingFor(50);
    }

    @PacketScript
    static void shouldRetransmitAfterTheReorderingWindow(final Script s) {
        tenInFlight(s, true, 10 * MSS);
        s.inject(sacked(1, 1, 2));
        s.expectWithin(150, data(1, MSS)); // A quarter of the least round trip later.
        s.inject(pureAck(at(10)));
        s.expectNothing();
    }

    @PacketScript
    static void shouldRetransmitAfterThreeDuplicates(final Script s) {
        tenInFlight(s, false, 10 * MSS);
        s.inject(pureAck(1));
        s.inject(pureAck(1));
        s.expectNothing();
        s.inject(pureAck(1));
        s.expect(data(1, MSS));
        s.inject(pureAck(at(10)));
        s.expectNothing();
    }

    @PacketScript
    static void shouldRetransmitTheNextHoleAfterAPartialAck(final Script s) {
        tenInFlight(s, false, 10 * MSS);
        for (int i = 0; i < 3; i++) {
            s.inject(pureAck(1));
        }
        s.expect(data(1, MSS));
        s.inject(pureAck(at(4)));
        s.expect(data(at(4), MSS));
        s.inject(pureAck(at(7)));
        s.expect(data(at(7), MSS));
        s.mayCome(data(at(8), MSS)); // Linux sends more here.
        s.mayCome(data(at(9), MSS));
        s.inject(pureAck(at(10)));
        s.expectNothing();
    }

    @PacketScript
    static void shouldSendNewDataForTheFirstDuplicates(final Script s) {
        tenInFlight(s, false, 14 * MSS);
        s.inject(pureAck(1));
        s.expect(data(at(10), MSS));
        s.inject(pureAck(1));
        s.expect(data(at(11), MSS));
        s.inject(pureAck(1));
        s.expect(data(1, MSS));
        s.inject(pureAck(at(12)));
        expectFlight(s, at(12), 2, MSS);
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldSendNewDataForTheFirstReports(final Script s) {
        tenInFlight(s, true, 12 * MSS);
        s.inject(sacked(1, 1, 2));
        s.expect(data(at(10), MSS));
        s.inject(sacked(1, 1, 3));
        s.expect(data(at(11), MSS));
        s.inject(pureAck(at(12)));
        s.expectNothing();
    }

    @PacketScript
    static void shouldNotTakeDataForDuplicates(final Script s) {
        tenInFlight(s, false, 10 * MSS);
        for (int i = 0; i < 4; i++) {
            s.inject(data(1 + 100 * i, 100).ack(1));
        }
        s.mayCome(pureAck(101));
        s.mayCome(pureAck(201));
        s.mayCome(pureAck(301));
        s.mayCome(pureAck(401));
        s.expectNothing();
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldNotTakeWindowUpdatesForDuplicates(final Script s) {
        s.establish(syn(), ROUND_TRIP_MS, 20_000);
        s.write(10 * MSS);
        expectFlight(s, 1, 10, MSS);
        for (int i = 1; i <= 4; i++) {
            s.inject(pureAck(1).window(20_000 + 1_000 * i));
        }
        s.expectNothing();
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldRetransmitAfterTheTimeout(final Script s) {
        s.establish();
        s.write(1_000);
        s.expect(data(1, 1_000));
        s.expectAfter(220, data(1, 1_000));
        s.inject(pureAck(1_001));
        s.expectNothing();
    }

    @PacketScript
    static void shouldWaitTwiceAsLongEachTime(final Script s) {
        s.establish();
        s.write(1_000);
        s.expect(data(1, 1_000));
        s.expectAfter(220, data(1, 1_000));
        s.expectAfter(440, data(1, 1_000));
        s.expectAfter(880, data(1, 1_000));
        s.inject(pureAck(1_001));
    }

    @PacketScript
    static void shouldRetransmitOneSegmentAfterTheTimeout(final Script s) {
        s.establish(syn(), 20, 65_535);
        s.write(4 * MSS);
        expectFlight(s, 1, 4, MSS);
        s.expectAfter(220, data(1, MSS));
        s.expectNothing();
        s.inject(pureAck(at(4)));
        s.expectNothing();
    }

    @PacketScript
    static void shouldGoOnInSlowStartAfterTheTimeout(final Script s) {
        s.establish(syn(), 20, 65_535);
        s.write(4 * MSS);
        expectFlight(s, 1, 4, MSS);
        s.expectAfter(220, data(1, MSS));
        s.inject(pureAck(at(1)));
        expectFlight(s, at(1), 2, MSS);
        s.expectNothing();
        s.inject(pureAck(at(3)));
        s.expect(data(at(3), MSS));
        s.inject(pureAck(at(4)));
    }

    @PacketScript
    static void shouldNotTimeOutWhileAcksComeIn(final Script s) {
        tenInFlight(s, false, 10 * MSS);
        for (int i = 1; i < 8; i += 2) {
            s.expectNothingFor(50);
            s.inject(pureAck(at(i)));
        }
        s.inject(pureAck(at(10)));
        s.expectNothing();
    }

    @PacketScript
    static void shouldProbeTheTail(final Script s) {
        s.establish(syn().sackPermitted(), 20, 65_535);
        s.write(3 * MSS);
        expectFlight(s, 1, 3, MSS);
        s.expectAfter(42, data(at(2), MSS));
        s.inject(pureAck(at(3)));
        s.expectNothing();
    }

    @PacketScript
    static void shouldProbeWithNewDataIfThereIsSome(final Script s) {
        s.establish(syn().sackPermitted(), 20, 65_535);
        s.write(11 * MSS);
        expectFlight(s, 1, 10, MSS);
        s.expectAfter(42, data(at(10), MSS));
        s.inject(pureAck(at(11)));
        s.expectNothing();
    }

    @PacketScript
    static void shouldFindALostTailByItsProbe(final Script s) {
        s.establish(syn().sackPermitted(), 20, 65_535);
        s.write(5 * MSS);
        expectFlight(s, 1, 5, MSS);
        s.inject(pureAck(at(2)));
        s.expectWithin(100, data(at(4), MSS));
        s.advance(20);
        s.inject(sacked(at(2), 4, 5)); // The probe arrived, what was sent before it did not.
        s.expectWithin(100, data(at(2), MSS));
        s.inject(sacked(at(3), 4, 5));
        s.expectWithin(100, data(at(3), MSS));
        s.inject(pureAck(at(5)));
        s.expectNothing();
    }

    @PacketScript
    static void shouldTimeOutWhenTheProbeIsLostToo(final Script s) {
        s.establish(syn().sackPermitted(), 20, 65_535);
        s.write(2 * MSS);
        expectFlight(s, 1, 2, MSS);
        s.expectAfter(42, data(at(1), MSS));
        s.expectAfter(220, data(1, MSS));
        s.inject(pureAck(at(2)));
        s.expectNothing();
    }

    @PacketScript
    static void shouldNotProbeWithoutSack(final Script s) {
        s.establish(syn(), 20, 65_535);
        s.write(2 * MSS);
        expectFlight(s, 1, 2, MSS);
        s.expectAfter(220, data(1, MSS));
        s.inject(pureAck(at(2)));
    }

    @PacketScript
    static void shouldIgnoreReportsOfWhatWasNeverSent(final Script s) {
        tenInFlight(s, true, 10 * MSS);
        s.inject(pureAck(1).sack(50_001, 60_001));
        s.inject(pureAck(1).sack(at(20), at(30)));
        s.inject(pureAck(1).sack(at(3), at(1)));
        s.inject(pureAck(1).sack(at(9), at(40)));
        s.expectNothing();
        s.inject(pureAck(at(10)));
        s.expectNothing();
    }

    @PacketScript
    static void shouldNotMindADuplicateReport(final Script s) {
        tenInFlight(s, true, 10 * MSS);
        s.inject(pureAck(at(5)));
        s.inject(pureAck(at(5)).sack(at(0), at(1)));
        s.inject(pureAck(at(5)).sack(at(1), at(2)));
        s.inject(pureAck(at(5)).sack(at(2), at(3)));
        s.expectNothing();
        s.inject(pureAck(at(10)));
        s.expectNothing();
    }

    @PacketScript
    static void shouldRetransmitAFinAfterTheTimeout(final Script s) {
        s.establish();
        s.shutdown();
        s.expect(seg("FA").seq(1).ack(1));
        s.expectAfter(220, seg("FA").seq(1).ack(1));
        s.inject(pureAck(2));
        s.state("FIN-WAIT-2");
    }

    @PacketScript
    static void shouldRetransmitDataAndFinTogether(final Script s) {
        s.establish();
        s.write(100);
        s.expect(data(1, 100));
        s.write(100);
        s.shutdown();
        s.expect(seg("FA").seq(101).length(100));
        s.inject(pureAck(101));
        s.expectAfter(220, seg("FA").seq(101).length(100));
        s.inject(pureAck(202));
        s.state("FIN-WAIT-2");
    }

    @PacketScript
    static void shouldRetransmitInSmallerPiecesWhenTheWindowHasShrunk(final Script s) {
        s.establish();
        s.write(MSS);
        s.expect(data(1, MSS));
        s.inject(pureAck(101));
        s.expectAfter(220, data(101, MSS - 100));
        s.inject(pureAck(at(1)));
    }

    @PacketScript
    static void shouldAcknowledgeARetransmission(final Script s) {
        s.establish();
        s.inject(data(1, 500).ack(1));
        s.expectWithin(200, pureAck(501));
        s.inject(data(1, 500).ack(1));
        s.expect(pureAck(501));
        s.read(500);
    }

    @PacketScript
    static void shouldKeepTheTimeoutOfTheLastMeasurement(final Script s) {
        s.establish(syn(), 200, 65_535);
        s.write(1_000);
        s.expect(data(1, 1_000));
        s.expectAfter(600, data(1, 1_000)); // 200 ms and four times 100.
        s.inject(pureAck(1_001));
    }

    @PacketScript
    static void shouldReportWhatCameTwice(final Script s) {
        s.establish(syn().sackPermitted());
        s.inject(data(1, 500).ack(1));
        s.expectWithin(200, pureAck(501).noSack());
        s.inject(data(1, 500).ack(1));
        s.expect(pureAck(501).sack(1, 501));
        s.read(500);
    }

    @PacketScript
    static void shouldReportWhatCameTwiceAhead(final Script s) {
        s.establish(syn().sackPermitted());
        s.inject(data(1_001, 500).ack(1));
        s.expect(pureAck(1).sack(1_001, 1_501));
        s.inject(data(1_001, 500).ack(1));
        s.expect(pureAck(1).sack(1_001, 1_501, 1_001, 1_501));
        s.inject(data(1, 1_000).ack(1));
        s.expectWithin(200, pureAck(1_501).noSack());
        s.read(1_500);
    }

    @PacketScript
    static void shouldSendNewDataToFindOutWhetherATimeoutWasNeeded(final Script s) {
        s.establish(syn(), 20, 4 * MSS);
        s.write(8 * MSS);
        expectFlight(s, 1, 4, MSS);
        s.expectAfter(220, data(1, MSS));
        s.inject(pureAck(at(1)).window(4 * MSS));
        s.expect(data(at(4), MSS)); // RFC 5682: new, not the second again.
        s.inject(pureAck(at(4)).window(65_535)); // All had arrived, only late.
        expectFlight(s, at(5), 3, MSS);
        s.inject(pureAck(at(8)));
        s.expectNothing();
    }

    @PacketScript
    static void shouldSendAgainWhenTheTimeoutWasNeeded(final Script s) {
        s.establish(syn(), 20, 4 * MSS);
        s.write(5 * MSS);
        expectFlight(s, 1, 4, MSS);
        s.expectAfter(220, data(1, MSS));
        s.inject(pureAck(at(1)).window(4 * MSS));
        s.expect(data(at(4), MSS));
        s.inject(pureAck(at(1)).window(4 * MSS)); // The new one arrived, the second did not.
        s.expect(data(at(1), MSS));
        s.mayCome(data(at(2), MSS));
        s.mayCome(data(at(3), MSS));
        s.inject(pureAck(at(5)));
        s.expectNothing();
    }

    @PacketScript
    static void shouldFindALostRetransmission(final Script s) {
        tenInFlight(s, true, 14 * MSS);
        s.advance(10); // The retransmission is sent later than what it is compared with.
        s.inject(sacked(1, 1, 5));
        s.expect(data(1, MSS));
        s.mayCome(data(at(10), MSS));
        s.mayCome(data(at(11), MSS));
        s.mayCome(data(at(12), MSS));
        s.mayCome(data(at(13), MSS));
        s.advance(100);
        s.inject(sacked(1, 1, 10));
        s.advance(100);
        s.inject(sacked(1, 1, 14)); // What was sent behind the retransmission arrived, it did not.
        s.expectWithin(150, data(1, MSS));
        s.inject(pureAck(at(14)));
        s.expectNothing();
    }

    @PacketScript
    static void shouldRetransmitWithTheLatestAck(final Script s) {
        s.establish();
        s.write(1_000);
        s.expect(data(1, 1_000).ack(1));
        s.inject(data(1, 100).ack(1));
        s.expectWithin(200, pureAck(101));
        s.expectWithin(500, data(1, 1_000).ack(101));
        s.inject(pureAck(1_001));
        s.read(100);
    }

    @PacketScript
    static void shouldTakeDataFromAPeerWhoseAcksAreLost(final Script s) {
        s.establish();
        s.write(1_000);
        s.expect(data(1, 1_000));
        s.expectAfter(220, data(1, 1_000));
        s.inject(data(1, 100).ack(1_001));
        s.expectWithin(200, pureAck(101));
        s.read(100);
        s.expectNothingFor(100);
    }
}

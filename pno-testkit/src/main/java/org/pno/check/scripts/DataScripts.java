package org.pno.check.scripts;

import static org.pno.check.Seg.data;
import static org.pno.check.Seg.fullSyn;
import static org.pno.check.Seg.pureAck;
import static org.pno.check.Seg.seg;
import static org.pno.check.Seg.syn;

import org.pno.check.Option;
import org.pno.check.PacketScript;
import org.pno.check.Script;
import org.pno.sys.Errno;

/** RFC 9293 3.8 and 3.10, RFC 896, RFC 1122 4.2.3.2: data both ways, Nagle, cork, delayed ACKs, holes. */
final class DataScripts {
    private DataScripts() {}

    @PacketScript
    static void shouldSendWhatIsWritten(final Script s) {
        s.establish();
        s.write(1_000);
        s.expect(data(1, 1_000).ack(1).pushed());
        s.inject(pureAck(1_001));
        s.expectNothing();
    }

    @PacketScript
    static void shouldCutIntoFullSegments(final Script s) {
        s.establish();
        s.write(3_000);
        s.expect(data(1, 1_460));
        s.expect(data(1_461, 1_460));
        s.expect(data(2_921, 80).pushed());
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldStartWithTenSegments(final Script s) {
        s.establish(syn().window(65_535), 100, 65_535);
        s.write(12 * 1_460);
        LossScripts.expectFlight(s, 1, 10, 1_460);
        s.expectNothing();
        s.inject(pureAck(2_921));
        LossScripts.expectFlight(s, 14_601, 2, 1_460);
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldHoldASmallSegmentBack(final Script s) {
        s.establish();
        s.write(100);
        s.expect(data(1, 100));
        s.write(100);
        s.write(100);
        s.expectNothing();
        s.inject(pureAck(101));
        s.expect(data(101, 200));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldNotHoldASmallSegmentBackBehindFullOnes(final Script s) {
        s.establish();
        s.write(1_560);
        s.expect(data(1, 1_460));
        s.expect(data(1_461, 100));
        s.write(100);
        s.expectNothing();
        s.inject(pureAck(1_561));
        s.expect(data(1_561, 100));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldSendSmallSegmentsWithoutDelay(final Script s) {
        s.establish();
        s.option(Option.NO_DELAY, 1);
        s.write(100);
        s.expect(data(1, 100));
        s.write(100);
        s.expect(data(101, 100));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldFlushWhenDelayIsSwitchedOff(final Script s) {
        s.establish();
        s.write(100);
        s.expect(data(1, 100));
        s.write(100);
        s.expectNothing();
        s.option(Option.NO_DELAY, 1);
        s.expect(data(101, 100));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldCork(final Script s) {
        s.establish();
        s.option(Option.CORK, 1);
        s.write(100);
        s.expectNothingFor(50);
        s.write(1_500);
        s.expect(data(1, 1_460));
        s.expectNothing();
        s.option(Option.CORK, 0);
        s.expect(data(1_461, 140));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldReceiveInOrder(final Script s) {
        s.establish();
        s.inject(data(1, 1_000));
        s.expectWithin(200, pureAck(1_001));
        s.read(1_000);
        s.readFails(Errno.EAGAIN);
    }

    @PacketScript
    static void shouldReceiveAcrossTheWrapOfSequenceNumbers(final Script s) {
        s.establish();
        for (int i = 0; i < 4; i++) {
            s.inject(data(1 + 300 * i, 300).ack(1));
            s.expectWithin(200, pureAck(301 + 300 * i));
        }
        s.read(1_200);
    }

    @PacketScript
    static void shouldReportWhatIsAhead(final Script s) {
        s.establish(syn().sackPermitted());
        s.inject(data(1_001, 500).ack(1));
        s.expect(pureAck(1).sack(1_001, 1_501));
        s.inject(data(1, 1_000).ack(1));
        s.expectWithin(200, pureAck(1_501).noSack());
        s.read(1_500);
    }

    @PacketScript
    static void shouldReportTheLatestStretchFirst(final Script s) {
        s.establish(syn().sackPermitted());
        s.inject(data(1_001, 100).ack(1));
        s.expect(pureAck(1).sack(1_001, 1_101));
        s.inject(data(3_001, 100).ack(1));
        s.expect(pureAck(1).sack(3_001, 3_101, 1_001, 1_101));
        s.inject(data(2_001, 100).ack(1));
        s.expect(pureAck(1).sack(2_001, 2_101, 3_001, 3_101, 1_001, 1_101));
        s.inject(data(1_101, 100).ack(1));
        s.expect(pureAck(1).sack(1_001, 1_201, 2_001, 2_101, 3_001, 3_101));
    }

    @PacketScript
    static void shouldReportFourStretchesAtMost(final Script s) {
        s.establish(syn().sackPermitted());
        for (int i = 1; i <= 5; i++) {
            s.inject(data(1 + 1_000 * i, 100).ack(1));
            final int blocks = Math.min(4, i);
            s.expect(pureAck(1).that("has " + blocks + " blocks", p -> p.sack.length == 2 * blocks));
        }
    }

    @PacketScript
    static void shouldReportThreeStretchesBesideTimestamps(final Script s) {
        s.establish(fullSyn());
        for (int i = 1; i <= 4; i++) {
            s.inject(data(1 + 1_000 * i, 100).ack(1));
            final int blocks = Math.min(3, i);
            s.expect(pureAck(1).that("has " + blocks + " blocks", p -> p.sack.length == 2 * blocks));
        }
    }

    @PacketScript
    static void shouldAcknowledgeOutOfOrderWithoutSack(final Script s) {
        s.establish();
        for (int i = 1; i <= 3; i++) {
            s.inject(data(1 + 500 * i, 500).ack(1));
            s.expect(pureAck(1).noSack());
        }
        s.inject(data(1, 500).ack(1));
        s.expectWithin(200, pureAck(2_001));
        s.read(2_000);
    }

    @PacketScript
    static void shouldAcknowledgeAHoleThatIsPartlyFilled(final Script s) {
        s.establish(syn().sackPermitted());
        s.inject(data(1_001, 500).ack(1));
        s.expect(pureAck(1).sack(1_001, 1_501));
        s.inject(data(1, 400).ack(1));
        s.expectWithin(200, pureAck(401).sack(1_001, 1_501));
        s.inject(data(401, 600).ack(1));
        s.expectWithin(200, pureAck(1_501).noSack());
        s.read(1_500);
    }

    @PacketScript
    static void shouldTakeTheNewPartOfAnOverlap(final Script s) {
        s.establish();
        s.inject(data(1, 1_000).ack(1));
        s.expectWithin(200, pureAck(1_001));
        s.inject(data(501, 1_000).ack(1));
        s.expectWithin(200, pureAck(1_501));
        s.read(1_500);
    }

    @PacketScript
    static void shouldTakeASegmentThatCoversStretchesAhead(final Script s) {
        s.establish(syn().sackPermitted());
        s.inject(data(501, 100).ack(1));
        s.expect(pureAck(1).sack(501, 601));
        s.inject(data(801, 100).ack(1));
        s.expect(pureAck(1).sack(801, 901, 501, 601));
        s.inject(data(1, 1_000).ack(1));
        s.expectWithin(200, seg("A").ack(1_001));
        s.read(1_000);
    }

    @PacketScript
    static void shouldAcknowledgeEverySecondFullSegmentAtOnce(final Script s) {
        s.establish();
        s.inject(data(1, 1_460).ack(1));
        s.maybe(1);
        s.inject(data(1_461, 1_460).ack(1));
        s.expect(pureAck(2_921));
        s.read(2_920);
    }

    @PacketScript
    static void shouldDelayAnAckOnceItAnswers(final Script s) {
        interact(s);
        s.inject(data(2_001, 100).ack(1));
        s.expectAfter(40, pureAck(2_101));
        s.read(100);
    }

    @PacketScript
    static void shouldSendTheAckWithTheAnswer(final Script s) {
        interact(s);
        s.inject(data(2_001, 100).ack(1));
        s.read(100);
        s.write(50);
        s.expect(data(1, 50).ack(2_101));
        s.inject(seg("A"));
    }

    /** So much was received that new ACKs wait for company; 2000 bytes. */
    private static void interact(final Script s) {
        s.establish();
        for (int i = 0; i < 20; i++) {
            s.inject(data(1 + 100 * i, 100).ack(1));
            s.expectWithin(200, pureAck(101 + 100 * i));
        }
        s.read(2_000);
    }

    @PacketScript
    static void shouldTakeDataAndItsAckInOneSegment(final Script s) {
        s.establish();
        s.write(100);
        s.expect(data(1, 100));
        s.write(100);
        s.expectNothing();
        s.inject(data(1, 100).ack(101));
        s.expect(data(101, 100).that("acknowledges", p -> p.ack == 1 || p.ack == 101));
        s.read(100);
        s.maybe(100);
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldPushTheLastSegmentOfAWrite(final Script s) {
        s.establish();
        s.write(2_000);
        s.expect(data(1, 1_460));
        s.expect(data(1_461, 540).pushed());
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldIgnoreAnAckOfAnAck(final Script s) {
        s.establish();
        s.inject(pureAck(1).seq(1));
        s.inject(pureAck(1).seq(1));
        s.expectNothing();
        s.state("ESTAB");
    }

    @PacketScript
    static void shouldNotTakeDataWithABadChecksum(final Script s) {
        s.establish();
        s.inject(data(1, 100).badChecksum());
        s.expectNothing();
        s.inject(data(1, 100));
        s.expectWithin(200, pureAck(101));
        s.read(100);
    }
}

package org.pno.check.scripts;

import static org.pno.check.Seg.data;
import static org.pno.check.Seg.pureAck;
import static org.pno.check.Seg.seg;
import static org.pno.check.Seg.syn;

import org.pno.check.Option;
import org.pno.check.PacketScript;
import org.pno.check.Script;
import org.pno.check.Seg;
import org.pno.sys.Errno;

/** RFC 9293 3.8.5 and RFC 6093: urgent data, both ways. */
final class UrgentScripts {
    private static final int MSS = 1_460;

    private UrgentScripts() {}

    private static Seg urgent(final long seq, final int length, final int pointer) {
        return seg("UA").seq(seq).length(length).urgent(pointer);
    }

    // Sending.

    @PacketScript
    static void shouldPointBehindTheUrgentByte(final Script s) {
        s.establish();
        s.writeUrgent(1);
        s.expect(urgent(1, 1, 1));
        s.inject(seg("A"));
        s.writeUrgent(100);
        s.expect(urgent(2, 100, 100));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldPointAheadFromTheSegmentsBefore(final Script s) {
        s.establish(syn(), 20, 2 * MSS);
        s.write(4 * MSS);
        LossScripts.expectFlight(s, 1, 2, MSS);
        s.writeUrgent(10);
        s.expectNothing();
        s.inject(pureAck(1 + 2 * MSS).window(2 * MSS));
        s.expect(urgent(1 + 2 * MSS, MSS, 2 * MSS + 10));
        s.expect(urgent(1 + 3 * MSS, MSS, MSS + 10));
        s.inject(pureAck(1 + 4 * MSS).window(2 * MSS));
        s.expect(urgent(1 + 4 * MSS, 10, 10));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldTellOfUrgentDataInAnAck(final Script s) {
        s.establish(syn(), 20, 2 * MSS);
        s.write(2 * MSS);
        LossScripts.expectFlight(s, 1, 2, MSS);
        s.writeUrgent(10);
        s.expectNothing();
        s.inject(seg("PA").ack(1).length(100).window(2 * MSS));
        s.expectWithin(200, seg("UA").seq(1 + 2 * MSS).ack(101).urgent(10));
        s.read(100);
        s.inject(pureAck(1 + 2 * MSS).window(2 * MSS));
        s.expect(urgent(1 + 2 * MSS, 10, 10));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldProbeAClosedWindowWithThePointer(final Script s) {
        s.establish();
        s.inject(pureAck(1).seq(1).window(0));
        s.writeUrgent(1_000);
        s.expectAfter(220, urgent(1, 0, 1_000));
        s.expect(urgent(0, 0, 1_001));
        s.inject(pureAck(1).window(65_535));
        s.expect(urgent(1, 1_000, 1_000));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldPointAsFarAsItCan(final Script s) {
        s.establish(syn(), 20, 2 * MSS);
        s.write(2 * MSS);
        LossScripts.expectFlight(s, 1, 2, MSS);
        for (int i = 0; i < 5; i++) {
            s.write(14_000);
        }
        s.writeUrgent(1);
        s.expectNothing();
        s.inject(pureAck(1 + 2 * MSS).window(2 * MSS));
        s.expect(urgent(1 + 2 * MSS, MSS, 0xFFFF));
        s.expect(urgent(1 + 3 * MSS, MSS, 0xFFFF));
        s.inject(seg("RA"));
    }

    @PacketScript
    static void shouldSendUrgentDataAgainAsSuch(final Script s) {
        s.establish();
        s.writeUrgent(100);
        s.expect(urgent(1, 100, 100));
        s.expectAfter(220, urgent(1, 100, 100));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldNotPointFromWhatFollows(final Script s) {
        s.establish();
        s.writeUrgent(10);
        s.expect(urgent(1, 10, 10));
        s.write(20); // And Nagle's algorithm is off, as long as it is not acknowledged.
        s.expect(data(11, 20));
        s.inject(seg("A"));
        s.write(30);
        s.expect(data(31, 30));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldNotKeepUrgentDataBackForNagle(final Script s) {
        s.establish();
        s.write(10);
        s.expect(data(1, 10));
        s.writeUrgent(5);
        s.expect(urgent(11, 5, 5));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldNotKeepUrgentDataBackForCork(final Script s) {
        s.establish();
        s.option(Option.CORK, 1);
        s.writeUrgent(5);
        s.expect(urgent(1, 5, 5));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldPointToTheLastOfTwoUrgentBytes(final Script s) {
        s.establish(syn(), 20, 2 * MSS);
        s.write(2 * MSS);
        LossScripts.expectFlight(s, 1, 2, MSS);
        s.writeUrgent(10);
        s.writeUrgent(10);
        s.expectNothing();
        s.inject(pureAck(1 + 2 * MSS).window(2 * MSS));
        s.expect(urgent(1 + 2 * MSS, 20, 20));
        s.inject(seg("A"));
    }

    // Receiving.

    @PacketScript
    static void shouldReadTheUrgentByteBesideTheStream(final Script s) {
        s.establish();
        s.readUrgentFails(Errno.EINVAL);
        s.inject(seg("UPA").length(10).urgent(10));
        s.expectWithin(200, pureAck(11));
        s.atMark(false);
        s.readUrgent(10);
        s.readUrgentFails(Errno.EINVAL);
        s.readSome(100, 9);
        s.atMark(true);
        s.readFails(Errno.EAGAIN);
        s.atMark(false);
    }

    @PacketScript
    static void shouldStopReadingAtTheMark(final Script s) {
        s.establish();
        s.inject(seg("UPA").length(20).urgent(10));
        s.expectWithin(200, pureAck(21));
        s.readSome(100, 9);
        s.atMark(true);
        s.readUrgent(10);
        s.atMark(true);
        s.readSome(100, 10);
        s.atMark(false);
        s.readUrgentFails(Errno.EINVAL);
    }

    @PacketScript
    static void shouldLoseTheUrgentByteThatIsReadPast(final Script s) {
        s.establish();
        s.inject(seg("UPA").length(20).urgent(1));
        s.expectWithin(200, pureAck(21));
        s.atMark(true);
        s.readSome(100, 19);
        s.readUrgentFails(Errno.EINVAL);
    }

    @PacketScript
    static void shouldHearOfTheUrgentByteBeforeItComes(final Script s) {
        s.establish();
        s.inject(seg("UPA").length(10).urgent(15));
        s.expectWithin(200, pureAck(11));
        s.readUrgentFails(Errno.EAGAIN);
        s.readSome(100, 10);
        s.readUrgentFails(Errno.EAGAIN);
        s.inject(seg("PA").length(10));
        s.expectWithin(200, pureAck(21));
        s.readUrgent(15);
        s.readSome(100, 4);
        s.readSome(100, 5);
    }

    @PacketScript
    static void shouldHearOfUrgentDataByAnAckAlone(final Script s) {
        s.establish();
        s.inject(seg("UA").urgent(5));
        s.atMark(false);
        s.readUrgentFails(Errno.EAGAIN);
        s.inject(seg("PA").length(10));
        s.expectWithin(200, pureAck(11));
        s.readUrgent(5);
        s.read(4);
    }

    @PacketScript
    static void shouldIgnoreAPointerToWhatWasReceived(final Script s) {
        s.establish();
        s.inject(seg("PA").length(10));
        s.expectWithin(200, pureAck(11));
        s.inject(seg("UPA").seq(1).length(10).urgent(5));
        s.expectWithin(200, pureAck(11));
        s.readUrgentFails(Errno.EINVAL);
        s.read(10);
    }

    @PacketScript
    static void shouldIgnoreAnOlderPointer(final Script s) {
        s.establish();
        s.inject(seg("UA").urgent(25));
        s.inject(seg("UPA").length(10).urgent(5));
        s.expectWithin(200, pureAck(11));
        s.readUrgentFails(Errno.EAGAIN);
        s.readSome(100, 10);
        s.inject(seg("PA").length(20));
        s.expectWithin(200, pureAck(31));
        s.readUrgent(25);
        s.readSome(100, 14);
    }

    @PacketScript
    static void shouldTakeANewUrgentByteForAnUnreadOne(final Script s) {
        s.establish();
        s.inject(seg("UPA").length(10).urgent(5));
        s.expectWithin(200, pureAck(11));
        s.inject(seg("UPA").length(10).urgent(5));
        s.expectWithin(200, pureAck(21));
        s.readUrgent(15);
        s.readSome(100, 14);
        s.readSome(100, 5);
    }

    @PacketScript
    static void shouldDropTheUrgentByteAtWhichTheReaderStandsForANewOne(final Script s) {
        s.establish();
        s.inject(seg("UPA").length(1).urgent(1));
        s.expectWithin(200, pureAck(2));
        s.inject(seg("UPA").length(1).urgent(1));
        s.expectWithin(200, pureAck(3));
        s.atMark(true);
        s.readUrgent(2);
        s.readFails(Errno.EAGAIN);
    }

    @PacketScript
    static void shouldReadUrgentDataInline(final Script s) {
        s.option(Option.URGENT_INLINE, 1);
        s.establish();
        s.inject(seg("UPA").length(20).urgent(10));
        s.expectWithin(200, pureAck(21));
        s.readUrgentFails(Errno.EINVAL);
        s.readSome(100, 9);
        s.atMark(true);
        s.readSome(100, 11);
    }

    @PacketScript
    static void shouldReadTheUrgentByteBeyondAHole(final Script s) {
        s.establish();
        s.inject(seg("UPA").seq(11).length(10).urgent(5));
        s.expect(pureAck(1));
        s.readUrgent(15);
        s.readFails(Errno.EAGAIN);
        s.inject(seg("PA").seq(1).length(10));
        s.expectWithin(200, pureAck(21));
        s.readSome(100, 14);
        s.readSome(100, 5);
    }

    @PacketScript
    static void shouldTakeAPointerOfNoneForTheFirstByte(final Script s) {
        s.establish();
        s.inject(seg("UPA").length(10).urgent(0));
        s.expectWithin(200, pureAck(11));
        s.atMark(true);
        s.readUrgent(1);
        s.readSome(100, 9);
    }

    @PacketScript
    static void shouldFindTheEndBehindTheUrgentByte(final Script s) {
        s.establish();
        s.inject(seg("UFPA").length(5).urgent(5));
        s.expectWithin(200, pureAck(7));
        s.readSome(100, 4);
        s.readUrgent(5);
        s.readEnd();
        s.readUrgentFails(Errno.EINVAL);
    }

    @PacketScript
    static void shouldTakeUrgentDataInTheHalfClosedState(final Script s) {
        s.establish();
        s.shutdown();
        s.expect(seg("FA").seq(1));
        s.inject(seg("UPA").length(5).urgent(5));
        s.expectWithin(200, pureAck(6));
        s.readUrgent(5);
        s.readSome(100, 4);
    }
}

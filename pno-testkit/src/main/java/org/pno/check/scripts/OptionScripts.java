package org.pno.check.scripts;

import static org.pno.check.Seg.data;
import static org.pno.check.Seg.fullSyn;
import static org.pno.check.Seg.pureAck;
import static org.pno.check.Seg.seg;
import static org.pno.check.Seg.syn;

import org.pno.check.Option;
import org.pno.check.PacketScript;
import org.pno.check.Script;
import org.pno.check.Seg;

/** RFC 9293 3.2 and 3.7.1, RFC 7323, RFC 2018: options of SYNs, wrong ones, MSS, timestamps and PAWS. */
final class OptionScripts {
    private OptionScripts() {}

    private static void expectSynAck(final Script s, final Seg syn, final Seg answer) {
        s.listen();
        s.inject(syn);
        s.expect(answer.seq(0).ack(1));
    }

    @PacketScript
    static void shouldAnswerAllOptions(final Script s) {
        expectSynAck(
                s,
                fullSyn(),
                seg("SA").mss(1_460).sackPermitted().echoes(1_000).that("has a scale", p -> p.windowScale >= 0));
    }

    @PacketScript
    static void shouldOfferNothingThatWasNotOffered(final Script s) {
        expectSynAck(s, syn(), seg("SA").noTimestamp().noSackPermitted().noWindowScale());
    }

    @PacketScript
    static void shouldAnswerTimestampsAlone(final Script s) {
        expectSynAck(
                s, syn().timestamp(7, 0), seg("SA").echoes(7).noSackPermitted().noWindowScale());
    }

    @PacketScript
    static void shouldAnswerSackAlone(final Script s) {
        expectSynAck(
                s,
                syn().sackPermitted(),
                seg("SA").noTimestamp().sackPermitted().noWindowScale());
    }

    @PacketScript
    static void shouldAnswerWindowScaleAlone(final Script s) {
        expectSynAck(
                s,
                syn().windowScale(0),
                seg("SA").noTimestamp().noSackPermitted().that("has a scale", p -> p.windowScale >= 0));
    }

    @PacketScript
    static void shouldSkipUnknownOptions(final Script s) {
        expectSynAck(s, syn().options(0xFD, 4, 1, 2, 4, 2), seg("SA").sackPermitted());
    }

    @PacketScript
    static void shouldStopAtAnImpossibleOptionLength(final Script s) {
        expectSynAck(s, syn().options(0xFD, 0, 4, 2), seg("SA").mss(1_460).noSackPermitted());
    }

    @PacketScript
    static void shouldStopAtAnOptionThatReachesBeyondTheHeader(final Script s) {
        expectSynAck(s, syn().options(1, 1, 0xFD, 40), seg("SA").mss(1_460));
    }

    @PacketScript
    static void shouldStopAtTheEndOfTheList(final Script s) {
        expectSynAck(s, syn().options(0, 1, 4, 2), seg("SA").noSackPermitted());
    }

    @PacketScript
    static void shouldSkipAnOptionOfTheWrongLength(final Script s) {
        expectSynAck(
                s,
                syn().options(4, 3, 0, 1, 3, 4, 7, 0),
                seg("SA").noSackPermitted().noWindowScale());
    }

    @PacketScript
    static void shouldSendNoMoreThanThePeersMss(final Script s) {
        s.establish(syn().mss(500));
        s.write(1_200);
        s.expect(data(1, 500));
        s.expect(data(501, 500));
        s.expect(data(1_001, 200).pushed());
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldAssume536BytesWithoutAnMss(final Script s) {
        s.establish(seg("S").seq(0).window(65_535));
        s.write(1_072);
        s.expect(data(1, 536));
        s.expect(data(537, 536));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldCountTimestampsAgainstTheMss(final Script s) {
        s.establish(syn().mss(1_000).timestamp(1, 0));
        s.write(1_976);
        s.expect(data(1, 988));
        s.expect(data(989, 988));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldAdvertiseTheMssOfTheSocket(final Script s) {
        s.option(Option.MAX_SEGMENT, 700);
        expectSynAck(s, syn(), seg("SA").mss(700));
    }

    @PacketScript
    static void shouldTakeDataWithoutTimestamps(final Script s) {
        s.establish(fullSyn());
        s.inject(data(1, 100).ack(1).noTimestamp());
        s.expectWithin(200, pureAck(101));
        s.read(100);
    }

    @PacketScript
    static void shouldEchoTheTimestampOfWhatItAcknowledges(final Script s) {
        s.establish(fullSyn());
        s.inject(data(1, 100).timestamp(1_500));
        s.expectWithin(200, pureAck(101).echoes(1_500));
        s.read(100);
        s.write(50);
        s.expect(data(1, 50).echoes(1_500));
        s.inject(seg("A").timestamp(1_600));
    }

    @PacketScript
    static void shouldNotEchoTheTimestampOfWhatIsAhead(final Script s) {
        s.establish(fullSyn());
        s.inject(data(101, 100).ack(1).timestamp(1_500));
        s.expect(pureAck(1).echoes(1_000).sack(101, 201));
        s.inject(data(1, 100).ack(1).timestamp(1_501));
        s.expectWithin(200, pureAck(201).echoes(1_501).noSack());
        s.read(200);
    }

    @PacketScript
    static void shouldRefuseDataWithAnOldTimestamp(final Script s) {
        s.establish(fullSyn());
        s.inject(data(1, 100).ack(1).timestamp(900));
        s.expect(pureAck(1).echoes(1_000));
        s.inject(data(1, 100).ack(1).timestamp(1_001));
        s.expectWithin(200, pureAck(101).echoes(1_001));
        s.read(100);
    }

    @PacketScript
    static void shouldTakeALateAcknowledgement(final Script s) {
        s.establish(fullSyn(), 100, 8_000);
        s.write(10 * 1_448);
        LossScripts.expectFlight(s, 1, 10, 1_448);
        s.inject(pureAck(1).window(8_000).sack(1 + 1_448, 1 + 2 * 1_448).timestamp(1_120));
        s.expectNothing();
        s.inject(pureAck(1).window(8_000).sack(1 + 1_448, 1 + 5 * 1_448).timestamp(1_110));
        s.expect(data(1, 1_448));
        s.inject(pureAck(1 + 10 * 1_448).window(8_000).timestamp(1_121));
        s.expectNothing();
    }

    @PacketScript
    static void shouldRefuseALateAcknowledgementThatOpensTheWindow(final Script s) {
        s.establish(fullSyn(), 100, 100);
        s.write(10);
        s.expect(data(1, 10));
        s.inject(pureAck(1).window(100).timestamp(1_120));
        s.inject(pureAck(1).window(200).timestamp(1_110));
        s.expect(seg("A").seq(11).ack(1));
        s.inject(pureAck(11).timestamp(1_121));
        s.expectNothing();
    }

    @PacketScript
    static void shouldCompareTimestampsAcrossTheirWrap(final Script s) {
        s.establish(syn().timestamp(0xFFFF_FFF0L, 0));
        s.inject(data(1, 100).ack(1).timestamp(5));
        s.expectWithin(200, pureAck(101).echoes(5));
        s.read(100);
    }

    @PacketScript
    static void shouldTakeAResetWithAnOldTimestamp(final Script s) {
        s.establish(fullSyn());
        s.inject(seg("R").seq(1).timestamp(900));
        s.expectNothing();
        s.state("UNCONN");
    }

    @PacketScript
    static void shouldCountItsTimestampsOn(final Script s) {
        s.establish(fullSyn());
        s.write(10);
        final long first = s.expect(data(1, 10)).timestampValue;
        s.inject(seg("A"));
        s.advance(50);
        s.write(10);
        s.expect(data(11, 10).that("has a later timestamp", p -> p.timestampValue > first));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldIgnoreAWindowScaleOutsideASyn(final Script s) {
        s.establish(syn(), 20, 2_919);
        s.inject(pureAck(1).seq(1).window(2_920).windowScale(7));
        s.write(5_840);
        s.expect(data(1, 1_460));
        s.expect(data(1_461, 1_460));
        s.expectNothing();
        s.inject(pureAck(2_921));
        s.expect(data(2_921, 1_460));
        s.expect(data(4_381, 1_460));
        s.inject(seg("A"));
    }
}

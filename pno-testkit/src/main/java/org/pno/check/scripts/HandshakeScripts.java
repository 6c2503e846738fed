package org.pno.check.scripts;

import static org.pno.check.Seg.data;
import static org.pno.check.Seg.fullSyn;
import static org.pno.check.Seg.pureAck;
import static org.pno.check.Seg.seg;
import static org.pno.check.Seg.syn;

import org.pno.check.PacketScript;
import org.pno.check.Script;
import org.pno.check.Seg;
import org.pno.sys.Errno;

/** RFC 9293 3.5: opening, passive, active and by both at once. */
final class HandshakeScripts {
    private HandshakeScripts() {}

    @PacketScript
    static void shouldOpenPassively(final Script s) {
        s.listen();
        s.inject(syn());
        s.expect(seg("SA").seq(0).ack(1).mss(1_460));
        s.state("SYN-RECV");
        s.acceptNothing();
        s.inject(pureAck(1));
        s.accept();
        s.state("ESTAB");
    }

    @PacketScript
    static void shouldOpenActively(final Script s) {
        s.establishActively(seg("SA").seq(0).mss(1_000));
        s.error(0);
        s.write(100);
        s.expect(seg("A").seq(1).ack(1).length(100).pushed());
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldOpenFromBothSidesAtOnce(final Script s) {
        s.connect();
        s.expect(seg("S").seq(0));
        s.inject(syn());
        s.expect(seg("SA").seq(0).ack(1));
        s.state("SYN-RECV");
        s.inject(seg("SA").seq(0).ack(1).mss(1_460));
        s.maybe(50); // Linux acknowledges it, as figure 8 of the RFC does.
        s.state("ESTAB");
    }

    @PacketScript
    static void shouldAnswerARepeatedSynAgain(final Script s) {
        s.listen();
        s.inject(syn());
        s.expect(seg("SA").seq(0).ack(1));
        s.inject(syn());
        s.expect(seg("SA").seq(0).ack(1));
        s.inject(pureAck(1).seq(1));
        s.accept();
    }

    @PacketScript
    static void shouldTakeDataWithTheFinalAck(final Script s) {
        s.listen();
        s.inject(syn());
        s.expect(seg("SA").seq(0).ack(1));
        s.inject(data(1, 500).ack(1));
        s.expectWithin(200, pureAck(501));
        s.accept();
        s.read(500);
    }

    @PacketScript
    static void shouldTakeFinWithTheFinalAck(final Script s) {
        s.listen();
        s.inject(syn());
        s.expect(seg("SA").seq(0).ack(1));
        s.inject(seg("FA").seq(1).ack(1));
        s.expectWithin(200, pureAck(2));
        s.accept();
        s.state("CLOSE-WAIT");
        s.readEnd();
    }

    @PacketScript
    static void shouldCompleteByDataIfTheFinalAckIsLost(final Script s) {
        s.listen();
        s.inject(syn());
        s.expect(seg("SA").seq(0).ack(1));
        s.inject(data(1_001, 500).ack(1)); // The first thousand bytes are lost as well.
        s.expect(pureAck(1));
        s.accept();
        s.inject(data(1, 1_000).ack(1));
        s.expectWithin(200, pureAck(1_501));
        s.read(1_500);
    }

    @PacketScript
    static void shouldServeManyHandshakesAtOnce(final Script s) {
        s.listen();
        for (int port = 41_000; port < 41_005; port++) {
            s.inject(syn().from(port));
            s.expect(seg("SA").seq(0).ack(1).from(port));
        }
        for (int port = 41_004; port >= 41_000; port--) {
            s.inject(pureAck(1).seq(1).from(port));
            s.accept();
        }
        s.acceptNothing();
    }

    @PacketScript
    static void shouldAnswerAWrongAckOfASynAckByReset(final Script s) {
        s.listen();
        s.inject(syn());
        s.expect(seg("SA").seq(0).ack(1));
        s.inject(pureAck(2).seq(1));
        s.expect(seg("R").seq(2));
        s.state("SYN-RECV");
        s.inject(pureAck(1).seq(1));
        s.accept();
    }

    @PacketScript
    static void shouldBeRefused(final Script s) {
        s.connect();
        s.expect(seg("S").seq(0));
        s.inject(seg("RA").seq(0).ack(1));
        s.error(Errno.ECONNREFUSED);
        s.state("UNCONN");
    }

    @PacketScript
    static void shouldNotBelieveARefusalOfSomethingElse(final Script s) {
        s.connect();
        s.expect(seg("S").seq(0));
        s.mayCome(seg("S").seq(0));
        s.inject(seg("RA").seq(0).ack(1_000));
        s.expectNothing();
        s.state("SYN-SENT");
        s.inject(seg("SA").seq(0).ack(1).mss(1_460));
        s.expect(pureAck(1));
        s.state("ESTAB");
    }

    @PacketScript
    static void shouldResetASynAckForAnOldSyn(final Script s) {
        s.connect();
        s.expect(seg("S").seq(0));
        s.mayCome(seg("S").seq(0));
        s.inject(seg("SA").seq(0).ack(70_000));
        s.expect(seg("R").seq(70_000));
        s.state("SYN-SENT");
    }

    @PacketScript
    static void shouldReturnToListenWhenResetHalfOpen(final Script s) {
        s.listen();
        s.inject(syn());
        s.expect(seg("SA").seq(0).ack(1));
        s.inject(seg("R").seq(1));
        s.expectNothing();
        s.state("UNCONN");
        s.acceptNothing();
        s.inject(syn());
        s.expect(seg("SA").seq(0).ack(1));
    }

    @PacketScript
    static void shouldTakeDataInASynAckOnlyLater(final Script s) {
        s.connect();
        s.expect(seg("S").seq(0));
        s.inject(seg("SA").seq(0).ack(1).mss(1_460).length(100));
        final long acked = s.expectWithin(200, seg("A").seq(1)).ack;
        if (acked == 1) { // Linux leaves such data to be sent again; the RFC allows to take it.
            s.inject(data(1, 100).ack(1));
            s.expectWithin(200, pureAck(101));
        }
        s.read(100);
    }

    @PacketScript
    static void shouldForgetWhatIsHalfOpenWithItsListener(final Script s) {
        s.listen();
        s.inject(syn());
        s.expect(seg("SA").seq(0).ack(1));
        s.unlisten();
        s.maybe(10); // Linux may say RST now.
        s.inject(pureAck(1).seq(1));
        s.expect(seg("R").seq(1));
    }

    @PacketScript
    static void shouldAcknowledgeARepeatedSynAck(final Script s) {
        s.establishActively(seg("SA").seq(0).mss(1_460));
        s.inject(seg("SA").seq(0).ack(1).mss(1_460));
        s.expect(pureAck(1).seq(1));
        s.state("ESTAB");
    }

    @PacketScript
    static void shouldTakeFinBehindSynAck(final Script s) {
        s.establishActively(fullSynAck());
        s.inject(seg("FA").seq(1).ack(1));
        s.expectWithin(200, pureAck(2));
        s.state("CLOSE-WAIT");
        s.readEnd();
    }

    private static Seg fullSynAck() {
        return seg("SA").seq(0).mss(1_460).sackPermitted().windowScale(7).timestamp(5_000);
    }

    @PacketScript
    static void shouldOfferAllOptionsInASyn(final Script s) {
        s.connect();
        s.expect(seg("S").seq(0).mss(1_460).sackPermitted().echoes(0).that("has a scale", p -> p.windowScale >= 0));
    }

    @PacketScript
    static void shouldUseOptionsOfASynAck(final Script s) {
        s.establishActively(fullSynAck());
        s.inject(data(1, 100).timestamp(5_001));
        s.expectWithin(200, pureAck(101).echoes(5_001));
        s.read(100);
    }

    @PacketScript
    static void shouldListenAgainAfterAConnection(final Script s) {
        s.establish(fullSyn());
        s.abort();
        s.expect(seg("RA").seq(1).ack(1));
        s.fromPort(41_000);
        s.establish(fullSyn());
    }
}

package org.pno.check.scripts;

import static org.pno.check.Seg.data;
import static org.pno.check.Seg.fullSyn;
import static org.pno.check.Seg.pureAck;
import static org.pno.check.Seg.seg;
import static org.pno.check.Seg.syn;

import org.pno.check.PacketScript;
import org.pno.check.Script;
import org.pno.sys.Errno;

/** RFC 9293 3.6: closing in order, half closed, at once; RFC 2525 2.17; TIME-WAIT. */
final class CloseScripts {
    private CloseScripts() {}

    @PacketScript
    static void shouldCloseFirst(final Script s) {
        s.establish();
        s.closeSocket();
        s.expect(seg("FA").seq(1).ack(1));
        s.state("FIN-WAIT-1");
        s.inject(pureAck(2));
        s.state("FIN-WAIT-2");
        s.inject(seg("FA").seq(1).ack(2));
        s.expect(pureAck(2).seq(2));
        s.state("TIME-WAIT");
    }

    @PacketScript
    static void shouldCloseSecond(final Script s) {
        s.establish();
        s.inject(seg("FA").seq(1).ack(1));
        s.expectWithin(200, pureAck(2));
        s.state("CLOSE-WAIT");
        s.readEnd();
        s.closeSocket();
        s.expect(seg("FA").seq(1).ack(2));
        s.state("LAST-ACK");
        s.inject(pureAck(2));
        s.state("UNCONN");
    }

    @PacketScript
    static void shouldCloseAtOnceOnBothSides(final Script s) {
        s.establish();
        s.closeSocket();
        s.expect(seg("FA").seq(1).ack(1));
        s.inject(seg("FA").seq(1).ack(1));
        s.expect(pureAck(2).seq(2));
        s.state("CLOSING");
        s.inject(pureAck(2));
        s.state("TIME-WAIT");
    }

    @PacketScript
    static void shouldTakeFinAndItsAckInOneSegment(final Script s) {
        s.establish();
        s.closeSocket();
        s.expect(seg("FA").seq(1).ack(1));
        s.inject(seg("FA").seq(1).ack(2));
        s.expect(pureAck(2).seq(2));
        s.state("TIME-WAIT");
    }

    @PacketScript
    static void shouldReceiveWhenHalfClosed(final Script s) {
        s.establish();
        s.shutdown();
        s.expect(seg("FA").seq(1).ack(1));
        s.inject(pureAck(2));
        s.inject(data(1, 500).ack(2));
        s.expectWithin(200, pureAck(501).seq(2));
        s.read(500);
        s.inject(seg("FA").seq(501).ack(2));
        s.expectWithin(200, pureAck(502));
        s.readEnd();
        s.state("TIME-WAIT");
    }

    @PacketScript
    static void shouldSendWhenThePeerIsHalfClosed(final Script s) {
        s.establish();
        s.inject(seg("FA").seq(1).ack(1));
        s.expectWithin(200, pureAck(2));
        s.write(500);
        s.expect(data(1, 500).ack(2));
        s.inject(pureAck(501));
        s.state("CLOSE-WAIT");
        s.shutdown();
        s.expect(seg("FA").seq(501));
        s.inject(pureAck(502));
        s.state("UNCONN");
    }

    @PacketScript
    static void shouldTakeDataWithFin(final Script s) {
        s.establish();
        s.inject(seg("FA").seq(1).ack(1).length(300));
        s.expectWithin(200, pureAck(302));
        s.state("CLOSE-WAIT");
        s.read(300);
        s.readEnd();
    }

    @PacketScript
    static void shouldKeepAFinThatIsAhead(final Script s) {
        s.establish();
        s.inject(seg("FA").seq(301).ack(1));
        s.expect(pureAck(1));
        s.state("ESTAB");
        s.inject(data(1, 300).ack(1));
        s.expectWithin(200, pureAck(302));
        s.state("CLOSE-WAIT");
        s.read(300);
        s.readEnd();
    }

    @PacketScript
    static void shouldSendFinWithTheLastData(final Script s) {
        s.establish();
        s.write(100);
        s.expect(data(1, 100));
        s.write(200);
        s.closeSocket();
        s.expect(seg("FA").seq(101).ack(1).length(200));
        s.inject(pureAck(302));
        s.state("FIN-WAIT-2");
    }

    @PacketScript
    static void shouldSendAllThatIsWrittenBeforeFin(final Script s) {
        s.establish(syn(), 20, 2_920);
        s.write(4_000);
        s.closeSocket();
        LossScripts.expectFlight(s, 1, 2, 1_460);
        s.expectNothing();
        s.inject(pureAck(2_921).window(65_535));
        s.expect(seg("FA").seq(2_921).length(1_080));
        s.inject(pureAck(4_002));
        s.state("FIN-WAIT-2");
    }

    @PacketScript
    static void shouldStayUntilFinIsAcknowledged(final Script s) {
        s.establish();
        s.write(100);
        s.expect(data(1, 100));
        s.closeSocket();
        s.expect(seg("FA").seq(101));
        s.inject(pureAck(101));
        s.state("FIN-WAIT-1");
        s.inject(pureAck(102));
        s.state("FIN-WAIT-2");
    }

    @PacketScript
    static void shouldResetWhenClosedWithUnreadData(final Script s) {
        s.establish();
        s.inject(data(1, 100).ack(1));
        s.expectWithin(200, pureAck(101));
        s.closeSocket();
        s.expect(seg("RA").seq(1).ack(101));
        s.state("UNCONN");
    }

    @PacketScript
    static void shouldResetWhenDataComesForAClosedSocket(final Script s) {
        s.establish();
        s.closeSocket();
        s.expect(seg("FA").seq(1).ack(1));
        s.inject(pureAck(2));
        s.inject(data(1, 100).ack(2));
        s.expect(seg("R").seq(2).orAck());
        s.state("UNCONN");
    }

    @PacketScript
    static void shouldAbort(final Script s) {
        s.establish();
        s.write(100);
        s.expect(data(1, 100));
        s.abort();
        s.expect(seg("RA").seq(101).ack(1));
        s.state("UNCONN");
    }

    @PacketScript
    static void shouldAcknowledgeARepeatedFinInCloseWait(final Script s) {
        s.establish();
        s.inject(seg("FA").seq(1).ack(1));
        s.expectWithin(200, pureAck(2));
        s.inject(seg("FA").seq(1).ack(1));
        s.expect(pureAck(2));
        s.state("CLOSE-WAIT");
    }

    @PacketScript
    static void shouldAcknowledgeARepeatedFinInTimeWait(final Script s) {
        s.establish();
        s.closeSocket();
        s.expect(seg("FA").seq(1).ack(1));
        s.inject(seg("FA").seq(1).ack(2));
        s.expect(pureAck(2));
        s.inject(seg("FA").seq(1).ack(2));
        s.expect(pureAck(2).seq(2));
        s.state("TIME-WAIT");
    }

    @PacketScript
    static void shouldRetransmitFinInLastAck(final Script s) {
        s.establish();
        s.inject(seg("FA").seq(1).ack(1));
        s.expectWithin(200, pureAck(2));
        s.closeSocket();
        s.expect(seg("FA").seq(1).ack(2));
        s.expectAfter(220, seg("FA").seq(1).ack(2));
        s.inject(pureAck(2));
        s.state("UNCONN");
    }

    @PacketScript
    static void shouldFailToWriteAfterShutdown(final Script s) {
        s.establish();
        s.shutdown();
        s.expect(seg("FA").seq(1).ack(1));
        s.writeFails(Errno.EPIPE);
        s.inject(pureAck(2));
    }

    @PacketScript
    static void shouldReopenFromTimeWaitByAHigherNumber(final Script s) {
        s.establish();
        s.closeSocket();
        s.expect(seg("FA").seq(1).ack(1));
        s.inject(seg("FA").seq(1).ack(2));
        s.expect(pureAck(2));
        s.inject(seg("S").seq(100_000).mss(1_460));
        s.expect(seg("SA").seq(0).ack(100_001));
        s.inject(seg("A").seq(100_001).ack(1));
        s.accept();
        s.state("ESTAB");
    }

    @PacketScript
    static void shouldReopenFromTimeWaitByALaterTimestamp(final Script s) {
        s.establish(fullSyn());
        s.closeSocket();
        s.expect(seg("FA").seq(1).ack(1));
        s.inject(seg("FA").seq(1).ack(2).timestamp(1_010));
        s.expect(pureAck(2));
        s.inject(seg("S").seq(-50_000).mss(1_460).timestamp(5_000, 0));
        s.expect(seg("SA").seq(0).ack(-49_999).echoes(5_000));
    }

    @PacketScript
    static void shouldNotReopenFromTimeWaitByAnOldSyn(final Script s) {
        s.establish();
        s.closeSocket();
        s.expect(seg("FA").seq(1).ack(1));
        s.inject(seg("FA").seq(1).ack(2));
        s.expect(pureAck(2));
        s.inject(seg("S").seq(-50_000).mss(1_460));
        s.expect(pureAck(2).seq(2));
        s.state("TIME-WAIT");
    }

    @PacketScript
    static void shouldCloseBehindDataThatIsAcknowledgedLater(final Script s) {
        s.establish();
        s.inject(seg("FA").seq(1).ack(1).length(100));
        s.expectWithin(200, pureAck(102));
        s.read(100);
        s.readEnd();
        s.write(1_000);
        s.closeSocket();
        s.expect(data(1, 1_000).ack(102));
        s.expect(seg("FA").seq(1_001).ack(102));
        s.inject(pureAck(1_001));
        s.state("LAST-ACK");
        s.inject(pureAck(1_002));
        s.state("UNCONN");
    }
}

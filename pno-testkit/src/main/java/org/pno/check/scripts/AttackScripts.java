package org.pno.check.scripts;

import static org.pno.check.Seg.data;
import static org.pno.check.Seg.fullSyn;
import static org.pno.check.Seg.pureAck;
import static org.pno.check.Seg.seg;
import static org.pno.check.Seg.syn;

import org.pno.check.Knob;
import org.pno.check.PacketScript;
import org.pno.check.Script;
import org.pno.sys.Errno;

/** RFC 5961, 5927, 9293 3.10.7: RST, SYN, ACK and ICMP from those who guess, floods, and the real ones. */
final class AttackScripts {
    private AttackScripts() {}

    @PacketScript
    static void shouldTakeAnExactReset(final Script s) {
        s.establish();
        s.inject(seg("R").seq(1));
        s.expectNothing();
        s.state("UNCONN");
        s.readFails(Errno.ECONNRESET);
    }

    @PacketScript
    static void shouldTellAWriterOfAReset(final Script s) {
        s.establish();
        s.inject(seg("R").seq(1));
        s.writeFails(Errno.ECONNRESET);
        s.writeFails(Errno.EPIPE);
    }

    @PacketScript
    static void shouldTellOfAResetBehindFinAsABrokenPipe(final Script s) {
        s.establish();
        s.inject(seg("FA").seq(1).ack(1));
        s.expectWithin(200, pureAck(2));
        s.inject(seg("R").seq(2));
        s.state("UNCONN");
        s.error(Errno.EPIPE);
    }

    @PacketScript
    static void shouldReadWhatCameBeforeAReset(final Script s) {
        s.establish();
        s.inject(data(1, 100).ack(1));
        s.expectWithin(200, pureAck(101));
        s.inject(seg("R").seq(101));
        s.read(100);
        s.readFails(Errno.ECONNRESET);
        s.readEnd();
    }

    @PacketScript
    static void shouldChallengeAResetInTheWindow(final Script s) {
        s.establish();
        s.inject(seg("R").seq(1_000));
        s.expect(pureAck(1).seq(1));
        s.state("ESTAB");
        s.inject(seg("R").seq(1)); // The real one answers the challenge.
        s.state("UNCONN");
    }

    @PacketScript
    static void shouldRationChallenges(final Script s) {
        s.establish();
        s.inject(seg("R").seq(1_000));
        s.expect(pureAck(1).seq(1));
        s.inject(seg("R").seq(1_001));
        s.inject(seg("S").seq(1_002));
        s.inject(seg("R").seq(1_003));
        s.expectNothing();
        s.state("ESTAB");
    }

    @PacketScript
    static void shouldChallengeAgainHalfASecondLater(final Script s) {
        s.establish();
        s.inject(seg("R").seq(1_000));
        s.expect(pureAck(1).seq(1));
        s.advance(600);
        s.inject(seg("R").seq(1_000));
        s.expect(pureAck(1).seq(1));
    }

    @PacketScript
    static void shouldChallengeASyn(final Script s) {
        s.establish();
        s.inject(seg("S").seq(5_000).mss(1_460));
        s.expect(pureAck(1).seq(1));
        s.state("ESTAB");
    }

    @PacketScript
    static void shouldBelieveAPeerThatHasStartedAgain(final Script s) {
        s.establish();
        s.inject(seg("S").seq(5_000).mss(1_460));
        s.expect(pureAck(1).seq(1));
        s.inject(seg("R").seq(1)); // It knows nothing of this connection, and says so.
        s.state("UNCONN");
        s.readFails(Errno.ECONNRESET);
    }

    @PacketScript
    static void shouldNotTakeDataWithAnImpossibleAck(final Script s) {
        s.establish();
        s.inject(data(1, 100).ack(100_000));
        s.expect(pureAck(1).seq(1));
        s.readFails(Errno.EAGAIN);
        s.state("ESTAB");
    }

    @PacketScript
    static void shouldNotTakeDataWithAnAckFarTooOld(final Script s) {
        s.establish();
        s.inject(data(1, 100).ack(-1_000_000));
        s.expect(pureAck(1).seq(1));
        s.readFails(Errno.EAGAIN);
    }

    @PacketScript
    static void shouldTakeDataWithAnAckALittleOld(final Script s) {
        s.establish();
        s.write(1_000);
        s.expect(data(1, 1_000));
        s.inject(pureAck(1_001));
        s.inject(data(1, 100).ack(501));
        s.expectWithin(200, pureAck(101));
        s.read(100);
    }

    @PacketScript
    static void shouldIgnoreAResetWithoutConnection(final Script s) {
        s.closedPort();
        s.inject(seg("R").seq(0));
        s.inject(seg("RA").seq(0).ack(1));
        s.expectNothing();
    }

    @PacketScript
    static void shouldIgnoreAResetOfAListener(final Script s) {
        s.listen();
        s.inject(seg("R").seq(0));
        s.inject(seg("RA").seq(0).ack(1));
        s.expectNothing();
        s.inject(syn());
        s.expect(seg("SA").seq(0).ack(1));
    }

    @PacketScript
    static void shouldResetAnAckOfAConnectionLongGone(final Script s) {
        s.establish();
        s.abort();
        s.expect(seg("RA").seq(1).ack(1));
        s.inject(data(1, 100).ack(1));
        s.expect(seg("R").seq(1));
    }

    @PacketScript
    static void shouldTakeAResetThatCarriesData(final Script s) {
        s.establish();
        s.inject(seg("RA").seq(1).ack(1).length(20));
        s.expectNothing();
        s.state("UNCONN");
    }

    @PacketScript
    static void shouldTakeAResetAtTheEndOfUnacknowledgedData(final Script s) {
        s.establish();
        s.inject(data(1, 100).ack(1));
        s.expectWithin(200, pureAck(101));
        s.inject(seg("RA").seq(101).ack(1));
        s.expectNothing();
        s.state("UNCONN");
    }

    @PacketScript
    static void shouldRefuseOnPortUnreachable(final Script s) {
        s.connect();
        s.expect(seg("S").seq(0));
        s.icmp(3, 3, 0);
        s.error(Errno.ECONNREFUSED);
        s.state("UNCONN");
    }

    @PacketScript
    static void shouldFailToConnectWhereThereIsNoHost(final Script s) {
        s.connect();
        s.expect(seg("S").seq(0));
        s.icmp(3, 1, 0);
        s.error(Errno.EHOSTUNREACH);
        s.state("UNCONN");
    }

    @PacketScript
    static void shouldLiveOnWhenAnEstablishedConnectionIsSaidToBeUnreachable(final Script s) {
        s.establish();
        s.write(100);
        s.expect(data(1, 100));
        s.icmp(3, 1, 0);
        s.icmp(3, 3, 0);
        s.state("ESTAB");
        s.inject(pureAck(101));
        s.write(100);
        s.expect(data(101, 100));
        s.inject(pureAck(201));
    }

    @PacketScript
    static void shouldNotBelieveAnIcmpErrorAboutSomethingAcknowledged(final Script s) {
        s.establish();
        s.write(100);
        s.expect(data(1, 100));
        s.inject(pureAck(101));
        s.icmp(3, 4, 576);
        s.expectNothing();
        s.write(1_460);
        s.expect(data(101, 1_460));
        s.inject(pureAck(1_561));
    }

    @PacketScript
    static void shouldDropTheFinalAckWhenTheAcceptQueueIsFull(final Script s) {
        s.listen(3);
        for (int port = 40_900; port < 40_902; port++) {
            s.inject(syn().from(port));
            s.expect(seg("SA").seq(0).ack(1).from(port));
            s.inject(pureAck(1).seq(1).from(port));
        }
        for (int port = 41_000; port < 41_003; port++) {
            s.inject(syn().from(port));
            s.expect(seg("SA").seq(0).ack(1).from(port));
        }
        for (int port = 41_000; port < 41_003; port++) {
            s.inject(pureAck(1).seq(1).from(port));
        }
        s.expectNothing();
        for (int i = 0; i < 4; i++) {
            s.accept();
        }
        s.acceptNothing();
        s.inject(data(1, 10).ack(1).from(41_002)); // Now there is room, and the client still believes in it.
        s.expectWithin(200, pureAck(11).from(41_002));
        s.accept();
    }

    @PacketScript
    static void shouldServeAFriendInAFloodOfSyns(final Script s) {
        s.knob(Knob.SYN_COOKIES, 1);
        s.listen(64);
        for (int port = 41_000; port < 41_040; port++) {
            s.inject(syn().from(port));
            s.expect(seg("SA").seq(0).ack(1).from(port));
        }
        s.inject(fullSyn());
        s.expect(seg("SA").seq(0).ack(1));
        s.inject(pureAck(1));
        s.accept();
        s.state("ESTAB");
    }

    @PacketScript
    static void shouldNotMindABroadcastOfResetNumbers(final Script s) {
        s.establish();
        for (long seq = 100_000; seq < 200_000_000; seq += 9_999_999) {
            s.inject(seg("R").seq(seq));
        }
        s.state("ESTAB");
        s.inject(data(1, 100));
        s.mayCome(pureAck(1));
        s.expectWithin(200, pureAck(101));
        s.read(100);
    }

    @PacketScript
    static void shouldIgnoreChristmasTrees(final Script s) {
        s.listen();
        s.inject(seg("FSRPAU").seq(0).ack(1));
        s.inject(seg("FPU").seq(0));
        s.inject(seg("SR").seq(0));
        s.expectNothing();
        s.state("UNCONN");
    }
}

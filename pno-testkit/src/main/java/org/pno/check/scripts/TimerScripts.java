package org.pno.check.scripts;

import static org.pno.check.Seg.data;
import static org.pno.check.Seg.fullSyn;
import static org.pno.check.Seg.pureAck;
import static org.pno.check.Seg.seg;
import static org.pno.check.Seg.syn;

import org.pno.check.Knob;
import org.pno.check.Option;
import org.pno.check.PacketScript;
import org.pno.check.Script;
import org.pno.check.Where;
import org.pno.sys.Errno;

/** RFC 6298, 9293 3.8.3, 3.8.4 and 3.6.1, RFC 5482: what time alone brings about. */
final class TimerScripts {
    private static final String MINUTES = "takes minutes, and time is real on Linux";

    private TimerScripts() {}

    @PacketScript
    static void shouldRepeatASyn(final Script s) {
        s.connect();
        s.expect(seg("S").seq(0));
        s.expectAfter(1_000, seg("S").seq(0));
        s.expectAfter(2_000, seg("S").seq(0));
        s.inject(seg("SA").seq(0).ack(1).mss(1_460));
        s.expect(pureAck(1));
    }

    @PacketScript
    static void shouldGiveUpConnecting(final Script s) {
        s.knob(Knob.SYN_RETRIES, 1);
        s.connect();
        s.expect(seg("S").seq(0));
        s.expectAfter(1_000, seg("S").seq(0));
        s.expectNothingFor(2_300);
        s.error(Errno.ETIMEDOUT);
        s.state("UNCONN");
    }

    @PacketScript
    static void shouldRepeatASynAck(final Script s) {
        s.listen();
        s.inject(syn());
        s.expect(seg("SA").seq(0).ack(1));
        s.expectAfter(1_000, seg("SA").seq(0).ack(1));
        s.expectAfter(2_000, seg("SA").seq(0).ack(1));
        s.inject(pureAck(1));
        s.accept();
    }

    @PacketScript
    static void shouldForgetWhatStaysHalfOpen(final Script s) {
        s.knob(Knob.SYN_ACK_RETRIES, 1);
        s.listen();
        s.inject(syn());
        s.expect(seg("SA").seq(0).ack(1));
        s.expectAfter(1_000, seg("SA").seq(0).ack(1));
        s.expectNothingFor(2_300);
        s.state("UNCONN");
    }

    @PacketScript
    static void shouldWaitOneSecondAfterARepeatedSyn(final Script s) {
        s.connect();
        s.expect(seg("S").seq(0));
        s.expectAfter(1_000, seg("S").seq(0));
        s.inject(seg("SA").seq(0).ack(1).mss(1_460));
        s.expect(pureAck(1));
        s.write(100);
        s.expect(data(1, 100));
        s.expectAfter(3_000, data(1, 100)); // RFC 6298 5.7: 3 s if the SYN was sent again.
        s.inject(pureAck(101));
    }

    @PacketScript
    static void shouldProbeASilentPeer(final Script s) {
        s.establish();
        keepAlive(s, 3);
        s.expectAfter(1_000, pureAck(1).seq(0));
        s.inject(pureAck(1));
        s.expectAfter(1_000, pureAck(1).seq(0));
        s.inject(pureAck(1));
        s.state("ESTAB");
    }

    private static void keepAlive(final Script s, final int count) {
        s.option(Option.KEEP_IDLE, 1);
        s.option(Option.KEEP_INTERVAL, 1);
        s.option(Option.KEEP_COUNT, count);
        s.option(Option.KEEP_ALIVE, 1);
    }

    @PacketScript
    static void shouldResetAPeerThatStaysSilent(final Script s) {
        s.establish();
        keepAlive(s, 2);
        s.expectAfter(1_000, pureAck(1).seq(0));
        s.expectAfter(1_000, pureAck(1).seq(0));
        s.expectAfter(1_000, seg("RA").seq(1).ack(1));
        s.error(Errno.ETIMEDOUT);
        s.state("UNCONN");
    }

    @PacketScript
    static void shouldNotProbeAPeerThatSpeaks(final Script s) {
        s.establish();
        keepAlive(s, 3);
        s.expectNothingFor(600);
        s.inject(data(1, 100));
        s.expectWithin(200, pureAck(101));
        s.expectNothingFor(600);
        s.read(100);
    }

    @PacketScript
    static void shouldAnswerAProbe(final Script s) {
        s.establish();
        s.inject(seg("A").seq(0).ack(1));
        s.expect(pureAck(1).seq(1));
        s.inject(data(1, 100));
        s.expectWithin(200, pureAck(101));
        s.inject(seg("A").seq(100).ack(1).length(1));
        s.expect(pureAck(101));
        s.read(100);
    }

    @PacketScript
    static void shouldGiveUpAfterTheUsersTimeout(final Script s) {
        s.establish();
        s.option(Option.USER_TIMEOUT, 500);
        s.write(100);
        s.expect(data(1, 100));
        s.mayCome(data(1, 100));
        s.expectNothingFor(1_700); // At the timer that follows; Linux sets it for the very moment.
        s.state("UNCONN");
        s.error(Errno.ETIMEDOUT);
    }

    @PacketScript
    static void shouldNotWaitForFinForEver(final Script s) {
        s.knob(Knob.FIN_TIMEOUT, 1);
        s.establish();
        s.closeSocket();
        s.expect(seg("FA").seq(1).ack(1));
        s.inject(pureAck(2));
        s.state("FIN-WAIT-2");
        s.expectNothingFor(1_600);
        s.state("UNCONN");
    }

    @PacketScript
    static void shouldWaitForFinAsLongAsTheSocketIsOpen(final Script s) {
        s.knob(Knob.FIN_TIMEOUT, 1);
        s.establish();
        s.shutdown();
        s.expect(seg("FA").seq(1).ack(1));
        s.inject(pureAck(2));
        s.expectNothingFor(1_600);
        s.state("FIN-WAIT-2");
        s.inject(seg("FA").seq(1).ack(2));
        s.expectWithin(200, pureAck(2));
        s.readEnd();
    }

    @PacketScript
    static void shouldForgetTheBackOffWhenSomethingNewIsAcknowledged(final Script s) {
        s.establish();
        s.write(100);
        s.expect(data(1, 100));
        s.expectAfter(220, data(1, 100));
        s.expectAfter(440, data(1, 100));
        s.inject(pureAck(101));
        s.write(100);
        s.expect(data(101, 100));
        s.inject(pureAck(201));
        s.write(100);
        s.expect(data(201, 100));
        s.expectWithin(700, data(201, 100)); // Not 880.
        s.inject(pureAck(301));
    }

    @PacketScript(on = Where.ENGINE, because = MINUTES)
    static void shouldLeaveTimeWaitAfterAMinute(final Script s) {
        s.establish();
        s.closeSocket();
        s.expect(seg("FA").seq(1).ack(1));
        s.inject(seg("FA").seq(1).ack(2));
        s.expect(pureAck(2));
        s.expectNothingFor(59_000);
        s.state("TIME-WAIT");
        s.expectNothingFor(2_000);
        s.state("UNCONN");
    }

    @PacketScript(on = Where.ENGINE, because = MINUTES)
    static void shouldRepeatASynSixTimes(final Script s) {
        s.connect();
        s.expect(seg("S").seq(0));
        for (int seconds = 1; seconds <= 32; seconds *= 2) {
            s.expectAfter(1_000L * seconds, seg("S").seq(0));
        }
        s.expectNothingFor(65_000);
        s.error(Errno.ETIMEDOUT);
    }

    @PacketScript(on = Where.ENGINE, because = MINUTES)
    static void shouldRepeatASynAckFiveTimes(final Script s) {
        s.listen();
        s.inject(syn());
        s.expect(seg("SA").seq(0).ack(1));
        for (int seconds = 1; seconds <= 16; seconds *= 2) {
            s.expectAfter(1_000L * seconds, seg("SA").seq(0).ack(1));
        }
        s.expectNothingFor(33_000);
        s.state("UNCONN");
    }

    @PacketScript(on = Where.ENGINE, because = MINUTES)
    static void shouldGiveUpAfterFifteenRetransmissions(final Script s) {
        s.establish();
        s.write(100);
        s.expect(data(1, 100));
        long millis = 220;
        for (int i = 0; i < 15; i++) {
            s.expectAfter(Math.min(120_000, millis), data(1, 100));
            millis *= 2;
        }
        s.expectNothingFor(121_000);
        s.error(Errno.ETIMEDOUT);
        s.state("UNCONN");
    }

    @PacketScript(on = Where.ENGINE, because = MINUTES)
    static void shouldProbeAClosedWindowForEverWhileItIsAnswered(final Script s) {
        s.establish();
        s.inject(pureAck(1).seq(1).window(0));
        s.write(100);
        long millis = 220;
        for (int i = 0; i < 30; i++) {
            s.expectAfter(Math.min(120_000, millis), pureAck(1).seq(0));
            s.inject(pureAck(1).window(0));
            millis *= 2;
        }
        s.state("ESTAB");
    }

    @PacketScript(on = Where.ENGINE, because = MINUTES)
    static void shouldProbeASilentPeerAfterTwoHours(final Script s) {
        s.establish();
        s.option(Option.KEEP_ALIVE, 1);
        s.expectNothingFor(7_190_000);
        s.expectWithin(20_000, pureAck(1).seq(0));
        for (int i = 0; i < 8; i++) {
            s.expectAfter(75_000, pureAck(1).seq(0));
        }
        s.expectAfter(75_000, seg("RA").seq(1).ack(1));
        s.error(Errno.ETIMEDOUT);
    }

    @PacketScript(on = Where.ENGINE, because = MINUTES)
    static void shouldWaitAMinuteForTheFinOfAClosedSocketsPeer(final Script s) {
        s.establish();
        s.closeSocket();
        s.expect(seg("FA").seq(1).ack(1));
        s.inject(pureAck(2));
        s.expectNothingFor(59_000);
        s.state("FIN-WAIT-2");
        s.expectNothingFor(2_000);
        s.state("UNCONN");
    }

    @PacketScript(on = Where.ENGINE, because = MINUTES)
    static void shouldTakeAnOldTimestampAfter24Days(final Script s) {
        s.establish(fullSyn());
        s.advance(25L * 24 * 3_600 * 1_000);
        s.inject(data(1, 100).ack(1).timestamp(500));
        s.expectWithin(200, pureAck(101).echoes(500));
        s.read(100);
    }
}

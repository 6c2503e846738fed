package org.pno.check.scripts;

import static org.pno.check.Seg.data;
import static org.pno.check.Seg.pureAck;
import static org.pno.check.Seg.seg;
import static org.pno.check.Seg.syn;

import org.pno.check.Knob;
import org.pno.check.Option;
import org.pno.check.Packet;
import org.pno.check.PacketScript;
import org.pno.check.Script;
import org.pno.check.Seg;
import org.pno.check.Where;
import org.pno.sys.Errno;

/** RFC 7413, TCP Fast Open, of both roles. */
final class FastOpenScripts {
    private static final int BOTH_ROLES = 3;
    private static final int[] REQUEST = {34, 2};
    private static final int[] COOKIE = {34, 10, 1, 2, 3, 4, 5, 6, 7, 8};
    private static final int[] OTHER_COOKIE = {34, 6, 9, 8, 7, 6};
    private static final int FIRST_PORT = 41_000;

    private FastOpenScripts() {}

    private static Seg bringing(final Seg segment, final int cookieBytes) {
        return segment.that("has a cookie of " + cookieBytes, packet -> packet.cookieBytes() == cookieBytes);
    }

    // The active side.

    /** A first connection, to which the peer gives this cookie. */
    private static void learn(final Script s, final int... cookie) {
        s.knob(Knob.FAST_OPEN, BOTH_ROLES);
        s.fromPort(FIRST_PORT);
        s.connectFast();
        s.expect(bringing(seg("S").seq(0), 0));
        s.inject(seg("SA").seq(0).mss(1_460).options(cookie));
        s.expect(pureAck(1).seq(1));
        s.abort();
        s.expect(seg("RA").seq(1));
        s.fromPort(FIRST_PORT + 1);
    }

    /** A second connection, whose SYN brings so much. */
    private static void connect(final Script s, final int bytes) {
        s.connectFast();
        s.write(bytes);
        s.expect(bringing(seg("S").seq(0).length(bytes), COOKIE.length - 2));
    }

    @PacketScript
    static void shouldAskForACookie(final Script s) {
        learn(s, COOKIE);
    }

    @PacketScript
    static void shouldNotAskUnlessAllowed(final Script s) {
        s.knob(Knob.FAST_OPEN, 0);
        s.connect();
        s.expect(bringing(seg("S").seq(0), -1));
        s.inject(seg("RA").seq(0));
    }

    @PacketScript
    static void shouldSendDataWithTheCookie(final Script s) {
        learn(s, COOKIE);
        connect(s, 100);
        s.inject(seg("SA").seq(0).ack(101).mss(1_460));
        s.expect(pureAck(1).seq(101));
        s.state("ESTAB");
        s.write(50);
        s.expect(data(101, 50));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldSendBackAShortCookie(final Script s) {
        learn(s, OTHER_COOKIE);
        s.connectFast();
        s.write(100);
        s.expect(bringing(seg("S").seq(0).length(100), OTHER_COOKIE.length - 2));
        s.inject(seg("SA").seq(0).ack(101).mss(1_460));
        s.expect(pureAck(1).seq(101));
    }

    @PacketScript
    static void shouldSendAgainWhatTheSynAckDoesNotTake(final Script s) {
        learn(s, COOKIE);
        connect(s, 100);
        s.inject(seg("SA").seq(0).ack(1).mss(1_460));
        s.expect(data(1, 100).ack(1));
        s.inject(pureAck(101).seq(1));
        s.expectNothing();
    }

    @PacketScript
    static void shouldLeaveRoomForOptionsInTheSyn(final Script s) {
        learn(s, COOKIE);
        connect(s, 1_420);
        s.inject(seg("SA").seq(0).ack(1_421).mss(1_460));
        s.expect(pureAck(1).seq(1_421));
    }

    @PacketScript
    static void shouldRepeatASynWithoutOptionAndData(final Script s) {
        learn(s, COOKIE);
        connect(s, 100);
        s.expectAfter(1_000, bringing(seg("S").seq(0), -1));
        s.inject(seg("SA").seq(0).ack(1).mss(1_460));
        s.expect(data(1, 100));
        s.inject(pureAck(101).seq(1));
    }

    @PacketScript
    static void shouldTakeALateAnswerToTheSynWithData(final Script s) {
        learn(s, COOKIE);
        connect(s, 100);
        s.expectAfter(1_000, bringing(seg("S").seq(0), -1));
        s.inject(seg("SA").seq(0).ack(101).mss(1_460));
        s.expect(pureAck(1).seq(101));
        s.state("ESTAB");
    }

    @PacketScript
    static void shouldTakeANewCookie(final Script s) {
        learn(s, COOKIE);
        connect(s, 100);
        s.inject(seg("SA").seq(0).ack(1).mss(1_460).options(OTHER_COOKIE));
        s.expect(data(1, 100));
        s.inject(pureAck(101).seq(1));
        s.abort();
        s.expect(seg("RA").seq(101));
        s.fromPort(FIRST_PORT + 2);
        s.connectFast();
        s.write(100);
        s.expect(bringing(seg("S").seq(0).length(100), OTHER_COOKIE.length - 2));
        s.inject(seg("RA").seq(0).ack(101));
    }

    @PacketScript
    static void shouldSendDataWithoutCookieIfToldSo(final Script s) {
        s.knob(Knob.FAST_OPEN, BOTH_ROLES);
        s.option(Option.FAST_OPEN_NO_COOKIE, 1);
        s.connectFast();
        s.write(100);
        s.expect(bringing(seg("S").seq(0).length(100), -1));
        s.inject(seg("SA").seq(0).ack(101).mss(1_460));
        s.expect(pureAck(1).seq(101));
    }

    @PacketScript
    static void shouldTellOfARefusal(final Script s) {
        learn(s, COOKIE);
        connect(s, 100);
        s.inject(seg("RA").seq(0).ack(101));
        s.error(Errno.ECONNREFUSED);
    }

    @PacketScript
    static void shouldRefuseAnAckOfMoreThanTheSynBrought(final Script s) {
        learn(s, COOKIE);
        connect(s, 100);
        s.inject(seg("SA").seq(0).ack(102).mss(1_460));
        s.expect(seg("R").seq(102));
        s.state("SYN-SENT");
        s.inject(seg("RA").seq(0).ack(101));
    }

    @PacketScript
    static void shouldOpenAtOnceWithDataUnderWay(final Script s) {
        learn(s, COOKIE);
        connect(s, 100);
        s.inject(syn());
        s.expect(bringing(seg("SA").seq(0).ack(1), -1));
        s.inject(pureAck(101).seq(1));
        s.state("ESTAB");
        s.expectNothingFor(300);
    }

    @PacketScript(on = Where.ENGINE, because = "Linux asks by the experimental option next")
    static void shouldAskAgainWhoGaveNone(final Script s) {
        learn(s, 1);
        s.connectFast();
        s.expect(bringing(seg("S").seq(0), 0));
    }

    @PacketScript(on = Where.ENGINE, because = "Linux pauses only if tcp_fastopen_blackhole_timeout_sec is set")
    static void shouldPauseWhereDataVanishes(final Script s) {
        learn(s, COOKIE);
        for (int i = 0; i < 2; i++) {
            connect(s, 100);
            s.expectAfter(1_000, bringing(seg("S").seq(0), -1));
            s.inject(seg("SA").seq(0).ack(1).mss(1_460));
            s.expect(data(1, 100));
            s.inject(pureAck(101).seq(1));
            s.abort();
            s.expect(seg("RA").seq(101));
            s.fromPort(FIRST_PORT + 2 + i);
        }
        s.connectFast();
        s.write(100);
        s.expect(bringing(seg("S").seq(0), -1));
    }

    // The passive side.

    private static void listen(final Script s, final int queue) {
        s.knob(Knob.FAST_OPEN, BOTH_ROLES);
        s.option(Option.FAST_OPEN, queue);
        s.listen();
    }

    /** The stack's cookie, as an option. */
    private static int[] ask(final Script s) {
        s.inject(syn().options(REQUEST).from(FIRST_PORT));
        final Packet answer = s.expect(bringing(seg("SA").seq(0).ack(1).from(FIRST_PORT), 8));
        s.inject(seg("R").seq(1).from(FIRST_PORT));
        return answer.cookieOption();
    }

    private static void openFast(final Script s, final int queue) {
        listen(s, queue);
        s.inject(syn().options(ask(s)).length(100));
        s.expect(bringing(seg("SA").seq(0).ack(101), -1));
        s.accept();
        s.state("SYN-RECV");
    }

    @PacketScript
    static void shouldGiveACookie(final Script s) {
        listen(s, 5);
        ask(s);
    }

    @PacketScript
    static void shouldGiveNoCookieWithoutQueue(final Script s) {
        s.knob(Knob.FAST_OPEN, BOTH_ROLES);
        s.listen();
        s.inject(syn().options(REQUEST));
        s.expect(bringing(seg("SA").seq(0).ack(1), -1));
    }

    @PacketScript
    static void shouldTakeTheDataOfTheSyn(final Script s) {
        openFast(s, 5);
        s.read(100);
        s.inject(pureAck(1).seq(101));
        s.state("ESTAB");
        s.expectNothing();
    }

    @PacketScript
    static void shouldOpenWithACookieAndNoData(final Script s) {
        listen(s, 5);
        s.inject(syn().options(ask(s)));
        s.expect(seg("SA").seq(0).ack(1));
        s.accept();
        s.state("SYN-RECV");
        s.inject(pureAck(1).seq(1));
        s.state("ESTAB");
    }

    @PacketScript
    static void shouldNotTakeDataOfWhoAsks(final Script s) {
        listen(s, 5);
        s.inject(syn().options(REQUEST).length(100));
        s.expect(bringing(seg("SA").seq(0).ack(1), 8));
        s.acceptNothing();
    }

    @PacketScript
    static void shouldNotTakeDataWithAForgedCookie(final Script s) {
        listen(s, 5);
        s.inject(syn().options(COOKIE).length(100));
        s.expect(bringing(seg("SA").seq(0).ack(1), 8));
        s.acceptNothing();
        s.inject(data(1, 100).ack(1));
        s.expectWithin(200, pureAck(101));
        s.accept();
        s.read(100);
    }

    @PacketScript
    static void shouldTakeDataWithoutCookieIfToldSo(final Script s) {
        s.option(Option.FAST_OPEN_NO_COOKIE, 1);
        listen(s, 5);
        s.inject(syn().length(100));
        s.expect(seg("SA").seq(0).ack(101));
        s.accept();
        s.read(100);
    }

    @PacketScript
    static void shouldAnswerBeforeTheAck(final Script s) {
        openFast(s, 5);
        s.read(100);
        s.write(200);
        s.expect(data(1, 200).ack(101));
        s.inject(pureAck(201).seq(101));
        s.state("ESTAB");
    }

    @PacketScript
    static void shouldTakeDataWithTheFirstAck(final Script s) {
        openFast(s, 5);
        s.inject(data(101, 200).ack(1));
        s.expectWithin(200, pureAck(301));
        s.read(300);
        s.state("ESTAB");
    }

    @PacketScript
    static void shouldRepeatTheSynAckWithoutCookie(final Script s) {
        openFast(s, 5);
        s.expectAfter(1_000, bringing(seg("SA").seq(0).ack(101), -1));
        s.inject(pureAck(1).seq(101));
        s.state("ESTAB");
    }

    @PacketScript
    static void shouldAnswerTheSynOnceMore(final Script s) {
        openFast(s, 5);
        s.inject(syn());
        s.expect(seg("SA").seq(0).ack(101));
        s.inject(pureAck(1).seq(101));
        s.state("ESTAB");
    }

    @PacketScript
    static void shouldOpenNoMoreThanTheQueueHolds(final Script s) {
        listen(s, 1);
        final int[] cookie = ask(s);
        s.inject(syn().options(cookie).length(100));
        s.expect(seg("SA").seq(0).ack(101));
        s.inject(syn().options(cookie).length(100).from(FIRST_PORT + 1));
        s.expect(bringing(seg("SA").seq(0).ack(1).from(FIRST_PORT + 1), -1));
    }

    @PacketScript
    static void shouldHaveRoomAgainAfterTheAck(final Script s) {
        listen(s, 1);
        final int[] cookie = ask(s);
        s.inject(syn().options(cookie).length(100));
        s.expect(seg("SA").seq(0).ack(101));
        s.inject(pureAck(1).seq(101));
        s.inject(syn().options(cookie).length(100).from(FIRST_PORT + 1));
        s.expect(seg("SA").seq(0).ack(101).from(FIRST_PORT + 1));
    }

    @PacketScript
    static void shouldCountAResetOneForAWhile(final Script s) {
        listen(s, 1);
        final int[] cookie = ask(s);
        s.inject(syn().options(cookie).length(100));
        s.expect(seg("SA").seq(0).ack(101));
        s.accept();
        s.inject(seg("R").seq(101));
        s.inject(syn().options(cookie).length(100).from(FIRST_PORT + 1));
        s.expect(bringing(seg("SA").seq(0).ack(1).from(FIRST_PORT + 1), -1));
    }

    @PacketScript
    static void shouldTellOfAReset(final Script s) {
        openFast(s, 5);
        s.inject(seg("R").seq(101));
        s.error(Errno.ECONNRESET);
    }

    @PacketScript
    static void shouldFinishBeforeTheAck(final Script s) {
        openFast(s, 5);
        s.read(100);
        s.closeSocket();
        s.expect(seg("FA").seq(1).ack(101));
        s.state("FIN-WAIT-1");
        s.inject(pureAck(2).seq(101));
        s.state("FIN-WAIT-2");
    }

    @PacketScript
    static void shouldNotOpenFastUnderSynCookies(final Script s) {
        s.knob(Knob.SYN_COOKIES, 2);
        listen(s, 5);
        s.inject(syn().options(REQUEST).length(100));
        s.expect(bringing(seg("SA").seq(0).ack(1), -1));
        s.acceptNothing();
    }
}

package org.pno.check.scripts;

import static org.pno.check.Seg.data;
import static org.pno.check.Seg.fullSyn;
import static org.pno.check.Seg.pureAck;
import static org.pno.check.Seg.seg;
import static org.pno.check.Seg.syn;

import org.pno.check.Knob;
import org.pno.check.PacketScript;
import org.pno.check.Script;
import org.pno.check.Seg;

/** RFC 4987: a listener whose half-open connections are too many answers by SYN cookies. */
final class CookieScripts {
    private static final int FLOOD = 40;

    private CookieScripts() {}

    /** Far more SYNs than the listener keeps; all are answered. */
    private static void flood(final Script s) {
        s.knob(Knob.SYN_COOKIES, 1);
        s.listen(4);
        for (int port = 42_000; port < 42_000 + FLOOD; port++) {
            s.inject(syn().from(port));
            s.expect(seg("SA").seq(0).ack(1).from(port));
        }
    }

    private static void open(final Script s, final Seg syn) {
        flood(s);
        s.inject(syn);
        s.expect(seg("SA").seq(0).ack(1));
        s.inject(pureAck(1).seq(1));
        s.accept();
        s.state("ESTAB");
    }

    @PacketScript
    static void shouldAnswerEverySynOfAFlood(final Script s) {
        flood(s);
        s.acceptNothing();
    }

    @PacketScript
    static void shouldOpenInAFlood(final Script s) {
        open(s, syn());
        s.inject(data(1, 100).ack(1));
        s.expectWithin(200, pureAck(101));
        s.read(100);
    }

    @PacketScript
    static void shouldTakeDataWithTheCookie(final Script s) {
        flood(s);
        s.inject(syn());
        s.expect(seg("SA").seq(0).ack(1));
        s.inject(data(1, 100).ack(1));
        s.expectWithin(200, pureAck(101));
        s.accept();
        s.read(100);
    }

    @PacketScript
    static void shouldKeepTheMssInACookie(final Script s) {
        open(s, syn().mss(536));
        s.write(1_072);
        s.expect(data(1, 536));
        s.expect(data(537, 536));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldKeepTheOptionsInACookie(final Script s) {
        open(s, fullSyn());
        s.inject(data(101, 100).ack(1).timestamp(1_100));
        s.expect(pureAck(1).sack(101, 201).that("has timestamps", p -> p.timestamps));
    }

    @PacketScript
    static void shouldNotOpenForAForgedCookie(final Script s) {
        flood(s);
        s.inject(syn());
        s.expect(seg("SA").seq(0).ack(1));
        s.inject(pureAck(77_777).seq(1));
        s.expect(seg("R").seq(77_777));
        s.acceptNothing();
    }

    @PacketScript
    static void shouldNotOpenWithoutASyn(final Script s) {
        flood(s);
        s.inject(pureAck(12_345).seq(1).from(45_000));
        s.expect(seg("R").from(45_000));
        s.acceptNothing();
    }

    @PacketScript
    static void shouldOpenThoseThatAreStillHalfOpen(final Script s) {
        flood(s);
        s.inject(pureAck(1).seq(1).from(42_000));
        s.accept();
        s.inject(pureAck(1).seq(1).from(42_000 + FLOOD - 1));
        s.accept();
    }
}

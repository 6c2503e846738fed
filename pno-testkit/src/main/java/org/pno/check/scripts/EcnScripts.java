package org.pno.check.scripts;

import static org.pno.check.Seg.data;
import static org.pno.check.Seg.pureAck;
import static org.pno.check.Seg.seg;
import static org.pno.check.Seg.syn;

import org.pno.check.Knob;
import org.pno.check.PacketScript;
import org.pno.check.Script;
import org.pno.check.Seg;
import org.pno.check.Where;

/** RFC 3168: agreeing on ECN, marks, echoes, and what is done about them. */
final class EcnScripts {
    private static final int NOT_ECT = 0;
    private static final int ECT_0 = 2;
    private static final int CE = 3;

    private EcnScripts() {}

    private static Seg ecnSyn() {
        return seg("SEC").seq(0).mss(1_460).window(65_535);
    }

    private static Seg field(final Seg segment, final int bits) {
        return segment.that("has the ECN field " + bits, p -> p.ecn == bits);
    }

    /** A connection whose peer has asked for ECN. */
    private static void establish(final Script s) {
        s.listen();
        s.inject(ecnSyn());
        s.expect(field(seg("SAE").seq(0).ack(1), NOT_ECT));
        s.expectNothingFor(20);
        s.inject(pureAck(1));
        s.accept();
    }

    @PacketScript
    static void shouldAgreeToEcn(final Script s) {
        establish(s);
        s.write(100);
        s.expect(field(data(1, 100), ECT_0));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldNotAgreeToEcnThatIsSwitchedOff(final Script s) {
        s.knob(Knob.ECN, 0);
        s.listen();
        s.inject(ecnSyn());
        s.expect(seg("SA").seq(0).ack(1));
        s.inject(pureAck(1));
        s.accept();
        s.write(100);
        s.expect(field(data(1, 100), NOT_ECT));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldNotUseEcnThatWasNotAskedFor(final Script s) {
        s.establish(syn());
        s.write(100);
        s.expect(field(data(1, 100), NOT_ECT));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldAskForEcn(final Script s) {
        s.knob(Knob.ECN, 1);
        s.connect();
        s.expect(field(seg("SEC").seq(0), NOT_ECT));
        s.inject(seg("SAE").seq(0).ack(1).mss(1_460));
        s.expect(field(pureAck(1), NOT_ECT));
        s.write(100);
        s.expect(field(data(1, 100), ECT_0));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldDoWithoutEcnIfThePeerDoesNotAnswerIt(final Script s) {
        s.knob(Knob.ECN, 1);
        s.connect();
        s.expect(seg("SEC").seq(0));
        s.inject(seg("SA").seq(0).ack(1).mss(1_460));
        s.expect(pureAck(1));
        s.write(100);
        s.expect(field(data(1, 100), NOT_ECT));
        s.inject(seg("A"));
    }

    @PacketScript(
            on = Where.ENGINE,
            because = "Linux 6.18 sets CWR in its ACK, which means something in accurate ECN only")
    static void shouldNotBeDeceivedByAReflectedSyn(final Script s) {
        s.knob(Knob.ECN, 1);
        s.connect();
        s.expect(seg("SEC").seq(0));
        s.inject(seg("SAEC").seq(0).ack(1).mss(1_460));
        s.expect(pureAck(1));
        s.write(100);
        s.expect(field(data(1, 100), NOT_ECT));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldEchoAMarkUntilTheWindowIsReduced(final Script s) {
        establish(s);
        s.inject(data(1, 100).ack(1).ecn(CE));
        s.expectWithin(200, seg("AE").ack(101));
        s.inject(data(101, 100).ack(1).ecn(ECT_0));
        s.expectWithin(200, seg("AE").ack(201));
        s.inject(seg("AC").seq(201).ack(1).length(100).ecn(ECT_0));
        s.expectWithin(200, pureAck(301));
        s.read(300);
    }

    @PacketScript
    static void shouldSayThatTheWindowIsReduced(final Script s) {
        establish(s);
        s.write(1_460);
        s.expect(data(1, 1_460));
        s.inject(seg("AE").ack(1_461));
        s.write(2_920);
        s.expect(seg("AC").seq(1_461).length(1_460));
        s.expect(data(2_921, 1_460));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldReduceOnceARoundTrip(final Script s) {
        establish(s);
        s.write(2_920);
        LossScripts.expectFlight(s, 1, 2, 1_460);
        s.inject(seg("AE").ack(1_461));
        s.inject(seg("AE").ack(2_921));
        s.write(2_920);
        s.expect(seg("AC").seq(2_921).length(1_460));
        s.expect(data(4_381, 1_460));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldNotMarkARetransmission(final Script s) {
        establish(s);
        s.write(100);
        s.expect(field(data(1, 100), ECT_0));
        s.expectAfter(220, field(seg("A").seq(1).length(100), NOT_ECT));
        s.inject(pureAck(101));
    }

    @PacketScript
    static void shouldTakeTheAckOfAPeerThatAsksWithoutNeed(final Script s) {
        s.establish(syn());
        s.inject(data(1, 100).ack(1).ecn(CE));
        s.expectWithin(200, pureAck(101));
        s.read(100);
    }
}

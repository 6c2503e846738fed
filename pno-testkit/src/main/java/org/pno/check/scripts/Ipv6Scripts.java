package org.pno.check.scripts;

import static org.pno.check.Seg.data;
import static org.pno.check.Seg.fullSyn;
import static org.pno.check.Seg.pureAck;
import static org.pno.check.Seg.seg;
import static org.pno.check.Seg.syn;

import org.pno.check.PacketScript;
import org.pno.check.Script;

/** What only IPv6 has: extension headers before the segment (RFC 8200 4, RFC 6946), and its least MTU (RFC 8201). */
final class Ipv6Scripts {
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int DESTINATION = 60;
    private static final int TCP = 6;
    private static final int UNREACHABLE = 3;
    private static final int TOO_LONG = 4;
    /** PadN, of all the rest of eight bytes. */
    private static final int PAD = 1;

    private Ipv6Scripts() {}

    private static void exchange(final Script s) {
        s.establish(fullSyn());
        s.inject(data(1, 100));
        s.expectWithin(200, pureAck(101));
        s.read(100);
        s.write(100);
        s.expect(data(1, 100));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldSkipHopByHopOptions(final Script s) {
        s.headers(HOP_BY_HOP, TCP, 0, PAD, 4, 0, 0, 0, 0);
        exchange(s);
    }

    @PacketScript
    static void shouldSkipDestinationOptions(final Script s) {
        s.headers(DESTINATION, TCP, 0, PAD, 4, 0, 0, 0, 0);
        exchange(s);
    }

    @PacketScript
    static void shouldSkipSeveralHeaders(final Script s) {
        final int[] options = {
            DESTINATION, 0, PAD, 4, 0, 0, 0, 0, FRAGMENT, 0, PAD, 4, 0, 0, 0, 0, TCP, 0, 0, 0, 0, 0, 0, 9
        };
        s.headers(HOP_BY_HOP, options);
        exchange(s);
    }

    @PacketScript
    static void shouldSkipAnOptionThatMayBeSkipped(final Script s) {
        s.headers(DESTINATION, TCP, 0, 0x1E, 4, 0, 0, 0, 0);
        exchange(s);
    }

    @PacketScript
    static void shouldDropAnOptionThatMustBeKnown(final Script s) {
        s.listen();
        s.headers(DESTINATION, TCP, 0, 0x5E, 4, 0, 0, 0, 0);
        s.inject(syn());
        s.expectNothing();
        s.headers(TCP);
        s.inject(syn());
        s.expect(seg("SA").seq(0).ack(1));
    }

    @PacketScript
    static void shouldTakeAtomicFragments(final Script s) {
        s.headers(FRAGMENT, TCP, 0, 0, 0, 0, 0, 0, 9);
        exchange(s);
    }

    @PacketScript
    static void shouldSkipARoutingHeaderThatHasNothingLeft(final Script s) {
        s.headers(ROUTING, TCP, 0, 99, 0, 0, 0, 0, 0);
        exchange(s);
    }

    @PacketScript
    static void shouldDropHopByHopOptionsThatAreNotFirst(final Script s) {
        s.listen();
        s.headers(DESTINATION, HOP_BY_HOP, 0, PAD, 4, 0, 0, 0, 0, TCP, 0, PAD, 4, 0, 0, 0, 0);
        s.inject(syn());
        s.expectNothing();
    }

    @PacketScript
    static void shouldAssume1220BytesWithoutAnMss(final Script s) {
        s.establish(seg("S").seq(0).window(65_535));
        s.write(2_440);
        s.expect(data(1, 1_220));
        s.expect(data(1_221, 1_220));
        s.inject(seg("A"));
    }

    private static void oneFullSegment(final Script s) {
        s.establish();
        s.write(1_460);
        s.expect(data(1, 1_460));
    }

    @PacketScript
    static void shouldSendAgainInShorterSegments(final Script s) {
        oneFullSegment(s);
        s.icmp(UNREACHABLE, TOO_LONG, 1_380); // 1400 by IPv6
        s.expect(data(1, 1_340));
        s.expect(data(1_341, 120));
        s.inject(pureAck(1_461));
        s.write(1_460);
        s.expect(data(1_461, 1_340));
        s.mayCome(data(2_801, 120));
        s.inject(seg("A"));
        s.expectNothing();
    }

    @PacketScript
    static void shouldHaveALeastLength(final Script s) {
        oneFullSegment(s);
        s.icmp(UNREACHABLE, TOO_LONG, 1_260); // 1280 by IPv6
        s.expect(data(1, 1_220));
        s.expect(data(1_221, 240));
        s.inject(pureAck(1_461));
    }

    @PacketScript
    static void shouldNotBelieveALongerPath(final Script s) {
        oneFullSegment(s);
        s.icmp(UNREACHABLE, TOO_LONG, 3_000);
        s.expectNothing();
        s.inject(pureAck(1_461));
    }

    @PacketScript
    static void shouldKnowThePathInTheNextConnection(final Script s) {
        oneFullSegment(s);
        s.icmp(UNREACHABLE, TOO_LONG, 1_380);
        s.expect(data(1, 1_340));
        s.expect(data(1_341, 120));
        s.inject(pureAck(1_461));
        s.fromPort(41_000);
        s.establish();
        s.write(1_460);
        s.expect(data(1, 1_340));
        s.expect(data(1_341, 120));
        s.inject(seg("A"));
    }
}

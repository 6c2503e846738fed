package org.pno.check.scripts;

import static org.pno.check.Seg.data;
import static org.pno.check.Seg.fullSyn;
import static org.pno.check.Seg.pureAck;
import static org.pno.check.Seg.seg;
import static org.pno.check.Seg.syn;

import org.pno.check.PacketScript;
import org.pno.check.Script;

/** RFC 1191 and 5927: routers that cannot forward what is too long, real ones and others. */
final class PathMtuScripts {
    private static final int UNREACHABLE = 3;
    private static final int TOO_LONG = 4;

    private PathMtuScripts() {}

    private static void oneFullSegment(final Script s) {
        s.establish();
        s.write(1_460);
        s.expect(data(1, 1_460).that("may not be fragmented", p -> p.dontFragment));
    }

    @PacketScript
    static void shouldSendAgainInShorterSegments(final Script s) {
        oneFullSegment(s);
        s.icmp(UNREACHABLE, TOO_LONG, 1_000);
        s.expect(data(1, 960));
        s.expect(data(961, 500));
        s.inject(pureAck(1_461));
    }

    @PacketScript
    static void shouldGoOnInShorterSegments(final Script s) {
        oneFullSegment(s);
        s.icmp(UNREACHABLE, TOO_LONG, 1_000);
        s.expect(data(1, 960));
        s.expect(data(961, 500));
        s.inject(pureAck(1_461));
        s.write(1_920);
        s.expect(data(1_461, 960).that("may not be fragmented", p -> p.dontFragment));
        s.expect(data(2_421, 960));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldCountTimestampsAgainstThePath(final Script s) {
        s.establish(fullSyn());
        s.write(1_448);
        s.expect(data(1, 1_448));
        s.icmp(UNREACHABLE, TOO_LONG, 1_000);
        s.expect(data(1, 948));
        s.expect(data(949, 500));
        s.inject(pureAck(1_449));
    }

    @PacketScript
    static void shouldFollowAPathThatBecomesNarrowerTwice(final Script s) {
        oneFullSegment(s);
        s.icmp(UNREACHABLE, TOO_LONG, 1_200);
        s.expect(data(1, 1_160));
        s.icmp(UNREACHABLE, TOO_LONG, 900);
        s.mayCome(data(1_161, 300));
        s.expect(data(1, 860));
        s.mayCome(data(861, 600));
        s.mayCome(data(861, 300));
        s.expectNothing();
        s.inject(pureAck(1_461));
    }

    @PacketScript
    static void shouldNotBelieveALongerPath(final Script s) {
        oneFullSegment(s);
        s.icmp(UNREACHABLE, TOO_LONG, 3_000);
        s.expectNothing();
        s.inject(pureAck(1_461));
        s.write(1_460);
        s.expect(data(1_461, 1_460));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldHaveALeastLength(final Script s) {
        oneFullSegment(s);
        s.icmp(UNREACHABLE, TOO_LONG, 100);
        s.expect(data(1, 512));
        s.expect(data(513, 512));
        s.expect(data(1_025, 436));
        s.inject(pureAck(1_461));
    }

    @PacketScript
    static void shouldKnowThePathInTheNextConnection(final Script s) {
        oneFullSegment(s);
        s.icmp(UNREACHABLE, TOO_LONG, 1_000);
        s.expect(data(1, 960));
        s.expect(data(961, 500));
        s.inject(pureAck(1_461));
        s.fromPort(41_000);
        s.establish();
        s.write(1_460);
        s.expect(data(1, 960));
        s.expect(data(961, 500));
        s.inject(seg("A"));
    }

    @PacketScript
    static void shouldShortenAllThatIsInFlight(final Script s) {
        s.establish(syn(), 100, 65_535);
        s.write(3 * 1_460);
        s.expect(data(1, 1_460));
        s.expect(data(1_461, 1_460));
        s.expect(data(2_921, 1_460));
        s.inject(pureAck(1_461));
        s.icmp(UNREACHABLE, TOO_LONG, 1_000);
        s.expect(data(1_461, 960));
        s.mayCome(seg("A").anyLength());
        s.inject(pureAck(2_421));
        s.inject(pureAck(4_381));
    }
}

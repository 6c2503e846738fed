package org.pno.check.scripts;

import static org.pno.check.Seg.pureAck;
import static org.pno.check.Seg.seg;
import static org.pno.check.Seg.syn;

import org.pno.check.Packet;
import org.pno.check.PacketScript;
import org.pno.check.Script;

/** RFC 5681, 6928, 6937: how much may be in flight, as far as the RFCs fix it. */
final class CongestionScripts {
    private static final int MSS = 1_460;
    private static final int ROUND_TRIP_MS = 100;

    private CongestionScripts() {}

    private static long at(final int segment) {
        return 1 + (long) segment * MSS;
    }

    private static void start(final Script s, final int segments) {
        s.establish(syn().sackPermitted().windowScale(7), ROUND_TRIP_MS, 8_000);
        s.write(segments * MSS);
        LossScripts.expectFlight(s, 1, 10, MSS);
        s.expectNothing();
    }

    @PacketScript
    static void shouldDoubleInSlowStart(final Script s) {
        start(s, 40);
        for (int i = 2; i <= 10; i += 2) {
            s.inject(pureAck(at(i)).window(8_000)); // Two of them acknowledged, four more to send.
            LossScripts.expectFlight(s, at(2 * i + 6), 4, MSS);
        }
        s.expectNothing();
        s.inject(seg("A").window(8_000));
        s.mayCome(seg("A").anyLength());
    }

    @PacketScript
    static void shouldStartAnewAfterAPause(final Script s) {
        start(s, 20);
        for (int i = 2; i <= 10; i += 2) {
            s.inject(pureAck(at(i)).window(8_000));
        }
        LossScripts.expectFlight(s, at(10), 10, MSS);
        s.inject(pureAck(at(20)).window(8_000));
        s.expectNothingFor(2_000);
        s.write(20 * MSS);
        LossScripts.expectFlight(s, at(20), 10, MSS);
        s.expectNothing();
        s.mayCome(seg("A").anyLength());
        s.inject(pureAck(at(30)).window(8_000));
    }

    @PacketScript
    static void shouldSendInProportionWhileItRecovers(final Script s) {
        start(s, 30);
        int sent = 0;
        for (int i = 2; i <= 10; i++) {
            s.inject(pureAck(1).sack(at(1), at(i)).window(8_000));
            for (Packet packet = s.maybe(1); packet != null; packet = s.maybe(1)) {
                sent++;
            }
        }
        // Nine arrived; half as many may go out, and one or two for what was not yet called lost.
        if (sent < 4 || sent > 8) {
            throw new AssertionError(sent + " segments were sent while nine were reported");
        }
        s.mayCome(seg("A").anyLength());
        s.inject(pureAck(at(10)).window(8_000));
    }

    @PacketScript
    static void shouldHalveAfterALoss(final Script s) {
        start(s, 30);
        s.inject(pureAck(1).sack(at(1), at(10)).window(8_000));
        int sent = 0;
        for (Packet packet = s.maybe(1); packet != null; packet = s.maybe(1)) {
            sent++;
        }
        final long end = s.sentEnd();
        s.inject(pureAck(end).window(8_000)); // Recovery is over: five in flight, and what slow start has added.
        int after = 0;
        for (Packet packet = s.maybe(1); packet != null; packet = s.maybe(1)) {
            after++;
        }
        if (sent < 1 || after < 2 || after > 7) {
            throw new AssertionError(sent + " segments were sent in recovery, " + after + " after it");
        }
        s.mayCome(seg("A").anyLength());
        s.inject(seg("A").window(8_000));
    }

    @PacketScript
    static void shouldStartWithOneSegmentAfterATimeout(final Script s) {
        s.establish(syn(), 20, 65_535);
        s.write(20 * MSS);
        LossScripts.expectFlight(s, 1, 10, MSS);
        s.expectAfter(220, seg("A").seq(1).length(MSS));
        s.expectNothingFor(50);
        s.mayCome(seg("A").anyLength());
        s.inject(pureAck(at(10)));
    }
}

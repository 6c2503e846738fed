package org.pno.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.pno.bridge.BridgeFixture.Pair;
import org.pno.link.RecordDescriptor;
import org.pno.sim.Bus;
import org.pno.sim.HostSocket;
import org.pno.sim.OverEachTimedBus;

/** Urgent data over both kinds of bus: the mark is known no later than the bytes are seen, on either side. */
class BridgeUrgentTest {
    private static final int ROUNDS = 60;

    private BridgeFixture fixture;

    @AfterEach
    void close() {
        fixture.assertHealthy();
        fixture.close();
    }

    private static long here(final long behind) {
        return behind | RecordDescriptor.URGENT_HERE;
    }

    /** Sends plain and urgent bytes by turns; the receiver must know of each urgent byte when it can see it. */
    private void exchange(final HostSocket from, final HostSocket to) {
        for (int round = 1; round <= ROUNDS; round++) {
            final byte[] bytes = BridgeFixture.pattern(round * 13, round);
            from.send(bytes, 0, bytes.length);
            from.sendUrgent(bytes);
            from.waitForAcked(from.txWritten()); // Its line is read, at any moment.
            final long behind = from.txWritten();
            fixture.await(() -> {
                if (to.rxCommitted() >= behind) {
                    assertEquals(here(behind), to.rxUrgent());
                }
                return to.rxCommitted() == behind;
            });
            to.consume(to.readable());
            to.submit(0);
            fixture.await(() -> from.txAcked() == behind || to.rxCommitted() > behind);
        }
    }

    @OverEachTimedBus
    void shouldTellOfUrgentDataThatItSends(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        exchange(pair.own(), pair.peer());
        assertEquals(here(pair.own().txWritten()), pair.peer().rxUrgent());
    }

    @OverEachTimedBus
    void shouldTellOfUrgentDataThatItReceives(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        exchange(pair.peer(), pair.own());
        assertEquals(here(pair.peer().txWritten()), pair.own().rxUrgent());
    }

    @OverEachTimedBus
    void shouldSendThePlainBytesBehindUrgentOnes(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        pair.own().sendUrgent(BridgeFixture.pattern(100, 1));
        for (int i = 0; i < 5; i++) {
            fixture.step();
            pair.own().send(BridgeFixture.pattern(1_000, 2), 0, 1_000);
        }
        fixture.await(() -> pair.peer().rxCommitted() == 5_100);
        assertEquals(here(100), pair.peer().rxUrgent());
    }

    @OverEachTimedBus
    void shouldFindUrgentDataByASweep(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        fixture.steps(100);
        fixture.channel.busyWhen(() -> true);
        pair.own().sendUrgent(BridgeFixture.pattern(100, 1));
        fixture.channel.busyWhen(() -> false);
        fixture.await(() -> pair.peer().rxCommitted() == 100);
        assertEquals(here(100), pair.peer().rxUrgent());
    }

    @OverEachTimedBus
    void shouldSendUrgentDataOfASocketThatIsClosedAtOnce(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        pair.own().sendUrgent(BridgeFixture.pattern(100, 1));
        pair.own().close();
        fixture.await(() -> pair.peer().isEndVisible());
        assertEquals(100, pair.peer().rxCommitted());
        assertEquals(here(100), pair.peer().rxUrgent());
    }
}

package org.pno.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.pno.bridge.BridgeFixture.Pair;
import org.pno.link.RecordDescriptor;
import org.pno.sim.Bus;
import org.pno.sim.OverEachTimedBus;

/** What is told of bytes that were sent, to those who ask (TCP_NOTSENT_LOWAT), over both kinds of bus. */
class BridgeSentTest {
    private BridgeFixture fixture;

    @AfterEach
    void close() {
        fixture.assertHealthy();
        fixture.close();
    }

    /** What has been under way has come, and its events are taken. */
    private void calm() {
        fixture.steps(200);
        fixture.channel.poll();
    }

    @OverEachTimedBus
    void shouldTellOfWhatIsSent(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        pair.own().option(RecordDescriptor.OPTION_FLAGS_OFFSET, RecordDescriptor.OPTION_TX_SENT);
        pair.own().send(BridgeFixture.pattern(9_000, 1), 0, 9_000);
        fixture.await(() -> pair.own().txSent() == 9_000);
        assertEquals(9_000, pair.own().txWritten());
    }

    @OverEachTimedBus
    void shouldTellOfWhatWasSentBeforeAnybodyAsked(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        pair.own().send(BridgeFixture.pattern(9_000, 1), 0, 9_000);
        fixture.await(() -> pair.own().txAcked() == 9_000);
        assertEquals(0, pair.own().txSent());
        pair.own().option(RecordDescriptor.OPTION_FLAGS_OFFSET, RecordDescriptor.OPTION_TX_SENT);
        fixture.await(() -> pair.own().txSent() == 9_000);
    }

    @OverEachTimedBus
    void shouldWakeWhoWaitsForWhatIsSent(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        pair.own().option(RecordDescriptor.OPTION_FLAGS_OFFSET, RecordDescriptor.OPTION_TX_SENT);
        calm();
        pair.own().send(BridgeFixture.pattern(9_000, 1), 0, 9_000);
        pair.own().waitForSent(9_000);
        fixture.await(() -> fixture.channel.poll() > 0);
        assertEquals(9_000, pair.own().txSent());
    }

    @OverEachTimedBus
    void shouldWakeAtOnceWhoWaitsForWhatWasSent(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        pair.own().option(RecordDescriptor.OPTION_FLAGS_OFFSET, RecordDescriptor.OPTION_TX_SENT);
        pair.own().send(BridgeFixture.pattern(9_000, 1), 0, 9_000);
        fixture.await(() -> pair.own().txSent() == 9_000);
        calm();
        pair.own().waitForSent(1);
        fixture.await(() -> fixture.channel.poll() > 0);
        assertTrue(pair.own().txSent() >= 1);
    }
}

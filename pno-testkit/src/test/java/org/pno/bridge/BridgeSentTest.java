package org.pno.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pno.bridge.BridgeFixture.Bus;
import org.pno.bridge.BridgeFixture.Pair;
import org.pno.link.RecordDescriptor;

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

    @ParameterizedTest
    @EnumSource
    void shouldTellOfWhatIsSent(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        pair.own().option(RecordDescriptor.OPTION_FLAGS_OFFSET, RecordDescriptor.OPTION_TX_SENT);
        pair.own().send(BridgeFixture.pattern(9_000, 1), 0, 9_000);
        fixture.await(() -> pair.own().txSent() == 9_000);
        assertEquals(9_000, pair.own().txWritten());
    }

    @ParameterizedTest
    @EnumSource
    void shouldTellOfWhatWasSentBeforeAnybodyAsked(final Bus bus) {
        fixture = new BridgeFixture(bus);
        final Pair pair = fixture.acceptedPair();
        pair.own().send(BridgeFixture.pattern(9_000, 1), 0, 9_000);
        fixture.await(() -> pair.own().txAcked() == 9_000);
        assertEquals(0, pair.own().txSent());
        pair.own().option(RecordDescriptor.OPTION_FLAGS_OFFSET, RecordDescriptor.OPTION_TX_SENT);
        fixture.await(() -> pair.own().txSent() == 9_000);
    }

    @ParameterizedTest
    @EnumSource
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

    @ParameterizedTest
    @EnumSource
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

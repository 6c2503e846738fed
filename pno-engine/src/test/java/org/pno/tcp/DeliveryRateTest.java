package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.tcp.SegmentSpec.ackOf;
import static org.pno.tcp.TcpTester.MS;
import static org.pno.tcp.TcpTester.SECOND;

import org.junit.jupiter.api.Test;

/** draft-cheng-iccrg-delivery-rate-estimation. Without options, so that segments are 1,460 bytes. */
class DeliveryRateTest {
    private static final int MSS = TcpTester.MSS;
    private static final int WINDOW = 65_535;

    private final TcpTester tester = new TcpTester();

    private void establish() {
        tester.handshakeNs = 10 * MS;
        tester.establish(SegmentSpec.of("S").mss(MSS), WINDOW);
    }

    private DeliveryState state() {
        return tester.connection().delivery;
    }

    private void ack(final int segments) {
        tester.inject(ackOf(1, 1 + segments * MSS).window(WINDOW));
    }

    @Test
    void shouldMeasureWhatARoundTripDelivers() {
        establish();
        tester.write(40 * MSS); // The initial window goes out.
        tester.advance(10 * MS);
        ack(10);
        assertEquals(10 * MSS, tester.connection().deliveredBytes());
        assertEquals(10 * MSS * 100, tester.connection().deliveryRate()); // Per second, of 10 ms.
        tester.advance(10 * MS);
        ack(30);
        assertEquals(20 * MSS * 100, tester.connection().deliveryRate());
        assertFalse(tester.connection().isDeliveryAppLimited());
    }

    @Test
    void shouldTakeTheLongerOfSendingAndAcknowledging() {
        establish();
        tester.write(10 * MSS);
        tester.advance(20 * MS);
        ack(5);
        tester.write(5 * MSS); // Sent 20 ms after the first.
        tester.advance(10 * MS);
        ack(15); // ACKs come together: 10 segments since 10 ms.
        assertEquals(10 * MSS, state().rateBytes);
        assertEquals(20 * MS, state().rateIntervalNs);
    }

    @Test
    void shouldMarkSamplesOfAProgramThatHasNothingToSend() {
        establish();
        tester.write(2 * MSS);
        assertTrue(state().isAppLimited());
        tester.advance(10 * MS);
        ack(2);
        tester.write(MSS);
        tester.advance(10 * MS);
        ack(3);
        assertTrue(tester.connection().isDeliveryAppLimited());
    }

    @Test
    void shouldBeWithoutMarkOnceTheBubbleHasGoneThrough() {
        establish();
        tester.write(2 * MSS);
        tester.write(60 * MSS);
        tester.advance(10 * MS);
        ack(2);
        assertTrue(state().isAppLimited());
        ack(3);
        assertFalse(state().isAppLimited());
    }

    @Test
    void shouldKeepTheRateOverSlowerSamplesThatTheProgramLimited() {
        establish();
        tester.write(10 * MSS);
        tester.advance(10 * MS);
        ack(10);
        final long rate = tester.connection().deliveryRate();
        tester.advance(SECOND / 10);
        tester.write(MSS);
        tester.advance(10 * MS);
        ack(11);
        assertEquals(rate, tester.connection().deliveryRate());
    }

    @Test
    void shouldCountWhatSackReportsAsDelivered() {
        tester.handshakeNs = 10 * MS;
        tester.establish(SegmentSpec.of("S").offers(), 512);
        tester.write(10 * MSS);
        tester.advance(10 * MS);
        tester.inject(ackOf(1, 1).window(512).sack(1 + MSS, 1 + 3 * MSS));
        assertEquals(2 * MSS, tester.connection().deliveredBytes());
        tester.inject(ackOf(1, 1 + 3 * MSS).window(512));
        assertEquals(3 * MSS, tester.connection().deliveredBytes());
    }

    @Test
    void shouldIgnoreARateOverLessThanARoundTrip() {
        establish();
        tester.write(10 * MSS);
        tester.advance(10 * MS);
        for (int i = 0; i < 3; i++) {
            ack(0);
        }
        tester.advance(MS);
        ack(3); // The first was only late, so that the next one is sent again in vain.
        final long rate = tester.connection().deliveryRate();
        tester.advance(MS);
        ack(10);
        assertEquals(2, tester.connection().retransmittedSegments());
        assertEquals(rate, tester.connection().deliveryRate());
    }

    @Test
    void shouldTakeRoundTripTimesOfAllThatIsDelivered() {
        establish();
        tester.write(2 * MSS);
        tester.advance(2 * MS);
        tester.write(2 * MSS); // Not the one that is timed.
        tester.advance(9 * MS);
        ack(4);
        assertEquals(9 * MS, tester.connection().rtt.minNs());
    }
}

package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.pno.tcp.TcpTester.MS;
import static org.pno.tcp.TcpTester.SECOND;

import org.junit.jupiter.api.Test;

/** RFC 6298. */
class RttEstimatorTest {
    private final RttEstimator rtt = new RttEstimator(new TcpConfiguration());

    @Test
    void shouldStartWithASecond() {
        assertEquals(SECOND, rtt.timeoutNs());
    }

    @Test
    void shouldTakeFirstSampleAsItIs() {
        rtt.onSample(400 * MS);
        assertEquals(400 * MS, rtt.smoothedNs());
        assertEquals(200 * MS, rtt.variationNs());
        assertEquals(1_200 * MS, rtt.timeoutNs());
    }

    @Test
    void shouldSmoothLaterSamples() {
        rtt.onSample(400 * MS);
        rtt.onSample(800 * MS);
        assertEquals(450 * MS, rtt.smoothedNs());
        assertEquals(250 * MS, rtt.variationNs());
    }

    @Test
    void shouldNeverWaitLessThan200MsBeyondRoundTrip() {
        for (int i = 0; i < 100; i++) {
            rtt.onSample(50_000);
        }
        assertEquals(200 * MS + 50_000, rtt.timeoutNs());
    }

    @Test
    void shouldDoubleWhenBackingOffUpToTwoMinutes() {
        rtt.backOff();
        assertEquals(2 * SECOND, rtt.backedOffNs());
        for (int i = 0; i < 100; i++) {
            rtt.backOff();
        }
        assertEquals(120 * SECOND, rtt.backedOffNs());
        rtt.endBackOff();
        assertEquals(SECOND, rtt.backedOffNs());
    }
}

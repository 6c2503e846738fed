package org.pno.tcp.congestion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** RFC 8257 3.3 to 3.5. */
class DctcpTest {
    private static final int MSS = 1_000;

    private final Dctcp dctcp = new Dctcp();
    private final AckSample sample = new AckSample();
    private long position;

    @BeforeEach
    void start() {
        dctcp.start(MSS, false);
    }

    private void ack(final boolean echo) {
        position += MSS;
        sample.ackedBytes = MSS;
        sample.ackPosition = position;
        sample.nextPosition = position + 10 * MSS;
        sample.rttNs = -1;
        sample.ecnEcho = echo;
        dctcp.onAck(sample);
    }

    /** A window of ten segments of which the last so many were marked. */
    private void window(final int marked) {
        for (int i = 1; i <= 10; i++) {
            ack(i > 10 - marked);
        }
    }

    @Test
    void shouldTakeTheFirstMarkInFull() {
        assertEquals(1.0, dctcp.alpha());
        dctcp.onCongestionEcho(10 * MSS, 0);
        assertEquals(5 * MSS, dctcp.windowBytes());
    }

    @Test
    void shouldSmoothTheFractionOfMarkedBytes() {
        ack(false);
        double expected = 15.0 / 16;
        assertEquals(expected, dctcp.alpha(), 1e-12);
        for (int i = 0; i < 40; i++) {
            window(3);
            expected = expected * 15 / 16 + 0.3 / 16;
            assertEquals(expected, dctcp.alpha(), 1e-9, "window " + i);
        }
    }

    @Test
    void shouldGiveWayInProportion() {
        ack(false);
        double alpha = 15.0 / 16;
        for (int i = 0; i < 100; i++) {
            window(0);
            alpha = alpha * 15 / 16;
        }
        for (int i = 0; i < 5; i++) {
            window(10);
            alpha = alpha * 15 / 16 + 1.0 / 16;
        }
        dctcp.onAcknowledged(90 * MSS, -1, 0);
        dctcp.onCongestionEcho(100 * MSS, 0);
        assertEquals(100 * MSS * (1 - alpha / 2), dctcp.windowBytes(), 1);
    }

    @Test
    void shouldHalveOnLoss() {
        dctcp.onAcknowledged(10 * MSS, -1, 0);
        dctcp.onLoss(20 * MSS, 0);
        assertEquals(10 * MSS, dctcp.windowBytes());
    }

    @Test
    void shouldGrowAsRenoInCongestionAvoidance() {
        dctcp.onLoss(20 * MSS, 0);
        dctcp.onAcknowledged(10 * MSS, -1, 0);
        assertEquals(11 * MSS, dctcp.windowBytes());
    }
}

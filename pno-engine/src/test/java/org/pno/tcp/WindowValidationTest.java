package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.tcp.SegmentSpec.ackOf;
import static org.pno.tcp.TcpTester.MS;
import static org.pno.tcp.TcpTester.SECOND;

import org.junit.jupiter.api.Test;
import org.pno.tcp.congestion.CongestionAlgorithm;

/** RFC 5681 4.1 and RFC 7661: what becomes of a window that is not used; TCP_CONGESTION on a live connection. */
class WindowValidationTest {
    /** The peer's: 512 KB, once scaled. */
    private static final int WINDOW = 4_096;

    private final TcpTester tester = new TcpTester();
    private int acked;

    private void establish() {
        tester.establish(SegmentSpec.of("S").offers().timestamps(1, 0), WINDOW);
        tester.sent.clear();
    }

    /** Sends and has acknowledged so many bytes, all in one flight. */
    private void exchange(final int bytes) {
        tester.write(bytes);
        acked += bytes;
        tester.inject(ackOf(1, 1 + acked).window(WINDOW));
    }

    private long window() {
        return tester.connection().congestionControl().windowBytes();
    }

    private void growTo(final long bytes) {
        for (int i = 0; i < 10 && window() < bytes; i++) {
            exchange((int) window());
        }
        assertTrue(window() >= bytes, "window " + window());
        tester.sent.clear();
    }

    @Test
    void shouldRestartFromInitialWindowAfterIdleTimeout() {
        establish();
        growTo(200_000);
        tester.advance(SECOND);
        tester.write(300_000);
        assertEquals(14_480, window());
        assertEquals(1, tester.counted(TcpCounter.IDLE_RESTARTS));
    }

    @Test
    void shouldKeepTheWindowOverIdleTimeIfConfigured() {
        tester.configuration.slowStartAfterIdle = false;
        establish();
        growTo(200_000);
        final long window = window();
        tester.advance(SECOND);
        tester.write(300_000);
        assertEquals(window, window());
        assertEquals(0, tester.counted(TcpCounter.IDLE_RESTARTS));
    }

    @Test
    void shouldCutTheWindowThatIsNotUsedForATimeout() {
        establish();
        growTo(200_000);
        final long window = window();
        for (int i = 0; i < 30; i++) {
            tester.advance(10 * MS);
            exchange(1_000);
        }
        assertEquals(1, tester.counted(TcpCounter.UNUSED_WINDOWS));
        assertEquals((window + 14_480) / 2, window()); // Less than the initial window was used.
    }

    @Test
    void shouldKeepTheWindowThatIsUsed() {
        establish();
        growTo(200_000);
        tester.connection().congestion.onLoss(200_000, tester.nowNs); // Congestion avoidance, so that it stays small.
        final long window = window();
        for (int i = 0; i < 30; i++) {
            tester.advance(10 * MS);
            exchange((int) window());
        }
        assertTrue(window() >= window);
        assertEquals(0, tester.counted(TcpCounter.UNUSED_WINDOWS));
    }

    @Test
    void shouldKeepRoomForAnAnswerAfterALoss() {
        tester.settings.congestion = CongestionAlgorithm.CUBIC;
        establish();
        tester.write(8_192); // Six segments of a window of ten; the first is lost.
        tester.inject(ackOf(1, 1).window(WINDOW).sack(1 + 1_448, 1 + 8_192));
        acked += 8_192;
        tester.inject(ackOf(1, 1 + acked).window(WINDOW));
        assertEquals(1, tester.counted(TcpCounter.FAST_RECOVERIES));
        tester.write(8_192);
        assertEquals(8_192, tester.connection().flightBytes());
    }

    @Test
    void shouldGrowForAllOfARoundTripInWhichTheWindowWasFull() {
        tester.settings.congestion = CongestionAlgorithm.RENO;
        establish();
        tester.connection().congestion.onLoss(2 * 1_448, tester.nowNs);
        assertEquals(2 * 1_448, window());
        tester.write(3 * 1_448); // One waits for the window.
        tester.inject(ackOf(1, 1 + 1_448).window(WINDOW)); // With this all is sent.
        tester.inject(ackOf(1, 1 + 2 * 1_448).window(WINDOW));
        assertEquals(3 * 1_448, window());
    }

    @Test
    void shouldTakeAWindowForUsedThatWasJustFilled() {
        establish();
        tester.connection().congestion.onLoss(6 * 1_448, tester.nowNs);
        assertEquals(3 * 1_448, window());
        exchange(3 * 1_448);
        assertEquals(4 * 1_448, window());
    }

    @Test
    void shouldUseTheAlgorithmOfTheSettings() {
        tester.settings.congestion = CongestionAlgorithm.DCTCP;
        establish();
        assertEquals("dctcp", tester.connection().congestionControl().name());
    }

    @Test
    void shouldUseTheConfigurationsAlgorithmWithoutSettings() {
        tester.configuration.congestion = CongestionAlgorithm.CUBIC;
        establish();
        assertEquals("cubic", tester.connection().congestionControl().name());
    }

    @Test
    void shouldChangeTheAlgorithmOfALiveConnection() {
        establish();
        growTo(50_000);
        final long window = window();
        tester.settings.congestion = CongestionAlgorithm.CUBIC;
        tester.configure();
        assertEquals("cubic", tester.connection().congestionControl().name());
        assertEquals(window, window());
    }

    @Test
    void shouldUseControllersAgain() {
        establish();
        final var reno = tester.connection().congestionControl();
        tester.settings.congestion = CongestionAlgorithm.CUBIC;
        tester.configure();
        tester.settings.congestion = CongestionAlgorithm.RENO;
        tester.configure();
        assertEquals(
                System.identityHashCode(reno),
                System.identityHashCode(tester.connection().congestionControl()));
    }
}

package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.tcp.SegmentSpec.data;
import static org.pno.tcp.TcpTester.MS;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The receive buffer that nobody has fixed, as Linux's dynamic right-sizing. */
class ReceiveTuningTest {
    private static final int START = 65_536;
    private static final int PAYLOAD = 1_448;
    private static final int MOST_AT_ONCE = 44 * PAYLOAD;

    private final TcpTester tester = new TcpTester();
    private int received;
    private int echo;

    @BeforeEach
    void leaveTheBufferOpen() {
        tester.settings.receiveBufferBytes = 0;
    }

    private void establish() {
        tester.establish(SegmentSpec.of("S").offers().timestamps(1, 0), 512);
        echo = tester.ourTimestamp();
    }

    private long window() {
        return tester.connection().receiveWindowBytes();
    }

    /** The peer sends so much, which it was allowed to a round trip ago. */
    private void roundTrip(final long bytes) {
        tester.advance(10 * MS);
        final int sent = tester.ourTimestamp();
        for (long left = bytes; left > 0; ) {
            final int length = (int) Math.min(left, MOST_AT_ONCE);
            final SegmentSpec segment = data(1 + received, 1, length).gsoSize(PAYLOAD);
            tester.inject(tester.connection().timestamps ? segment.timestamps(2, echo) : segment);
            received += length;
            left -= length;
        }
        echo = sent;
    }

    private void fillWindows(final int roundTrips) {
        for (int i = 0; i < roundTrips; i++) {
            roundTrip(window() / PAYLOAD * PAYLOAD);
        }
    }

    @Test
    void shouldStartAsLinuxDoes() {
        establish();
        roundTrip(2 * PAYLOAD);
        assertEquals(START, tester.connection().receiveEdge() - received, 32);
    }

    @Test
    void shouldGrowWithWhatTheProgramReadsAsFarAsTheRingHolds() {
        establish();
        fillWindows(8);
        assertEquals(tester.configuration.streamBytes - 4_096, tester.connection().tuning.bufferBytes);
        assertTrue(tester.counted(TcpCounter.WINDOWS_GROWN) > 0);
    }

    @Test
    void shouldAnnounceWhatItHasGrownTo() {
        establish();
        fillWindows(8);
        assertTrue(window() > 1 << 20, "window " + window());
    }

    @Test
    void shouldGrowNoFurtherThanConfigured() {
        tester.configuration.maxReceiveBufferBytes = 200_000;
        establish();
        fillWindows(8);
        assertEquals(200_000, tester.connection().tuning.bufferBytes);
    }

    @Test
    void shouldNotGrowIfConfiguredSo() {
        tester.configuration.maxReceiveBufferBytes = 0;
        establish();
        fillWindows(8);
        assertEquals(START, tester.connection().tuning.bufferBytes);
    }

    @Test
    void shouldKeepWhatTheProgramHasAskedFor() {
        tester.settings.receiveBufferBytes = 100_000;
        establish();
        fillWindows(8);
        assertEquals(100_000, window(), 32);
        assertEquals(0, tester.counted(TcpCounter.WINDOWS_GROWN));
    }

    @Test
    void shouldStopGrowingWhenTheProgramAsksForASize() {
        establish();
        fillWindows(2);
        final long edge = tester.connection().receiveEdge();
        tester.settings.receiveBufferBytes = 30_000;
        tester.configure();
        roundTrip(PAYLOAD);
        assertEquals(edge, tester.connection().receiveEdge()); // It never goes back.
        fillWindows(3);
        assertEquals(30_000, window(), 32);
    }

    @Test
    void shouldStayAsItIsForASenderThatSendsLittle() {
        establish();
        for (int i = 0; i < 50; i++) {
            roundTrip(5L * PAYLOAD);
        }
        assertEquals(START, tester.connection().tuning.bufferBytes);
    }

    @Test
    void shouldBeTwiceWhatIsReadInARoundTrip() {
        establish();
        for (int i = 0; i < 20; i++) {
            roundTrip(44L * PAYLOAD); // The first time it grows faster, as if the sender were in slow start.
        }
        final long first = tester.connection().tuning.bufferBytes;
        tester.connection().tuning.bufferBytes = START;
        tester.connection().tuning.spaceBytes = 43L * PAYLOAD;
        roundTrip(44L * PAYLOAD);
        roundTrip(44L * PAYLOAD);
        assertTrue(first > 2L * 44 * PAYLOAD, "buffer " + first);
        assertEquals(2 * 44 * PAYLOAD, tester.connection().tuning.bufferBytes, 4.2 * PAYLOAD);
    }

    @Test
    void shouldNotGrowWhileTheProgramReadsNothing() {
        tester.reading = false;
        establish();
        fillWindows(8);
        assertEquals(START, tester.connection().tuning.bufferBytes);
        assertTrue(window() < PAYLOAD, "window " + window());
    }

    @Test
    void shouldGrowNoFurtherWhenMemoryIsShort() {
        establish();
        fillWindows(1);
        final long before = tester.connection().tuning.bufferBytes;
        tester.placing = false;
        tester.inject(data(1 + received, 1, PAYLOAD).timestamps(2, echo));
        tester.placing = true;
        fillWindows(5);
        assertEquals(before, tester.connection().tuning.bufferBytes);
    }

    @Test
    void shouldMeasureTheRoundTripByTimestamps() {
        establish();
        roundTrip(PAYLOAD);
        roundTrip(PAYLOAD);
        assertEquals(10 * MS, tester.connection().tuning.rttNs);
    }

    @Test
    void shouldMeasureTheRoundTripByAWindowOfData() {
        tester.establish(SegmentSpec.of("S").offers(), 512);
        fillWindows(1);
        assertEquals(0, tester.connection().tuning.rttNs);
        fillWindows(3);
        assertEquals(10 * MS, tester.connection().tuning.rttNs);
        assertTrue(tester.connection().tuning.bufferBytes > START);
    }
}

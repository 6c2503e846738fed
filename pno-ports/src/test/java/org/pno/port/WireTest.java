package org.pno.port;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pno.sys.Descriptors;
import org.pno.sys.EventFd;
import org.pno.time.ManualClock;

class WireTest {
    private static final long MILLI = 1_000_000L;
    private static final long BROADCAST = 0xFFFF_FFFF_FFFFL;
    private static final int CAPABLE = SoftwareOffload.ALL | PacketPort.RX_COALESCING | PacketPort.IN_ORDER;
    private static final int SOURCE_OFFSET = 6;

    private final FramePool pool = new FramePool(512);
    private final ManualClock clock = new ManualClock(1_000_000_000L);
    private final int bell = EventFd.create();
    private final RecordingPort far = new RecordingPort(pool, CAPABLE);
    private final RecordingPort first = new RecordingPort(pool, CAPABLE);
    private final RecordingPort second = new RecordingPort(pool, CAPABLE);

    @AfterEach
    void close() {
        Descriptors.close(bell);
    }

    private Wire wire(final String faults) {
        return new Wire(
                new PolledPort(far, bell),
                List.of(new PolledPort(first, EventFd.create()), new PolledPort(second, EventFd.create())),
                FaultSpec.parse(faults),
                clock);
    }

    private static byte[] frame(final long destination, final int source, final int payloadBytes) {
        final byte[] frame = TestFrames.tcp(destination, 0, TestFrames.ACK, new byte[payloadBytes]);
        frame[SOURCE_OFFSET + 5] = (byte) source;
        return frame;
    }

    private static long station(final int source) {
        final byte[] frame = frame(BROADCAST, source, 0);
        long station = 0;
        for (int i = 0; i < 6; i++) {
            station = station << Byte.SIZE | frame[SOURCE_OFFSET + i] & 0xFF;
        }
        return station;
    }

    private void arrive(final RecordingPort port, final byte[] frame) {
        port.arrive(TestFrames.put(pool, frame), frame.length);
    }

    @Test
    void shouldCarryWhatNearStationsSendToTheFarOneOnly() {
        final Wire wire = wire("seed=1");
        arrive(first, frame(BROADCAST, 1, 100));
        arrive(second, frame(BROADCAST, 2, 100));

        assertEquals(2, wire.cycle());

        assertEquals(2, far.sent.size());
        assertEquals(0, first.sent.size() + second.sent.size());
    }

    @Test
    void shouldFloodWhatIsForNobodyKnown() {
        final Wire wire = wire("seed=1");
        final byte[] frame = frame(BROADCAST, 9, 100);
        arrive(far, frame);

        wire.cycle();

        assertArrayEquals(frame, first.sent.getFirst());
        assertArrayEquals(frame, second.sent.getFirst());
        assertEquals(pool.capacity(), pool.available());
    }

    @Test
    void shouldCarryWhatIsForAStationToWhereItWasHeard() {
        final Wire wire = wire("seed=1");
        arrive(second, frame(BROADCAST, 2, 100));
        wire.cycle();
        arrive(far, frame(station(2), 9, 100));

        wire.cycle();

        assertEquals(0, first.sent.size());
        assertEquals(1, second.sent.size());
    }

    @Test
    void shouldStrikeSegmentsOfSuperSegmentsThatNearStationsSend() {
        final Wire wire = wire("loss=0.2,seed=7");
        for (int i = 0; i < 20; i++) {
            final byte[] whole = frame(BROADCAST, 1, 40_000);
            TestFrames.leaveChecksum(whole);
            final long frame = TestFrames.put(pool, whole);
            TestFrames.markSegmented(pool, frame, 1000);
            first.arrive(frame, whole.length);
        }

        wire.cycle();

        assertEquals(800, far.sent.size() + wire.counters().faultLost);
        assertTrue(wire.counters().faultLost > 0);
        assertTrue(far.sent.stream().allMatch(TestFrames::tcpChecksumHolds));
    }

    @Test
    void shouldHaveAllNearStationsShareTheRate() {
        final Wire wire = wire("rate=8mbit,seed=1"); // one byte a microsecond
        final byte[] frame = frame(BROADCAST, 1, 100);
        arrive(first, frame);
        arrive(second, frame(BROADCAST, 2, 100));

        clock.advance(1);
        wire.cycle();
        clock.advance(frame.length * 1000L);
        wire.cycle();
        assertEquals(1, far.sent.size());
        clock.advance(frame.length * 1000L);
        wire.cycle();

        assertEquals(2, far.sent.size());
    }

    @Test
    void shouldBeginAnewWithAnotherWire() throws Exception {
        final Wire wire = wire("delay=5ms,seed=1");
        arrive(first, frame(BROADCAST, 1, 100));
        wire.cycle();
        final var replaced = wire.replace(FaultSpec.parse("seed=2"));
        assertFalse(replaced.isDone());

        clock.advance(5 * MILLI);
        wire.cycle();
        assertTrue(replaced.isDone());
        assertEquals(0, far.sent.size());
        assertEquals(pool.capacity(), pool.available());
        arrive(first, frame(BROADCAST, 1, 100));
        wire.cycle();

        assertEquals(1, far.sent.size());
    }

    @Test
    void shouldChangeAndEndWhileItSleeps() throws Exception {
        final Wire wire = wire("seed=1");
        final Thread thread = Thread.ofPlatform().start(wire);

        wire.replace(FaultSpec.parse("loss=1,seed=1")).get(10, TimeUnit.SECONDS);
        wire.stop();

        assertTrue(thread.join(Duration.ofSeconds(10)));
    }
}

package org.pno.port;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Against {@link TestFrames}, which computes frames and checksums in its own way. */
class SoftwareOffloadTest {
    private static final long MAC = 0x02_00_00_00_00_02L;

    private final FramePool pool = new FramePool(8);
    private final RecordingPort bare = new RecordingPort(pool, 0);
    private final PacketPort port = SoftwareOffload.complete(bare);

    @Test
    void shouldLeaveCompleteFramesAlone() {
        final byte[] frame = TestFrames.plain(MAC, 100, 1);
        port.transmit(TestFrames.put(pool, frame), frame.length);

        assertArrayEquals(frame, bare.sent.getFirst());
    }

    @Test
    void shouldDropAndCountMarksThatPointBeyondTheFrame() {
        final byte[] frame = TestFrames.plain(MAC, 45, 1);
        final long checksum = TestFrames.put(pool, frame);
        TestFrames.markChecksum(pool, checksum);
        port.transmit(checksum, frame.length);
        final long segment = TestFrames.put(pool, frame);
        TestFrames.markSegmented(pool, segment, 1448);
        port.transmit(segment, frame.length);
        final byte[] tcp = TestFrames.tcp(MAC, 1, 0, new byte[100]);
        final long noSize = TestFrames.put(pool, tcp);
        TestFrames.markSegmented(pool, noSize, 0);
        port.transmit(noSize, tcp.length);

        assertEquals(3, port.counters().txMalformed);
        assertEquals(List.of(), bare.sent);
        assertEquals(pool.capacity(), pool.available());
    }

    @Test
    void shouldCountSegmentsThatFindNoFrame() {
        final byte[] whole = TestFrames.tcp(MAC, 1, TestFrames.ACK, new byte[5000]);
        TestFrames.leaveChecksum(whole);
        final long frame = TestFrames.put(pool, whole);
        TestFrames.markSegmented(pool, frame, 1000);
        while (pool.available() > 0) {
            pool.allocate();
        }

        port.transmit(frame, whole.length);

        assertEquals(4, port.counters().txNoFrame);
        assertEquals(4001, TestFrames.seq(bare.sent.getFirst()), "the last one is made in the frame itself");
        assertEquals(1, bare.flushes, "the port is asked to give frames back first");
    }

    @Test
    void shouldVerifyWhatIsReceived() {
        final byte[] good = TestFrames.tcp(MAC, 1, TestFrames.ACK, TestFrames.randomBytes(777, 1));
        final byte[] bad = good.clone();
        bad[500] ^= 1;
        final byte[] padded = Arrays.copyOf(TestFrames.tcp(MAC, 1, TestFrames.ACK, new byte[0]), 70);
        final byte[] other = TestFrames.plain(MAC, 60, 1);
        for (final byte[] frame : List.of(good, bad, padded, other)) {
            bare.arrive(TestFrames.put(pool, frame), frame.length);
        }
        final Received received = new Received(port);

        assertEquals(3, port.receive(received, 8));

        assertArrayEquals(good, received.frames.get(0));
        assertEquals(List.of(2, 2, 0), received.marks, "DATA_VALID where the checksum was verified");
        assertEquals(1, port.counters().rxBadChecksum);
        assertEquals(pool.capacity(), pool.available());
    }

    @Test
    void shouldTrustMarksOfThePort() {
        final byte[] left = TestFrames.tcp(MAC, 1, TestFrames.ACK, new byte[10]);
        TestFrames.leaveChecksum(left);
        final long frame = TestFrames.put(pool, left);
        TestFrames.markChecksum(pool, frame);
        bare.arrive(frame, left.length);
        final Received received = new Received(port);

        assertEquals(1, port.receive(received, 8));

        assertEquals(List.of(1), received.marks);
    }

    @Test
    void shouldNotDecorateAPortThatCanDoAll() {
        final RecordingPort able = new RecordingPort(pool, SoftwareOffload.ALL);

        assertSame(able, SoftwareOffload.complete(able));
        assertEquals(SoftwareOffload.ALL, port.capabilities() & SoftwareOffload.ALL);
    }
}

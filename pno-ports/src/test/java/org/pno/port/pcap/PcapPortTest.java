package org.pno.port.pcap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.PortFactory;
import org.pno.port.Received;
import org.pno.port.TestFrames;
import org.pno.port.pcap.PcapngWriter.Direction;
import org.pno.time.ManualClock;

class PcapPortTest {
    private static final int ALL = FramePool.MAX_FRAME_BYTES;

    @TempDir
    Path directory;

    private final FramePool pool = new FramePool(16);
    private final FramePool farPool = new FramePool(16);
    private final ManualClock clock = new ManualClock(1000);
    private final MemorySegment memory =
            Arena.ofAuto().allocate(CaptureDescriptor.ringBytes(CaptureDescriptor.MIN_CAPACITY), 64);
    private PcapPort port;
    private PacketPort far;
    private int bells;

    @BeforeEach
    void open() {
        port = new PcapPort(PortFactory.openBare("socket:" + directory.resolve("wire"), pool), clock);
        far = PortFactory.openBare(
                "socket:" + directory.resolve("wire.peer") + ",peer=" + directory.resolve("wire"), farPool);
    }

    @AfterEach
    void close() {
        port.close();
        far.close();
    }

    private CaptureReader capture(final CaptureFilter filter, final int snapBytes) {
        port.add(new Capture(new CaptureRing(memory, port.name(), snapBytes), filter, snapBytes, () -> bells++));
        return new CaptureReader(memory);
    }

    private static byte[] segment(final int payloadBytes) {
        return TestFrames.tcp(2, 1, TestFrames.ACK, TestFrames.randomBytes(payloadBytes, 5));
    }

    private void send(final byte[] frame) {
        port.transmit(TestFrames.put(pool, frame), frame.length);
        port.flush();
    }

    private static byte[] frame(final CaptureReader reader) {
        return reader.memory().asSlice(reader.frame(), reader.length()).toArray(ValueLayout.JAVA_BYTE);
    }

    @Test
    void shouldShowWhatIsSentWithTimeAndDirection() {
        final CaptureReader reader = capture(CaptureFilter.all(), ALL);
        final byte[] sent = segment(100);
        send(sent);
        assertTrue(reader.next());
        assertEquals(Direction.OUTBOUND, reader.direction());
        assertEquals(1000, reader.timeNs());
        assertArrayEquals(sent, frame(reader));
    }

    @Test
    void shouldShowWhatIsReceivedAndHandItOn() {
        final CaptureReader reader = capture(CaptureFilter.all(), ALL);
        final byte[] sent = TestFrames.tcp(port.macAddress(), 1, TestFrames.ACK, new byte[8]);
        far.transmit(TestFrames.put(farPool, sent), sent.length);
        far.flush();
        assertArrayEquals(sent, new Received(port).await(1).only());
        assertTrue(reader.next());
        assertEquals(Direction.INBOUND, reader.direction());
        assertArrayEquals(sent, frame(reader));
    }

    @Test
    void shouldCompleteTheChecksumOfTheCopyOnly() {
        final CaptureReader reader = capture(CaptureFilter.all(), ALL);
        final byte[] sent = segment(1001);
        TestFrames.leaveChecksum(sent);
        final long frame = TestFrames.put(pool, sent);
        TestFrames.markChecksum(pool, frame);
        port.transmit(frame, sent.length);
        port.flush();
        assertTrue(reader.next());
        assertTrue(TestFrames.tcpChecksumHolds(frame(reader)));
        assertArrayEquals(sent, TestFrames.bytes(pool, frame, sent.length));
    }

    @Test
    void shouldShowASuperSegmentWholeWithACompleteChecksum() {
        final CaptureReader reader = capture(CaptureFilter.all(), ALL);
        final byte[] sent = segment(40_000);
        TestFrames.leaveChecksum(sent);
        final long frame = TestFrames.put(pool, sent);
        TestFrames.markSegmented(pool, frame, 1448);
        port.transmit(frame, sent.length);
        port.flush();
        assertTrue(reader.next());
        assertEquals(sent.length, reader.length());
        assertTrue(TestFrames.tcpChecksumHolds(frame(reader)));
    }

    @Test
    void shouldKeepOnlyAsMuchAsWanted() {
        final CaptureReader reader = capture(CaptureFilter.all(), 60);
        send(segment(100));
        assertTrue(reader.next());
        assertEquals(60, reader.length());
        assertEquals(TestFrames.HEADERS + 100, reader.originalLength());
    }

    @Test
    void shouldCopyNothingThatTheFilterRefuses() {
        final CaptureReader reader = capture(new CaptureFilter(0, 0, 80, List.of()), ALL);
        send(segment(100));
        assertFalse(reader.next());
        assertEquals(0, reader.accepted());
    }

    @Test
    void shouldWakeASleeperOnceABatch() {
        final CaptureReader reader = capture(CaptureFilter.all(), ALL);
        assertTrue(reader.arm());
        port.transmit(TestFrames.put(pool, segment(1)), TestFrames.HEADERS + 1);
        port.transmit(TestFrames.put(pool, segment(2)), TestFrames.HEADERS + 2);
        assertEquals(0, bells);
        port.flush();
        assertEquals(1, bells);
    }

    @Test
    void shouldShowNothingOnceRemoved() {
        final Capture capture = new Capture(new CaptureRing(memory, "x", ALL), CaptureFilter.all(), ALL, () -> {});
        port.add(capture);
        port.remove(capture);
        send(segment(1));
        assertFalse(port.isCapturing());
        assertEquals(0, capture.ring().accepted());
    }
}

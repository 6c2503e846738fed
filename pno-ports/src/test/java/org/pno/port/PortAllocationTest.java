package org.pno.port;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Once compiled, frames go through ports and decorators without a byte of garbage. */
class PortAllocationTest {
    private static final int ROUNDS = 2_000;

    /** For the compiler, which shares its core with others. */
    private static final long PATIENCE_NS = 10_000_000_000L;

    @TempDir
    Path directory;

    private final FramePool pool = new FramePool(128);
    private final FramePool farPool = new FramePool(128);
    private final byte[] segment = tcp(200);
    private final byte[] superSegment = tcp(8_000);
    private final long segmentTemplate = TestFrames.put(pool, segment);
    private final FrameHandler handler = this::onFrame;
    private long received;

    private static byte[] tcp(final int payloadBytes) {
        final byte[] frame = TestFrames.tcp(1, 1, TestFrames.ACK, new byte[payloadBytes]);
        TestFrames.leaveChecksum(frame);
        return frame;
    }

    private long allocatedOnceCompiled(final Runnable rounds) {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long startNs = System.nanoTime();
        long allocated = Long.MAX_VALUE;
        while (allocated > 0 && System.nanoTime() - startNs < PATIENCE_NS) {
            final long before = threads.getCurrentThreadAllocatedBytes();
            rounds.run();
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        return allocated;
    }

    private void pump(final PacketPort port, final PacketPort far) {
        for (int i = 0; i < ROUNDS; i++) {
            final long frame = pool.allocate();
            copy(segmentTemplate, frame, segment.length);
            TestFrames.markChecksum(pool, frame);
            port.transmit(frame, segment.length);
            port.flush();
            far.receive(handler, 16);
        }
    }

    private void onFrame(final long frame, final int length) {
        received++;
        farPool.release(frame);
    }

    private void copy(final long from, final long to, final int length) {
        MemorySegment.copy(pool.memory(), from, pool.memory(), to, length);
    }

    @Test
    void shouldAllocateNothingInARing() {
        final String path = directory.resolve("ring").toString();
        try (PacketPort port = PortFactory.open("ring:" + path, pool);
                PacketPort far = PortFactory.open("ring:" + path, farPool)) {
            for (int i = 0; i < 4; i++) {
                port.receive((frame, length) -> pool.release(frame), 1);
                far.receive((frame, length) -> farPool.release(frame), 1);
            }
            assertEquals(0, allocatedOnceCompiled(() -> pump(port, far)));
            assertEquals(received, far.counters().rxFrames);
        }
    }

    @Test
    void shouldAllocateNothingOverDatagramsWithSoftwareOffload() {
        final String path = directory.resolve("wire").toString();
        try (PacketPort port = PortFactory.open("socket:" + path, pool);
                PacketPort far = PortFactory.open("socket:" + path + ".peer", farPool)) {
            assertEquals(0, allocatedOnceCompiled(() -> pump(port, far)));
            assertEquals(received, far.counters().rxFrames);
        }
    }

    @Test
    void shouldAllocateNothingWhenSegmenting() {
        final PacketPort port = new SoftwareOffload(new SinkPort(pool));
        final long template = TestFrames.put(pool, superSegment);
        assertEquals(0, allocatedOnceCompiled(() -> {
            for (int i = 0; i < ROUNDS; i++) {
                final long frame = pool.allocate();
                copy(template, frame, superSegment.length);
                TestFrames.markSegmented(pool, frame, 1448);
                port.transmit(frame, superSegment.length);
            }
        }));
        assertEquals(0, port.counters().txMalformed);
    }
}

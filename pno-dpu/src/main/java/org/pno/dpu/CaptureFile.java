package org.pno.dpu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.pno.port.FramePool;
import org.pno.port.pcap.Capture;
import org.pno.port.pcap.CaptureDescriptor;
import org.pno.port.pcap.CaptureFilter;
import org.pno.port.pcap.CaptureReader;
import org.pno.port.pcap.CaptureRing;
import org.pno.port.pcap.PcapPort;
import org.pno.port.pcap.PcapngWriter;
import org.pno.sys.Clocks;
import org.pno.sys.Descriptors;
import org.pno.sys.EventFd;
import org.pno.sys.MemoryMapping;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes all frames of a port to a file, on a thread of its own: a disk may take its time, the loop does not wait for
 * it. What the ring between them has no room for is dropped and counted. Opened and closed by the loop's thread.
 */
final class CaptureFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CaptureFile.class);
    private static final int FOREVER = -1;

    private final Path path;
    private final PcapPort port;
    private final PcapngWriter writer;
    private final MemoryMapping memory =
            MemoryMapping.anonymous(CaptureDescriptor.ringBytes(CaptureDescriptor.CAPACITY));
    private final int bell = EventFd.create();
    private final Capture capture;
    private final CaptureReader reader;
    private final int number;
    private final Thread thread;
    private volatile boolean isEnding;
    private long written;

    /** Begins at once. */
    CaptureFile(final Path path, final PcapPort port) throws IOException {
        this.path = path;
        this.port = port;
        writer = new PcapngWriter(path);
        number = writer.addInterface(port.name());
        final int whole = FramePool.MAX_FRAME_BYTES;
        final CaptureRing ring = new CaptureRing(memory.memory(), port.name(), whole);
        capture = new Capture(ring, CaptureFilter.all(), whole, () -> EventFd.signal(bell));
        reader = new CaptureReader(memory.memory());
        port.add(capture);
        thread = new Thread(this::write, "pcap");
        thread.setDaemon(true);
        thread.start();
    }

    private void write() {
        try (writer) {
            while (!isEnding) {
                take();
                writer.flush();
                if (reader.arm() && !isEnding) {
                    Descriptors.poll(bell, Descriptors.POLLIN, FOREVER);
                }
                reader.disarm();
                EventFd.drain(bell);
            }
            take();
            writer.statistics(number, Clocks.realtimeNs(), reader.accepted(), reader.dropped(), written);
        } catch (final UncheckedIOException e) {
            LOG.warn("{} ends after {} frames: {}", path, written, e.getMessage());
        }
    }

    private void take() {
        while (reader.next()) {
            writer.write(
                    number,
                    reader.timeNs(),
                    reader.memory(),
                    reader.frame(),
                    reader.length(),
                    reader.originalLength(),
                    reader.direction());
            reader.release();
            written++;
        }
    }

    /** Writes what has come and ends the file. */
    @Override
    public void close() {
        port.remove(capture);
        isEnding = true;
        EventFd.signal(bell);
        try {
            thread.join();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return; // The thread uses what would be closed.
        }
        LOG.info("{}: {} frames, {} dropped", path, written, capture.ring().dropped());
        Descriptors.close(bell);
        memory.close();
    }
}

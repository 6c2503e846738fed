package org.pno.port;

import java.lang.foreign.MemorySegment;
import org.pno.wire.VirtioNetHeader;

/**
 * Does what a port lacks: completes checksums, segments, verifies what is received. So whoever stands above meets
 * {@link #ALL} at every port. One thread, the port's.
 */
public final class SoftwareOffload extends PortDecorator {
    /** What this decorator can do. */
    public static final int ALL = TX_CHECKSUM | TX_SEGMENTATION | RX_CHECKSUM;

    private final FramePool pool;
    private final MemorySegment memory;
    private final PortCounters counters;
    private final TcpSegmenter segmenter;
    private final boolean completesChecksums;
    private final boolean segments;
    private final boolean verifies;
    private final VirtioNetHeader marks = new VirtioNetHeader();
    private final TcpFrame parts = new TcpFrame();
    private final FrameHandler toPort;
    private final FrameHandler fromPort;
    private FrameHandler receiver;
    private int refused;

    /** @param port whose capabilities are to be completed */
    public SoftwareOffload(final PacketPort port) {
        super(port);
        pool = port.pool();
        memory = pool.memory();
        counters = port.counters();
        segmenter = new TcpSegmenter(pool);
        completesChecksums = (port.capabilities() & TX_CHECKSUM) == 0;
        segments = (port.capabilities() & TX_SEGMENTATION) == 0;
        verifies = (port.capabilities() & RX_CHECKSUM) == 0;
        toPort = port::transmit;
        fromPort = this::verify;
    }

    /** The port itself if it can do {@link #ALL}, else decorated. */
    public static PacketPort complete(final PacketPort port) {
        return (port.capabilities() & ALL) == ALL ? port : new SoftwareOffload(port);
    }

    @Override
    public int capabilities() {
        return port.capabilities() | ALL;
    }

    @Override
    public void transmit(final long frame, final int length) {
        marks.wrap(memory, frame - VirtioNetHeader.BYTES);
        if (segments && marks.isSegmented()) {
            transmitSegments(frame, length);
        } else if (!completesChecksums
                || !marks.needsChecksum()
                || ChecksumOffload.complete(memory, frame, length, marks)) {
            port.transmit(frame, length);
        } else {
            dropMalformed(frame);
        }
    }

    private void transmitSegments(final long frame, final int length) {
        if (pool.available() < length / Math.max(1, marks.gsoSizeBytes())) {
            port.flush(); // gives back the frames that the port has gathered
        }
        final int lost = segmenter.segment(frame, length, toPort);
        if (lost == TcpSegmenter.MALFORMED) {
            dropMalformed(frame);
        } else {
            counters.txNoFrame += lost;
        }
    }

    private void dropMalformed(final long frame) {
        counters.txMalformed++;
        pool.release(frame);
    }

    @Override
    public int receive(final FrameHandler handler, final int limit) {
        if (!verifies) {
            return port.receive(handler, limit);
        }
        receiver = handler;
        refused = 0;
        return port.receive(fromPort, limit) - refused;
    }

    private void verify(final long frame, final int length) {
        marks.wrap(memory, frame - VirtioNetHeader.BYTES);
        if (!marks.checksumKnownGood()) {
            final int verdict = ChecksumOffload.verify(memory, frame, length, parts);
            if (verdict == ChecksumOffload.BAD) {
                counters.rxBadChecksum++;
                refused++;
                pool.release(frame);
                return;
            }
            if (verdict == ChecksumOffload.GOOD) {
                marks.flags(VirtioNetHeader.DATA_VALID);
            }
        }
        receiver.onFrame(frame, length);
    }
}

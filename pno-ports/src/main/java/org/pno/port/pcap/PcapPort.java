package org.pno.port.pcap;

import java.util.Arrays;
import org.pno.port.FrameHandler;
import org.pno.port.PacketPort;
import org.pno.port.PortDecorator;
import org.pno.port.pcap.PcapngWriter.Direction;
import org.pno.time.NanoClock;
import org.pno.wire.VirtioNetHeader;

/**
 * Shows the frames of a port to captures, as the port has them: super-segments whole, with the marks they carry. While
 * nobody captures, a batch costs one look at a field. One thread, the port's; captures come and go between batches.
 */
public final class PcapPort extends PortDecorator {
    private final NanoClock wallClock;
    private final FrameEnds ends = new FrameEnds();
    private final VirtioNetHeader marks = new VirtioNetHeader();
    private final FrameHandler fromPort = this::onReceived;
    /** Null while nobody captures. */
    private Capture[] captures;

    private FrameHandler receiver;
    private long receivedNs;

    /** @param wallClock nanoseconds since 1970, read only while somebody captures */
    public PcapPort(final PacketPort port, final NanoClock wallClock) {
        super(port);
        this.wallClock = wallClock;
    }

    /** From now on the capture sees all frames. */
    public void add(final Capture capture) {
        final int count = captures == null ? 0 : captures.length;
        final Capture[] more = count == 0 ? new Capture[1] : Arrays.copyOf(captures, count + 1);
        more[count] = capture;
        captures = more;
    }

    /** The capture sees no frame any more; nothing happens if it did not. */
    public void remove(final Capture capture) {
        if (captures != null) {
            final Capture[] rest =
                    Arrays.stream(captures).filter(other -> other != capture).toArray(Capture[]::new);
            captures = rest.length == 0 ? null : rest;
        }
    }

    public boolean isCapturing() {
        return captures != null;
    }

    @Override
    public int receive(final FrameHandler handler, final int limit) {
        if (captures == null) {
            return port.receive(handler, limit);
        }
        receiver = handler;
        receivedNs = wallClock.nowNs();
        final int frames = port.receive(fromPort, limit);
        publish();
        return frames;
    }

    private void onReceived(final long frame, final int length) {
        show(frame, length, receivedNs, Direction.INBOUND);
        receiver.onFrame(frame, length);
    }

    @Override
    public void transmit(final long frame, final int length) {
        if (captures != null) {
            show(frame, length, wallClock.nowNs(), Direction.OUTBOUND);
        }
        port.transmit(frame, length);
    }

    @Override
    public void flush() {
        port.flush();
        if (captures != null) {
            publish();
        }
    }

    private void show(final long frame, final int length, final long timeNs, final Direction direction) {
        ends.read(pool().memory(), frame, length);
        marks.wrap(pool().memory(), frame - VirtioNetHeader.BYTES);
        for (final Capture capture : captures) {
            capture.onFrame(pool().memory(), frame, length, ends, marks, timeNs, direction);
        }
    }

    private void publish() {
        for (final Capture capture : captures) {
            capture.publish();
        }
    }
}

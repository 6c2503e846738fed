package org.pno.port;

import java.util.ArrayList;
import java.util.List;
import org.pno.sys.Descriptors;
import org.pno.sys.Errno;

/** Collects what a port hands over: the bytes and the mark's flags of each frame. Gives the frames back at once. */
public final class Received implements FrameHandler {
    /** Longest time a test waits for a frame, far more than any takes. */
    private static final int PATIENCE_MILLIS = 10_000;

    public final List<byte[]> frames = new ArrayList<>();
    public final List<Integer> marks = new ArrayList<>();
    private final PacketPort port;
    private final PacketPort sender;

    public Received(final PacketPort port) {
        this(port, port);
    }

    /** @param sender is flushed while waiting, as its owner's loop would do: frames may wait in it */
    public Received(final PacketPort port, final PacketPort sender) {
        this.port = port;
        this.sender = sender;
    }

    @Override
    public void onFrame(final long frame, final int length) {
        frames.add(TestFrames.bytes(port.pool(), frame, length));
        marks.add(TestFrames.marks(port.pool(), frame));
        port.pool().release(frame);
    }

    /** Waits until that many frames have come, or for ever so long. */
    public Received await(final int count) {
        while (frames.size() < count) {
            if (port.receive(this, 64) == 0) {
                sender.flush();
                final int events = Descriptors.poll(port.pollDescriptor(), Descriptors.POLLIN, PATIENCE_MILLIS);
                if (events == 0) {
                    throw new AssertionError(frames.size() + " frames came, " + count + " were expected");
                }
                if (events < 0 && events != -Errno.EINTR) {
                    throw new AssertionError("poll: " + Errno.describe(-events));
                }
            }
        }
        return this;
    }

    public byte[] only() {
        if (frames.size() != 1) {
            throw new AssertionError(frames.size() + " frames came, one was expected");
        }
        return frames.get(0);
    }
}

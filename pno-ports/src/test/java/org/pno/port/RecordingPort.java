package org.pno.port;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A port that keeps what it is to send, and receives what a test puts in. Can do what the test says it can. */
final class RecordingPort implements PacketPort {
    final List<byte[]> sent = new ArrayList<>();
    final List<Integer> sentMarks = new ArrayList<>();
    final Deque<long[]> arriving = new ArrayDeque<>();
    int flushes;
    private final FramePool pool;
    private final int capabilities;
    private final PortCounters counters = new PortCounters();

    RecordingPort(final FramePool pool, final int capabilities) {
        this.pool = pool;
        this.capabilities = capabilities;
    }

    /** Lets a frame arrive; its marks are whatever stands before it. */
    void arrive(final long frame, final int length) {
        arriving.add(new long[] {frame, length});
    }

    @Override
    public int receive(final FrameHandler handler, final int limit) {
        int frames = 0;
        for (; frames < limit && !arriving.isEmpty(); frames++) {
            final long[] next = arriving.remove();
            handler.onFrame(next[0], (int) next[1]);
        }
        return frames;
    }

    @Override
    public void transmit(final long frame, final int length) {
        sent.add(TestFrames.bytes(pool, frame, length));
        sentMarks.add(TestFrames.marks(pool, frame));
        pool.release(frame);
    }

    @Override
    public void flush() {
        flushes++;
    }

    @Override
    public int capabilities() {
        return capabilities;
    }

    @Override
    public String name() {
        return "recording";
    }

    @Override
    public long macAddress() {
        return 0x02_00_00_00_00_01L;
    }

    @Override
    public int mtuBytes() {
        return 1500;
    }

    @Override
    public FramePool pool() {
        return pool;
    }

    @Override
    public int pollDescriptor() {
        return -1;
    }

    @Override
    public PortCounters counters() {
        return counters;
    }

    @Override
    public void close() {}
}

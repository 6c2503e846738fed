package org.pno.sim;

import java.lang.foreign.MemorySegment;
import org.pno.port.FrameHandler;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.PortCounters;

/** A port whose wire is played in memory: frames are copied out of its pool when sent, and into it when received. */
public abstract class PlayedPort implements PacketPort {
    protected final FramePool pool;

    private final String name;
    private final long macAddress;
    private final int mtuBytes;
    private final PortCounters counters = new PortCounters();

    protected PlayedPort(final String name, final long macAddress, final FramePool pool, final int mtuBytes) {
        this.name = name;
        this.macAddress = macAddress;
        this.pool = pool;
        this.mtuBytes = mtuBytes;
    }

    /** True if a frame waits to be received. */
    public abstract boolean hasArrived();

    /** Copies the next frame to an offset, its marks before it; returns its length. */
    protected abstract int take(MemorySegment memory, long frame);

    /** A frame leaves; it is not kept. */
    protected abstract void send(MemorySegment memory, long frame, int length);

    @Override
    public final int receive(final FrameHandler handler, final int limit) {
        int received = 0;
        while (received < limit && hasArrived()) {
            final long frame = pool.allocate();
            if (frame == FramePool.NONE) {
                counters.rxNoFrame++;
                break;
            }
            final int length = take(pool.memory(), frame);
            counters.onReceived(length);
            handler.onFrame(frame, length);
            received++;
        }
        return received;
    }

    @Override
    public final void transmit(final long frame, final int length) {
        send(pool.memory(), frame, length);
        counters.onSent(length);
        pool.release(frame);
    }

    @Override
    public void flush() {
        // Everything has been handed over already.
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long macAddress() {
        return macAddress;
    }

    @Override
    public int mtuBytes() {
        return mtuBytes;
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
}

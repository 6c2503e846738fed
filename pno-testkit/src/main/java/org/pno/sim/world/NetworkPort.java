package org.pno.sim.world;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import org.pno.port.FrameHandler;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.PortCounters;
import org.pno.wire.VirtioNetHeader;

/**
 * A node's port at the {@link Network}. Offloading, frames pass whole with their marks, super-segments included, as
 * between two ends of a veth; else it is a plain card, and what it lacks is done by {@code SoftwareOffload} above it.
 */
final class NetworkPort implements PacketPort {
    private static final int RECEIVE_QUEUE = 1_024;

    private final int node;
    private final Network network;
    private final FramePool pool;
    private final boolean isOffloading;
    private final int mtuBytes;
    private final PortCounters counters = new PortCounters();
    private final ArrayDeque<Flight> arrived = new ArrayDeque<>();
    private final VirtioNetHeader marks = new VirtioNetHeader();
    private OptionStripper stripper;

    NetworkPort(
            final int node,
            final Network network,
            final FramePool pool,
            final boolean isOffloading,
            final int mtuBytes) {
        this.node = node;
        this.network = network;
        this.pool = pool;
        this.isOffloading = isOffloading;
        this.mtuBytes = mtuBytes;
    }

    /** A middle box behind this port takes options out of SYNs. */
    void strip(final OptionStripper box) {
        stripper = box;
    }

    /** A frame is here; false if the queue is full. */
    boolean arrive(final Flight flight) {
        if (arrived.size() >= RECEIVE_QUEUE) {
            return false;
        }
        arrived.add(flight);
        return true;
    }

    boolean hasArrived() {
        return !arrived.isEmpty();
    }

    /** What arrived and nobody will take any more. */
    void clear() {
        while (!arrived.isEmpty()) {
            network.giveBack(arrived.poll());
        }
    }

    @Override
    public int capabilities() {
        return isOffloading ? TX_CHECKSUM | TX_SEGMENTATION | RX_CHECKSUM | RX_COALESCING | IN_ORDER : 0;
    }

    @Override
    public String name() {
        return "sim:" + node;
    }

    @Override
    public long macAddress() {
        return Addresses.mac(node);
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
    public int receive(final FrameHandler handler, final int limit) {
        int received = 0;
        while (received < limit && !arrived.isEmpty()) {
            final long frame = pool.allocate();
            if (frame == FramePool.NONE) {
                counters.rxNoFrame++;
                break;
            }
            final Flight flight = arrived.remove();
            final int length = flight.length;
            MemorySegment.copy(
                    flight.memory,
                    Flight.FRAME - VirtioNetHeader.BYTES,
                    pool.memory(),
                    frame - VirtioNetHeader.BYTES,
                    (long) length + VirtioNetHeader.BYTES);
            network.giveBack(flight);
            counters.onReceived(length);
            handler.onFrame(frame, length);
            received++;
        }
        return received;
    }

    @Override
    public void transmit(final long frame, final int length) {
        if (!isOffloading) {
            marks.wrap(pool.memory(), frame - VirtioNetHeader.BYTES).clear();
        }
        if (stripper != null) {
            stripper.pass(pool.memory(), frame, length, isOffloading);
        }
        network.transmit(node, pool.memory(), frame, length);
        counters.onSent(length);
        pool.release(frame);
    }

    @Override
    public void flush() {
        // Everything has been handed over already.
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
    public void close() {
        clear();
    }
}

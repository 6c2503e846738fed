package org.pno.sim.world;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import org.pno.port.FramePool;
import org.pno.sim.PlayedPort;
import org.pno.wire.VirtioNetHeader;

/**
 * A node's port at the {@link Network}. Offloading, frames pass whole with their marks, super-segments included, as
 * between two ends of a veth; else it is a plain card, and what it lacks is done by {@code SoftwareOffload} above it.
 */
final class NetworkPort extends PlayedPort {
    private static final int RECEIVE_QUEUE = 1_024;

    private final int node;
    private final Network network;
    private final boolean isOffloading;
    private final ArrayDeque<Flight> arrived = new ArrayDeque<>();
    private final VirtioNetHeader marks = new VirtioNetHeader();
    private OptionStripper stripper;

    NetworkPort(
            final int node,
            final Network network,
            final FramePool pool,
            final boolean isOffloading,
            final int mtuBytes) {
        super("sim:" + node, Addresses.mac(node), pool, mtuBytes);
        this.node = node;
        this.network = network;
        this.isOffloading = isOffloading;
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

    @Override
    public boolean hasArrived() {
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
    protected int take(final MemorySegment memory, final long frame) {
        final Flight flight = arrived.remove();
        final int length = flight.length;
        MemorySegment.copy(
                flight.memory,
                Flight.FRAME - VirtioNetHeader.BYTES,
                memory,
                frame - VirtioNetHeader.BYTES,
                (long) length + VirtioNetHeader.BYTES);
        network.giveBack(flight);
        return length;
    }

    @Override
    protected void send(final MemorySegment memory, final long frame, final int length) {
        if (!isOffloading) {
            marks.wrap(memory, frame - VirtioNetHeader.BYTES).clear();
        }
        if (stripper != null) {
            stripper.pass(memory, frame, length, isOffloading);
        }
        network.transmit(node, memory, frame, length);
    }

    @Override
    public void close() {
        clear();
    }
}

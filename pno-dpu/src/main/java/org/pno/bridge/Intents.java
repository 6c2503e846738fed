package org.pno.bridge;

import java.lang.foreign.MemorySegment;
import org.pno.counters.CounterGroup;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.stack.ConnectionInfo;
import org.pno.stack.NetworkStack;
import org.pno.stack.StackOutput;

/**
 * What the stack intends, handed to the part of the bridge that does it. Made before the stack, which needs it, and
 * joined with the parts afterwards, which need the stack.
 */
final class Intents implements StackOutput {
    private final ConnectionInfo info = new ConnectionInfo();
    private final FramePool pool;
    private final SocketTable table;
    private final Journal journal;
    private final CounterGroup<BridgeCounter> counters;
    private final Bus bus;
    private final FrameQueue received;
    private NetworkStack stack;
    private ReceivePath receive;
    private TransmitPath transmit;
    private Publisher publisher;
    private final BridgeListener listener;
    private Listeners listeners;
    private long nowNs;
    private boolean hasPlaced;

    Intents(
            final PacketPort port,
            final SocketTable table,
            final Journal journal,
            final BridgeListener listener,
            final Bus bus,
            final CounterGroup<BridgeCounter> counters) {
        this.listener = listener;
        this.bus = bus;
        pool = port.pool();
        received = new FrameQueue(pool.capacity());
        this.table = table;
        this.journal = journal;
        this.counters = counters;
    }

    void join(
            final NetworkStack networkStack,
            final ReceivePath receivePath,
            final TransmitPath transmitPath,
            final Publisher publications,
            final Listeners acceptors) {
        stack = networkStack;
        receive = receivePath;
        transmit = transmitPath;
        publisher = publications;
        listeners = acceptors;
    }

    /** The time of what comes next; a cycle reads the clock once. */
    void now(final long timeNs) {
        nowNs = timeNs;
    }

    /** The stack has had this frame: it goes back, as {@link #release}. */
    void endFrame(final long frame) {
        release(frame);
        hasPlaced = false;
    }

    /** A received frame goes back at once, or when the writes are complete that were posted while it was looked at. */
    @Override
    public void release(final long frame) {
        if (hasPlaced) {
            received.add(bus.ticket(), frame, 0);
        } else {
            pool.release(frame);
        }
    }

    /** Gives those frames back whose writes are complete. */
    boolean drain() {
        boolean moved = false;
        while (received.isReady(bus.completed())) {
            pool.release(received.frame());
            received.remove();
            moved = true;
        }
        return moved;
    }

    @Override
    public MemorySegment memory() {
        return pool.memory();
    }

    @Override
    public int frameBytes() {
        return FramePool.MAX_FRAME_BYTES;
    }

    @Override
    public long allocate() {
        final long frame = pool.allocate();
        if (frame == FramePool.NONE) {
            counters.increment(BridgeCounter.TX_NO_FRAME);
            return NO_FRAME;
        }
        return frame;
    }

    @Override
    public void transmit(final long frame, final int length) {
        transmit.transmit(frame, length);
    }

    @Override
    public void transmit(
            final long frame,
            final int headerLength,
            final int connection,
            final long position,
            final int payloadLength) {
        transmit.transmit(frame, headerLength, table.connection(connection), position, payloadLength);
    }

    @Override
    public boolean place(final int connection, final long position, final int length, final long payload) {
        final BridgeSocket socket = table.connection(connection);
        if (socket == null || !socket.arena.isLive()) {
            counters.increment(BridgeCounter.RX_NO_SOCKET);
            return false;
        }
        if (!receive.place(socket, position, length, pool.memory(), payload, nowNs)) {
            return false;
        }
        hasPlaced = true;
        return true;
    }

    @Override
    public int placeable(final int connection, final long position, final int length) {
        return ReceivePath.placeable(position, length);
    }

    @Override
    public void discarded(final int connection, final long position) {
        final BridgeSocket socket = table.connection(connection);
        if (socket != null) {
            receive.discard(socket, position);
        }
    }

    @Override
    public void changed(final int connection) {
        final BridgeSocket socket = table.connection(connection);
        if (socket != null) {
            publisher.mark(socket);
        }
    }

    @Override
    public boolean accept(final int listener, final int connection) {
        return listeners.accept(table.listener(listener), connection);
    }

    @Override
    public void established(final int connection) {
        final BridgeSocket socket = table.connection(connection);
        if (socket != null) {
            stack.describe(connection, info);
            journal.established(connection, socket, info);
        }
    }

    @Override
    public void advertised(final int connection, final long edge) {
        journal.advertised(connection, edge);
    }

    @Override
    public void released(final int connection) {
        journal.released(connection);
        final BridgeSocket socket = table.connection(connection);
        if (socket != null) {
            publisher.takeConnection(socket);
            publisher.keepAddresses(socket);
            table.unbindConnection(socket);
            publisher.mark(socket);
        }
    }

    @Override
    public void duplicateAddress(final long hi, final long lo) {
        listener.onDuplicateAddress(hi, lo);
    }
}

package org.pno.sim.net;

import java.util.BitSet;
import org.pno.stack.NetworkStack;
import org.pno.wire.SeqNum;

/**
 * A program with one connection: what it has written and read, as positions. What it does is its {@link #run}; the node
 * calls it when something has changed and as long as it wants to go on.
 */
public abstract class StreamProgram {
    /** Answer of {@link #run}: call again when something has changed. */
    protected static final long WHEN_CHANGED = Long.MAX_VALUE;

    private static final int RING_BITS = 1 << 21;

    private SimulatedNode node;
    private int connection = -1;
    private final BitSet placed = new BitSet();

    private long written;
    private long published;
    private long read;
    private long lastEdge;
    private boolean finPublished;
    private boolean shutdown;
    private boolean closed;
    private boolean released;
    private int error;

    /** The node has something to tell it at this time, or it wants to run. */
    long dueNs;

    boolean queued;

    final void start(final SimulatedNode owner, final int number) {
        node = owner;
        connection = number;
    }

    /**
     * Does what can be done now.
     *
     * @return when to call again if nothing changes before, in nanoseconds from now, or {@link #WHEN_CHANGED}
     */
    protected abstract long run();

    protected final NetworkStack stack() {
        return node.stack();
    }

    public final int connection() {
        return connection;
    }

    /**
     * Writes as much of {@code bytes} as a send buffer of {@code sendBuffer} bytes has room for; the answer is how
     * much.
     */
    protected final long write(final long bytes, final long sendBuffer) {
        if (released || shutdown) {
            return 0;
        }
        final long room = sendBuffer - (written - stack().txAcked(connection));
        final long length = Math.max(0, Math.min(bytes, room));
        if (length > 0) {
            written += length;
            stack().onTxWritten(connection, written);
        }
        return length;
    }

    /** Reads at most {@code bytes}; the answer is how many there were. */
    protected final long read(final long bytes) {
        final long length = Math.min(bytes, published - read);
        if (length > 0) {
            forgetPlaced(read, read + length);
            read += length;
            if (!released) {
                stack().onRxRead(connection, read);
            }
        }
        return length;
    }

    protected final void shutdown() {
        if (!shutdown && !released) {
            shutdown = true;
            stack().shutdown(connection);
        }
    }

    protected final void close() {
        closed = true;
        if (!released) {
            stack().close(connection);
        }
    }

    protected final void abort() {
        closed = true;
        if (!released) {
            stack().abort(connection);
        }
    }

    public final long written() {
        return written;
    }

    public final long bytesRead() {
        return read;
    }

    /** Bytes that can be read. */
    protected final long available() {
        return published - read;
    }

    /** True once all of the peer's stream has been read. */
    public final boolean isAtEnd() {
        return finPublished && read == published;
    }

    protected final boolean isShutdown() {
        return shutdown;
    }

    protected final boolean isEstablished() {
        return !released && stack().socketState(connection) == 2;
    }

    public final boolean isClosed() {
        return closed;
    }

    /** The stack has forgotten the connection. */
    public final boolean isReleased() {
        return released;
    }

    /** errno that ended it, or 0. */
    public final int error() {
        return error;
    }

    final int localPort() {
        return released ? 0 : stack().localPort(connection);
    }

    final int remotePort() {
        return released ? 0 : stack().remotePort(connection);
    }

    final int peerInitialSequence() {
        return stack().tcp().connection(connection).initialReceiveSequence();
    }

    // What the node plays.

    final void onPlaced(final long position, final int length) {
        if (position < read) {
            throw new AssertionError("placed " + position + " although " + read + " was read");
        }
        if (position + length > lastEdge) {
            throw new AssertionError("placed up to " + (position + length) + " beyond the edge " + lastEdge);
        }
        final int from = (int) (position % RING_BITS);
        if (from + length <= RING_BITS) {
            placed.set(from, from + length);
        } else {
            placed.set(from, RING_BITS);
            placed.set(0, from + length - RING_BITS);
        }
    }

    private void forgetPlaced(final long from, final long to) {
        final int start = (int) (from % RING_BITS);
        final int length = (int) (to - from);
        if (start + length <= RING_BITS) {
            placed.clear(start, start + length);
        } else {
            placed.clear(start, RING_BITS);
            placed.clear(0, start + length - RING_BITS);
        }
    }

    /**
     * A segment with this ACK field was sent.
     *
     * @param firstSequence the peer's sequence number of position 0
     */
    final void onAcknowledged(final int acknowledgment, final int firstSequence) {
        final long limit = published + (finPublished ? 1 : 0);
        if (SeqNum.gt(acknowledgment, SeqNum.add(firstSequence, limit))) {
            throw new AssertionError("acknowledged "
                    + SeqNum.diff(acknowledgment, SeqNum.add(firstSequence, limit))
                    + " more than the host can see, which is up to " + limit);
        }
    }

    final void checkInsideWindow(final long end) {
        if (end > lastEdge) {
            throw new AssertionError("the peer sends up to " + end + ", it may up to " + lastEdge);
        }
    }

    final void onAdvertised(final long edge) {
        if (edge <= lastEdge) {
            throw new AssertionError("edge advertised again: " + lastEdge + ", then " + edge);
        }
        lastEdge = edge;
    }

    final void publish() {
        final long committable = stack().rxCommittable(connection);
        final boolean fin = stack().finReceived(connection) >= 0;
        if (node.isVerifying()) {
            checkPlaced(published, committable);
        }
        published = committable;
        finPublished |= fin;
        stack().onPublished(connection, published, finPublished);
    }

    private void checkPlaced(final long from, final long to) {
        for (long position = from; position < to; ) {
            final int start = (int) (position % RING_BITS);
            final int hole = placed.nextClearBit(start);
            final long end = Math.min(to, position + Math.min(hole, RING_BITS) - start);
            if (end < to && hole < RING_BITS) {
                throw new AssertionError("committable up to " + to + ", but " + end + " was never placed");
            }
            position = end;
        }
    }

    final void onReleased() {
        publish();
        error = stack().socketError(connection);
        released = true;
    }
}

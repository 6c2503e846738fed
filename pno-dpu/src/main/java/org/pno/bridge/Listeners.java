package org.pno.bridge;

import java.util.ArrayDeque;
import org.pno.bridge.BridgeSocket.Role;
import org.pno.link.Fence;
import org.pno.link.ListenerEntry;
import org.pno.link.RecordHostLine;
import org.pno.stack.SocketOptions;
import org.pno.sys.Errno;

/**
 * Listeners: tells their hosts of connections, and gives the stack the credits that {@link Credits} has in stock.
 *
 * <pre>
 *   LISTEN ─► record by read ─► the stack listens
 *   stock ─(accept)─► record published ─► entry written ─► listener's rxCommitted published ─(rxRead)─► the host's own
 * </pre>
 */
final class Listeners {
    private final SocketOptionsReader optionsReader = new SocketOptionsReader();
    /** Connections whose entry found no receive chunk. */
    private final ArrayDeque<BridgeSocket> toAppend = new ArrayDeque<>();

    private final BridgeContext context;
    private final Credits credits;
    private final ReceivePath receive;
    private final Publisher publisher;
    private final HolderQueue released;

    Listeners(
            final BridgeContext context,
            final Credits credits,
            final ReceivePath receive,
            final Publisher publisher,
            final HolderQueue released) {
        this.context = context;
        this.credits = credits;
        this.receive = receive;
        this.publisher = publisher;
        this.released = released;
    }

    /** The record of a LISTEN has arrived and is FREE. */
    Fence begin(final BridgeSocket socket, final RecordHostLine line, final Slot lines) {
        final ListenRequest request = socket.listenRequest;
        if (line.generation() != request.generation() || line.generation() == socket.generation) {
            refuse(socket, Errno.EINVAL);
            return Fence.NONE;
        }
        final SocketOptions options = optionsReader.read(lines.memory(), lines.offset() + RecordReads.OPTIONS_AT);
        if (options == null) {
            refuse(socket, Errno.EINVAL);
            return Fence.OPTIONS;
        }
        if (!socket.takeQuota()) {
            context.counters().increment(BridgeCounter.QUOTA);
            refuse(socket, Errno.ENOBUFS);
            return Fence.NONE;
        }
        options.owner = socket.arena.tenant().uid();
        final int halfOpen =
                Math.clamp(request.backlog(), 1, socket.arena.tenant().maxHalfOpen());
        final int listener =
                context.stack().listen(request.addressHi(), request.addressLo(), request.port(), halfOpen, options);
        if (listener < 0) {
            socket.giveQuota();
            refuse(socket, -listener);
            return Fence.NONE;
        }
        socket.begin(Role.LISTENER, line.generation(), context.bus().memory());
        socket.arena.countListener(1);
        socket.listenerSide = new ListenerSide(listener, request);
        context.table().bindListener(listener, socket);
        context.journal().listening(listener, socket, request);
        publisher.mark(socket);
        socket.listenRequest = null;
        request.completion().complete(0);
        return Fence.NONE;
    }

    /** Answers a LISTEN that cannot be. */
    void refuse(final BridgeSocket socket, final int errno) {
        final ListenRequest request = socket.listenRequest;
        socket.listenRequest = null;
        if (request != null) {
            request.completion().complete(-errno);
        }
    }

    /** The host has posted credits. */
    void onCredits(final BridgeSocket listener) {
        credits.read(listener);
    }

    /**
     * A handshake is about to complete: takes a credit.
     *
     * @return false if there is none
     */
    boolean accept(final BridgeSocket listener, final int connection) {
        if (listener == null || !listener.arena.isLive() || listener.isClosed) {
            return false;
        }
        final BridgeSocket socket = listener.listenerSide.stock.peek();
        if (socket == null) {
            listener.listenerSide.hasRefused = true;
            context.counters().increment(BridgeCounter.NO_CREDIT);
            return false;
        }
        if (!socket.takeQuota()) {
            context.counters().increment(BridgeCounter.QUOTA);
            return false;
        }
        final ListenerSide side = listener.listenerSide;
        side.stock.remove();
        side.creditsTaken += ListenerEntry.BYTES;
        side.entriesToCome++;
        socket.begin(Role.CONNECTION, socket.creditGeneration, context.bus().memory());
        context.table().bindConnection(connection, socket);
        context.counters().increment(BridgeCounter.ACCEPTS);
        publisher.mark(socket);
        publisher.mark(listener);
        return true;
    }

    /** Tells listeners of connections whose record is published. */
    boolean drain(final long nowNs) {
        boolean moved = false;
        for (int count = toAppend.size(); count > 0; count--) {
            moved |= append(toAppend.remove(), nowNs);
        }
        for (BridgeSocket socket = publisher.nextIntroduced(); socket != null; socket = publisher.nextIntroduced()) {
            moved |= append(socket, nowNs);
        }
        return moved;
    }

    private boolean append(final BridgeSocket socket, final long nowNs) {
        final BridgeSocket listener = socket.acceptedBy;
        if (!socket.arena.isLive()) {
            return true;
        }
        final ListenerSide side = listener.listenerSide;
        if (listener.isClosed) {
            side.entriesToCome--;
            reset(socket);
            publisher.mark(listener);
            return true;
        }
        if (!receive.append(listener, ListenerEntry.encode(socket.record, socket.generation), nowNs)) {
            toAppend.add(socket);
            return false;
        }
        side.entriesToCome--;
        side.entriesWritten += ListenerEntry.BYTES;
        side.waiting.add(socket);
        publisher.mark(listener);
        return true;
    }

    /** The host has taken connections off the listener's receive stream. */
    void onTaken(final BridgeSocket listener) {
        if (listener.isClosed) {
            return; // Whom nobody took has been reset.
        }
        final ListenerSide side = listener.listenerSide;
        while (listener.rxRead - side.entriesTaken >= ListenerEntry.BYTES) {
            side.entriesTaken += ListenerEntry.BYTES;
            final BridgeSocket socket = side.waiting.remove();
            socket.acceptedBy = null;
            if (socket.isReleasedEarly || socket.arena.hasLostHolder()) {
                socket.isReleasedEarly = false;
                released.add(socket); // Who took it may have closed it, or be dead by now.
            }
        }
    }

    /** Nobody holds the listener any more: what nobody took is reset. */
    void end(final BridgeSocket listener) {
        final ListenerSide side = listener.listenerSide;
        listener.isClosed = true;
        listener.arena.countListener(-1);
        context.stack().unlisten(side.number);
        context.table().unbindListener(side.number);
        context.journal().unlisten(side.number);
        for (BridgeSocket socket = side.waiting.poll(); socket != null; socket = side.waiting.poll()) {
            reset(socket);
        }
        credits.release(listener);
        receive.releaseAll(listener);
        publisher.mark(listener);
    }

    private void reset(final BridgeSocket socket) {
        context.counters().increment(BridgeCounter.UNACCEPTED_RESETS);
        socket.acceptedBy = null;
        socket.isClosed = true;
        if (socket.connection != BridgeSocket.NONE) {
            context.stack().abort(socket.connection);
        }
        receive.releaseAll(socket);
        publisher.mark(socket);
    }
}

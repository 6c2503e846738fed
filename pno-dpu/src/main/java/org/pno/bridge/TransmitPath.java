package org.pno.bridge;

import org.pno.bridge.BridgeSocket.Role;
import org.pno.link.ArenaDescriptor;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;

/**
 * Sends the stack's frames: has payload read from transmit S-rings into them, behind the headers, and hands them to
 * the port in order. A frame whose chunks are not known waits for the record's map, all later ones of its socket with
 * it, and those without payload of any.
 */
final class TransmitPath {
    private static final int OFFSET_MASK = ArenaDescriptor.CHUNK_BYTES - 1;

    private final FrameQueue deferred;
    private final FrameQueue outgoing;
    private final FrameQueue looped;
    private final BridgeContext context;
    private final Bus bus;
    private final PacketPort port;
    private final FramePool pool;
    private final TransmitMaps maps;
    private final Publisher publisher;
    private boolean isFlushDue;
    private long framesSent;

    TransmitPath(
            final BridgeContext context, final PacketPort port, final TransmitMaps maps, final Publisher publisher) {
        this.context = context;
        this.port = port;
        this.maps = maps;
        this.publisher = publisher;
        bus = context.bus();
        pool = port.pool();
        deferred = new FrameQueue(pool.capacity());
        outgoing = new FrameQueue(pool.capacity());
        looped = new FrameQueue(pool.capacity());
    }

    /**
     * Sends a frame that is complete; behind those that wait for a map, since it may be the RST of the connection that
     * they belong to.
     */
    void transmit(final long frame, final int length) {
        if (!deferred.isEmpty()) {
            deferred.add(0, frame, length);
        } else {
            transmitNext(frame, length);
        }
    }

    private void transmitNext(final long frame, final int length) {
        if (outgoing.isEmpty()) {
            send(frame, length);
        } else {
            outgoing.add(0, frame, length);
        }
    }

    /** Sends a frame whose payload is in a socket's transmit S-ring. */
    void transmit(
            final long frame,
            final int headerLength,
            final BridgeSocket socket,
            final long position,
            final int payloadLength) {
        if (socket == null || !socket.arena.isLive()) {
            context.counters().increment(BridgeCounter.TX_NO_SOCKET);
            pool.release(frame);
        } else if (socket.deferredFrames == 0 && maps.covers(socket, position, payloadLength)) {
            readPayload(frame, headerLength, socket, position, payloadLength);
        } else {
            socket.deferredFrames++;
            deferred.add(
                    mapTicket(socket, position + payloadLength), frame, headerLength, socket, position, payloadLength);
        }
    }

    /** The ticket of a map read that brings all entries below {@code end}: one under way, or a new one. */
    private long mapTicket(final BridgeSocket socket, final long end) {
        if (socket.mapReadTicket <= bus.completed() || end - socket.mapReadWritten > 0) {
            socket.mapReadTicket = maps.read(socket);
            socket.mapReadWritten = socket.txWritten;
        }
        return socket.mapReadTicket;
    }

    private void readPayload(
            final long frame,
            final int headerLength,
            final BridgeSocket socket,
            final long position,
            final int payloadLength) {
        final int region = socket.arena.region();
        final long end = position + payloadLength;
        long at = position;
        while (at < end) {
            final int bytes = (int) Math.min(ArenaDescriptor.CHUNK_BYTES - (at & OFFSET_MASK), end - at);
            final long target = frame + headerLength + (at - position);
            bus.read(region, TransmitMaps.offsetOf(socket, at), pool.memory(), target, bytes);
            at += bytes;
        }
        context.counters().increase(BridgeCounter.TX_BYTES, payloadLength);
        socket.payloadTicket = bus.ticket();
        outgoing.add(socket.payloadTicket, frame, headerLength + payloadLength);
    }

    /** Takes up what is complete; maps that were waited for have been drained before. */
    boolean drain() {
        final long completed = bus.completed();
        boolean moved = false;
        while (deferred.isReady(completed)) {
            takeDeferred();
            moved = true;
        }
        while (outgoing.isReady(completed)) {
            final long frame = outgoing.frame();
            final int length = outgoing.length();
            outgoing.remove();
            send(frame, length);
            moved = true;
        }
        return moved;
    }

    private void takeDeferred() {
        final BridgeSocket socket = deferred.socket();
        final long frame = deferred.frame();
        final int headerLength = deferred.headerLength();
        final long position = deferred.position();
        final int payloadLength = deferred.length();
        deferred.remove();
        if (socket == null) {
            transmitNext(frame, payloadLength);
            return;
        }
        socket.deferredFrames--;
        if (socket.arena.isLive() && socket.role == Role.CONNECTION && maps.covers(socket, position, payloadLength)) {
            readPayload(frame, headerLength, socket, position, payloadLength);
        } else {
            context.counters().increment(BridgeCounter.TX_NO_SOCKET);
            pool.release(frame);
        }
        if (socket.deferredFrames == 0) {
            publisher.mark(socket); // Its txAcked was held back.
        }
    }

    private void send(final long frame, final int length) {
        framesSent++;
        if (context.stack().isForUs(frame)) {
            context.counters().increment(BridgeCounter.LOOPED);
            looped.add(0, frame, length);
            return;
        }
        port.transmit(frame, length);
        isFlushDue = true;
    }

    /** Frames that the stack has sent to itself: the next cycle takes them in as it does those of the port. */
    FrameQueue looped() {
        return looped;
    }

    long framesSent() {
        return framesSent;
    }

    /** Pushes out what was sent since the last time. */
    void flush() {
        if (isFlushDue) {
            isFlushDue = false;
            port.flush();
        }
    }
}

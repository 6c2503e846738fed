package org.pno.bridge;

/**
 * Frames that wait for a ticket, in order. Bounded by the frame pool: a frame stands in one queue at most, so a queue
 * as long as the pool is never full.
 */
final class FrameQueue {
    private final int mask;
    private final long[] tickets;
    private final long[] frames;
    private final int[] lengths;
    private final int[] headerLengths;
    private final long[] positions;
    private final BridgeSocket[] sockets;
    private int head;
    private int tail;

    /** @param frames how many there are in the pool */
    FrameQueue(final int frames) {
        final int capacity = Integer.highestOneBit(Math.max(1, frames - 1)) << 1;
        mask = capacity - 1;
        tickets = new long[capacity];
        this.frames = new long[capacity];
        lengths = new int[capacity];
        headerLengths = new int[capacity];
        positions = new long[capacity];
        sockets = new BridgeSocket[capacity];
    }

    /** A frame that is complete at the ticket. */
    void add(final long ticket, final long frame, final int length) {
        final int slot = tail++ & mask;
        tickets[slot] = ticket;
        frames[slot] = frame;
        lengths[slot] = length;
    }

    /** A frame whose payload can be asked for at the ticket. */
    void add(
            final long ticket,
            final long frame,
            final int headerLength,
            final BridgeSocket socket,
            final long position,
            final int payloadLength) {
        final int slot = tail & mask;
        add(ticket, frame, payloadLength);
        headerLengths[slot] = headerLength;
        positions[slot] = position;
        sockets[slot] = socket;
    }

    boolean isReady(final long completed) {
        return head != tail && tickets[head & mask] <= completed;
    }

    boolean isEmpty() {
        return head == tail;
    }

    int size() {
        return tail - head;
    }

    long frame() {
        return frames[head & mask];
    }

    int length() {
        return lengths[head & mask];
    }

    int headerLength() {
        return headerLengths[head & mask];
    }

    long position() {
        return positions[head & mask];
    }

    BridgeSocket socket() {
        return sockets[head & mask];
    }

    void remove() {
        sockets[head++ & mask] = null;
    }
}

package org.pno.stack;

import org.pno.ip.FrameOutput;

/**
 * The stack's intents: what the engine wants done to frames and payload, which it never touches itself (rule 5). The
 * NIC bridge carries them out; a test records them. Called only from within a call to the stack, on its thread.
 *
 * <p>A frame is named by the offset of its Ethernet header in {@link #memory()}; a {@code VirtioNetHeader} stands in
 * the ten bytes before it and tells the port what to complete (checksum, segmentation).
 */
public interface StackOutput extends FrameOutput {
    /**
     * Sends a frame whose payload comes from a connection's transmit S-ring. The frame is given away.
     *
     * @param headerLength bytes of headers written so far, from the Ethernet header on; the payload goes behind them
     * @param connection whose stream
     * @param position stream position of the first payload byte
     * @param payloadLength bytes, 1 or more, all of them below the txWritten that the stack was told
     */
    void transmit(long frame, int headerLength, int connection, long position, int payloadLength);

    /**
     * Stores payload of the frame being received in a connection's receive S-ring, in place, in order or not.
     *
     * @param position stream position of the first byte
     * @param length bytes, 1 or more, all of them inside the window that the stack advertised
     * @param payload offset in {@link #memory()} of the first byte
     * @return false if there is no memory for it: the segment is dropped unacknowledged
     */
    boolean place(int connection, long position, int length, long payload);

    /**
     * {@link #place} has found no memory for all of this payload.
     *
     * @return bytes at its front that may find some: another {@code place} tells; 0 if none
     */
    default int placeable(final int connection, final long position, final int length) {
        return 0;
    }

    /**
     * What was placed at and beyond {@code position}, which was received up to there, counts as never received: it is
     * to come again. Its memory is free for what comes before.
     */
    default void discarded(final int connection, final long position) {}

    /**
     * Levels that the host sees have changed: state, error, rxCommittable, finReceived, txAcked. Called once or more
     * between flushes; the bridge reads the levels from {@link Sockets} and answers with {@link Sockets#onPublished}.
     */
    void changed(int connection);

    /**
     * A handshake on a listener is about to complete: takes a credit for it.
     *
     * @return false if there is none: the final ACK is dropped, as Linux does with a full accept queue
     */
    boolean accept(int listener, int connection);

    /** The handshake of this connection is done (both sides): what it fixed can be journalled. */
    void established(int connection);

    /**
     * The window's right edge is about to be advertised up to this stream position; it must be journalled before the
     * segment goes out. The edge only grows.
     */
    void advertised(int connection, long edge);

    /**
     * The stack forgets the connection: refused, reset, timed out, or ended in order on both sides (TIME-WAIT needs
     * no connection and keeps none). Its levels can be read from {@link Sockets} for the last time within this call:
     * what was received before the end can still be published to the host. Calls about it are without effect from now
     * on, and its number may be used again. Comes from within {@link NetworkStack#flush} only.
     */
    void released(int connection);

    /** Another station has this IPv6 address of ours: it is not used. Whoever looks after the network should know. */
    default void duplicateAddress(final long hi, final long lo) {}
}

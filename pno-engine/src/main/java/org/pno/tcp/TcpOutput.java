package org.pno.tcp;

import java.lang.foreign.MemorySegment;

/**
 * What TCP needs of whatever is below and above it: headers to send and payload to place, and ears for what has
 * changed. Called only from within a call to the engine.
 */
public interface TcpOutput {
    /** {@link #open} found no free frame; try again at the next flush. */
    long NO_FRAME = -1;
    /** {@link #open} does not know the next hop's link address yet; {@link TcpEngine#onNeighbour} will tell. */
    long NO_NEIGHBOUR = -2;
    /** Waiter for nobody: a segment that is not sent again. */
    int NOBODY = -1;

    /** The memory that frames live in. */
    MemorySegment memory();

    /** The largest segment, options included, headers not, on the link towards the flow's remote address. */
    int maxSegmentBytes(Flow flow);

    /** As {@link #maxSegmentBytes}, or less where a router on the path has said so. */
    int pathSegmentBytes(Flow flow);

    /**
     * Begins a segment from the flow's local to its remote address.
     *
     * @param waiter the connection to tell when the neighbour is known, or {@link #NOBODY}
     * @return where in {@link #memory()} the TCP header goes, {@link #NO_FRAME} or {@link #NO_NEIGHBOUR}
     */
    long open(Flow flow, int waiter);

    /** Sends the segment opened last, which has no payload. The checksum is completed below. */
    void send(Flow flow, int headerLength);

    /**
     * Sends the segment opened last with payload from a connection's stream.
     *
     * @param headerLength bytes of the TCP header with options
     * @param segmentBytes payload of each segment where it is a super-segment
     * @param ecn codepoint of IP's ECN field (RFC 3168 5), of IPv4 and IPv6 alike
     */
    void send(Connection connection, int headerLength, long position, int payloadLength, int segmentBytes, int ecn);

    /** The peer acknowledges what we send: the way to it works. Called now and then. */
    void confirmed(Flow flow);

    /**
     * Stores payload of the segment being received in the connection's receive stream.
     *
     * @return false if there is no memory for it
     */
    boolean place(int connection, long position, int length, long payload);

    /**
     * There was no memory for all of this payload.
     *
     * @return bytes at its front that may find some; 0 if none
     */
    default int placeable(final int connection, final long position, final int length) {
        return 0;
    }

    /** What was placed beyond {@code position} is to come again: its memory is free for what comes before. */
    default void discarded(final int connection, final long position) {}

    /** What the host sees of the connection has changed. */
    void changed(int connection);

    /** A handshake is about to complete: takes a credit; false if there is none. */
    boolean accept(int listener, int connection);

    /** The handshake is done. */
    void established(int connection);

    /** The window's right edge is about to be advertised up to here. */
    void advertised(int connection, long edge);

    /**
     * The connection is forgotten; its number may be used again. Not called for one that the host was never told of.
     */
    void released(int connection);
}

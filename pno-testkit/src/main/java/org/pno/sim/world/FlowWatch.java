package org.pno.sim.world;

import org.pno.wire.SeqNum;
import org.pno.wire.TcpOptions;

/**
 * What was seen on the wire of one direction of a connection, in stream positions: 0 is the first byte behind the SYN.
 */
final class FlowWatch {
    final long flow;

    boolean hasSyn;
    /** The other side has begun anew, and this side has not answered: what it says belongs to the old connection. */
    boolean isStale;

    int iss;
    /** Window scale in the SYN, or {@link TcpOptions#ABSENT}. */
    int scaleOffered;
    /** The window in the SYN. */
    int synWindow;
    /** The end of the payload that was sent furthest. */
    long highest;
    /** The right edge that the sender has advertised furthest, in the other direction's positions. */
    long edge;
    /** The same, by segments with payload only. */
    long edgeWithPayload;
    /** The right edge that the sender has been told of: how far it may send. */
    long grantedEdge;
    /** The furthest ACK that the sender has received. */
    long acknowledged;
    /** An ACK that reports something out of order has reached the sender. */
    boolean isDisturbed;

    int timestamp;
    boolean hasTimestamps;

    FlowWatch(final long flow) {
        this.flow = flow;
    }

    /** A SYN with another number than before: a new connection. */
    void begin(final int firstSequence, final long grantedBefore) {
        hasSyn = true;
        iss = firstSequence;
        scaleOffered = TcpOptions.ABSENT;
        highest = 0;
        edge = 0;
        edgeWithPayload = 0;
        grantedEdge = grantedBefore;
        acknowledged = 0;
        isDisturbed = false;
        hasTimestamps = false;
    }

    /** Where a sequence number stands in this stream. */
    long position(final int sequence) {
        return SeqNum.extend(highest, SeqNum.ofPosition(iss, highest), sequence);
    }

    @Override
    public String toString() {
        return FlowKey.text(flow) + " sent up to " + highest + " of granted " + grantedEdge + ", grants " + edge;
    }
}

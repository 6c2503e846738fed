package org.pno.sim.world;

import java.util.HashSet;
import java.util.Set;
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
    /** Numbers of earlier answers to the same SYN: who keeps nothing of it may answer each time with another. */
    private final Set<Integer> earlierIss = new HashSet<>();
    /** It has sent more than its SYN: the number that this connection began with can be no other any more. */
    boolean hasSpoken;
    /** It was reset: an old SYN of the other side, which knows nothing of it yet, may make another connection. */
    boolean hasReset;
    /** The SYN was answered by a cookie (RFC 4987 3.6): its node kept nothing of it. */
    boolean isCookie;
    /** A segment that came before the one which brings the cookie back was answered by RST. */
    boolean hasRefused;
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
        earlierIss.clear();
        hasSpoken = false;
        hasReset = false;
        isCookie = false;
        scaleOffered = TcpOptions.ABSENT;
        highest = 0;
        edge = 0;
        edgeWithPayload = 0;
        grantedEdge = grantedBefore;
        acknowledged = 0;
        isDisturbed = false;
        hasTimestamps = false;
    }

    /** The SYN is answered once more, with another number than before. */
    void answerAgain(final int firstSequence, final long grantedBefore) {
        final Set<Integer> earlier = new HashSet<>(earlierIss);
        earlier.add(iss);
        begin(firstSequence, grantedBefore);
        earlierIss.addAll(earlier);
    }

    /** True if a SYN with this number stands for the connection. */
    boolean hasOffered(final int firstSequence) {
        return iss == firstSequence || earlierIss.contains(firstSequence);
    }

    /** The peer acknowledges this: of several answers to its SYN it has taken the one that came first. */
    void settle(final int acknowledgment) {
        final int taken = acknowledgment - 1;
        if (!hasSpoken && earlierIss.remove(taken)) {
            earlierIss.add(iss);
            iss = taken;
        }
    }

    /**
     * Its connection was aborted. A cookie stays good for its time: the segment that brings it back, if it comes twice,
     * makes another connection of the same numbers, which knows nothing of the first one's window. So it is in Linux.
     */
    void endLife() {
        hasSpoken = false;
        edge = 0;
        edgeWithPayload = 0;
    }

    /** What a SYN-ACK with this number acknowledges of the data that went with the SYN. */
    long acknowledgedBy(final int acknowledgment) {
        final int taken = acknowledgment - (iss + 1); // modulo 2^32
        return taken > 0 && taken <= highest ? taken : 0;
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

package org.pno.tcp;

import java.util.concurrent.TimeUnit;

/**
 * Sequence numbers of SYN-ACKs that need not be remembered (RFC 4987 3.6): the final ACK brings back what is needed to
 * make the connection, and proves by a keyed hash that we have said it to this very flow, not long ago.
 *
 * <pre>
 *   sequence number:  | age 1 | MSS 3 | SipHash-2-4 of flow, the peer's number, age, MSS and timestamp bits 28 |
 *   timestamp, low:   | ECN 1 | SACK 1 | the peer's window scale 4, 15 for none |
 * </pre>
 *
 * <p>What the sequence number has no room for stands in the low bits of our timestamp, as in Linux, which the peer
 * echoes; without timestamps there is no window scale, SACK or ECN. The one bit of age tells this stretch of 64 s from
 * the one before: older cookies are refused. The engine's thread.
 */
final class SynCookies {
    /** A cookie is good for so long at least, and for twice that at most. */
    static final long AGE_NS = TimeUnit.SECONDS.toNanos(64);

    /** The MSS that a cookie can say; a peer's own is rounded down to one of them. */
    private static final int[] MSS_BYTES = {216, 536, 1_220, 1_360, 1_400, 1_440, 1_460, 8_940};

    private static final int AGE_SHIFT = 31;
    private static final int MSS_SHIFT = 28;
    private static final int MSS_MASK = 7;
    private static final int HASH_MASK = (1 << MSS_SHIFT) - 1;

    private static final int CLOCK_BITS_MASK = 63;
    private static final int ECN_BIT = 1 << 5;
    private static final int SACK_BIT = 1 << 4;
    private static final int SCALE_MASK = 15;
    /** Stands for the bits of a SYN without timestamps. */
    private static final int NO_BITS = 1 << 6;

    private final KeyedHash hash;

    SynCookies(final KeyedHash secret) {
        hash = secret.derive(3);
    }

    /** What the timestamp has to carry of a connection that the peer's SYN has told of. */
    static int bits(final Connection connection) {
        if (!connection.timestamps) {
            return NO_BITS;
        }
        return (connection.ecn ? ECN_BIT : 0)
                | (connection.sackPermitted ? SACK_BIT : 0)
                | (connection.windowScaling ? connection.sndScale : SCALE_MASK);
    }

    /** The latest timestamp, before the flow's offset, that is not in the future and carries the bits. */
    static int timestamp(final int clock, final int bits) {
        final int stamped = clock & ~CLOCK_BITS_MASK | bits;
        return stamped - clock > 0 ? stamped - CLOCK_BITS_MASK - 1 : stamped;
    }

    /** Sets what the timestamp says that the final ACK echoes; all of it is off if there is none. */
    static void takeBits(final Connection connection, final int bits, final int ourScale) {
        connection.timestamps = bits != NO_BITS;
        connection.ecn = connection.timestamps && (bits & ECN_BIT) != 0;
        connection.sackPermitted = connection.timestamps && (bits & SACK_BIT) != 0;
        connection.windowScaling = connection.timestamps && (bits & SCALE_MASK) != SCALE_MASK;
        connection.sndScale = (byte) (connection.windowScaling ? bits & SCALE_MASK : 0);
        connection.rcvScale = (byte) (connection.windowScaling ? ourScale : 0);
    }

    /** The bits that an ACK brings back. */
    static int bitsOf(final Segment ack, final int timestampOffset) {
        return ack.options().timestamps() ? ack.options().timestampEcho() - timestampOffset & CLOCK_BITS_MASK : NO_BITS;
    }

    private static int index(final int mss) {
        int index = MSS_BYTES.length - 1;
        while (index > 0 && MSS_BYTES[index] > mss) {
            index--;
        }
        return index;
    }

    /** The cookie that answers a SYN. */
    int sequence(final Segment syn, final int mss, final int bits, final long nowNs) {
        return cookie(syn, syn.sequence(), nowNs / AGE_NS, index(mss), bits);
    }

    private int cookie(final Flow flow, final int peerIss, final long age, final int index, final int bits) {
        final long mac = hash.ofFlow(flow, Integer.toUnsignedLong(peerIss) << 32 | index << 8 | bits, age);
        return (int) (age & 1) << AGE_SHIFT | index << MSS_SHIFT | (int) mac & HASH_MASK;
    }

    /**
     * The peer's MSS that a cookie tells, or 0 if it is none of ours, or too old.
     *
     * @param ack that acknowledges it
     */
    int mssBytes(final Segment ack, final int bits, final long nowNs) {
        final int cookie = ack.acknowledgment() - 1;
        final int index = cookie >>> MSS_SHIFT & MSS_MASK;
        final long present = nowNs / AGE_NS;
        final long age = (present & 1) == cookie >>> AGE_SHIFT ? present : present - 1;
        return cookie(ack, ack.sequence() - 1, age, index, bits) == cookie ? MSS_BYTES[index] : 0;
    }
}

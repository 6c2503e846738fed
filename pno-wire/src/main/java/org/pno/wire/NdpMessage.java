package org.pno.wire;

import java.lang.foreign.MemorySegment;

/**
 * The messages of neighbour discovery (RFC 4861 4.1 to 4.4) behind type, code and checksum, which are
 * {@link Icmpv6Header}'s. Options follow: {@link NdpOptions}.
 *
 * <pre>
 *   0                  4                              8          12         16              24
 *   +------------------+------------------------------+----------+----------+---------------+
 *   | type, code, sum  | RS: unused                   | options                             |
 *   |                  | RA: hops u8 flags u8 life u16| reachable| retrans  | options       |
 *   |                  | NS: unused                   | target address, 16 bytes            | options
 *   |                  | NA: flags in the upper bits  | target address, 16 bytes            | options
 *   +------------------+------------------------------+----------+----------+---------------+
 * </pre>
 */
public final class NdpMessage {
    public static final int SOLICITATION_BYTES = 24;
    public static final int ADVERTISEMENT_BYTES = 24;
    public static final int ROUTER_SOLICITATION_BYTES = 8;
    public static final int ROUTER_ADVERTISEMENT_BYTES = 16;

    /** Flags of a neighbour advertisement. */
    public static final int FLAG_ROUTER = 0x8000_0000;

    public static final int FLAG_SOLICITED = 0x4000_0000;
    public static final int FLAG_OVERRIDE = 0x2000_0000;

    private static final int FLAGS_OFFSET = 4; // u32
    private static final int CURRENT_HOPS_OFFSET = 4; // u8
    private static final int ROUTER_LIFETIME_OFFSET = 6; // u16
    private static final int REACHABLE_OFFSET = 8; // u32
    private static final int RETRANSMIT_OFFSET = 12; // u32
    private static final int TARGET_OFFSET = 8; // 16 bytes

    private MemorySegment segment;
    private long offset;

    /** Bytes before the options of a message of this type, or -1 if it is none of these. */
    public static int headLength(final int type) {
        return switch (type) {
            case Icmpv6Header.ROUTER_SOLICITATION -> ROUTER_SOLICITATION_BYTES;
            case Icmpv6Header.ROUTER_ADVERTISEMENT -> ROUTER_ADVERTISEMENT_BYTES;
            case Icmpv6Header.NEIGHBOUR_SOLICITATION -> SOLICITATION_BYTES;
            case Icmpv6Header.NEIGHBOUR_ADVERTISEMENT -> ADVERTISEMENT_BYTES;
            default -> -1;
        };
    }

    public NdpMessage wrap(final MemorySegment segment, final long offset) {
        this.segment = segment;
        this.offset = offset;
        return this;
    }

    /** Of a neighbour advertisement: a set of the FLAGs. */
    public int flags() {
        return BigEndian.i32(segment, offset + FLAGS_OFFSET);
    }

    /** Of the others it is written as 0: reserved. */
    public NdpMessage flags(final int flags) {
        BigEndian.i32(segment, offset + FLAGS_OFFSET, flags);
        return this;
    }

    public long targetHi() {
        return BigEndian.i64(segment, offset + TARGET_OFFSET);
    }

    public long targetLo() {
        return BigEndian.i64(segment, offset + TARGET_OFFSET + Long.BYTES);
    }

    /** Whom a solicitation asks for, or an advertisement is about. */
    public NdpMessage target(final long hi, final long lo) {
        BigEndian.i64(segment, offset + TARGET_OFFSET, hi);
        BigEndian.i64(segment, offset + TARGET_OFFSET + Long.BYTES, lo);
        return this;
    }

    /** Of a router advertisement: the hop limit for packets of ours, 0 if it does not say. */
    public int currentHopLimit() {
        return BigEndian.u8(segment, offset + CURRENT_HOPS_OFFSET);
    }

    public NdpMessage currentHopLimit(final int hops) {
        BigEndian.u8(segment, offset + CURRENT_HOPS_OFFSET, hops);
        return this;
    }

    /** Of a router advertisement: seconds that the sender is a default router, 0 if it is none. */
    public int routerLifetimeSeconds() {
        return BigEndian.u16(segment, offset + ROUTER_LIFETIME_OFFSET);
    }

    public NdpMessage routerLifetimeSeconds(final int seconds) {
        BigEndian.u16(segment, offset + ROUTER_LIFETIME_OFFSET, seconds);
        return this;
    }

    /** Of a router advertisement: milliseconds that a confirmation counts, 0 if it does not say. */
    public int reachableMillis() {
        return BigEndian.i32(segment, offset + REACHABLE_OFFSET);
    }

    public NdpMessage reachableMillis(final int millis) {
        BigEndian.i32(segment, offset + REACHABLE_OFFSET, millis);
        return this;
    }

    /** Of a router advertisement: milliseconds between solicitations, 0 if it does not say. */
    public int retransmitMillis() {
        return BigEndian.i32(segment, offset + RETRANSMIT_OFFSET);
    }

    public NdpMessage retransmitMillis(final int millis) {
        BigEndian.i32(segment, offset + RETRANSMIT_OFFSET, millis);
        return this;
    }
}

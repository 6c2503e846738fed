package org.pno.wire;

import java.lang.foreign.MemorySegment;

/**
 * Ethernet II header (IEEE 802.3 3.1.1, with an EtherType).
 *
 * <pre>
 *   0                 6                 12          14
 *   +-----------------+-----------------+-----------+
 *   | destination     | source          | EtherType |
 *   +-----------------+-----------------+-----------+
 * </pre>
 */
public final class EthernetHeader {
    public static final int BYTES = 14;

    public static final int ETHERTYPE_IPV4 = 0x0800;
    public static final int ETHERTYPE_ARP = 0x0806;
    public static final int ETHERTYPE_IPV6 = 0x86DD;

    private static final int DESTINATION_OFFSET = 0; // 6 bytes
    private static final int SOURCE_OFFSET = 6; // 6 bytes
    private static final int ETHERTYPE_OFFSET = 12; // u16

    private MemorySegment segment;
    private long offset;

    /** Why a frame of this length is refused, or null. */
    public static WireDrop validate(final int length) {
        return length < BYTES ? WireDrop.ETHERNET_TRUNCATED : null;
    }

    public EthernetHeader wrap(final MemorySegment segment, final long offset) {
        this.segment = segment;
        this.offset = offset;
        return this;
    }

    /** A {@link MacAddress}. */
    public long destination() {
        return BigEndian.u48(segment, offset + DESTINATION_OFFSET);
    }

    public EthernetHeader destination(final long mac) {
        BigEndian.u48(segment, offset + DESTINATION_OFFSET, mac);
        return this;
    }

    /** A {@link MacAddress}. */
    public long source() {
        return BigEndian.u48(segment, offset + SOURCE_OFFSET);
    }

    public EthernetHeader source(final long mac) {
        BigEndian.u48(segment, offset + SOURCE_OFFSET, mac);
        return this;
    }

    public int etherType() {
        return BigEndian.u16(segment, offset + ETHERTYPE_OFFSET);
    }

    public EthernetHeader etherType(final int value) {
        BigEndian.u16(segment, offset + ETHERTYPE_OFFSET, value);
        return this;
    }
}

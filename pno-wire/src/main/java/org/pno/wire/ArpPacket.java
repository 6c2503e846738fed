package org.pno.wire;

import java.lang.foreign.MemorySegment;

/**
 * ARP packet that joins IPv4 to Ethernet (RFC 826).
 *
 * <pre>
 *   0          2          4      5      6           8             14          18            24          28
 *   +----------+----------+------+------+-----------+-------------+-----------+-------------+-----------+
 *   | hardware | protocol | hlen | plen | operation | sender MAC  | sender IP | target MAC  | target IP |
 *   | 1        | 0x0800   | 6    | 4    | 1 or 2    |             |           |             |           |
 *   +----------+----------+------+------+-----------+-------------+-----------+-------------+-----------+
 * </pre>
 */
public final class ArpPacket {
    public static final int BYTES = 28;

    public static final int REQUEST = 1;
    public static final int REPLY = 2;

    /** Hardware Ethernet, protocol IPv4, address lengths 6 and 4: the first six bytes. */
    private static final int ETHERNET_IPV4 = 0x0001_0800;

    private static final int LENGTHS = 0x0604;

    private static final int TYPES_OFFSET = 0; // u16 hardware, u16 protocol
    private static final int LENGTHS_OFFSET = 4; // u8 hardware, u8 protocol
    private static final int OPERATION_OFFSET = 6; // u16
    private static final int SENDER_MAC_OFFSET = 8; // 6 bytes
    private static final int SENDER_IP_OFFSET = 14; // u32
    private static final int TARGET_MAC_OFFSET = 18; // 6 bytes
    private static final int TARGET_IP_OFFSET = 24; // u32

    private MemorySegment segment;
    private long offset;

    /** Why a packet of {@code length} bytes at {@code offset} is refused, or null. */
    public static WireDrop validate(final MemorySegment segment, final long offset, final int length) {
        if (length < BYTES) {
            return WireDrop.ARP_TRUNCATED;
        }
        final int operation = BigEndian.u16(segment, offset + OPERATION_OFFSET);
        final boolean known = BigEndian.i32(segment, offset + TYPES_OFFSET) == ETHERNET_IPV4
                && BigEndian.u16(segment, offset + LENGTHS_OFFSET) == LENGTHS
                && (operation == REQUEST || operation == REPLY);
        return known ? null : WireDrop.ARP_FORMAT;
    }

    public ArpPacket wrap(final MemorySegment segment, final long offset) {
        this.segment = segment;
        this.offset = offset;
        return this;
    }

    /** Writes what is the same in every packet. */
    public ArpPacket initialize() {
        BigEndian.i32(segment, offset + TYPES_OFFSET, ETHERNET_IPV4);
        BigEndian.u16(segment, offset + LENGTHS_OFFSET, LENGTHS);
        return this;
    }

    public int operation() {
        return BigEndian.u16(segment, offset + OPERATION_OFFSET);
    }

    public ArpPacket operation(final int value) {
        BigEndian.u16(segment, offset + OPERATION_OFFSET, value);
        return this;
    }

    public long senderMac() {
        return BigEndian.u48(segment, offset + SENDER_MAC_OFFSET);
    }

    public ArpPacket senderMac(final long mac) {
        BigEndian.u48(segment, offset + SENDER_MAC_OFFSET, mac);
        return this;
    }

    public int senderIp() {
        return BigEndian.i32(segment, offset + SENDER_IP_OFFSET);
    }

    public ArpPacket senderIp(final int ipv4) {
        BigEndian.i32(segment, offset + SENDER_IP_OFFSET, ipv4);
        return this;
    }

    public long targetMac() {
        return BigEndian.u48(segment, offset + TARGET_MAC_OFFSET);
    }

    public ArpPacket targetMac(final long mac) {
        BigEndian.u48(segment, offset + TARGET_MAC_OFFSET, mac);
        return this;
    }

    public int targetIp() {
        return BigEndian.i32(segment, offset + TARGET_IP_OFFSET);
    }

    public ArpPacket targetIp(final int ipv4) {
        BigEndian.i32(segment, offset + TARGET_IP_OFFSET, ipv4);
        return this;
    }
}

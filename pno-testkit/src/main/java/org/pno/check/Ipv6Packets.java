package org.pno.check;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Turns the IPv4 packets that scripts write into IPv6 ones, with extension headers where a script wants them, and those
 * that a stack sends back into IPv4 ones. An address's last four bytes are IPv4's, those before fd00::.
 */
final class Ipv6Packets {
    static final long NETWORK_HI = 0xFD00_0000_0000_0000L;
    private static final int IPV4 = 20;
    private static final int IPV6 = 40;
    private static final int TCP = 6;
    private static final int ICMPV6 = 58;
    private static final int SOLICITATION = 135;
    private static final int DONT_FRAGMENT = 0x40;

    private int firstHeader = TCP;
    private byte[] headers = {};

    /** What stands between IPv6 header and segment from now on; the last of it says TCP. */
    void headers(final int first, final byte[] bytes) {
        firstHeader = first;
        headers = bytes;
    }

    /** The IPv6 packet for one of IPv4. */
    byte[] ofIpv4(final byte[] ipv4) {
        return ipv4[9] == TCP ? segment(ipv4) : error(ipv4);
    }

    private byte[] segment(final byte[] ipv4) {
        final ByteBuffer packet = header(ipv4, headers.length + ipv4.length - IPV4, firstHeader);
        packet.put(IPV6, headers);
        final int tcp = IPV6 + headers.length;
        packet.put(tcp, ipv4, IPV4, ipv4.length - IPV4);
        final int length = ipv4.length - IPV4;
        packet.putShort(tcp + 16, (short) checksum(packet, tcp, length, TCP, isRight(ipv4)));
        return bytes(packet);
    }

    private static boolean isRight(final byte[] ipv4) {
        final ByteBuffer packet = ByteBuffer.wrap(ipv4);
        return fold(sum(packet, 12, ipv4.length) + TCP + ipv4.length - IPV4) == 0xFFFF;
    }

    private static int checksum(
            final ByteBuffer packet, final int from, final int length, final int protocol, final boolean right) {
        packet.putShort(from + (protocol == TCP ? 16 : 2), (short) 0);
        final int sum = ~fold(sum(packet, 8, IPV6) + sum(packet, from, from + length) + protocol + length);
        return right ? sum : ~sum;
    }

    /** RFC 4443 3: of ICMP's errors those that scripts send. */
    private static byte[] error(final byte[] ipv4) {
        final ByteBuffer given = ByteBuffer.wrap(ipv4);
        final byte[] quoted = Arrays.copyOfRange(ipv4, IPV4 + 8, ipv4.length);
        final ByteBuffer about =
                header(quoted, Short.toUnsignedInt(ByteBuffer.wrap(quoted).getShort(2)) - IPV4, TCP);
        final int length = 8 + IPV6 + quoted.length - IPV4;
        final ByteBuffer packet = header(ipv4, length, ICMPV6);
        switch (given.getShort(IPV4)) {
            case 0x0304 ->
                packet.put(IPV6, (byte) 2).putInt(IPV6 + 4, given.getInt(IPV4 + 4) + Family.MORE_HEADER_BYTES);
            case 0x0303 -> packet.put(IPV6, (byte) 1).put(IPV6 + 1, (byte) 4);
            case 0x0301 -> packet.put(IPV6, (byte) 1).put(IPV6 + 1, (byte) 3);
            default -> throw new UnsupportedOperationException("ICMP " + given.getShort(IPV4) + " by IPv6");
        }
        packet.put(IPV6 + 8, bytes(about), 0, IPV6);
        packet.put(IPV6 + 8 + IPV6, quoted, IPV4, quoted.length - IPV4);
        packet.putShort(IPV6 + 2, (short) checksum(packet, IPV6, length, ICMPV6, true));
        return bytes(packet);
    }

    /** A packet of IPv6 with the addresses and ECN bits of one of IPv4. */
    private static ByteBuffer header(final byte[] ipv4, final int length, final int next) {
        final ByteBuffer given = ByteBuffer.wrap(ipv4);
        final ByteBuffer packet = ByteBuffer.allocate(IPV6 + length);
        packet.putInt(0, 0x6000_0000 | (ipv4[1] & 0xFF) << 20).putShort(4, (short) length);
        packet.put(6, (byte) next).put(7, (byte) 64);
        packet.putLong(8, NETWORK_HI).putLong(16, lo(given.getInt(12)));
        return packet.putLong(24, NETWORK_HI).putLong(32, lo(given.getInt(16)));
    }

    static long lo(final int ipv4) {
        return Integer.toUnsignedLong(ipv4);
    }

    /** The IPv4 packet for one of IPv6; null if it is no TCP segment. Its checksums are nobody's. */
    static byte[] toIpv4(final byte[] ipv6) {
        final ByteBuffer given = ByteBuffer.wrap(ipv6);
        if (ipv6[6] != TCP) {
            return null;
        }
        final int length = ipv6.length - IPV6;
        final ByteBuffer packet = ByteBuffer.allocate(IPV4 + length);
        packet.put(0, (byte) 0x45).put(1, (byte) (given.getInt(0) >>> 20)).putShort(2, (short) packet.capacity());
        packet.put(6, (byte) DONT_FRAGMENT).put(8, ipv6[7]).put(9, (byte) TCP);
        packet.putInt(12, given.getInt(20)).putInt(16, given.getInt(36));
        packet.put(IPV4, ipv6, IPV6, length);
        return bytes(packet);
    }

    /** A solicitation by IPv6 for whoever is asked about, with the asker's station. */
    static byte[] solicitation(final int sender, final long station, final int wanted) {
        final ByteBuffer packet = neighbour(sender, wanted, SOLICITATION, wanted, 1, station);
        return bytes(packet);
    }

    /** The advertisement by which the asked is known to be alive. */
    static byte[] answer(final int sender, final long station, final int asker) {
        return bytes(neighbour(sender, asker, SOLICITATION + 1, sender, 2, station));
    }

    /** The advertisement that answers a solicitation about somebody else than its sender; null if it is none. */
    static byte[] advertisement(final byte[] ipv6, final long station) {
        final ByteBuffer given = ByteBuffer.wrap(ipv6);
        if (ipv6.length < IPV6 + 24 || ipv6[6] != ICMPV6 || (ipv6[IPV6] & 0xFF) != SOLICITATION) {
            return null;
        }
        if (given.getLong(8) != NETWORK_HI || given.getLong(IPV6 + 8) != NETWORK_HI) {
            return null; // Who asks without an address looks whether it has its own alone.
        }
        final int target = given.getInt(IPV6 + 20);
        return bytes(neighbour(target, given.getInt(20), SOLICITATION + 1, target, 2, station));
    }

    private static ByteBuffer neighbour(
            final int from, final int to, final int type, final int target, final int option, final long station) {
        final ByteBuffer addresses = ByteBuffer.allocate(IPV4).putInt(12, from).putInt(16, to);
        final ByteBuffer packet = header(bytes(addresses), 32, ICMPV6);
        packet.put(7, (byte) 255).put(IPV6, (byte) type);
        packet.putInt(IPV6 + 4, type == SOLICITATION ? 0 : 0x6000_0000);
        packet.putLong(IPV6 + 8, NETWORK_HI).putLong(IPV6 + 16, lo(target));
        packet.put(IPV6 + 24, (byte) option).put(IPV6 + 25, (byte) 1);
        packet.putShort(IPV6 + 26, (short) (station >>> 32)).putInt(IPV6 + 28, (int) station);
        return packet.putShort(IPV6 + 2, (short) checksum(packet, IPV6, 32, ICMPV6, true));
    }

    private static long sum(final ByteBuffer packet, final int from, final int to) {
        long sum = 0;
        for (int at = from; at < to; at += 2) {
            sum += at + 1 < to ? Short.toUnsignedInt(packet.getShort(at)) : (packet.get(at) & 0xFF) << 8;
        }
        return sum;
    }

    private static int fold(final long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xFFFF) + (folded >>> 16);
        }
        return (int) folded;
    }

    @SuppressWarnings("ByteBufferBackingArray") // All of them are allocated here.
    private static byte[] bytes(final ByteBuffer packet) {
        return packet.array();
    }
}

package org.pno.check;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Writes IP packets for scripts: a TCP segment, an ICMP error about one. */
final class PacketWriter {
    private static final int IP = 20;
    private static final int TCP = 20;
    private static final int PROTOCOL_TCP = 6;
    private static final int PROTOCOL_ICMP = 1;

    private final int source;
    private final int destination;

    PacketWriter(final int source, final int destination) {
        this.source = source;
        this.destination = destination;
    }

    /**
     * A segment whose numbers are filled in.
     *
     * @param ecn the two ECN bits
     */
    byte[] segment(
            final Seg segment, final int[] ports, final int seq, final int ack, final int[] echo, final int ecn) {
        final byte[] options = options(segment, echo);
        final int header = TCP + options.length;
        final ByteBuffer packet = ByteBuffer.allocate(IP + header + segment.length);
        packet.putShort(IP, (short) ports[0]);
        packet.putShort(IP + 2, (short) ports[1]);
        packet.putInt(IP + 4, seq);
        packet.putInt(IP + 8, (segment.flags & Seg.ACK) != 0 ? ack : 0);
        packet.put(IP + 12, (byte) (header / 4 << 4));
        packet.put(IP + 13, (byte) segment.flags);
        packet.putShort(IP + 14, (short) (segment.window == null ? 65_535 : segment.window));
        packet.putShort(IP + 18, (short) segment.urgent);
        packet.put(IP + TCP, options);
        final long first = segment.seq - ((segment.flags & Seg.SYN) != 0 ? 0 : 1);
        packet.put(IP + header, Pattern.bytes(first, segment.length));
        final int sum = tcpChecksum(packet);
        packet.putShort(IP + 16, (short) (segment.badChecksum ? ~sum : sum));
        return ipHeader(packet, PROTOCOL_TCP, ecn);
    }

    private static byte[] options(final Seg segment, final int[] echo) {
        final ByteBuffer options = ByteBuffer.allocate(40);
        if (segment.mss != null) {
            options.put((byte) 2).put((byte) 4).putShort(segment.mss.shortValue());
        }
        if (segment.windowScale != null) {
            options.put(new byte[] {1, 3, 3, segment.windowScale.byteValue()});
        }
        if (Boolean.TRUE.equals(segment.sackPermitted)) {
            options.put(new byte[] {1, 1, 4, 2});
        }
        if (Boolean.TRUE.equals(segment.timestamps)) {
            options.put(new byte[] {1, 1, 8, 10}).putInt(echo[0]).putInt(echo[1]);
        }
        if (!segment.sack.isEmpty()) {
            options.put(new byte[] {1, 1, 5, (byte) (2 + 4 * segment.sack.size())});
            segment.sack.forEach(edge -> options.putInt((int) (echo[2] + edge)));
        }
        options.put(segment.rawOptions);
        return Arrays.copyOf(options.array(), (options.position() + 3) / 4 * 4);
    }

    /** An ICMP error of this type and code whose second word is {@code rest}, about a packet that was sent. */
    byte[] icmpError(final int type, final int code, final int rest, final byte[] about) {
        final int quoted = Math.min(about.length, IP + 8);
        final ByteBuffer packet = ByteBuffer.allocate(IP + 8 + quoted);
        packet.put(IP, (byte) type);
        packet.put(IP + 1, (byte) code);
        packet.putInt(IP + 4, rest);
        packet.put(IP + 8, about, 0, quoted);
        packet.putShort(IP + 2, (short) ~fold(sum(packet, IP, packet.capacity())));
        return ipHeader(packet, PROTOCOL_ICMP, 0);
    }

    @SuppressWarnings("ByteBufferBackingArray") // All of them are allocated here.
    private byte[] ipHeader(final ByteBuffer packet, final int protocol, final int ecn) {
        packet.put(0, (byte) 0x45);
        packet.put(1, (byte) ecn);
        packet.putShort(2, (short) packet.capacity());
        packet.put(6, (byte) 0x40);
        packet.put(8, (byte) 64);
        packet.put(9, (byte) protocol);
        packet.putInt(12, source);
        packet.putInt(16, destination);
        packet.putShort(10, (short) ~fold(sum(packet, 0, IP)));
        return packet.array();
    }

    private int tcpChecksum(final ByteBuffer packet) {
        final int pseudo = (source >>> 16)
                + (source & 0xFFFF)
                + (destination >>> 16)
                + (destination & 0xFFFF)
                + PROTOCOL_TCP
                + (packet.capacity() - IP);
        return ~fold(pseudo + sum(packet, IP, packet.capacity()));
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
}

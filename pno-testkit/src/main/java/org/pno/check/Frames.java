package org.pno.check;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.pno.wire.VirtioNetHeader;

/** Ethernet for scripts: IP packets in and out of frames, super-segments cut, ARP answered. */
public final class Frames {
    private static final int ETHERNET = 14;
    private static final int TYPE_IPV4 = 0x0800;
    private static final int TYPE_IPV6 = 0x86DD;
    private static final int TYPE_ARP = 0x0806;
    private static final int ARP_REQUEST = 1;

    private Frames() {}

    /** A frame with this packet. */
    public static byte[] frame(final long destination, final long source, final byte[] packet) {
        final ByteBuffer frame = ByteBuffer.allocate(ETHERNET + packet.length);
        putMac(frame, 0, destination);
        putMac(frame, 6, source);
        frame.putShort(12, (short) (packet[0] >>> 4 == 6 ? TYPE_IPV6 : TYPE_IPV4));
        frame.put(ETHERNET, packet);
        return frame.array();
    }

    /**
     * The IP packets of a frame that a stack has given away, as they would be on the wire; TCP's by IPv6 as if they
     * were by IPv4. None if it is nothing of these.
     */
    public static List<byte[]> packets(final MemorySegment memory, final long frame, final int length) {
        final byte[] bytes = memory.asSlice(frame, length).toArray(ValueLayout.JAVA_BYTE);
        final VirtioNetHeader marks = new VirtioNetHeader().wrap(memory, frame - VirtioNetHeader.BYTES);
        final byte[] packet = ipv4(type(bytes), Arrays.copyOfRange(bytes, ETHERNET, length));
        if (packet == null) {
            return List.of();
        }
        return marks.isSegmented() ? cut(packet, marks.gsoSizeBytes()) : List.of(packet);
    }

    private static byte[] ipv4(final int type, final byte[] packet) {
        return switch (type) {
            case TYPE_IPV4 -> packet;
            case TYPE_IPV6 -> Ipv6Packets.toIpv4(packet);
            default -> null;
        };
    }

    private static List<byte[]> cut(final byte[] packet, final int size) {
        final int ip = (packet[0] & 0xF) * 4;
        final int header = ip + (packet[ip + 12] >> 4 & 0xF) * 4;
        final List<byte[]> pieces = new ArrayList<>();
        for (int at = header; at < packet.length; at += size) {
            final int end = Math.min(packet.length, at + size);
            final byte[] piece = Arrays.copyOf(packet, header + end - at);
            System.arraycopy(packet, at, piece, header, end - at);
            final ByteBuffer fields = ByteBuffer.wrap(piece);
            fields.putShort(2, (short) piece.length);
            fields.putInt(ip + 4, fields.getInt(ip + 4) + at - header);
            if (end < packet.length) {
                piece[ip + 13] &= ~(Seg.FIN | Seg.PSH);
            }
            if (at > header) {
                piece[ip + 13] &= 0x7F; // CWR belongs to the first.
            }
            pieces.add(piece);
        }
        return pieces;
    }

    /**
     * The answer to an ARP request or a solicitation, whatever address it asks for but the asker's own; null if the
     * frame is none.
     */
    public static byte[] reply(final MemorySegment memory, final long frame, final int length, final long mac) {
        final byte[] bytes = memory.asSlice(frame, length).toArray(ValueLayout.JAVA_BYTE);
        if (type(bytes) == TYPE_IPV6) {
            final byte[] answer = Ipv6Packets.advertisement(Arrays.copyOfRange(bytes, ETHERNET, length), mac);
            return answer == null ? null : frame(station(bytes), mac, answer);
        }
        if (type(bytes) != TYPE_ARP || bytes[21] != ARP_REQUEST || Arrays.equals(bytes, 28, 32, bytes, 38, 42)) {
            return null;
        }
        final byte[] reply = Arrays.copyOf(bytes, 42);
        System.arraycopy(bytes, 6, reply, 0, 6);
        putMac(ByteBuffer.wrap(reply), 6, mac);
        reply[21] = 2;
        putMac(ByteBuffer.wrap(reply), 22, mac);
        System.arraycopy(bytes, 38, reply, 28, 4);
        System.arraycopy(bytes, 22, reply, 32, 10);
        return reply;
    }

    /** Asks who has an address, and tells the sender's by the way. */
    static byte[] arpRequest(final int sender, final long senderMac, final int wanted) {
        final ByteBuffer frame = ByteBuffer.allocate(42);
        putMac(frame, 0, -1);
        putMac(frame, 6, senderMac);
        frame.putShort(12, (short) TYPE_ARP);
        frame.putInt(14, 0x0001_0800).putShort(18, (short) 0x0604).putShort(20, (short) ARP_REQUEST);
        putMac(frame, 22, senderMac);
        frame.putInt(28, sender);
        frame.putInt(38, wanted);
        return frame.array();
    }

    private static long station(final byte[] frame) {
        return ByteBuffer.wrap(frame).getLong(6) >>> 16;
    }

    private static int type(final byte[] frame) {
        return (frame[12] & 0xFF) << 8 | frame[13] & 0xFF;
    }

    private static void putMac(final ByteBuffer buffer, final int at, final long mac) {
        buffer.putShort(at, (short) (mac >>> 32));
        buffer.putInt(at + 2, (int) mac);
    }

    /** True if the packet goes from this address to that. */
    public static boolean isBetween(final byte[] packet, final int source, final int destination) {
        final ByteBuffer ip = ByteBuffer.wrap(packet);
        return ip.getInt(12) == source && ip.getInt(16) == destination;
    }
}

package org.pno.check;

import java.nio.ByteBuffer;

/** What the peer of a script knows of one connection: numbers to fill in where the script names none. */
final class PeerFlow {
    private int iss;
    /** Behind the last in-order byte that was injected. */
    private long next;

    private long sentEnd = 1;
    private long edge;
    private int windowScale;
    private boolean scaleOffered;
    private boolean timestampsOffered;
    private boolean timestamps;
    private long ourTimestamp;
    private long theirTimestamp;

    PeerFlow(final int assumedIss) {
        iss = assumedIss;
    }

    static int destinationPort(final byte[] packet) {
        return Short.toUnsignedInt(ByteBuffer.wrap(packet).getShort((packet[0] & 0xF) * 4 + 2));
    }

    long edge() {
        return edge;
    }

    long sentEnd() {
        return sentEnd;
    }

    /** Fills in what the script left open, and writes the packet. */
    byte[] fill(final Seg segment, final int port, final int localPort, final PacketWriter writer) {
        final boolean syn = (segment.flags & Seg.SYN) != 0;
        if (segment.seq == null) {
            segment.seq = next;
        }
        if (segment.ack == null) {
            segment.ack = sentEnd;
        }
        if (syn) {
            scaleOffered = segment.windowScale != null;
            timestampsOffered = Boolean.TRUE.equals(segment.timestamps);
        } else if (segment.timestamps == null) {
            segment.timestamps = timestamps;
        }
        if (segment.timestampValue != null) {
            ourTimestamp = segment.timestampValue;
        }
        final long value = segment.timestampValue == null ? ourTimestamp : segment.timestampValue;
        final long echo = segment.timestampEcho == null ? theirTimestamp : segment.timestampEcho;
        if (segment.seq == next && !segment.badChecksum) {
            next += segment.length + (syn ? 1 : 0) + (segment.flags & Seg.FIN);
        }
        return writer.segment(
                segment,
                new int[] {port, localPort},
                (int) (Script.PEER_ISS + segment.seq),
                (int) (iss + segment.ack),
                new int[] {(int) value, (int) echo, iss},
                segment.ecn);
    }

    /** Reads what the stack has sent on this flow. */
    Packet read(final byte[] bytes) {
        final Packet raw = new Packet(bytes, null, Script.PEER_ISS);
        final boolean syn = (raw.flags & Seg.SYN) != 0;
        if (syn) {
            iss = raw.rawSeq;
            sentEnd = 1;
            windowScale = scaleOffered && raw.windowScale >= 0 ? raw.windowScale : 0;
            scaleOffered |= raw.windowScale >= 0 && (raw.flags & Seg.ACK) == 0;
            timestamps = raw.timestamps && ((raw.flags & Seg.ACK) == 0 || timestampsOffered);
        }
        final Packet packet = new Packet(bytes, iss, Script.PEER_ISS);
        if ((packet.flags & Seg.RST) == 0) {
            sentEnd = Math.max(sentEnd, packet.seq + packet.length + (syn ? 1 : 0) + (packet.flags & Seg.FIN));
            if ((packet.flags & Seg.ACK) != 0) {
                edge = Math.max(edge, packet.ack + ((long) packet.window << (syn ? 0 : windowScale)));
            }
            if (packet.timestamps) {
                theirTimestamp = packet.timestampValue;
            }
        }
        return packet;
    }
}

package org.pno.cli;

import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.pno.port.pcap.CaptureReader;
import org.pno.port.pcap.FrameEnds;
import org.pno.port.pcap.PcapngWriter.Direction;
import org.pno.wire.EthernetHeader;
import org.pno.wire.IpAddress;
import org.pno.wire.TcpHeader;

/** One frame in one line: when, which way, who to whom, and of TCP flags, numbers, window and length. */
final class PacketLine {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS").withZone(ZoneId.systemDefault());
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final String FLAGS = "FSRP.UEW";

    private final FrameEnds ends = new FrameEnds();
    private final TcpHeader tcp = new TcpHeader();

    /** The record that the reader stands at. */
    String of(final CaptureReader reader) {
        final long timeNs = reader.timeNs();
        final String time = TIME.format(Instant.ofEpochSecond(timeNs / NANOS_PER_SECOND, timeNs % NANOS_PER_SECOND));
        return time
                + (reader.direction() == Direction.INBOUND ? " in  " : " out ")
                + of(reader.memory(), reader.frame(), reader.length(), reader.originalLength());
    }

    /** Without time and direction. */
    String of(final MemorySegment memory, final long frame, final int length, final int originalLength) {
        ends.read(memory, frame, length);
        if (!ends.isTcp() || TcpHeader.validate(memory, ends.transport(), ends.transportLength()) != null) {
            return other(originalLength);
        }
        tcp.wrap(memory, ends.transport());
        return between() + " [" + flags(tcp.flags()) + "] seq " + Integer.toUnsignedString(tcp.sequence()) + " ack "
                + Integer.toUnsignedString(tcp.acknowledgment()) + " win " + tcp.window() + " length "
                + (ends.transportLength() - tcp.headerLength());
    }

    private String between() {
        return end(ends.sourceHi(), ends.sourceLo(), ends.sourcePort()) + " > "
                + end(ends.destinationHi(), ends.destinationLo(), ends.destinationPort());
    }

    private String end(final long hi, final long lo, final int port) {
        final String address = IpAddress.format(hi, lo);
        if (!ends.hasPorts()) {
            return address;
        }
        return (IpAddress.isIpv4(hi, lo) ? address : "[" + address + "]") + ":" + port;
    }

    private String other(final int originalLength) {
        final String length = ", " + originalLength + " bytes";
        final boolean hasEnds = ends.destinationHi() != 0 || ends.destinationLo() != 0;
        if (!hasEnds) {
            return "EtherType 0x%04x".formatted(ends.etherType()) + length;
        }
        if (ends.etherType() == EthernetHeader.ETHERTYPE_ARP) {
            return between() + " ARP" + length;
        }
        return between() + (ends.protocol() < 0 ? " fragment or cut" : " protocol " + ends.protocol()) + length;
    }

    /** As tcpdump has them: a letter each, a point for ACK. */
    private static String flags(final int bits) {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < FLAGS.length(); i++) {
            if ((bits & 1 << i) != 0) {
                text.append(FLAGS.charAt(i));
            }
        }
        return text.isEmpty() ? "none" : text.toString();
    }
}

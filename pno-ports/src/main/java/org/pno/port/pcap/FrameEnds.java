package org.pno.port.pcap;

import java.lang.foreign.MemorySegment;
import org.pno.wire.BigEndian;
import org.pno.wire.EthernetHeader;
import org.pno.wire.IpAddress;
import org.pno.wire.Ipv4Header;
import org.pno.wire.Ipv6Extensions;
import org.pno.wire.Ipv6Header;

/**
 * Who a frame is from and to, as far as it says so: addresses of IPv4, IPv6 and ARP; ports of TCP and UDP, which all
 * but the first of a packet's fragments lack. Filled anew by each {@link #read}. One thread.
 */
public final class FrameEnds {
    private static final int UDP = 17;
    private static final int PORT_BYTES = 4;
    private static final int ARP_BYTES = 28;
    private static final int ARP_SENDER_OFFSET = EthernetHeader.BYTES + 14;
    private static final int ARP_TARGET_OFFSET = EthernetHeader.BYTES + 24;
    private static final int NO_PROTOCOL = -1;

    private final Ipv4Header ipv4 = new Ipv4Header();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private final Ipv6Extensions extensions = new Ipv6Extensions();

    private int etherType;
    private long sourceHi;
    private long sourceLo;
    private long destinationHi;
    private long destinationLo;
    private int sourcePort;
    private int destinationPort;
    private boolean hasPorts;
    private int protocol;
    private long transport;
    private int transportLength;

    /** Reads a frame; whatever it holds, this only finds out less. */
    public FrameEnds read(final MemorySegment memory, final long frame, final int length) {
        etherType = length < EthernetHeader.BYTES ? 0 : BigEndian.u16(memory, frame + EthernetHeader.BYTES - 2);
        sourceHi = sourceLo = destinationHi = destinationLo = 0;
        sourcePort = destinationPort = transportLength = 0;
        hasPorts = false;
        protocol = NO_PROTOCOL;
        final long packet = frame + EthernetHeader.BYTES;
        final int packetLength = length - EthernetHeader.BYTES;
        switch (etherType) {
            case EthernetHeader.ETHERTYPE_IPV4 -> readIpv4(memory, packet, packetLength);
            case EthernetHeader.ETHERTYPE_IPV6 -> readIpv6(memory, packet, packetLength);
            case EthernetHeader.ETHERTYPE_ARP -> readArp(memory, frame, packetLength);
            default -> {}
        }
        if (transportLength >= PORT_BYTES && (protocol == Ipv4Header.PROTOCOL_TCP || protocol == UDP)) {
            hasPorts = true;
            sourcePort = BigEndian.u16(memory, transport);
            destinationPort = BigEndian.u16(memory, transport + Short.BYTES);
        }
        return this;
    }

    private void readIpv4(final MemorySegment memory, final long packet, final int length) {
        if (Ipv4Header.validate(memory, packet, length) != null) {
            return;
        }
        ipv4.wrap(memory, packet);
        sourceLo = IpAddress.ipv4Lo(ipv4.source());
        destinationLo = IpAddress.ipv4Lo(ipv4.destination());
        if (!ipv4.isFragment()) {
            protocol = ipv4.protocol();
            transport = ipv4.payloadOffset();
            transportLength = ipv4.payloadLength();
        }
    }

    private void readIpv6(final MemorySegment memory, final long packet, final int length) {
        if (Ipv6Header.validate(memory, packet, length) != null) {
            return;
        }
        ipv6.wrap(memory, packet);
        sourceHi = ipv6.sourceHi();
        sourceLo = ipv6.sourceLo();
        destinationHi = ipv6.destinationHi();
        destinationLo = ipv6.destinationLo();
        if (extensions.walk(memory, packet, ipv6) == Ipv6Extensions.TRANSPORT) {
            protocol = extensions.protocol();
            transport = extensions.transportOffset();
            transportLength = extensions.transportLength();
        }
    }

    private void readArp(final MemorySegment memory, final long frame, final int length) {
        if (length >= ARP_BYTES) {
            sourceLo = IpAddress.ipv4Lo(BigEndian.i32(memory, frame + ARP_SENDER_OFFSET));
            destinationLo = IpAddress.ipv4Lo(BigEndian.i32(memory, frame + ARP_TARGET_OFFSET));
        }
    }

    /** 0 of a frame that is too short for one. */
    public int etherType() {
        return etherType;
    }

    /** Addresses are 0/0 where the frame names none. */
    public long sourceHi() {
        return sourceHi;
    }

    public long sourceLo() {
        return sourceLo;
    }

    public long destinationHi() {
        return destinationHi;
    }

    public long destinationLo() {
        return destinationLo;
    }

    public boolean hasPorts() {
        return hasPorts;
    }

    public int sourcePort() {
        return sourcePort;
    }

    public int destinationPort() {
        return destinationPort;
    }

    /** Of the packet's transport; -1 if there is no whole one. */
    public int protocol() {
        return protocol;
    }

    public boolean isTcp() {
        return protocol == Ipv4Header.PROTOCOL_TCP && hasPorts;
    }

    /** Where the transport's header starts, if {@link #protocol} is known. */
    public long transport() {
        return transport;
    }

    /** Bytes of the transport's header and payload. */
    public int transportLength() {
        return transportLength;
    }
}

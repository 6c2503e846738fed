package org.pno.sim.world;

import java.lang.foreign.MemorySegment;
import org.pno.wire.Checksum;
import org.pno.wire.EthernetHeader;
import org.pno.wire.IpAddress;
import org.pno.wire.Ipv4Header;
import org.pno.wire.Ipv6Header;
import org.pno.wire.TcpHeader;
import org.pno.wire.TcpOptions;

/** A frame seen from outside: which of its headers there are, and whose they are. Reused. */
final class FrameView {
    final EthernetHeader ethernet = new EthernetHeader();
    final TcpHeader tcp = new TcpHeader();
    final TcpOptions options = new TcpOptions();

    private final Ipv4Header ipv4 = new Ipv4Header();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private MemorySegment memory;
    private boolean isIpv6;
    private boolean isTcp;
    private int transportLength;

    /** Reads a frame's headers; the frame is one that a stack of ours has built. */
    FrameView wrap(final MemorySegment frameMemory, final long frame, final int length) {
        memory = frameMemory;
        isTcp = false;
        isIpv6 = false;
        ethernet.wrap(memory, frame);
        switch (ethernet.etherType()) {
            case EthernetHeader.ETHERTYPE_IPV4 -> {
                ipv4.wrap(memory, frame + EthernetHeader.BYTES);
                isTcp = ipv4.protocol() == Ipv4Header.PROTOCOL_TCP && !ipv4.isFragment();
            }
            case EthernetHeader.ETHERTYPE_IPV6 -> {
                isIpv6 = true;
                ipv6.wrap(memory, frame + EthernetHeader.BYTES);
                isTcp = ipv6.nextHeader() == Ipv6Header.PROTOCOL_TCP;
            }
            default -> {} // Of no interest to anybody.
        }
        if (isTcp) {
            tcp.wrap(memory, transportOffset());
            transportLength = (int) (frame + length - transportOffset());
        }
        return this;
    }

    boolean isTcp() {
        return isTcp;
    }

    boolean isIp() {
        return ethernet.etherType() != EthernetHeader.ETHERTYPE_ARP;
    }

    boolean isIpv6() {
        return isIpv6;
    }

    MemorySegment memory() {
        return memory;
    }

    private long transportOffset() {
        return isIpv6 ? ipv6.payloadOffset() : ipv4.payloadOffset();
    }

    /** Payload of a TCP segment, bytes. */
    int payloadLength() {
        return transportLength - tcp.headerLength();
    }

    int dscpEcn() {
        return isIpv6 ? ipv6.dscpEcn() : ipv4.dscpEcn();
    }

    /** Node that the packet says it comes from, or -1. */
    int sourceNode() {
        return isIpv6 ? Addresses.node(ipv6.sourceHi(), ipv6.sourceLo()) : Addresses.node(ipv4.source());
    }

    /** Node that the packet is for, or -1. */
    int destinationNode() {
        return isIpv6 ? Addresses.node(ipv6.destinationHi(), ipv6.destinationLo()) : Addresses.node(ipv4.destination());
    }

    /** The flow from sender to receiver, see {@link FlowKey}. */
    long flow() {
        final long hi = isIpv6 ? ipv6.destinationHi() : IpAddress.IPV4_HI;
        final long lo = isIpv6 ? ipv6.destinationLo() : IpAddress.ipv4Lo(ipv4.destination());
        return FlowKey.of(sourceNode(), tcp.sourcePort(), hi, lo, tcp.destinationPort());
    }

    /** Reads the TCP options. */
    TcpOptions parseOptions() {
        options.parse(memory, tcp.optionsOffset(), tcp.optionsLength());
        return options;
    }

    /** Makes a TCP segment's checksum what it must be. */
    void completeChecksum() {
        final long pseudoHeader = isIpv6
                ? ipv6.pseudoHeaderSum(Ipv6Header.PROTOCOL_TCP, transportLength)
                : Checksum.pseudoHeader(ipv4.source(), ipv4.destination(), Ipv4Header.PROTOCOL_TCP, transportLength);
        tcp.checksum(0);
        tcp.checksum(Checksum.finish(pseudoHeader + Checksum.sum(memory, transportOffset(), transportLength)));
    }

    /** RFC 3168 5: a packet of a transport that can be told is marked. */
    void markCongestion() {
        if (isIpv6) {
            ipv6.dscpEcn(ipv6.dscpEcn() | CONGESTION_EXPERIENCED);
        } else {
            ipv4.dscpEcn(ipv4.dscpEcn() | CONGESTION_EXPERIENCED).updateChecksum();
        }
    }

    static final int CONGESTION_EXPERIENCED = 3;
}

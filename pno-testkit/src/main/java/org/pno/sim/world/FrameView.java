package org.pno.sim.world;

import java.lang.foreign.MemorySegment;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Ipv4Header;
import org.pno.wire.TcpHeader;
import org.pno.wire.TcpOptions;

/** A frame seen from outside: which of its headers there are, and whose they are. Reused. */
final class FrameView {
    final EthernetHeader ethernet = new EthernetHeader();
    final Ipv4Header ip = new Ipv4Header();
    final TcpHeader tcp = new TcpHeader();
    final TcpOptions options = new TcpOptions();

    private MemorySegment memory;
    private boolean isTcp;
    private int payloadLength;

    /** Reads a frame's headers; the frame is one that a stack of ours has built. */
    FrameView wrap(final MemorySegment frameMemory, final long frame, final int length) {
        memory = frameMemory;
        isTcp = false;
        ethernet.wrap(memory, frame);
        if (ethernet.etherType() != EthernetHeader.ETHERTYPE_IPV4) {
            return this;
        }
        ip.wrap(memory, frame + EthernetHeader.BYTES);
        if (ip.protocol() != Ipv4Header.PROTOCOL_TCP || ip.isFragment()) {
            return this;
        }
        isTcp = true;
        tcp.wrap(memory, ip.payloadOffset());
        payloadLength = (int) (frame + length - tcp.payloadOffset());
        return this;
    }

    boolean isTcp() {
        return isTcp;
    }

    boolean isIp() {
        return ethernet.etherType() != EthernetHeader.ETHERTYPE_ARP;
    }

    MemorySegment memory() {
        return memory;
    }

    /** Payload of a TCP segment, bytes. */
    int payloadLength() {
        return payloadLength;
    }

    /** Node that the packet says it comes from, or -1. */
    int sourceNode() {
        return Addresses.node(ip.source());
    }

    /** Node that the packet is for, or -1. */
    int destinationNode() {
        return Addresses.node(ip.destination());
    }

    /** The flow from sender to receiver, see {@link FlowKey}. */
    long flow() {
        return FlowKey.of(sourceNode(), tcp.sourcePort(), destinationNode(), tcp.destinationPort());
    }

    /** Reads the TCP options. */
    TcpOptions parseOptions() {
        options.parse(memory, tcp.optionsOffset(), tcp.optionsLength());
        return options;
    }
}

package org.pno.sim.world;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pno.wire.ArpPacket;
import org.pno.wire.Checksum;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Icmpv4Header;
import org.pno.wire.Ipv4Header;
import org.pno.wire.MacAddress;
import org.pno.wire.TcpHeader;
import org.pno.wire.TcpOptions;

/** Builds frames that no stack of ours would send. One frame at a time. */
final class FrameForge {
    static final int FRAME = 16;
    static final int IP = FRAME + EthernetHeader.BYTES;
    static final int TRANSPORT = IP + Ipv4Header.MIN_BYTES;

    private static final long OWN_MAC = 0x02_00_00_00_00_66L;

    final MemorySegment memory = MemorySegment.ofArray(new byte[2_048]);
    final EthernetHeader ethernet = new EthernetHeader();
    final Ipv4Header ip = new Ipv4Header();
    final TcpHeader tcp = new TcpHeader();
    private int length;

    /** Bytes of the frame, from the Ethernet header on. */
    int length() {
        return length;
    }

    void length(final int bytes) {
        length = bytes;
    }

    /** Begins a frame for a node's station. */
    FrameForge begin(final int node, final int etherType) {
        memory.fill((byte) 0);
        ethernet.wrap(memory, FRAME)
                .destination(Addresses.mac(node))
                .source(OWN_MAC)
                .etherType(etherType);
        length = EthernetHeader.BYTES;
        return this;
    }

    /** An IPv4 packet with so many bytes of zeros behind its header. */
    FrameForge packet(final int node, final int source, final int protocol, final int payloadLength) {
        begin(node, EthernetHeader.ETHERTYPE_IPV4);
        ip.wrap(memory, IP)
                .initialize(64)
                .source(source)
                .destination(Addresses.ipv4(node))
                .protocol(protocol)
                .totalLength(Ipv4Header.MIN_BYTES + payloadLength)
                .updateChecksum();
        length = EthernetHeader.BYTES + Ipv4Header.MIN_BYTES + payloadLength;
        return this;
    }

    /** A TCP segment with options and so many bytes of payload, all the same. */
    FrameForge segment(
            final int node,
            final int source,
            final int[] ports,
            final int flags,
            final int[] numbers,
            final TcpOptions options,
            final int payloadLength) {
        packet(node, source, Ipv4Header.PROTOCOL_TCP, TcpHeader.MAX_BYTES + payloadLength);
        tcp.wrap(memory, TRANSPORT)
                .headerLength(TcpHeader.MAX_BYTES)
                .sourcePort(ports[0])
                .destinationPort(ports[1])
                .sequence(numbers[0])
                .acknowledgment(numbers[1])
                .flags(flags)
                .window(10_000);
        final int optionsLength = options == null ? 0 : options.encode(memory, tcp.optionsOffset());
        tcp.headerLength(TcpHeader.MIN_BYTES + optionsLength);
        memory.asSlice(tcp.payloadOffset(), payloadLength).fill((byte) 0x66);
        final int segmentLength = TcpHeader.MIN_BYTES + optionsLength + payloadLength;
        ip.totalLength(Ipv4Header.MIN_BYTES + segmentLength).updateChecksum();
        length = EthernetHeader.BYTES + Ipv4Header.MIN_BYTES + segmentLength;
        return completeTcp();
    }

    /** Changes the window field of a segment. */
    FrameForge window(final int field) {
        tcp.window(field);
        return completeTcp();
    }

    FrameForge completeTcp() {
        final int segmentLength = length - EthernetHeader.BYTES - Ipv4Header.MIN_BYTES;
        tcp.checksum(0);
        final long sum = Checksum.pseudoHeader(ip.source(), ip.destination(), Ipv4Header.PROTOCOL_TCP, segmentLength)
                + Checksum.sum(memory, TRANSPORT, segmentLength);
        tcp.checksum(Checksum.finish(sum));
        return this;
    }

    FrameForge icmp(final int node, final int source, final int type, final int code, final int payloadLength) {
        packet(node, source, Ipv4Header.PROTOCOL_ICMP, Icmpv4Header.BYTES + payloadLength);
        new Icmpv4Header()
                .wrap(memory, TRANSPORT)
                .type(type)
                .code(code)
                .updateChecksum(Icmpv4Header.BYTES + payloadLength);
        return this;
    }

    /** An ICMP error that quotes a segment from the node to somebody. */
    FrameForge icmpError(
            final int node, final int source, final int code, final int remote, final int[] ports, final int sequence) {
        final int quote = Ipv4Header.MIN_BYTES + 8;
        packet(node, source, Ipv4Header.PROTOCOL_ICMP, Icmpv4Header.BYTES + quote);
        final long quoted = TRANSPORT + Icmpv4Header.BYTES;
        new Ipv4Header()
                .wrap(memory, quoted)
                .initialize(64)
                .source(Addresses.ipv4(node))
                .destination(remote)
                .protocol(Ipv4Header.PROTOCOL_TCP)
                .totalLength(Ipv4Header.MIN_BYTES + TcpHeader.MIN_BYTES)
                .updateChecksum();
        new TcpHeader()
                .wrap(memory, quoted + Ipv4Header.MIN_BYTES)
                .sourcePort(ports[0])
                .destinationPort(ports[1])
                .sequence(sequence);
        new Icmpv4Header()
                .wrap(memory, TRANSPORT)
                .type(Icmpv4Header.DESTINATION_UNREACHABLE)
                .code(code)
                .updateChecksum(Icmpv4Header.BYTES + quote);
        ip.wrap(memory, IP);
        return this;
    }

    FrameForge arp(final int node, final int operation, final int senderIp, final int targetIp) {
        begin(node, EthernetHeader.ETHERTYPE_ARP);
        new ArpPacket()
                .wrap(memory, IP)
                .initialize()
                .operation(operation)
                .senderMac(OWN_MAC)
                .senderIp(senderIp)
                .targetMac(MacAddress.NONE)
                .targetIp(targetIp);
        length = EthernetHeader.BYTES + ArpPacket.BYTES;
        return this;
    }

    void put(final long offset, final int value) {
        memory.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
    }
}

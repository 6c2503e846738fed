package org.pno.sim.world;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pno.wire.ArpPacket;
import org.pno.wire.Checksum;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Icmpv4Header;
import org.pno.wire.Icmpv6Header;
import org.pno.wire.IpAddress;
import org.pno.wire.Ipv4Header;
import org.pno.wire.Ipv6Header;
import org.pno.wire.MacAddress;
import org.pno.wire.TcpHeader;
import org.pno.wire.TcpOptions;

/** Builds frames that no stack of ours would send. One frame at a time. */
final class FrameForge {
    static final int FRAME = 16;
    static final int IP = FRAME + EthernetHeader.BYTES;
    static final int TRANSPORT = IP + Ipv4Header.MIN_BYTES;

    private static final int QUOTED_TRANSPORT = 8;
    private static final long OWN_MAC = 0x02_00_00_00_00_66L;

    final MemorySegment memory = MemorySegment.ofArray(new byte[2_048]);
    final EthernetHeader ethernet = new EthernetHeader();
    final Ipv4Header ip = new Ipv4Header();
    final Ipv6Header ipv6 = new Ipv6Header();
    final TcpHeader tcp = new TcpHeader();
    private boolean isIpv6;
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

    /** A packet of the source's family, with so many bytes of zeros behind its header. */
    FrameForge packet(final int node, final IpAddress source, final int protocol, final int payloadLength) {
        isIpv6 = !source.isIpv4();
        begin(node, isIpv6 ? EthernetHeader.ETHERTYPE_IPV6 : EthernetHeader.ETHERTYPE_IPV4);
        if (isIpv6) {
            final IpAddress own = Addresses.of(node, true);
            ipv6.wrap(memory, IP)
                    .initialize(64)
                    .source(source.hi(), source.lo())
                    .destination(own.hi(), own.lo())
                    .nextHeader(protocol);
        } else {
            ip.wrap(memory, IP)
                    .initialize(64)
                    .source(source.ipv4())
                    .destination(Addresses.ipv4(node))
                    .protocol(protocol);
        }
        return payload(payloadLength);
    }

    /** Makes the packet as long as that, without its header. */
    FrameForge payload(final int bytes) {
        if (isIpv6) {
            ipv6.payloadLength(bytes);
        } else {
            ip.totalLength(Ipv4Header.MIN_BYTES + bytes).updateChecksum();
        }
        length = (int) (transport() - FRAME) + bytes;
        return this;
    }

    /** Where what the packet carries starts. */
    long transport() {
        return isIpv6 ? IP + Ipv6Header.BYTES : TRANSPORT;
    }

    /** A TCP segment with options and so many bytes of payload, all the same. */
    FrameForge segment(
            final int node,
            final IpAddress source,
            final int[] ports,
            final int flags,
            final int[] numbers,
            final TcpOptions options,
            final int payloadLength) {
        packet(node, source, Ipv4Header.PROTOCOL_TCP, TcpHeader.MAX_BYTES + payloadLength);
        tcp.wrap(memory, transport())
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
        payload(TcpHeader.MIN_BYTES + optionsLength + payloadLength);
        return completeTcp();
    }

    /** Changes the window field of a segment. */
    FrameForge window(final int field) {
        tcp.window(field);
        return completeTcp();
    }

    FrameForge completeTcp() {
        final int segmentLength = (int) (FRAME + length - transport());
        tcp.checksum(0);
        final long pseudoHeader = isIpv6
                ? ipv6.pseudoHeaderSum(Ipv6Header.PROTOCOL_TCP, segmentLength)
                : Checksum.pseudoHeader(ip.source(), ip.destination(), Ipv4Header.PROTOCOL_TCP, segmentLength);
        tcp.checksum(Checksum.finish(pseudoHeader + Checksum.sum(memory, transport(), segmentLength)));
        return this;
    }

    /** A message of ICMP or ICMPv6, as its source's family has it. */
    FrameForge icmp(final int node, final IpAddress source, final int type, final int code, final int payloadLength) {
        final int bytes = Icmpv4Header.BYTES + payloadLength;
        packet(node, source, source.isIpv4() ? Ipv4Header.PROTOCOL_ICMP : Ipv6Header.PROTOCOL_ICMPV6, bytes);
        new Icmpv4Header().wrap(memory, transport()).type(type).code(code);
        return completeIcmp();
    }

    FrameForge completeIcmp() {
        final int bytes = (int) (FRAME + length - transport());
        if (isIpv6) {
            new Icmpv6Header()
                    .wrap(memory, transport())
                    .updateChecksum(bytes, ipv6.pseudoHeaderSum(Ipv6Header.PROTOCOL_ICMPV6, bytes));
        } else {
            new Icmpv4Header().wrap(memory, transport()).updateChecksum(bytes);
        }
        return this;
    }

    /** An ICMP error that quotes a segment from the node to somebody. */
    FrameForge icmpError(
            final int node,
            final IpAddress source,
            final int code,
            final IpAddress remote,
            final int[] ports,
            final int sequence) {
        final int headerBytes = source.isIpv4() ? Ipv4Header.MIN_BYTES : Ipv6Header.BYTES;
        final int type = source.isIpv4() ? Icmpv4Header.DESTINATION_UNREACHABLE : Icmpv6Header.DESTINATION_UNREACHABLE;
        icmp(node, source, type, code, headerBytes + QUOTED_TRANSPORT);
        final long quoted = transport() + Icmpv4Header.BYTES;
        if (isIpv6) {
            new Ipv6Header()
                    .wrap(memory, quoted)
                    .initialize(64)
                    .source(ipv6.destinationHi(), ipv6.destinationLo())
                    .destination(remote.hi(), remote.lo())
                    .nextHeader(Ipv6Header.PROTOCOL_TCP)
                    .payloadLength(TcpHeader.MIN_BYTES);
        } else {
            new Ipv4Header()
                    .wrap(memory, quoted)
                    .initialize(64)
                    .source(Addresses.ipv4(node))
                    .destination(remote.ipv4())
                    .protocol(Ipv4Header.PROTOCOL_TCP)
                    .totalLength(Ipv4Header.MIN_BYTES + TcpHeader.MIN_BYTES)
                    .updateChecksum();
        }
        new TcpHeader()
                .wrap(memory, quoted + headerBytes)
                .sourcePort(ports[0])
                .destinationPort(ports[1])
                .sequence(sequence);
        return completeIcmp();
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

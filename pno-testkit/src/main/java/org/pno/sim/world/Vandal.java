package org.pno.sim.world;

import java.util.SplittableRandom;
import org.pno.wire.ArpPacket;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Icmpv4Header;
import org.pno.wire.IpAddress;
import org.pno.wire.Ipv4Header;
import org.pno.wire.MacAddress;
import org.pno.wire.TcpHeader;

/** Frames that are wrong whoever gets them: cut short, of wrong checksum, for others, of nobody, of unknown kinds. */
final class Vandal {
    private static final int STRANGER = Addresses.NETWORK + 222;
    private static final int FAR_AWAY = 0x0808_0808;
    private static final int UNUSED_PORT = 9;

    private final SplittableRandom random;
    private final FrameForge forge;

    Vandal(final SplittableRandom random, final FrameForge forge) {
        this.random = random;
        this.forge = forge;
    }

    /** A frame for a node. */
    FrameForge frame(final int node, final WireObserver observer) {
        return switch (random.nextInt(5)) {
            case 0 -> link(node);
            case 1 -> network(node);
            case 2 -> arp(node);
            case 3 -> icmp(node, observer);
            default -> tcp(node);
        };
    }

    private FrameForge tcp(final int node, final int source, final int flags, final int payloadLength) {
        final int[] ports = {1 + random.nextInt(60_000), UNUSED_PORT};
        final int[] numbers = {random.nextInt(), random.nextInt()};
        return forge.segment(node, IpAddress.ofIpv4(source), ports, flags, numbers, null, payloadLength);
    }

    private FrameForge link(final int node) {
        tcp(node, STRANGER, TcpHeader.ACK, 10);
        switch (random.nextInt(6)) {
            case 0 -> forge.length(1 + random.nextInt(EthernetHeader.BYTES - 1));
            case 1 -> forge.ethernet.etherType(0x88CC);
            case 2 -> forge.ethernet.destination(MacAddress.local(0x7777));
            case 3 -> forge.ethernet.source(MacAddress.BROADCAST);
            case 4 -> forge.ethernet.destination(MacAddress.BROADCAST);
            default -> {
                forge.ethernet.etherType(EthernetHeader.ETHERTYPE_IPV6);
                forge.length(40 + random.nextInt(20));
            }
        }
        return forge;
    }

    private FrameForge network(final int node) {
        tcp(node, STRANGER, TcpHeader.ACK, 10);
        switch (random.nextInt(11)) {
            case 0 -> forge.length(EthernetHeader.BYTES + random.nextInt(Ipv4Header.MIN_BYTES));
            case 1 -> forge.put(FrameForge.IP, 0x65);
            case 2 -> forge.put(FrameForge.IP, 0x44);
            case 3 -> forge.put(FrameForge.IP + 10, random.nextInt());
            case 4 -> forge.ip.source(Addresses.ipv4(node)).updateChecksum();
            case 5 -> forge.ip.destination(Addresses.NETWORK + 255).updateChecksum();
            case 6 -> forge.ip.destination(FAR_AWAY).updateChecksum();
            case 7 -> forge.ip.fragmentFlags(Ipv4Header.MORE_FRAGMENTS).updateChecksum();
            case 8 -> forge.packet(node, IpAddress.ofIpv4(STRANGER), Ipv4Header.PROTOCOL_UDP, 20);
            case 9 -> forge.packet(node, Addresses.of((node + 1) % 2, false), 99, 20);
            default -> forge.packet(node, IpAddress.ofIpv4(FAR_AWAY), Ipv4Header.PROTOCOL_UDP, 20);
        }
        return forge;
    }

    private FrameForge arp(final int node) {
        final int own = Addresses.ipv4(node);
        switch (random.nextInt(6)) {
            case 0 -> {
                forge.arp(node, ArpPacket.REQUEST, STRANGER, own);
                forge.length(EthernetHeader.BYTES + random.nextInt(ArpPacket.BYTES));
            }
            case 1 -> forge.arp(node, 9, STRANGER, own);
            case 2 -> forge.arp(node, ArpPacket.REQUEST, FAR_AWAY, own);
            case 3 -> forge.arp(node, ArpPacket.REPLY, STRANGER + 1 + random.nextInt(20), STRANGER);
            case 4 -> forge.arp(node, ArpPacket.REQUEST, own, own);
            default -> forge.arp(node, ArpPacket.REQUEST, STRANGER, own);
        }
        return forge;
    }

    private FrameForge icmp(final int node, final WireObserver observer) {
        switch (random.nextInt(7)) {
            case 0 -> {
                forge.icmp(node, IpAddress.ofIpv4(STRANGER), Icmpv4Header.ECHO_REQUEST, 0, 30);
                forge.length(EthernetHeader.BYTES + Ipv4Header.MIN_BYTES + 3);
                forge.ip.totalLength(Ipv4Header.MIN_BYTES + 3).updateChecksum();
            }
            case 1 -> {
                forge.icmp(node, IpAddress.ofIpv4(STRANGER), Icmpv4Header.ECHO_REQUEST, 0, 30);
                forge.put(FrameForge.TRANSPORT + 2, random.nextInt());
            }
            case 2, 3 -> forge.icmp(node, Addresses.of((node + 1) % 2, false), Icmpv4Header.ECHO_REQUEST, 0, 30);
            case 4 -> forge.icmp(node, IpAddress.ofIpv4(STRANGER), Icmpv4Header.REDIRECT, 1, 30);
            case 5 -> forge.icmp(node, IpAddress.ofIpv4(STRANGER), Icmpv4Header.DESTINATION_UNREACHABLE, 1, 30);
            default -> {
                final int remote = Addresses.ipv4(observer.flows().isEmpty() ? 0 : random.nextInt(2));
                forge.icmpError(
                        node,
                        IpAddress.ofIpv4(STRANGER),
                        random.nextInt(4),
                        IpAddress.ofIpv4(remote),
                        new int[] {random.nextInt(60_000), 1},
                        random.nextInt());
            }
        }
        return forge;
    }

    private FrameForge tcp(final int node) {
        switch (random.nextInt(8)) {
            case 0 -> {
                tcp(node, STRANGER, TcpHeader.ACK, 10);
                forge.ip.totalLength(Ipv4Header.MIN_BYTES + 12).updateChecksum();
                forge.length(EthernetHeader.BYTES + Ipv4Header.MIN_BYTES + 12);
            }
            case 1 -> {
                tcp(node, STRANGER, TcpHeader.ACK, 10);
                forge.put(FrameForge.TRANSPORT + 12, random.nextBoolean() ? 0x10 : 0xF0);
            }
            case 2 -> {
                tcp(node, STRANGER, TcpHeader.ACK, 10);
                forge.put(FrameForge.TRANSPORT + 16, random.nextInt());
            }
            case 3 -> tcp(node, Addresses.ipv4((node + 1) % 2), TcpHeader.ACK, 10);
            case 4 -> tcp(node, STRANGER, TcpHeader.RST, 0);
            case 5 -> tcp(node, STRANGER, TcpHeader.SYN, 0);
            case 6 -> tcp(node, FAR_AWAY, TcpHeader.ACK, 0);
            default -> tcp(node, Addresses.ipv4((node + 1) % 2), TcpHeader.SYN | TcpHeader.RST, 0);
        }
        return forge;
    }
}

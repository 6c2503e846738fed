package org.pno.sim.world;

import java.util.SplittableRandom;
import org.pno.wire.BigEndian;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Icmpv6Header;
import org.pno.wire.IpAddress;
import org.pno.wire.Ipv6Header;
import org.pno.wire.MacAddress;
import org.pno.wire.NdpMessage;
import org.pno.wire.NdpOptions;

/** Frames of IPv6 that are wrong whoever gets them, and neighbour discovery that lies of what nobody needs. */
final class Ipv6Vandal {
    private static final IpAddress STRANGER = Addresses.of(222, true);
    private static final IpAddress FAR_AWAY = new IpAddress(0x2001_0DB8_0000_0000L, 1);
    private static final IpAddress ROUTER = new IpAddress(IpAddress.LINK_LOCAL_HI, 0x66);
    private static final IpAddress NOBODY = new IpAddress(0, 0);
    private static final int HOP_LIMIT_OF_LINK = 255;
    private static final int EXTENSION_BYTES = 8;
    private static final int UNKNOWN_PROTOCOL = 99;
    private static final int MOST_EXTENSIONS = 8;

    private final SplittableRandom random;
    private final FrameForge forge;

    Ipv6Vandal(final SplittableRandom random, final FrameForge forge) {
        this.random = random;
        this.forge = forge;
    }

    /** A frame for a node; {@code isSettled} once its address is its own. */
    FrameForge frame(final int node, final boolean isSettled) {
        return switch (random.nextInt(5)) {
            case 0 -> packet(node);
            case 1 -> extensions(node);
            case 2 -> icmp(node);
            case 3 -> discovery(node);
            default -> claim(node, isSettled);
        };
    }

    private FrameForge packet(final int node) {
        forge.packet(node, STRANGER, Ipv6Header.PROTOCOL_UDP, 20);
        switch (random.nextInt(10)) {
            case 0 -> forge.put(FrameForge.IP, 0x45);
            case 1 -> forge.length(EthernetHeader.BYTES + random.nextInt(Ipv6Header.BYTES + 20));
            case 2 -> forge.ipv6.source(NOBODY.hi(), NOBODY.lo());
            case 3 -> forge.ipv6.destination(FAR_AWAY.hi(), FAR_AWAY.lo());
            case 4 -> forge.ipv6.destination(IpAddress.LINK_MULTICAST_HI, 0x77);
            case 5 -> forge.ipv6.destination(IpAddress.LINK_MULTICAST_HI, IpAddress.ALL_NODES_LO);
            case 6 -> forge.packet(node, Addresses.of(node, true), Ipv6Header.PROTOCOL_UDP, 20);
            case 7 -> forge.ipv6.nextHeader(Ipv6Header.NO_NEXT_HEADER);
            case 8 -> forge.ipv6.nextHeader(UNKNOWN_PROTOCOL);
            default -> forge.ethernet.destination(MacAddress.BROADCAST);
        }
        return forge;
    }

    /** Extension headers that are too many, too long, at the wrong place, or ask for what nobody here does. */
    private FrameForge extensions(final int node) {
        final int count = random.nextInt(8) == 0 ? MOST_EXTENSIONS + 1 : 1 + random.nextInt(2);
        forge.packet(node, STRANGER, Ipv6Header.DESTINATION_OPTIONS, (count + 1) * EXTENSION_BYTES);
        for (int i = 0; i < count; i++) {
            extension(i, i < count - 1 ? Ipv6Header.DESTINATION_OPTIONS : Ipv6Header.NO_NEXT_HEADER);
        }
        final long last = forge.transport() + (long) (count - 1) * EXTENSION_BYTES;
        switch (random.nextInt(5)) {
            case 0 -> {
                forge.ipv6.nextHeader(Ipv6Header.ROUTING);
                forge.put(forge.transport() + 3, 1); // A segment is left.
            }
            case 1 -> forge.put(last, Ipv6Header.HOP_BY_HOP);
            case 2 -> forge.put(last + 1, 200);
            case 3 -> forge.put(last + 3, 77); // An option longer than its header.
            default -> forge.put(last + 2, random.nextInt(4) << 6 | 0x3E); // An unknown one.
        }
        return forge;
    }

    /** A header of destination options: four bytes of padding in one. */
    private void extension(final int index, final int nextHeader) {
        final long at = forge.transport() + (long) index * EXTENSION_BYTES;
        forge.put(at, nextHeader);
        forge.put(at + 2, 1);
        forge.put(at + 3, 4);
    }

    private FrameForge icmp(final int node) {
        switch (random.nextInt(6)) {
            case 0 ->
                forge.icmp(node, STRANGER, Icmpv6Header.ECHO_REQUEST, 0, 0).payload(3);
            case 1 -> {
                forge.icmp(node, STRANGER, Icmpv6Header.ECHO_REQUEST, 0, 30);
                forge.put(forge.transport() + 2, random.nextInt());
            }
            case 2 -> forge.icmp(node, Addresses.of((node + 1) % 2, true), Icmpv6Header.ECHO_REQUEST, 0, 30);
            case 3 -> forge.icmp(node, STRANGER, Icmpv6Header.REDIRECT, 0, 30);
            case 4 -> forge.icmp(node, STRANGER, Icmpv6Header.DESTINATION_UNREACHABLE, 1, 30);
            default ->
                forge.icmpError(
                        node,
                        STRANGER,
                        random.nextInt(5),
                        Addresses.of(random.nextInt(2), true),
                        new int[] {random.nextInt(60_000), 1},
                        random.nextInt());
        }
        return forge;
    }

    /** A neighbour discovery message with so many bytes behind its first eight, as if from the link. */
    private NdpMessage message(final int node, final IpAddress source, final int type, final int payloadLength) {
        forge.icmp(node, source, type, 0, payloadLength);
        forge.ipv6.hopLimit(HOP_LIMIT_OF_LINK);
        return new NdpMessage().wrap(forge.memory, forge.transport());
    }

    private FrameForge discovery(final int node) {
        final IpAddress own = Addresses.of(node, true);
        final int body = NdpMessage.SOLICITATION_BYTES - Icmpv6Header.BYTES;
        final int options = NdpOptions.MAC_BYTES;
        message(node, STRANGER, Icmpv6Header.NEIGHBOUR_SOLICITATION, body + options)
                .target(own.hi(), own.lo());
        final long option = forge.transport() + NdpMessage.SOLICITATION_BYTES;
        NdpOptions.writeMac(forge.memory, option, NdpOptions.SOURCE_MAC, MacAddress.local(0x66));
        switch (random.nextInt(7)) {
            case 0 -> forge.ipv6.hopLimit(HOP_LIMIT_OF_LINK - 1);
            case 1 -> forge.put(option + 1, 0);
            case 2 ->
                message(node, STRANGER, Icmpv6Header.NEIGHBOUR_ADVERTISEMENT, body)
                        .target(1, 1);
            case 3 -> advertiseRouter(node, random.nextBoolean() ? ROUTER : STRANGER);
            case 4 -> message(node, STRANGER, Icmpv6Header.ROUTER_SOLICITATION, 0);
            case 5 -> {
                return discoveryInFragment(node);
            }
            default -> {} // An honest question.
        }
        return forge.completeIcmp();
    }

    private void advertiseRouter(final int node, final IpAddress router) {
        final int body = NdpMessage.ROUTER_ADVERTISEMENT_BYTES - Icmpv6Header.BYTES;
        message(node, router, Icmpv6Header.ROUTER_ADVERTISEMENT, body + NdpOptions.MTU_BYTES)
                .routerLifetimeSeconds(random.nextInt(2) * 1_800)
                .currentHopLimit(random.nextInt(2) * 32);
        final long option = forge.transport() + NdpMessage.ROUTER_ADVERTISEMENT_BYTES;
        NdpOptions.writeMtu(forge.memory, option, random.nextInt(1_000, 2_000));
    }

    /** Somebody else has or wants an address of the node's; one that it needs, only when it is too late for that. */
    private FrameForge claim(final int node, final boolean isSettled) {
        final boolean isSpare = !isSettled || random.nextBoolean();
        final IpAddress claimed = isSpare ? Addresses.spare(node) : Addresses.of(node, true);
        final int body = NdpMessage.SOLICITATION_BYTES - Icmpv6Header.BYTES;
        if (isSpare && random.nextBoolean()) {
            message(node, NOBODY, Icmpv6Header.NEIGHBOUR_SOLICITATION, body).target(claimed.hi(), claimed.lo());
            forge.ipv6.destination(IpAddress.LINK_MULTICAST_HI, IpAddress.solicitedNodeLo(claimed.lo()));
        } else {
            message(node, STRANGER, Icmpv6Header.NEIGHBOUR_ADVERTISEMENT, body)
                    .flags(NdpMessage.FLAG_OVERRIDE)
                    .target(claimed.hi(), claimed.lo());
            forge.ipv6.destination(IpAddress.LINK_MULTICAST_HI, IpAddress.ALL_NODES_LO);
        }
        return forge.completeIcmp();
    }

    /** A packet in one fragment, which is none: with neighbour discovery in it nobody takes it (RFC 6980). */
    private FrameForge discoveryInFragment(final int node) {
        forge.packet(node, STRANGER, Ipv6Header.FRAGMENT, EXTENSION_BYTES + NdpMessage.SOLICITATION_BYTES);
        forge.put(forge.transport(), Ipv6Header.PROTOCOL_ICMPV6);
        BigEndian.u8(forge.memory, forge.transport() + EXTENSION_BYTES, Icmpv6Header.NEIGHBOUR_SOLICITATION);
        return forge;
    }
}

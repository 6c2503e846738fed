package org.pno.sim.world;

import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.pno.wire.BigEndian;
import org.pno.wire.IpAddress;
import org.pno.wire.Ipv4Header;
import org.pno.wire.Ipv6Header;

/** Fragments that overlap, contradict each other, are too small, too long or never whole, and floods of them. */
final class FragmentVandal {
    private static final int FIRST_STRANGER = 199;
    private static final int STRANGERS = 20;
    private static final int FLOOD = 24;
    private static final int PIECE = 64;
    private static final int HEADER_BYTES = 8;
    private static final int LAST_POSITION = 0xFFF8;
    private static final int ECT_0 = 2;

    private final SplittableRandom random;
    private final FrameForge forge;
    private final boolean hasIpv6;
    private boolean isIpv6;

    FragmentVandal(final SplittableRandom random, final FrameForge forge, final boolean hasIpv6) {
        this.random = random;
        this.forge = forge;
        this.hasIpv6 = hasIpv6;
    }

    /**
     * Sends some fragments to a node.
     *
     * @param identification that a packet of {@code peer}'s may have which is under way
     */
    void strike(final int node, final int peer, final int identification, final Consumer<FrameForge> sink) {
        isIpv6 = hasIpv6 && random.nextBoolean();
        final IpAddress source = Addresses.of(FIRST_STRANGER + random.nextInt(STRANGERS), isIpv6);
        final int number = random.nextInt();
        switch (random.nextInt(9)) {
            case 0 -> {
                for (int position = 0; position < 3; position++) { // The third finds the packet refused.
                    sink.accept(fragment(node, source, number, position * PIECE / 2, true, PIECE));
                }
            }
            case 1 -> {
                sink.accept(fragment(node, source, number, PIECE, true, PIECE));
                sink.accept(fragment(node, source, number, PIECE, true, PIECE));
            }
            case 2 -> flood(node, sink);
            case 3 -> sink.accept(tiny(node, source, number));
            case 4 -> sink.accept(fragment(node, source, number, LAST_POSITION, false, PIECE));
            case 5 -> sink.accept(fragment(node, source, number, 0, true, PIECE - 1 - random.nextInt(2) * (PIECE - 1)));
            case 6 -> whole(node, source, number, sink);
            case 7 -> sink.accept(longHeaders(node, source, number));
            default -> // Before or over what a peer's packet has there.
                sink.accept(fragment(
                        node, Addresses.of(peer, isIpv6), identification, random.nextInt(20) * 8, true, PIECE));
        }
    }

    private void flood(final int node, final Consumer<FrameForge> sink) {
        final boolean isOfMany = random.nextBoolean();
        for (int i = 0; i < FLOOD; i++) {
            final IpAddress source = Addresses.of(FIRST_STRANGER + (isOfMany ? i % STRANGERS : 0), isIpv6);
            sink.accept(fragment(node, source, random.nextInt(), random.nextInt(4) * PIECE, true, PIECE));
        }
    }

    /** The first fragment of a TCP segment, without all of its header. */
    private FrameForge tiny(final int node, final IpAddress source, final int number) {
        fragment(node, source, number, 0, true, 16);
        if (isIpv6) {
            forge.put(forge.transport(), Ipv6Header.PROTOCOL_TCP);
        } else {
            forge.ip.protocol(Ipv4Header.PROTOCOL_TCP).updateChecksum();
        }
        return forge;
    }

    /** A whole packet in two fragments, of which one may know ECN. */
    private void whole(final int node, final IpAddress source, final int number, final Consumer<FrameForge> sink) {
        fragment(node, source, number, 0, true, PIECE);
        if (random.nextBoolean()) {
            if (isIpv6) {
                forge.ipv6.dscpEcn(ECT_0);
            } else {
                forge.ip.dscpEcn(ECT_0).updateChecksum();
            }
        }
        sink.accept(forge);
        sink.accept(fragment(node, source, number, PIECE, false, PIECE));
    }

    /** More headers before the fragment's than anybody keeps. */
    private FrameForge longHeaders(final int node, final IpAddress source, final int number) {
        if (!isIpv6) {
            return fragment(node, source, number, 2 * PIECE, true, PIECE);
        }
        final int routing = HEADER_BYTES + 0xA0 * HEADER_BYTES;
        forge.packet(node, source, Ipv6Header.ROUTING, routing + HEADER_BYTES + PIECE);
        forge.put(forge.transport(), Ipv6Header.FRAGMENT);
        forge.put(forge.transport() + 1, 0xA0);
        forge.put(forge.transport() + routing, Ipv6Header.PROTOCOL_UDP);
        forge.put(forge.transport() + routing + 3, 1);
        return forge;
    }

    private FrameForge fragment(
            final int node,
            final IpAddress source,
            final int number,
            final int position,
            final boolean moreFollow,
            final int length) {
        if (isIpv6) {
            forge.packet(node, source, Ipv6Header.FRAGMENT, HEADER_BYTES + length);
            final long header = forge.transport();
            forge.put(header, Ipv6Header.PROTOCOL_UDP);
            BigEndian.u16(forge.memory, header + 2, position | (moreFollow ? 1 : 0));
            BigEndian.i32(forge.memory, header + 4, number);
        } else {
            forge.packet(node, source, Ipv4Header.PROTOCOL_UDP, length);
            final int flags = moreFollow ? Ipv4Header.MORE_FRAGMENTS : 0;
            forge.ip
                    .identification(number & 0xFFFF)
                    .fragmentFlags(flags | position >>> 3)
                    .updateChecksum();
        }
        return forge;
    }
}

package org.pno.sim.world;

import java.lang.foreign.MemorySegment;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Icmpv4Header;
import org.pno.wire.Icmpv6Header;
import org.pno.wire.IpAddress;
import org.pno.wire.Ipv4Header;
import org.pno.wire.Ipv6Header;

/** What a router says whose next link is too narrow for a packet: RFC 1191 of IPv4, RFC 8201 of IPv6. */
final class RouterVoice {
    /** The number of the router's address, which is no node's. */
    private static final int ROUTER = 253;

    private static final int QUOTED_TRANSPORT = 8;
    private static final int QUOTE_IPV4 = Ipv4Header.MIN_BYTES + QUOTED_TRANSPORT;
    private static final int QUOTE_IPV6 = Ipv6Header.BYTES + QUOTED_TRANSPORT;
    private static final long IP = Flight.FRAME + EthernetHeader.BYTES;

    private RouterVoice() {}

    /** Fills {@code flight} with the error for a node that has sent a frame of such a packet. */
    static void tooBig(
            final Flight flight,
            final int node,
            final int mtuBytes,
            final boolean isIpv6,
            final MemorySegment memory,
            final long frame) {
        if (isIpv6) {
            tooBigIpv6(flight, node, mtuBytes, memory, frame);
        } else {
            tooBigIpv4(flight, node, mtuBytes, memory, frame);
        }
        new EthernetHeader()
                .wrap(flight.memory, Flight.FRAME)
                .destination(Addresses.mac(node))
                .source(Addresses.mac(ROUTER));
    }

    private static void tooBigIpv4(
            final Flight flight, final int node, final int mtuBytes, final MemorySegment memory, final long frame) {
        final int icmp = Icmpv4Header.BYTES + QUOTE_IPV4;
        final long message = IP + Ipv4Header.MIN_BYTES;
        quote(flight, memory, frame, message, QUOTE_IPV4);
        new Ipv4Header()
                .wrap(flight.memory, IP)
                .initialize(64)
                .source(Addresses.ipv4(ROUTER))
                .destination(Addresses.ipv4(node))
                .protocol(Ipv4Header.PROTOCOL_ICMP)
                .totalLength(Ipv4Header.MIN_BYTES + icmp)
                .updateChecksum();
        new Icmpv4Header()
                .wrap(flight.memory, message)
                .type(Icmpv4Header.DESTINATION_UNREACHABLE)
                .code(Icmpv4Header.CODE_FRAGMENTATION_NEEDED)
                .nextHopMtuBytes(mtuBytes)
                .updateChecksum(icmp);
    }

    private static void tooBigIpv6(
            final Flight flight, final int node, final int mtuBytes, final MemorySegment memory, final long frame) {
        final int icmp = Icmpv6Header.BYTES + QUOTE_IPV6;
        final long message = IP + Ipv6Header.BYTES;
        quote(flight, memory, frame, message, QUOTE_IPV6);
        final IpAddress router = Addresses.of(ROUTER, true);
        final IpAddress to = Addresses.of(node, true);
        final Ipv6Header ip = new Ipv6Header()
                .wrap(flight.memory, IP)
                .initialize(64)
                .source(router.hi(), router.lo())
                .destination(to.hi(), to.lo())
                .nextHeader(Ipv6Header.PROTOCOL_ICMPV6)
                .payloadLength(icmp);
        new Icmpv6Header()
                .wrap(flight.memory, message)
                .type(Icmpv6Header.PACKET_TOO_BIG)
                .word(mtuBytes)
                .updateChecksum(icmp, ip.pseudoHeaderSum(Ipv6Header.PROTOCOL_ICMPV6, icmp));
    }

    /** Room for the error, with the start of the packet behind its header; the Ethernet type stays the packet's. */
    private static void quote(
            final Flight flight, final MemorySegment memory, final long frame, final long message, final int bytes) {
        final long behind = message + Icmpv4Header.BYTES;
        flight.copy(memory, frame, (int) (behind + bytes - Flight.FRAME), false);
        MemorySegment.copy(memory, frame + EthernetHeader.BYTES, flight.memory, behind, bytes);
        flight.memory.asSlice(message, Icmpv4Header.BYTES).fill((byte) 0);
    }
}

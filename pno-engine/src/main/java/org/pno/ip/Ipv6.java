package org.pno.ip;

import org.pno.counters.CounterGroup;
import org.pno.wire.BigEndian;
import org.pno.wire.Icmpv6Header;
import org.pno.wire.IpAddress;
import org.pno.wire.Ipv6Extensions;
import org.pno.wire.Ipv6Header;
import org.pno.wire.NdpMessage;
import org.pno.wire.WireDrop;

/**
 * IPv6 of one port: input, extension headers, ICMPv6, neighbour discovery and output, joined as {@link IpLayer} drives
 * them. Without an IPv6 address of its own it does not exist: nothing is listened to and nothing said.
 */
final class Ipv6 {
    private final FrameOutput output;
    private final CounterGroup<IpCounter> counters;
    private final CounterGroup<WireDrop> drops;
    private final Ipv6Routes routes;
    private final Ndp ndp;
    private final Icmpv6 icmp;
    private final Ipv6Input input;
    private final Ipv6Output ipv6Output;
    private final Ipv6Extensions extensions = new Ipv6Extensions();
    private final Ipv6Header packet;
    private final IpPacket accepted;
    private Ipv6Fragments fragments;
    /** True while a packet that came in fragments is looked at. */
    private boolean isReassembled;

    Ipv6(
            final IpSettings settings,
            final FrameOutput output,
            final NeighbourListener listener,
            final IpPacket accepted,
            final IcmpError error,
            final IpCounters counting,
            final long nowNs) {
        this.output = output;
        this.accepted = accepted;
        counters = counting.counters();
        drops = counting.drops();
        routes = settings.routes().ipv6();
        routes.addLinkLocal(settings.macAddress());
        final Icmpv6Output messages = new Icmpv6Output(settings.macAddress(), output, counters);
        ndp = new Ndp(settings, messages, listener, counters, drops);
        icmp = new Icmpv6(settings, output, messages, ndp, error, counting, nowNs);
        input = new Ipv6Input(routes, counting);
        ipv6Output = new Ipv6Output(settings, ndp, output, counters);
        packet = input.header();
    }

    /** Fragments of both families are put together in one place. */
    void join(final FragmentReassembly reassembly) {
        fragments = new Ipv6Fragments(output, reassembly, icmp, new IpCounters(counters, drops));
    }

    Ipv6Fragments fragments() {
        return fragments;
    }

    Ndp ndp() {
        return ndp;
    }

    Ipv6Output output() {
        return ipv6Output;
    }

    /** What comes next is from ourselves, or no longer. */
    void isLooped(final boolean looped) {
        input.isLooped = looped;
    }

    /**
     * Judges a packet, as {@link IpLayer#onFrame}.
     *
     * @param forEverybody true if the frame was sent to a group address
     * @param station the Ethernet address it came from
     */
    int onPacket(
            final long offset,
            final int length,
            final boolean forEverybody,
            final long station,
            final boolean checksumKnownGood,
            final long nowNs) {
        if (!input.accept(output.memory(), offset, length, forEverybody)) {
            return IpLayer.NOTHING;
        }
        switch (extensions.walk(output.memory(), offset, packet)) {
            case Ipv6Extensions.TRANSPORT -> {
                return onTransport(offset, station, checksumKnownGood, nowNs);
            }
            case Ipv6Extensions.PART -> {
                return onFragment(station, nowNs);
            }
            case Ipv6Extensions.PROBLEM ->
                refuse(
                        IpCounter.EXTENSION,
                        Icmpv6Header.PARAMETER_PROBLEM,
                        extensions.problemCode(),
                        extensions.problemPointer(),
                        offset,
                        station,
                        nowNs);
            default -> drops.increment(extensions.drop());
        }
        return IpLayer.NOTHING;
    }

    private int onFragment(final long station, final long nowNs) {
        if (isReassembled) {
            drops.increment(WireDrop.IPV6_EXTENSION_COUNT); // Parts of a part are nobody's.
            return IpLayer.NOTHING;
        }
        final long whole = fragments.onFragment(packet, extensions, station, nowNs);
        if (whole == Ipv6Fragments.NONE) {
            return IpLayer.NOTHING;
        }
        accepted.clearMarks();
        isReassembled = true;
        final int answer = onPacket(whole, fragments.wholeLength(), false, station, false, nowNs);
        isReassembled = false;
        return answer;
    }

    private int onTransport(final long offset, final long station, final boolean checksumKnownGood, final long nowNs) {
        switch (extensions.protocol()) {
            case Ipv6Header.PROTOCOL_TCP -> {
                if (IpAddress.isMulticastIpv6(packet.destinationHi())) {
                    counters.increment(IpCounter.BROADCAST); // RFC 9293 3.9.2.3: TCP speaks with one host.
                    return IpLayer.NOTHING;
                }
                accepted.of(packet, extensions);
                return IpLayer.TCP;
            }
            case Ipv6Header.PROTOCOL_ICMPV6 -> {
                final long message = extensions.transportOffset();
                final int length = extensions.transportLength();
                if (isFragmentedDiscovery(message, length)) {
                    counters.increment(IpCounter.NDP_FRAGMENTED);
                    return IpLayer.NOTHING;
                }
                return icmp.onMessage(packet, message, length, station, checksumKnownGood, nowNs)
                        ? IpLayer.TCP_ERROR
                        : IpLayer.NOTHING;
            }
            case Ipv6Header.PROTOCOL_UDP -> {
                final int type = Icmpv6Header.DESTINATION_UNREACHABLE;
                final int code = Icmpv6Header.CODE_PORT_UNREACHABLE; // RFC 4443 3.1
                refuse(IpCounter.UDP, type, code, 0, offset, station, nowNs);
            }
            case Ipv6Header.NO_NEXT_HEADER -> counters.increment(IpCounter.PROTOCOL);
            default -> {
                final int pointer = extensions.protocolPointer();
                final int code = Icmpv6Header.CODE_UNKNOWN_NEXT_HEADER; // RFC 8200 4
                refuse(IpCounter.PROTOCOL, Icmpv6Header.PARAMETER_PROBLEM, code, pointer, offset, station, nowNs);
            }
        }
        return IpLayer.NOTHING;
    }

    /** RFC 6980 5: neighbour discovery needs no fragments, and who watches the link would have to reassemble them. */
    private boolean isFragmentedDiscovery(final long message, final int length) {
        return (isReassembled || extensions.hasFragmentHeader())
                && length > 0
                && NdpMessage.headLength(BigEndian.u8(output.memory(), message)) >= 0;
    }

    private void refuse(
            final IpCounter reason,
            final int type,
            final int code,
            final int word,
            final long offset,
            final long station,
            final long nowNs) {
        counters.increment(reason);
        icmp.sendError(type, code, word, packet, offset, station, nowNs);
    }
}

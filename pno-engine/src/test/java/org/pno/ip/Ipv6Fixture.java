package org.pno.ip;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.pno.counters.CounterGroup;
import org.pno.counters.Counters;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Icmpv6Header;
import org.pno.wire.IpAddress;
import org.pno.wire.IpPrefix;
import org.pno.wire.Ipv6Header;
import org.pno.wire.MacAddress;
import org.pno.wire.NdpMessage;
import org.pno.wire.NdpOptions;
import org.pno.wire.VirtioNetHeader;
import org.pno.wire.WireDrop;

/** An {@link IpLayer} at fd00::1/64, a peer to speak from, and ears for what it sends. */
final class Ipv6Fixture implements FrameOutput, NeighbourListener {
    static final long MAC = 0x0200_0000_0001L;
    static final long PEER_MAC = 0x0200_0000_0002L;
    static final IpAddress ADDRESS = IpAddress.parse("fd00::1");
    static final IpAddress LINK_LOCAL = IpAddress.parse("fe80::ff:fe00:1");
    static final IpAddress PEER = IpAddress.parse("fd00::2");
    static final IpAddress ROUTER = IpAddress.parse("fe80::99");
    static final IpAddress FAR = IpAddress.parse("2001:db8::7");
    static final IpAddress ALL_NODES = IpAddress.parse("ff02::1");
    static final IpAddress ANY = IpAddress.ANY;
    static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    static final int HEADERS = EthernetHeader.BYTES + Ipv6Header.BYTES;

    private static final int SLOT = 4096;
    private static final int SLOTS = 64;
    private static final int HEADROOM = 64;

    final MemorySegment memory = Arena.ofAuto().allocate((long) SLOT * SLOTS, 64);
    final Counters counters = Counters.anonymous(256);
    final CounterGroup<IpCounter> ipCounters = counters.addAll(IpCounter.class);
    final CounterGroup<WireDrop> wireDrops = counters.addAll(WireDrop.class);
    final List<Sent> sent = new ArrayList<>();
    final List<Integer> told = new ArrayList<>();
    final List<IpAddress> duplicates = new ArrayList<>();
    final RouteTable routes = new RouteTable();
    long nowNs = -3 * SECOND_NS;
    int freeFrames = SLOTS - 1;
    private int nextSlot = 1;
    final IpLayer ip;

    /** A layer whose addresses have been found to be its own, and which has asked for a router in vain. */
    Ipv6Fixture() {
        this("fd00::1/64");
        ip.start(nowNs);
        advance(AddressDetection.SILENCE_NS);
        for (int i = 1; i < RouterDiscovery.SOLICITATIONS; i++) {
            advance(RouterDiscovery.SOLICITATION_INTERVAL_NS);
        }
        sent.clear();
    }

    /** A layer that has not started. */
    Ipv6Fixture(final String... addresses) {
        for (final String address : addresses) {
            routes.addAddress(IpPrefix.parse(address));
        }
        ip = new IpLayer(new IpSettings(MAC, 1500, routes, 8, 8, 10, 10), this, this, ipCounters, wireDrops, nowNs);
    }

    /** A frame that was sent. */
    record Sent(MemorySegment memory, long frame, int length) {
        EthernetHeader ethernet() {
            return new EthernetHeader().wrap(memory, frame);
        }

        Ipv6Header ip() {
            return new Ipv6Header().wrap(memory, frame + EthernetHeader.BYTES);
        }

        IpAddress source() {
            return new IpAddress(ip().sourceHi(), ip().sourceLo());
        }

        IpAddress destination() {
            return new IpAddress(ip().destinationHi(), ip().destinationLo());
        }

        Icmpv6Header icmp() {
            return new Icmpv6Header().wrap(memory, frame + HEADERS);
        }

        NdpMessage ndp() {
            return new NdpMessage().wrap(memory, frame + HEADERS);
        }

        IpAddress target() {
            return new IpAddress(ndp().targetHi(), ndp().targetLo());
        }

        NdpOptions options() {
            final NdpOptions options = new NdpOptions();
            final int head = NdpMessage.headLength(icmp().type());
            options.parse(memory, frame + HEADERS + head, length - HEADERS - head);
            return options;
        }

        /** True if length and checksum are right. */
        boolean isWhole() {
            final int message = ip().payloadLength();
            final long sum = ip().pseudoHeaderSum(Ipv6Header.PROTOCOL_ICMPV6, message);
            return length == HEADERS + message
                    && Icmpv6Header.validate(memory, frame + HEADERS, message, sum, false) == null;
        }
    }

    @Override
    public MemorySegment memory() {
        return memory;
    }

    @Override
    public int frameBytes() {
        return SLOT - HEADROOM;
    }

    @Override
    public void release(final long frame) {
        freeFrames++;
    }

    @Override
    public long allocate() {
        if (freeFrames == 0) {
            return NO_FRAME;
        }
        freeFrames--;
        final long frame = (long) nextSlot * SLOT + HEADROOM;
        nextSlot = nextSlot % (SLOTS - 1) + 1;
        memory.asSlice(frame - HEADROOM, SLOT).fill((byte) 0x5A);
        return frame;
    }

    @Override
    public void transmit(final long frame, final int length) {
        freeFrames++;
        sent.add(new Sent(memory, frame, length));
    }

    @Override
    public void onNeighbour(final int waiter, final boolean reachable) {
        told.add(reachable ? waiter : -1 - waiter);
    }

    @Override
    public void onDuplicateAddress(final long hi, final long lo) {
        duplicates.add(new IpAddress(hi, lo));
    }

    long count(final IpCounter counter) {
        return ipCounters.value(counter);
    }

    Sent lastSent() {
        return sent.getLast();
    }

    void advance(final long ns) {
        nowNs += ns;
        ip.poll(nowNs);
    }

    /** Writes Ethernet and IPv6 header of a packet that comes in, slot 0; the answer is where its payload goes. */
    long packet(final IpAddress source, final IpAddress destination, final int nextHeader, final int payloadLength) {
        final boolean group = IpAddress.isMulticastIpv6(destination.hi());
        new VirtioNetHeader().wrap(memory, HEADROOM - VirtioNetHeader.BYTES).clear();
        new EthernetHeader()
                .wrap(memory, HEADROOM)
                .destination(group ? MacAddress.multicastIpv6(destination.lo()) : MAC)
                .source(PEER_MAC)
                .etherType(EthernetHeader.ETHERTYPE_IPV6);
        header().initialize(255)
                .payloadLength(payloadLength)
                .nextHeader(nextHeader)
                .source(source.hi(), source.lo())
                .destination(destination.hi(), destination.lo());
        return HEADROOM + HEADERS;
    }

    Ipv6Header header() {
        return new Ipv6Header().wrap(memory, HEADROOM + EthernetHeader.BYTES);
    }

    EthernetHeader ethernet() {
        return new EthernetHeader().wrap(memory, HEADROOM);
    }

    /** Receives what {@link #packet} has written. */
    int receive() {
        return receive(HEADERS + header().payloadLength());
    }

    int receive(final int length) {
        return ip.onFrame(HEADROOM, length, nowNs);
    }

    /** Completes the checksum of the ICMPv6 message in the packet, and receives it. */
    int receiveIcmp() {
        final int length = header().payloadLength();
        new Icmpv6Header()
                .wrap(memory, HEADROOM + HEADERS)
                .updateChecksum(length, header().pseudoHeaderSum(Ipv6Header.PROTOCOL_ICMPV6, length));
        return receive();
    }

    /** Begins an ICMPv6 message that comes in, its head's last word 0. */
    NdpMessage message(final IpAddress source, final IpAddress destination, final int type, final int length) {
        final long message = packet(source, destination, Ipv6Header.PROTOCOL_ICMPV6, length);
        new Icmpv6Header().wrap(memory, message).type(type).code(0).word(0);
        return new NdpMessage().wrap(memory, message);
    }

    /** Receives a solicitation for one of ours, with the asker's link address unless it is NO_MAC. */
    void receiveSolicitation(final IpAddress source, final IpAddress to, final IpAddress target, final long mac) {
        final int head = NdpMessage.SOLICITATION_BYTES;
        final boolean named = mac != NdpOptions.NO_MAC;
        message(source, to, Icmpv6Header.NEIGHBOUR_SOLICITATION, named ? head + NdpOptions.MAC_BYTES : head)
                .target(target.hi(), target.lo());
        if (named) {
            NdpOptions.writeMac(memory, HEADROOM + HEADERS + head, NdpOptions.SOURCE_MAC, mac);
        }
        receiveIcmp();
    }

    /** Receives an advertisement of a target's link address. */
    void receiveAdvertisement(final IpAddress to, final IpAddress target, final int flags, final long mac) {
        final int head = NdpMessage.ADVERTISEMENT_BYTES;
        message(target, to, Icmpv6Header.NEIGHBOUR_ADVERTISEMENT, head + NdpOptions.MAC_BYTES)
                .flags(flags)
                .target(target.hi(), target.lo());
        NdpOptions.writeMac(memory, HEADROOM + HEADERS + head, NdpOptions.TARGET_MAC, mac);
        receiveIcmp();
    }

    /** The peer answers a question of ours. */
    void receiveAnswer(final IpAddress target) {
        receiveAdvertisement(ADDRESS, target, NdpMessage.FLAG_SOLICITED | NdpMessage.FLAG_OVERRIDE, PEER_MAC);
    }

    long open(final IpAddress destination, final int waiter) {
        return ip.open(ADDRESS.hi(), ADDRESS.lo(), destination.hi(), destination.lo(), waiter, nowNs);
    }

    NeighbourState state(final IpAddress address) {
        return ip.neighbourState(address.hi(), address.lo(), nowNs);
    }

    static IpAddress group(final IpAddress address) {
        return new IpAddress(IpAddress.LINK_MULTICAST_HI, IpAddress.solicitedNodeLo(address.lo()));
    }
}

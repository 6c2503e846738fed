package org.pno.ip;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.pno.counters.CounterGroup;
import org.pno.counters.Counters;
import org.pno.wire.ArpPacket;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Icmpv4Header;
import org.pno.wire.IpAddress;
import org.pno.wire.IpPrefix;
import org.pno.wire.Ipv4Header;
import org.pno.wire.VirtioNetHeader;
import org.pno.wire.WireDrop;

/** An {@link IpLayer} at 10.77.0.1/24 with gateway 10.77.0.254, a peer to speak from, and ears for what it sends. */
final class IpFixture implements FrameOutput, NeighbourListener {
    static final long MAC = 0x0200_0000_0001L;
    static final long PEER_MAC = 0x0200_0000_0002L;
    static final long BROADCAST = 0xFFFF_FFFF_FFFFL;
    static final int ADDRESS = IpAddress.parseIpv4("10.77.0.1");
    static final int PEER = IpAddress.parseIpv4("10.77.0.2");
    static final int GATEWAY = IpAddress.parseIpv4("10.77.0.254");
    static final int FAR = IpAddress.parseIpv4("192.0.2.7");
    static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private static final int SLOT = 4096;
    private static final int SLOTS = 64;
    private static final int HEADROOM = 64;

    final MemorySegment memory = Arena.ofAuto().allocate((long) SLOT * SLOTS, 64);
    final Counters counters = Counters.anonymous(128);
    final CounterGroup<IpCounter> ipCounters = counters.addAll(IpCounter.class);
    final CounterGroup<WireDrop> wireDrops = counters.addAll(WireDrop.class);

    /** Frames sent, in order, and waiters told: token, or -1 - token where the neighbour did not answer. */
    final List<Sent> sent = new ArrayList<>();

    final List<Integer> told = new ArrayList<>();

    final RouteTable routes =
            new RouteTable().addAddress(IpPrefix.parse("10.77.0.1/24")).addDefaultGateway(IpAddress.ofIpv4(GATEWAY));

    long nowNs = -3 * SECOND_NS;
    int freeFrames = SLOTS - 1;
    private int nextSlot = 1;

    final IpLayer ip;

    IpFixture() {
        this(8, 8, 10, 10);
    }

    IpFixture(final int neighbours, final int waiters, final int echoesPerSecond, final int errorsPerSecond) {
        ip = new IpLayer(
                new IpSettings(MAC, 1500, routes, neighbours, waiters, echoesPerSecond, errorsPerSecond),
                this,
                this,
                ipCounters,
                wireDrops,
                nowNs);
    }

    /** A frame that was sent. */
    record Sent(MemorySegment memory, long frame, int length) {
        EthernetHeader ethernet() {
            return new EthernetHeader().wrap(memory, frame);
        }

        ArpPacket arp() {
            return new ArpPacket().wrap(memory, frame + EthernetHeader.BYTES);
        }

        Ipv4Header ip() {
            return new Ipv4Header().wrap(memory, frame + EthernetHeader.BYTES);
        }

        Icmpv4Header icmp() {
            return new Icmpv4Header().wrap(memory, ip().payloadOffset());
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

    /** The frame that what comes next is written to, slot 0. */
    long incoming() {
        new VirtioNetHeader().wrap(memory, HEADROOM - VirtioNetHeader.BYTES).clear();
        return HEADROOM;
    }

    EthernetHeader ethernet(final long to, final long from, final int etherType) {
        return new EthernetHeader()
                .wrap(memory, incoming())
                .destination(to)
                .source(from)
                .etherType(etherType);
    }

    int receive(final int length) {
        return ip.onFrame(HEADROOM, length, nowNs);
    }

    /** Receives an ARP packet from {@link #PEER_MAC}. */
    void receiveArp(final int operation, final int sender, final long targetMac, final int target) {
        receiveArp(operation, PEER_MAC, sender, targetMac, target);
    }

    void receiveArp(
            final int operation, final long senderMac, final int sender, final long targetMac, final int target) {
        ethernet(targetMac == 0 ? BROADCAST : targetMac, senderMac, EthernetHeader.ETHERTYPE_ARP);
        new ArpPacket()
                .wrap(memory, HEADROOM + EthernetHeader.BYTES)
                .initialize()
                .operation(operation)
                .senderMac(senderMac)
                .senderIp(sender)
                .targetMac(targetMac)
                .targetIp(target);
        receive(EthernetHeader.BYTES + ArpPacket.BYTES);
    }

    void receiveReply(final int sender) {
        receiveArp(ArpPacket.REPLY, sender, MAC, ADDRESS);
    }

    /** Writes Ethernet and IPv4 header of a packet that comes in; its payload is the caller's. */
    Ipv4Header packet(final int source, final int destination, final int protocol, final int payloadLength) {
        ethernet(MAC, PEER_MAC, EthernetHeader.ETHERTYPE_IPV4);
        return new Ipv4Header()
                .wrap(memory, HEADROOM + EthernetHeader.BYTES)
                .initialize(64)
                .dscpEcn(0)
                .totalLength(Ipv4Header.MIN_BYTES + payloadLength)
                .fragmentFlags(0)
                .protocol(protocol)
                .source(source)
                .destination(destination)
                .updateChecksum();
    }

    /** Receives what {@link #packet} has written. */
    int receivePacket() {
        final Ipv4Header header = new Ipv4Header().wrap(memory, HEADROOM + EthernetHeader.BYTES);
        return receive(EthernetHeader.BYTES + header.totalLength());
    }

    long open(final int destination, final int waiter) {
        return ip.open(
                IpAddress.IPV4_HI,
                IpAddress.ipv4Lo(ADDRESS),
                IpAddress.IPV4_HI,
                IpAddress.ipv4Lo(destination),
                waiter,
                nowNs);
    }
}

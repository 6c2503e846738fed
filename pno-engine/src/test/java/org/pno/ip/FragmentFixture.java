package org.pno.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.pno.counters.CounterGroup;
import org.pno.counters.Counters;
import org.pno.wire.BigEndian;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Icmpv4Header;
import org.pno.wire.Icmpv6Header;
import org.pno.wire.IpAddress;
import org.pno.wire.IpPrefix;
import org.pno.wire.Ipv4Header;
import org.pno.wire.Ipv6Header;
import org.pno.wire.VirtioNetHeader;
import org.pno.wire.WireDrop;

/** An {@link IpLayer} at 10.77.0.1 and fd00::1 over a pool of long frames, which gets fragments of one family. */
final class FragmentFixture implements FrameOutput, NeighbourListener {
    static final long MAC = 0x0200_0000_0001L;
    static final long PEER_MAC = 0x0200_0000_0002L;
    static final int ADDRESS = IpAddress.parseIpv4("10.77.0.1");
    static final IpAddress ADDRESS_IPV6 = IpAddress.parse("fd00::1");
    static final int FRAGMENT_HEADER_BYTES = 8;
    static final int UDP = 17;

    private static final int HOP_BY_HOP_BYTES = 8;
    private static final int SLOT = 17 * 4096;
    private static final int SLOTS = FragmentReassembly.MAX_DATAGRAMS + 8;
    private static final int HEADROOM = 64;
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    final MemorySegment memory = Arena.ofAuto().allocate((long) SLOT * SLOTS, 64);
    final Counters counters = Counters.anonymous(256);
    final CounterGroup<IpCounter> ipCounters = counters.addAll(IpCounter.class);
    final CounterGroup<WireDrop> wireDrops = counters.addAll(WireDrop.class);
    final boolean ipv6;
    final IpLayer ip;
    /** IP packets that were sent. */
    final List<byte[]> sent = new ArrayList<>();

    private final boolean[] taken = new boolean[SLOTS];
    /** How many frames may be taken at once. */
    int frames = SLOTS - 1;

    private int takenCount;
    int mostTaken;
    long nowNs = -3 * SECOND_NS;

    // What the next fragments look like.
    int host = 2;
    int identification = 7;
    int protocol = Ipv4Header.PROTOCOL_TCP;
    int dscpEcn;
    boolean hopByHop;

    /** Transport header and payload of the packet that was answered TCP last, and its DSCP and ECN. */
    byte[] arrived;

    int arrivedDscpEcn;

    FragmentFixture(final boolean ipv6) {
        this.ipv6 = ipv6;
        final RouteTable routes =
                new RouteTable().addAddress(IpPrefix.parse("10.77.0.1/24")).addAddress(IpPrefix.parse("fd00::1/64"));
        ip = new IpLayer(new IpSettings(MAC, 1500, routes, 8, 8, 10, 10), this, this, ipCounters, wireDrops, nowNs);
        ip.start(nowNs);
        for (int i = 0; i < 4; i++) {
            advance(5 * SECOND_NS);
        }
        sent.clear();
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
    public long allocate() {
        if (takenCount == frames) {
            return NO_FRAME;
        }
        int slot = 1;
        while (taken[slot]) {
            slot++;
        }
        taken[slot] = true;
        takenCount++;
        mostTaken = Math.max(mostTaken, takenCount);
        return (long) slot * SLOT + HEADROOM;
    }

    @Override
    public void transmit(final long frame, final int length) {
        sent.add(bytes(frame + EthernetHeader.BYTES, length - EthernetHeader.BYTES));
        release(frame);
    }

    @Override
    public void release(final long frame) {
        final int slot = (int) (frame / SLOT);
        assertTrue(taken[slot], "a frame came back twice");
        taken[slot] = false;
        takenCount--;
    }

    @Override
    public void onNeighbour(final int waiter, final boolean reachable) {
        throw new AssertionError("nobody waits");
    }

    /** Frames that are not in the pool. */
    int taken() {
        return takenCount;
    }

    void advance(final long ns) {
        nowNs += ns;
        ip.poll(nowNs);
    }

    long count(final IpCounter counter) {
        return ipCounters.value(counter);
    }

    /** A TCP header of 20 bytes and what follows it. */
    static byte[] segment(final int length, final long seed) {
        final byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        if (length > 12) {
            bytes[12] = 0x50;
        }
        return bytes;
    }

    /** Receives the bytes of {@code data} from {@code position} on as a fragment. */
    int receive(final byte[] data, final int position, final int length, final boolean more) {
        final long payload = ipv6 ? writeIpv6(position, length, more) : writeIpv4(position, length, more);
        MemorySegment.copy(data, position, memory, ValueLayout.JAVA_BYTE, payload, length);
        return receiveWritten((int) (payload - HEADROOM) + length);
    }

    /** As {@link #receive}, of bytes that are only zeros. */
    int receiveZeros(final int position, final int length, final boolean more) {
        final long payload = ipv6 ? writeIpv6(position, length, more) : writeIpv4(position, length, more);
        memory.asSlice(payload, length).fill((byte) 0);
        return receiveWritten((int) (payload - HEADROOM) + length);
    }

    private int receiveWritten(final int length) {
        final int answer = ip.onFrame(HEADROOM, length, nowNs);
        if (answer == IpLayer.TCP) {
            final long arrivedAt = ip.payloadOffset();
            arrived = bytes(ip.payloadOffset(), ip.payloadLength());
            arrivedDscpEcn = ip.dscpEcn();
            final boolean inOneFrame = arrivedAt < SLOT;
            assertEquals(inOneFrame, ip.checksumKnownGood(), "nobody has seen the checksum of a reassembled packet");
        }
        ip.endFrame();
        return answer;
    }

    private byte[] bytes(final long offset, final int length) {
        return memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
    }

    private void ethernet(final int type) {
        new VirtioNetHeader()
                .wrap(memory, HEADROOM - VirtioNetHeader.BYTES)
                .clear()
                .flags(VirtioNetHeader.DATA_VALID);
        new EthernetHeader()
                .wrap(memory, HEADROOM)
                .destination(MAC)
                .source(PEER_MAC)
                .etherType(type);
    }

    private long writeIpv4(final int position, final int length, final boolean more) {
        ethernet(EthernetHeader.ETHERTYPE_IPV4);
        final Ipv4Header header = new Ipv4Header().wrap(memory, HEADROOM + EthernetHeader.BYTES);
        header.initialize(64)
                .identification(identification)
                .dscpEcn(dscpEcn)
                .totalLength(Ipv4Header.MIN_BYTES + length)
                .fragmentFlags((more ? Ipv4Header.MORE_FRAGMENTS : 0) | position >>> 3)
                .protocol(protocol)
                .source(ADDRESS - 1 + host)
                .destination(ADDRESS)
                .updateChecksum();
        return header.payloadOffset();
    }

    private long writeIpv6(final int position, final int length, final boolean more) {
        ethernet(EthernetHeader.ETHERTYPE_IPV6);
        final int options = hopByHop ? HOP_BY_HOP_BYTES : 0;
        final Ipv6Header header = new Ipv6Header().wrap(memory, HEADROOM + EthernetHeader.BYTES);
        header.initialize(64)
                .dscpEcn(dscpEcn)
                .payloadLength(options + FRAGMENT_HEADER_BYTES + length)
                .nextHeader(hopByHop ? Ipv6Header.HOP_BY_HOP : Ipv6Header.FRAGMENT)
                .source(ADDRESS_IPV6.hi(), host)
                .destination(ADDRESS_IPV6.hi(), ADDRESS_IPV6.lo());
        long at = header.payloadOffset();
        if (hopByHop) {
            BigEndian.i32(memory, at, Ipv6Header.FRAGMENT << 24 | 0x0104); // PadN over the other six bytes
            BigEndian.i32(memory, at + 4, 0);
            at += HOP_BY_HOP_BYTES;
        }
        BigEndian.u16(memory, at, protocol << 8);
        BigEndian.u16(memory, at + 2, position | (more ? 1 : 0));
        BigEndian.i32(memory, at + 4, identification);
        return at + FRAGMENT_HEADER_BYTES;
    }

    /** Of the ICMP error that was sent last: type, code, and the pointer or whatever stands there. */
    List<Integer> lastError() {
        final MemorySegment packet = MemorySegment.ofArray(sent.getLast());
        if (ipv6) {
            final Icmpv6Header icmp = new Icmpv6Header().wrap(packet, Ipv6Header.BYTES);
            return List.of(icmp.type(), icmp.code(), icmp.word());
        }
        final Icmpv4Header icmp = new Icmpv4Header().wrap(packet, Ipv4Header.MIN_BYTES);
        return List.of(icmp.type(), icmp.code(), 0);
    }

    /** What the ICMP error quotes behind the IP header, and with IPv6 the fragment header, of the packet. */
    byte[] lastQuote() {
        final byte[] packet = sent.getLast();
        final int headers = ipv6
                ? 2 * Ipv6Header.BYTES + Icmpv6Header.BYTES + FRAGMENT_HEADER_BYTES
                : 2 * Ipv4Header.MIN_BYTES + Icmpv4Header.BYTES;
        return Arrays.copyOfRange(packet, headers, packet.length);
    }
}

package org.pno.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.pno.counters.Counters;
import org.pno.ip.FrameOutput;
import org.pno.ip.IpCounter;
import org.pno.ip.IpLayer;
import org.pno.ip.IpSettings;
import org.pno.ip.RouteTable;
import org.pno.wire.ArpPacket;
import org.pno.wire.EthernetHeader;
import org.pno.wire.IpAddress;
import org.pno.wire.IpPrefix;
import org.pno.wire.Ipv4Header;
import org.pno.wire.VirtioNetHeader;
import org.pno.wire.WireDrop;

/**
 * What IP costs each segment: judging a frame that came in, finding the way and writing the headers of one going out.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class IpLayerBenchmark implements FrameOutput {
    private static final long MAC = 0x0200_0000_0001L;
    private static final long PEER_MAC = 0x0200_0000_0002L;
    private static final long ADDRESS_LO = IpAddress.parse("10.77.0.1").lo();
    private static final long PEER_LO = IpAddress.parse("10.77.0.2").lo();
    private static final int RECEIVED = 64;
    private static final int SENT = 2048 + 64;
    private static final int PAYLOAD = 96;

    private final MemorySegment memory = Arena.global().allocate(4096, 64);
    private IpLayer ip;

    @Setup
    public void resolve() {
        final Counters counters = Counters.anonymous(64);
        final RouteTable routes = new RouteTable()
                .addAddress(IpPrefix.parse("10.77.0.1/24"))
                .addDefaultGateway(IpAddress.parse("10.77.0.254"));
        ip = new IpLayer(
                new IpSettings(MAC, 1500, routes),
                this,
                (waiter, reachable) -> {},
                counters.addAll(IpCounter.class),
                counters.addAll(WireDrop.class),
                0);
        receiveRequest();
        new VirtioNetHeader().wrap(memory, RECEIVED - VirtioNetHeader.BYTES).clear();
        ethernet(EthernetHeader.ETHERTYPE_IPV4);
        new Ipv4Header()
                .wrap(memory, RECEIVED + EthernetHeader.BYTES)
                .initialize(64)
                .totalLength(Ipv4Header.MIN_BYTES + PAYLOAD)
                .protocol(Ipv4Header.PROTOCOL_TCP)
                .source(IpAddress.ipv4(PEER_LO))
                .destination(IpAddress.ipv4(ADDRESS_LO))
                .updateChecksum();
    }

    /** The peer asks for us, so that we know it. */
    private void receiveRequest() {
        ethernet(EthernetHeader.ETHERTYPE_ARP);
        new ArpPacket()
                .wrap(memory, RECEIVED + EthernetHeader.BYTES)
                .initialize()
                .operation(ArpPacket.REQUEST)
                .senderMac(PEER_MAC)
                .senderIp(IpAddress.ipv4(PEER_LO))
                .targetIp(IpAddress.ipv4(ADDRESS_LO));
        ip.onFrame(RECEIVED, EthernetHeader.BYTES + ArpPacket.BYTES, 0);
    }

    private void ethernet(final int etherType) {
        new EthernetHeader()
                .wrap(memory, RECEIVED)
                .destination(MAC)
                .source(PEER_MAC)
                .etherType(etherType);
    }

    @Override
    public MemorySegment memory() {
        return memory;
    }

    @Override
    public int frameBytes() {
        return IpLayer.IPV4_HEADERS_BYTES + PAYLOAD;
    }

    @Override
    public void release(final long frame) {}

    @Override
    public long allocate() {
        return SENT;
    }

    @Override
    public void transmit(final long frame, final int length) {}

    @Benchmark
    public int receive() {
        return ip.onFrame(RECEIVED, IpLayer.IPV4_HEADERS_BYTES + PAYLOAD, 0);
    }

    @Benchmark
    public long send() {
        final long frame = ip.open(0, ADDRESS_LO, 0, PEER_LO, IpLayer.NOBODY, 0);
        ip.finish(frame, Ipv4Header.PROTOCOL_TCP, PAYLOAD, 0, IpLayer.DEFAULT_HOPS);
        return frame;
    }
}

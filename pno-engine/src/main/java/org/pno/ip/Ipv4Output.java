package org.pno.ip;

import java.lang.foreign.MemorySegment;
import org.pno.counters.CounterGroup;
import org.pno.wire.EthernetHeader;
import org.pno.wire.IpAddress;
import org.pno.wire.Ipv4Header;

/** Begins and completes the frames of packets of ours: way, neighbour, Ethernet and IPv4 header. */
final class Ipv4Output {
    /** RFC 1700's default, and Linux's. */
    static final int TTL = 64;

    private static final int IP_OFFSET = EthernetHeader.BYTES;

    private final long mac;
    private final RouteTable routes;
    private final NeighbourTable neighbours;
    private final FrameOutput output;
    private final CounterGroup<IpCounter> counters;
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header header = new Ipv4Header();

    Ipv4Output(
            final IpSettings settings,
            final NeighbourTable neighbours,
            final FrameOutput output,
            final CounterGroup<IpCounter> counters) {
        mac = settings.macAddress();
        routes = settings.routes();
        this.neighbours = neighbours;
        this.output = output;
        this.counters = counters;
    }

    /** As {@link IpLayer#open}. */
    long open(final int source, final int destination, final int waiter, final long nowNs) {
        final long station = stationTowards(source, destination, waiter, nowNs);
        if (station < 0) {
            return station;
        }
        final long frame = output.allocate();
        if (frame == FrameOutput.NO_FRAME) {
            return IpLayer.NO_FRAME;
        }
        final MemorySegment memory = output.memory();
        ethernet.wrap(memory, frame).destination(station).source(mac).etherType(EthernetHeader.ETHERTYPE_IPV4);
        header.wrap(memory, frame + IP_OFFSET)
                .initialize(TTL)
                .fragmentFlags(Ipv4Header.DONT_FRAGMENT) // RFC 1191 3
                .source(source)
                .destination(destination);
        return frame;
    }

    /** The Ethernet address of the next hop, NO_NEIGHBOUR or NO_ROUTE. A packet to ourselves carries our own. */
    private long stationTowards(final int source, final int destination, final int waiter, final long nowNs) {
        if (routes.isLocal(destination) || IpAddress.isLoopbackIpv4(destination)) {
            return mac;
        }
        // RFC 1122 3.2.1.3: nothing from a loopback address leaves the host.
        final int nextHop = IpAddress.isLoopbackIpv4(source) ? RouteTable.NO_ROUTE : routes.nextHop(destination);
        if (nextHop == RouteTable.NO_ROUTE || routes.isBroadcast(destination)) {
            counters.increment(IpCounter.NO_ROUTE);
            return IpLayer.NO_ROUTE;
        }
        final long station = neighbours.resolve(IpAddress.IPV4_HI, IpAddress.ipv4Lo(nextHop), waiter, nowNs);
        return station == NeighbourTable.UNRESOLVED ? IpLayer.NO_NEIGHBOUR : station;
    }

    /** As {@link IpLayer#finish}. */
    void finish(final long frame, final int protocol, final int payloadLength, final int dscpEcn, final int hops) {
        header.wrap(output.memory(), frame + IP_OFFSET)
                .ttl(hops == IpLayer.DEFAULT_HOPS ? TTL : hops)
                .dscpEcn(dscpEcn)
                .totalLength(Ipv4Header.MIN_BYTES + payloadLength)
                .protocol(protocol)
                .updateChecksum();
    }
}

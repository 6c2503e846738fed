package org.pno.ip;

import java.lang.foreign.MemorySegment;
import org.pno.counters.CounterGroup;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Ipv6Header;

/**
 * Begins and completes the frames of packets of ours: way, neighbour, Ethernet and IPv6 header. The flow label is 0
 * (RFC 6437 3 leaves it free); nothing is ever fragmented.
 */
final class Ipv6Output {
    private static final int IP_OFFSET = EthernetHeader.BYTES;

    private final long mac;
    private final Ipv6Routes routes;
    private final NeighbourTable neighbours;
    private final RouterDiscovery routers;
    private final FrameOutput output;
    private final CounterGroup<IpCounter> counters;
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv6Header header = new Ipv6Header();

    Ipv6Output(
            final IpSettings settings,
            final Ndp ndp,
            final FrameOutput output,
            final CounterGroup<IpCounter> counters) {
        mac = settings.macAddress();
        routes = settings.routes().ipv6();
        neighbours = ndp.neighbours();
        routers = ndp.routers();
        this.output = output;
        this.counters = counters;
    }

    /** As {@link IpLayer#open}. */
    long open(
            final long sourceHi,
            final long sourceLo,
            final long destinationHi,
            final long destinationLo,
            final int waiter,
            final long nowNs) {
        final boolean looped =
                routes.isLocal(destinationHi, destinationLo) || IpLayer.isLoopback(destinationHi, destinationLo);
        final boolean fromLoopback = looped && IpLayer.isLoopback(sourceHi, sourceLo);
        final long refused = fromLoopback ? 0 : refusal(sourceHi, sourceLo);
        if (refused < 0) {
            return refused;
        }
        final long station = looped ? mac : stationTowards(destinationHi, destinationLo, waiter, nowNs);
        if (station < 0) {
            return station;
        }
        final long frame = output.allocate();
        if (frame == FrameOutput.NO_FRAME) {
            return IpLayer.NO_FRAME;
        }
        final MemorySegment memory = output.memory();
        ethernet.wrap(memory, frame).destination(station).source(mac).etherType(EthernetHeader.ETHERTYPE_IPV6);
        header.wrap(memory, frame + IP_OFFSET)
                .initialize(routers.hopLimit())
                .source(sourceHi, sourceLo)
                .destination(destinationHi, destinationLo);
        return frame;
    }

    /** Why an address cannot be spoken from, as {@link #open} answers; 0 if it can. Loopback's leaves no host. */
    private long refusal(final long sourceHi, final long sourceLo) {
        final int own = routes.index(sourceHi, sourceLo);
        if (own == Ipv6Routes.NONE || routes.state(own) == Ipv6Routes.State.DUPLICATE) {
            counters.increment(IpCounter.NO_ROUTE);
            return IpLayer.NO_ROUTE;
        }
        if (routes.state(own) == Ipv6Routes.State.TENTATIVE) {
            counters.increment(IpCounter.TENTATIVE_SOURCE); // In a second it is ours, and TCP will try again.
            return IpLayer.NO_NEIGHBOUR;
        }
        return 0;
    }

    /** The Ethernet address of the next hop, NO_NEIGHBOUR or NO_ROUTE. */
    private long stationTowards(final long hi, final long lo, final int waiter, final long nowNs) {
        final long station;
        if (routes.isOnLink(hi, lo, nowNs)) {
            station = neighbours.resolve(hi, lo, waiter, nowNs);
        } else {
            final int router = router(nowNs);
            if (router == Ipv6Routes.NONE) {
                counters.increment(IpCounter.NO_ROUTE);
                return IpLayer.NO_ROUTE;
            }
            station = neighbours.resolve(routes.routerHi(router), routes.routerLo(router), waiter, nowNs);
        }
        return station == NeighbourTable.UNRESOLVED ? IpLayer.NO_NEIGHBOUR : station;
    }

    /** RFC 4861 6.3.6: a router that is not known to be dead goes before one that is. */
    private int router(final long nowNs) {
        int last = Ipv6Routes.NONE;
        for (int i = 0; i < routes.routerCount(); i++) {
            if (routes.isRouter(i, nowNs)) {
                last = i;
                if (neighbours.state(routes.routerHi(i), routes.routerLo(i), nowNs) != NeighbourState.FAILED) {
                    return i;
                }
            }
        }
        return last;
    }

    /** TCP knows that a way works: so the next hop does. */
    void confirm(final long hi, final long lo, final long nowNs) {
        if (routes.isOnLink(hi, lo, nowNs)) {
            neighbours.confirm(hi, lo, nowNs);
            return;
        }
        final int router = router(nowNs);
        if (router != Ipv6Routes.NONE) {
            neighbours.confirm(routes.routerHi(router), routes.routerLo(router), nowNs);
        }
    }

    /** As {@link IpLayer#finish}. */
    void finish(final long frame, final int protocol, final int payloadLength, final int dscpEcn, final int hops) {
        header.wrap(output.memory(), frame + IP_OFFSET)
                .hopLimit(hops == IpLayer.DEFAULT_HOPS ? routers.hopLimit() : hops)
                .dscpEcn(dscpEcn)
                .payloadLength(payloadLength)
                .nextHeader(protocol);
    }
}

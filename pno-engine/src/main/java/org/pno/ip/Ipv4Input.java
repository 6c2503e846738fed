package org.pno.ip;

import java.lang.foreign.MemorySegment;
import org.pno.counters.CounterGroup;
import org.pno.wire.IpAddress;
import org.pno.wire.Ipv4Header;
import org.pno.wire.WireDrop;

/** Judges IPv4 packets that come in: RFC 1122 3.2.1 as a host that forwards nothing. */
final class Ipv4Input {
    /** The packet comes from ourselves, and has seen no wire. */
    boolean isLooped;

    private final RouteTable routes;
    private final CounterGroup<IpCounter> counters;
    private final CounterGroup<WireDrop> drops;
    private final Ipv4Header header = new Ipv4Header();

    Ipv4Input(final RouteTable routes, final CounterGroup<IpCounter> counters, final CounterGroup<WireDrop> drops) {
        this.routes = routes;
        this.counters = counters;
        this.drops = drops;
    }

    /** The packet that was accepted last. */
    Ipv4Header header() {
        return header;
    }

    /**
     * Judges a packet. Options are skipped.
     *
     * @param length bytes from the header on; what exceeds the total length is padding
     * @param forEverybody true if the frame was sent to a group address
     * @param checksumKnownGood true if the port has verified the packet, or it never saw a wire
     * @return true if it is for us, perhaps a fragment; otherwise it has been counted
     */
    boolean accept(
            final MemorySegment memory,
            final long offset,
            final int length,
            final boolean forEverybody,
            final boolean checksumKnownGood) {
        WireDrop malformed = Ipv4Header.validate(memory, offset, length);
        if (malformed == null && !checksumKnownGood) {
            malformed = Ipv4Header.validateChecksum(memory, offset);
        }
        if (malformed != null) {
            drops.increment(malformed);
            return false;
        }
        header.wrap(memory, offset);
        final IpCounter unwanted = unwanted(header.source(), header.destination(), forEverybody);
        if (unwanted != null) {
            counters.increment(unwanted);
            return false;
        }
        // RFC 1122 3.2.1.7: a host must not discard a packet for its TTL; what arrived has arrived.
        return true;
    }

    private IpCounter unwanted(final int source, final int destination, final boolean forEverybody) {
        if (isLooped) {
            final boolean ours = routes.isLocal(destination) || IpAddress.isLoopbackIpv4(destination);
            return ours ? null : IpCounter.NOT_LOCAL;
        }
        if (!routes.isLocal(destination)) {
            final boolean group = IpAddress.isMulticastIpv4(destination) || routes.isBroadcast(destination);
            return group ? IpCounter.BROADCAST : IpCounter.NOT_LOCAL;
        }
        if (forEverybody) {
            return IpCounter.LINK_BROADCAST; // RFC 1122 3.3.6
        }
        // RFC 1122 3.2.1.3: nobody speaks from these; an answer would go to everybody, or round and round.
        if (!RouteTable.isSingleHost(source) || routes.isBroadcast(source) || routes.isLocal(source)) {
            return IpCounter.MARTIAN_SOURCE;
        }
        return null;
    }
}

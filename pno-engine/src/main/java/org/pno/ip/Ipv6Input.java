package org.pno.ip;

import java.lang.foreign.MemorySegment;
import org.pno.counters.CounterGroup;
import org.pno.wire.IpAddress;
import org.pno.wire.Ipv6Header;
import org.pno.wire.WireDrop;

/** Judges IPv6 packets that come in, up to their extension headers: RFC 8200 3 as a host that forwards nothing. */
final class Ipv6Input {
    /** The packet comes from ourselves, and has seen no wire. */
    boolean isLooped;

    private final Ipv6Routes routes;
    private final CounterGroup<IpCounter> counters;
    private final CounterGroup<WireDrop> drops;
    private final Ipv6Header header = new Ipv6Header();

    Ipv6Input(final Ipv6Routes routes, final IpCounters counting) {
        this.routes = routes;
        counters = counting.counters();
        drops = counting.drops();
    }

    /** The packet that was accepted last. */
    Ipv6Header header() {
        return header;
    }

    /**
     * Judges a packet.
     *
     * @param length bytes from the header on; what exceeds the payload length is padding
     * @param forEverybody true if the frame was sent to a group address
     * @return true if it is whole, and for us or for all nodes; otherwise it has been counted
     */
    boolean accept(final MemorySegment memory, final long offset, final int length, final boolean forEverybody) {
        final WireDrop malformed = Ipv6Header.validate(memory, offset, length);
        if (malformed != null) {
            drops.increment(malformed);
            return false;
        }
        header.wrap(memory, offset);
        final IpCounter unwanted = unwanted(forEverybody);
        if (unwanted != null) {
            counters.increment(unwanted);
            return false;
        }
        return true;
    }

    private IpCounter unwanted(final boolean forEverybody) {
        final long hi = header.destinationHi();
        final long lo = header.destinationLo();
        if (isLooped) {
            return routes.isUsable(hi, lo) || IpLayer.isLoopback(hi, lo) ? null : IpCounter.NOT_LOCAL;
        }
        if (IpAddress.isMulticastIpv6(hi)) {
            return routes.isJoined(hi, lo) ? martian(true) : IpCounter.BROADCAST;
        }
        if (!routes.isUsable(hi, lo)) {
            return IpCounter.NOT_LOCAL; // RFC 4862 5.4: a tentative address is not ours yet.
        }
        return forEverybody ? IpCounter.LINK_BROADCAST : martian(false);
    }

    /**
     * Nobody speaks from these. To a group it may come from the unspecified address, to ask for one, and from an
     * address of ours, which is how its other owner makes itself known: {@link Ndp} wants to see both.
     */
    private IpCounter martian(final boolean toGroup) {
        final long hi = header.sourceHi();
        final long lo = header.sourceLo();
        final boolean nobody = hi == 0 && lo == 0;
        final boolean single = IpAddress.isSingleHostIpv6(hi, lo);
        final boolean allowed = single ? toGroup || !routes.isLocal(hi, lo) : nobody && toGroup;
        return allowed ? null : IpCounter.MARTIAN_SOURCE;
    }
}

package org.pno.ip;

import org.pno.wire.IpAddress;
import org.pno.wire.IpPrefix;

/**
 * The addresses of one port and the ways from it, those of IPv6 in {@link #ipv6()}. For IPv4: attached networks and
 * gateways, the longest prefix first (RFC 1122 3.3.1). Filled before the start, then only read. A handful of routes in
 * plain arrays: a look-up is a short loop.
 */
public final class RouteTable {
    /** Answer where no route leads: 0.0.0.0 is nobody's address. */
    public static final int NO_ROUTE = 0;

    private static final int MAX_ADDRESSES = 64;
    private static final int MAX_ROUTES = 256;
    private static final int ATTACHED = 0;

    private final int[] addresses = new int[MAX_ADDRESSES];
    private final int[] addressMasks = new int[MAX_ADDRESSES];
    private int addressCount;

    /** Routes, the longest mask first: network, mask, gateway or ATTACHED, and our address on that network. */
    private final int[] networks = new int[MAX_ROUTES];

    private final int[] masks = new int[MAX_ROUTES];
    private final int[] gateways = new int[MAX_ROUTES];
    private final int[] sources = new int[MAX_ROUTES];
    private int routeCount;

    private final Ipv6Routes ipv6 = new Ipv6Routes();

    /** The addresses and ways of IPv6. */
    Ipv6Routes ipv6() {
        return ipv6;
    }

    /**
     * Adds an address of ours and the network it stands in.
     *
     * @param address with the length of its network's prefix, such as 10.77.0.1/24 or fd00::1/64
     */
    public RouteTable addAddress(final IpPrefix address) {
        if (!address.address().isIpv4()) {
            ipv6.addAddress(address);
            return this;
        }
        final int ipv4 = ipv4(address.address());
        if (addressCount == MAX_ADDRESSES) {
            throw new IllegalArgumentException(address + " is more than the " + MAX_ADDRESSES + " addresses of a port");
        }
        if (!isSingleHost(ipv4)) {
            throw new IllegalArgumentException(address + " cannot be a host's address");
        }
        addresses[addressCount] = ipv4;
        addressMasks[addressCount] = address.ipv4Mask();
        addressCount++;
        insert(ipv4, address.ipv4Mask(), ATTACHED, ipv4);
        return this;
    }

    /** Adds the gateway to everywhere else of its family. Its network must have been added as an address's. */
    public RouteTable addDefaultGateway(final IpAddress gateway) {
        if (!gateway.isIpv4()) {
            ipv6.addGateway(gateway);
            return this;
        }
        return addGateway(new IpPrefix(IpAddress.ofIpv4(0), 0), gateway);
    }

    /** Adds the gateway to an IPv4 network. */
    public RouteTable addGateway(final IpPrefix network, final IpAddress gateway) {
        final int ipv4 = ipv4(gateway);
        if (!isAttached(ipv4) || isLocal(ipv4)) {
            throw new IllegalArgumentException(
                    "gateway " + gateway + " is in no network of ours; give us an address in the gateway's network");
        }
        insert(ipv4(network.address()), network.ipv4Mask(), ipv4, sourceFor(ipv4));
        return this;
    }

    private void insert(final int network, final int mask, final int gateway, final int source) {
        if (routeCount == MAX_ROUTES) {
            throw new IllegalArgumentException("more than " + MAX_ROUTES + " routes");
        }
        int at = routeCount++;
        while (at > 0 && Integer.compareUnsigned(masks[at - 1], mask) < 0) {
            networks[at] = networks[at - 1];
            masks[at] = masks[at - 1];
            gateways[at] = gateways[at - 1];
            sources[at] = sources[at - 1];
            at--;
        }
        networks[at] = network & mask;
        masks[at] = mask;
        gateways[at] = gateway;
        sources[at] = source;
    }

    private static int ipv4(final IpAddress address) {
        if (!address.isIpv4()) {
            throw new IllegalArgumentException(address + " is not an IPv4 address; IPv6 has its default gateway only");
        }
        return address.ipv4();
    }

    /** IPv4 addresses. */
    public int addressCount() {
        return addressCount;
    }

    /** One of our addresses. */
    public int address(final int index) {
        return addresses[index];
    }

    /** True for an address of ours. */
    public boolean isLocal(final int address) {
        for (int i = 0; i < addressCount; i++) {
            if (addresses[i] == address) {
                return true;
            }
        }
        return false;
    }

    /** True for an address in an attached network. */
    public boolean isAttached(final int address) {
        for (int i = 0; i < addressCount; i++) {
            if (((addresses[i] ^ address) & addressMasks[i]) == 0) {
                return true;
            }
        }
        return false;
    }

    /** True for the limited broadcast and for the broadcast addresses of attached networks (RFC 1122 3.2.1.3). */
    public boolean isBroadcast(final int address) {
        if (address == -1) {
            return true;
        }
        for (int i = 0; i < addressCount; i++) {
            final boolean hasBroadcast = ~addressMasks[i] > 1 || addressMasks[i] == 0; // RFC 3021: none in a /31.
            if (hasBroadcast && address == (addresses[i] | ~addressMasks[i])) {
                return true;
            }
        }
        return false;
    }

    /** True for an address that one host can have, as far as its number tells. */
    public static boolean isSingleHost(final int address) {
        return !IpAddress.isMulticastIpv4(address)
                && !IpAddress.isReservedIpv4(address)
                && !IpAddress.isLoopbackIpv4(address)
                && !IpAddress.isThisNetworkIpv4(address);
    }

    /** Whom to hand a packet for {@code destination} to: itself, a gateway, or {@link #NO_ROUTE}. */
    public int nextHop(final int destination) {
        final int route = route(destination);
        if (route < 0) {
            return NO_ROUTE;
        }
        return gateways[route] == ATTACHED ? destination : gateways[route];
    }

    /**
     * Our address towards {@code destination}, or {@link #NO_ROUTE}. To ourselves we speak from the address spoken to.
     */
    public int sourceFor(final int destination) {
        if (isLocal(destination)) {
            return destination;
        }
        final int route = route(destination);
        return route < 0 ? NO_ROUTE : sources[route];
    }

    private int route(final int destination) {
        for (int i = 0; i < routeCount; i++) {
            if ((destination & masks[i]) == networks[i]) {
                return i;
            }
        }
        return -1;
    }
}

package org.pno.ip;

import org.pno.wire.MacAddress;

/**
 * What can be set of {@link IpLayer}.
 *
 * @param macAddress the port's
 * @param mtuBytes largest IP packet that the port sends
 * @param routes our addresses and the ways from them
 * @param maxNeighbours entries of the neighbour table, a power of two and 8 at least
 * @param maxWaiters tokens that may wait for neighbours at one time
 * @param echoRepliesPerSecond bound on answers to pings
 * @param errorsPerSecond bound on ICMP errors sent (RFC 1812 4.3.2.8)
 */
public record IpSettings(
        long macAddress,
        int mtuBytes,
        RouteTable routes,
        int maxNeighbours,
        int maxWaiters,
        int echoRepliesPerSecond,
        int errorsPerSecond) {
    /** RFC 791 3.2: every host takes packets of 576 bytes; a port with less is of no use to TCP. */
    private static final int LEAST_MTU_BYTES = 576;

    public IpSettings {
        final boolean ipv6 = routes.ipv6().addressCount() > 0;
        if (ipv6 && mtuBytes < RouterDiscovery.LEAST_MTU_BYTES) {
            throw new IllegalArgumentException(
                    "MTU is " + mtuBytes + "; IPv6 needs " + RouterDiscovery.LEAST_MTU_BYTES + " or more");
        }
        if (!MacAddress.isUnicast(macAddress)) {
            throw new IllegalArgumentException(
                    "MAC address " + MacAddress.format(macAddress) + " is not that of one station");
        }
        if (mtuBytes < LEAST_MTU_BYTES) {
            throw new IllegalArgumentException("MTU is " + mtuBytes + "; use " + LEAST_MTU_BYTES + " or more");
        }
        if (routes.addressCount() + routes.ipv6().addressCount() == 0) {
            throw new IllegalArgumentException("no IP address; give one, such as 10.77.0.1/24");
        }
    }

    /** The defaults: 1,024 neighbours, 4,096 waiters, 1,000 pings and 100 errors a second. */
    public IpSettings(final long macAddress, final int mtuBytes, final RouteTable routes) {
        this(macAddress, mtuBytes, routes, 1_024, 4_096, 1_000, 100);
    }
}

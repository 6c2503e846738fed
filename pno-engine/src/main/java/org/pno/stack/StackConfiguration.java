package org.pno.stack;

import java.util.ArrayList;
import java.util.List;
import org.pno.ip.IpSettings;
import org.pno.ip.RouteTable;
import org.pno.tcp.TcpConfiguration;
import org.pno.wire.IpAddress;
import org.pno.wire.IpPrefix;

/** What can be set of a {@link NetworkStack}: name, default and meaning. Read when the stack is built. */
public final class StackConfiguration {
    /** Our addresses, each with the length of its network's prefix: 10.77.0.1/24, fd00::1/64. One at least. */
    public final List<IpPrefix> addresses = new ArrayList<>();
    /** The IPv4 way to everywhere else, in the network of one of the addresses; null for none. */
    public IpAddress gateway;
    /** The IPv6 one, in the network of one of the addresses or link-local; null for those that routers advertise. */
    public IpAddress gatewayIpv6;
    /** The port's MAC address: six bytes, the first in bits 47..40. */
    public long macAddress;
    /** Largest IP packet that the port sends, unless it segments. */
    public int mtuBytes = 1_500;

    /** Entries of the neighbour table, a power of two. */
    public int maxNeighbours = 1_024;
    /** Connections that may wait for neighbours at one time. */
    public int maxNeighbourWaiters = 4_096;
    /** Pings answered. */
    public int echoRepliesPerSecond = 1_000;
    /** ICMP errors sent. */
    public int icmpErrorsPerSecond = 100;

    /** What can be set of TCP; its secrets must be set from a good source of randomness. */
    public final TcpConfiguration tcp = new TcpConfiguration();

    IpSettings ipSettings() {
        final RouteTable routes = new RouteTable();
        for (final IpPrefix address : addresses) {
            routes.addAddress(address);
        }
        if (gateway != null) {
            routes.addDefaultGateway(gateway);
        }
        if (gatewayIpv6 != null) {
            routes.addDefaultGateway(gatewayIpv6);
        }
        return new IpSettings(
                macAddress,
                mtuBytes,
                routes,
                maxNeighbours,
                maxNeighbourWaiters,
                echoRepliesPerSecond,
                icmpErrorsPerSecond);
    }
}

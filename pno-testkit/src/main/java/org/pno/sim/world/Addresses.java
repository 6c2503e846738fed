package org.pno.sim.world;

import org.pno.wire.IpAddress;
import org.pno.wire.IpPrefix;
import org.pno.wire.MacAddress;

/**
 * Who has which address: node <em>n</em> is 10.77.0.(n + 1) and fd00:77::(n + 1), its station 02:00:00:00:00:(n + 1).
 * Its spare address fd00:77::1:0:0:(n + 1) is spoken to by nobody, so that others may claim it.
 */
public final class Addresses {
    static final int NETWORK = 0x0A4D_0000;
    static final long NETWORK_IPV6 = 0xFD00_0077_0000_0000L;

    private static final int PREFIX_LENGTH = 24;
    private static final int PREFIX_LENGTH_IPV6 = 64;
    private static final long SPARE = 1L << 32;
    private static final int MOST_HOSTS = 0xF0;

    private Addresses() {}

    static int ipv4(final int node) {
        return NETWORK + node + 1;
    }

    /** A node's address in either family; numbers up to 253 that are no node's are strangers'. */
    static IpAddress of(final int node, final boolean isIpv6) {
        return isIpv6 ? new IpAddress(NETWORK_IPV6, node + 1L) : IpAddress.ofIpv4(ipv4(node));
    }

    static IpAddress spare(final int node) {
        return new IpAddress(NETWORK_IPV6, SPARE + node + 1);
    }

    static IpPrefix prefix(final int node) {
        return new IpPrefix(of(node, false), PREFIX_LENGTH);
    }

    /** An IPv6 address with its network. */
    static IpPrefix prefixIpv6(final IpAddress address) {
        return new IpPrefix(address, PREFIX_LENGTH_IPV6);
    }

    static long mac(final int node) {
        return MacAddress.local(node + 1L);
    }

    /** The node with an IPv4 address, or -1. */
    static int node(final int ipv4) {
        return host(ipv4 - NETWORK - 1);
    }

    /** The node with an address of either family, or -1. */
    static int node(final long hi, final long lo) {
        if (IpAddress.isIpv4(hi, lo)) {
            return node(IpAddress.ipv4(lo));
        }
        return hi == NETWORK_IPV6 ? host(lo - 1) : -1;
    }

    private static int host(final long number) {
        return number >= 0 && number < MOST_HOSTS ? (int) number : -1;
    }

    /** The node with a station address, or -1. */
    static int nodeOfMac(final long mac) {
        for (int node = 0; node < World.MAX_NODES; node++) {
            if (mac(node) == mac) {
                return node;
            }
        }
        return -1;
    }
}

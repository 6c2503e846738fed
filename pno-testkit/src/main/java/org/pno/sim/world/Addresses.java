package org.pno.sim.world;

import org.pno.wire.IpAddress;
import org.pno.wire.IpPrefix;
import org.pno.wire.MacAddress;

/** Who has which address: node <em>n</em> is 10.77.0.(n + 1), its station 02:00:00:00:00:(n + 1). */
public final class Addresses {
    static final int NETWORK = 0x0A4D_0000;
    private static final int PREFIX_LENGTH = 24;

    private Addresses() {}

    static int ipv4(final int node) {
        return NETWORK + node + 1;
    }

    static IpPrefix prefix(final int node) {
        return new IpPrefix(IpAddress.ofIpv4(ipv4(node)), PREFIX_LENGTH);
    }

    static long mac(final int node) {
        return MacAddress.local(node + 1L);
    }

    /** The node with an address, or -1. */
    static int node(final int ipv4) {
        final int node = ipv4 - NETWORK - 1;
        return node >= 0 && node < 0xF0 ? node : -1;
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

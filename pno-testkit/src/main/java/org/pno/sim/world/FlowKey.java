package org.pno.sim.world;

import org.pno.wire.IpAddress;

/**
 * One direction of a connection in a long: node and port of who sends, node and port of who receives; at both ends the
 * family, 1 for IPv6.
 *
 * <pre>
 *   63      56 55      48 47       32 31 .. 24  23      16 15        0
 *   +---------+----------+-----------+---------+----------+-----------+
 *   | family  | source   | its port  | family  | receiver | its port  |
 *   +---------+----------+-----------+---------+----------+-----------+
 * </pre>
 */
final class FlowKey {
    private static final long IPV6 = 1L << 56 | 1L << 24;

    private FlowKey() {}

    /** A flow between two nodes, over IPv4. */
    static long of(final int source, final int sourcePort, final int receiver, final int receiverPort) {
        return (long) end(source, sourcePort) << Integer.SIZE | end(receiver, receiverPort);
    }

    /** What a node sends from a port to somebody's address, whose family is the flow's. */
    static long of(
            final int source, final int sourcePort, final long remoteHi, final long remoteLo, final int remotePort) {
        final long flow = of(source, sourcePort, Addresses.node(remoteHi, remoteLo), remotePort);
        return IpAddress.isIpv4(remoteHi, remoteLo) ? flow : flow | IPV6;
    }

    private static int end(final int node, final int port) {
        return (node & 0xFF) << 16 | port;
    }

    /** The other direction. */
    static long reverse(final long flow) {
        return flow << Integer.SIZE | flow >>> Integer.SIZE;
    }

    static boolean isIpv6(final long flow) {
        return (flow & IPV6) != 0;
    }

    static int source(final long flow) {
        return (int) (flow >>> 48) & 0xFF;
    }

    static int sourcePort(final long flow) {
        return (int) (flow >>> 32) & 0xFFFF;
    }

    static int receiver(final long flow) {
        return (int) (flow >>> 16) & 0xFF;
    }

    static int receiverPort(final long flow) {
        return (int) flow & 0xFFFF;
    }

    /**
     * What the payload of this direction is made of. With Fast Open the client writes before it knows its port: its
     * port does not count then.
     */
    static long salt(final long flow) {
        long known = flow;
        if (opensFast(receiverPort(flow))) {
            known &= ~(0xFFFFL << 32);
        } else if (opensFast(sourcePort(flow))) {
            known &= ~0xFFFFL;
        }
        return known * 0xD6E8_FEB8_6659_FD93L >>> 8;
    }

    /** True if the client of this flow may write before it connects. */
    static boolean opensFast(final long flow) {
        return opensFast(receiverPort(flow)) || opensFast(sourcePort(flow));
    }

    private static boolean opensFast(final int port) {
        return port > Specials.FAST_OPEN_PORT && port <= Specials.FAST_OPEN_PORT + Specials.MOST_FAST_OPEN_PORTS;
    }

    static String text(final long flow) {
        return source(flow) + ":" + sourcePort(flow) + " -> " + receiver(flow) + ":" + receiverPort(flow)
                + (isIpv6(flow) ? " (IPv6)" : "");
    }
}

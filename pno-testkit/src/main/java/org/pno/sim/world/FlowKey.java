package org.pno.sim.world;

/**
 * One direction of a connection in a long: node and port of who sends, node and port of who receives.
 *
 * <pre>
 *   63      56 55      48 47       32 31 .. 24  23      16 15        0
 *   +---------+----------+-----------+---------+----------+-----------+
 *   |    0    | source   | its port  |    0    | receiver | its port  |
 *   +---------+----------+-----------+---------+----------+-----------+
 * </pre>
 */
final class FlowKey {
    private FlowKey() {}

    static long of(final int source, final int sourcePort, final int receiver, final int receiverPort) {
        return (long) end(source, sourcePort) << Integer.SIZE | end(receiver, receiverPort);
    }

    private static int end(final int node, final int port) {
        return (node & 0xFF) << 16 | port;
    }

    /** The other direction. */
    static long reverse(final long flow) {
        return flow << Integer.SIZE | flow >>> Integer.SIZE;
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

    /** What the payload of this direction is made of. */
    static long salt(final long flow) {
        return flow * 0xD6E8_FEB8_6659_FD93L >>> 8;
    }

    static String text(final long flow) {
        return source(flow) + ":" + sourcePort(flow) + " -> " + receiver(flow) + ":" + receiverPort(flow);
    }
}

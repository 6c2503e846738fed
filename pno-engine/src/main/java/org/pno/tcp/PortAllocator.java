package org.pno.tcp;

/**
 * Ephemeral ports by double hash (RFC 6056 3.3.4): to one destination they go up one by one, so that a port is reused
 * as late as possible; where they begin, and how far they have gone, depends on the destination and a secret.
 */
final class PortAllocator {
    /** No port is free for the destination. */
    static final int NONE = -1;

    private static final int COUNTERS = 1_024;

    /** Says whether a port can be taken for the flow, whose local port and hash it may set on the way. */
    interface Availability {
        boolean isFree(Flow flow, int port);
    }

    private final KeyedHash offsetHash;
    private final KeyedHash counterHash;
    private final int[] counters = new int[COUNTERS];
    private final int first;
    private final int count;

    PortAllocator(final KeyedHash secret, final TcpConfiguration configuration) {
        offsetHash = secret.derive(3);
        counterHash = secret.derive(4);
        first = configuration.firstEphemeralPort;
        count = configuration.lastEphemeralPort - first + 1;
    }

    /** A free port for the flow's addresses and remote port, or {@link #NONE}. */
    int allocate(final Flow flow, final Availability availability) {
        final int offset = (int) (offsetHash.ofDestination(flow) & Integer.MAX_VALUE);
        final int index = (int) counterHash.ofDestination(flow) & (COUNTERS - 1);
        for (int tries = 0; tries < count; tries++) {
            final int port = first + Integer.remainderUnsigned(offset + counters[index]++, count);
            if (availability.isFree(flow, port)) {
                return port;
            }
        }
        return NONE;
    }
}

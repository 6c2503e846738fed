package org.pno.dpu;

/**
 * What one user may have of a DPU.
 *
 * @param arenaBytes bytes of all his arenas; they are sparse, so this bounds what he can make the DPU map, not what
 *     is used
 * @param sockets connections and listeners
 * @param halfOpen connects under way, and half-open connections of each listener
 * @param controlConnections control connections, one for each of his processes
 */
public record Quotas(long arenaBytes, int sockets, int halfOpen, int controlConnections) {
    /** 64 GiB of arenas, 65,536 sockets, 4,096 half-open, 4,096 control connections. */
    public static final Quotas DEFAULT = new Quotas(64L << 30, 65_536, 4_096, 4_096);

    public Quotas {
        require("arena bytes per user", arenaBytes);
        require("sockets per user", sockets);
        require("half-open connections per user", halfOpen);
        require("control connections per user", controlConnections);
    }

    private static void require(final String what, final long value) {
        if (value < 1) {
            throw new DpuException(what + ": " + value + " is not allowed, it must be 1 or more");
        }
    }
}

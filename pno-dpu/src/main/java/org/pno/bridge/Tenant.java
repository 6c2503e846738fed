package org.pno.bridge;

/**
 * One user of the DPU, what he may have and what he has. Arenas are counted by the daemon, sockets and handshakes under
 * way by the bridge.
 */
public final class Tenant {
    private final int uid;
    private final long maxArenaBytes;
    private final int maxSockets;
    private final int maxHalfOpen;
    private long arenaBytes;
    private int sockets;
    private int halfOpen;

    /**
     * @param maxArenaBytes bytes of all his arenas
     * @param maxSockets connections and listeners
     * @param maxHalfOpen connects under way, and the bound on half-open connections of each listener
     */
    public Tenant(final int uid, final long maxArenaBytes, final int maxSockets, final int maxHalfOpen) {
        this.uid = uid;
        this.maxArenaBytes = maxArenaBytes;
        this.maxSockets = maxSockets;
        this.maxHalfOpen = maxHalfOpen;
    }

    public int uid() {
        return uid;
    }

    public int maxHalfOpen() {
        return maxHalfOpen;
    }

    /** Takes bytes for an arena; false if the quota does not allow it. */
    public boolean takeArena(final long bytes) {
        if (bytes > maxArenaBytes - arenaBytes) {
            return false;
        }
        arenaBytes += bytes;
        return true;
    }

    public void giveArena(final long bytes) {
        arenaBytes -= bytes;
    }

    /** "1048576 of 2097152 bytes of arenas in use", for errors. */
    public String arenaUse() {
        return arenaBytes + " of " + maxArenaBytes + " bytes of arenas in use";
    }

    boolean takeSocket() {
        if (sockets >= maxSockets) {
            return false;
        }
        sockets++;
        return true;
    }

    void giveSocket() {
        sockets--;
    }

    boolean takeHalfOpen() {
        if (halfOpen >= maxHalfOpen) {
            return false;
        }
        halfOpen++;
        return true;
    }

    void giveHalfOpen() {
        halfOpen--;
    }

    public long arenaBytes() {
        return arenaBytes;
    }

    public int sockets() {
        return sockets;
    }

    public int halfOpen() {
        return halfOpen;
    }
}

package org.pno.bridge;

/**
 * A process that holds sockets of an arena, by one holder slot. It counts until its pidfd or the end of its control
 * connection says that it is gone; the slots it left for children count until the connection has ended.
 */
public final class Holder {
    private final HostArena arena;
    private final int slot;
    private final long hostPid;
    private boolean isAlive = true;
    private boolean isConnected = true;
    private int pid;

    Holder(final HostArena arena, final int slot, final long hostPid) {
        this.arena = arena;
        this.slot = slot;
        this.hostPid = hostPid;
    }

    public HostArena arena() {
        return arena;
    }

    public int slot() {
        return slot;
    }

    /** Its pid as it sees it itself, which may be in another pid namespace. */
    long hostPid() {
        return hostPid;
    }

    /** Its pid as the DPU sees it, for views; 0 if unknown. */
    public int pid() {
        return pid;
    }

    /** Tells which process it is. */
    public void process(final int processId) {
        pid = processId;
    }

    /** False once the process is known to be gone. */
    public boolean isAlive() {
        return isAlive;
    }

    boolean isConnected() {
        return isConnected;
    }

    void died() {
        isAlive = false;
    }

    void disconnected() {
        isAlive = false;
        isConnected = false;
    }
}

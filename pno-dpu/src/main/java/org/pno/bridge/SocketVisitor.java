package org.pno.bridge;

/** Is shown every socket of a DPU, for views. */
public interface SocketVisitor {
    /** @param waiting connections that wait for accept */
    void onListener(HostArena arena, ListenRequest request, int waiting);

    /**
     * @param arena whose it is, or null: half-open, or closed by its program and not yet finished by the stack
     * @param connection its number in the stack
     */
    void onConnection(HostArena arena, int connection);
}

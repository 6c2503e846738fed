package org.pno.sim.world;

import java.util.ArrayList;
import java.util.List;

/**
 * Connections of one kind between two nodes: who opens them, when, how many, and what both programs do. Gathers the
 * programs of both sides.
 *
 * @param port that the server listens on; both sides' port if they open at once
 * @param repeats connections, one after another
 * @param isBurst all of them at once
 * @param opensAtOnce both connect to each other, nobody listens
 */
record Dialogue(
        String kind,
        int client,
        int server,
        int port,
        Plan clientPlan,
        Plan serverPlan,
        Socket options,
        long startNs,
        int repeats,
        boolean isBurst,
        boolean opensAtOnce,
        List<SocketProgram> clients,
        List<SocketProgram> servers) {
    /**
     * What both programs set with setsockopt.
     *
     * @param flags of the record's options line
     * @param receiveBufferBytes 0 for the default
     */
    record Socket(int flags, int receiveBufferBytes, int keepIdleSeconds, int maxSegmentBytes, int localPort) {}

    static Dialogue of(
            final String kind,
            final int client,
            final int server,
            final int port,
            final Plan[] plans,
            final Socket options,
            final long[] startAndRepeats) {
        return new Dialogue(
                kind,
                client,
                server,
                port,
                plans[0],
                plans[1],
                options,
                startAndRepeats[0],
                (int) startAndRepeats[1],
                startAndRepeats[2] != 0,
                false,
                new ArrayList<>(),
                new ArrayList<>());
    }

    /** The same, opened from both sides at once. */
    Dialogue atOnce() {
        return new Dialogue(
                kind, client, server, port, clientPlan, serverPlan, options, startNs, 1, false, true, clients, servers);
    }

    /** Bytes that both sides want to send in all. */
    long totalBytes() {
        return repeats * (clientPlan.totalBytes() + serverPlan.totalBytes());
    }

    @Override
    public String toString() {
        return kind + " " + client + " to " + server + ":" + port + " x" + repeats;
    }
}

package org.pno.sim.world;

import java.util.ArrayList;
import java.util.List;
import org.pno.wire.IpAddress;

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
     * @param deferAccept TCP_DEFER_ACCEPT of the listener, SYN-ACKs; 0 for off
     * @param urgentEvery the last of each so many bytes is urgent; 0 for none
     */
    record Socket(
            int flags,
            int receiveBufferBytes,
            int keepIdleSeconds,
            int maxSegmentBytes,
            int localPort,
            boolean isIpv6,
            int deferAccept,
            int urgentEvery) {
        Socket over(final boolean ipv6, final int deferred) {
            return new Socket(
                    flags,
                    receiveBufferBytes,
                    keepIdleSeconds,
                    maxSegmentBytes,
                    localPort,
                    ipv6,
                    deferred,
                    urgentEvery);
        }

        Socket with(final int moreFlags, final int urgent) {
            return new Socket(
                    flags | moreFlags,
                    receiveBufferBytes,
                    keepIdleSeconds,
                    maxSegmentBytes,
                    localPort,
                    isIpv6,
                    deferAccept,
                    urgent);
        }

        boolean has(final int flag) {
            return (flags & flag) != 0;
        }
    }

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

    /** The same with other options. */
    Dialogue with(final Socket other) {
        return new Dialogue(
                kind,
                client,
                server,
                port,
                clientPlan,
                serverPlan,
                other,
                startNs,
                repeats,
                isBurst,
                opensAtOnce,
                clients,
                servers);
    }

    /** The same from the client to a port of its own node; other programs. */
    Dialogue toItself(final int ownPort) {
        return of(
                kind,
                client,
                client,
                ownPort,
                new Plan[] {clientPlan, serverPlan},
                new Socket(
                        options.flags,
                        options.receiveBufferBytes,
                        options.keepIdleSeconds,
                        options.maxSegmentBytes,
                        0,
                        false,
                        0,
                        0),
                new long[] {startNs, repeats, isBurst ? 1 : 0});
    }

    IpAddress clientAddress() {
        return Addresses.of(client, options.isIpv6());
    }

    IpAddress serverAddress() {
        return Addresses.of(server, options.isIpv6());
    }

    /** Bytes that both sides want to send in all. */
    long totalBytes() {
        return repeats * (clientPlan.totalBytes() + serverPlan.totalBytes());
    }

    @Override
    public String toString() {
        return kind + " " + client + " to " + server + ":" + port + " x" + repeats
                + (options.isIpv6() ? " over IPv6" : "");
    }
}

package org.pno.sim.world;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.pno.tcp.Connection;
import org.pno.tcp.TcpCounter;
import org.pno.tcp.TcpEngine;
import org.pno.tcp.TcpState;

/**
 * Checks after each step of an engine what holds between RFC 9293's variables of each connection and what may not go
 * back, and that new data stays inside the congestion window. Notes which states were reached.
 */
final class StackWatch {
    private static final long LEAST_TIMEOUT_NS = 1_000_000L;
    private static final long LONGEST_TIMEOUT_NS = 120_000_000_000L;
    /** Limited transmit (RFC 3042) may send two segments beyond the window, a tail loss probe (RFC 8985) one. */
    private static final int SEGMENTS_BEYOND = 3;

    private final int node;
    private final TcpEngine tcp;
    private final WireObserver observer;
    private final Set<TcpState> reached;
    private final List<Past> pasts = new ArrayList<>();
    private final Consumer<Connection> check = this::check;
    /** Tail loss probes counted by the step before, and those of this step that no connection accounts for. */
    private long probes;

    private long probesLeft;

    /** What a connection was after the step before. */
    private static final class Past {
        private int life;
        /** It was in SYN-SENT: what its SYN brought may have to go again (RFC 7413 4.2.2). */
        private boolean wasSynSent;

        private long una;
        private long next;
        private long received;
        private long edge;
        private long cwndBytes;
        private long retransmitted;
        private long disturbedUntil;
    }

    /** @param reached where the states are noted */
    StackWatch(final int node, final TcpEngine tcp, final WireObserver observer, final Set<TcpState> reached) {
        this.node = node;
        this.tcp = tcp;
        this.observer = observer;
        this.reached = reached;
    }

    static Set<TcpState> noStates() {
        return EnumSet.noneOf(TcpState.class);
    }

    void check() {
        final long probesBefore = probes;
        probes = tcp.counters().value(TcpCounter.TAIL_PROBES);
        probesLeft = probes - probesBefore;
        tcp.forEachConnection(check);
        if (tcp.timeWaitCount() > 0) {
            reached.add(TcpState.TIME_WAIT);
        }
    }

    private void check(final Connection connection) {
        while (connection.number() >= pasts.size()) {
            pasts.add(new Past());
        }
        final Past past = pasts.get(connection.number());
        reached.add(connection.state());
        final boolean isNew = past.life != connection.life();
        if (isNew || connection.state() == TcpState.SYN_SENT || connection.state() == TcpState.SYN_RECEIVED) {
            note(past, connection);
            past.disturbedUntil = 0;
            return;
        }
        if (connection.state() != TcpState.CLOSED) {
            checkOrder(connection, past);
            checkWindow(connection, past);
        }
        note(past, connection);
    }

    private static void note(final Past past, final Connection connection) {
        past.life = connection.life();
        past.wasSynSent = connection.state() == TcpState.SYN_SENT;
        past.una = connection.sendUnacknowledged();
        past.next = connection.sendNext();
        past.received = connection.receiveNext();
        past.edge = connection.receiveEdge();
        past.retransmitted = connection.retransmittedSegments();
        past.cwndBytes = connection.congestionControl() == null
                ? 0
                : connection.congestionControl().windowBytes();
    }

    private void checkOrder(final Connection connection, final Past past) {
        final long una = connection.sendUnacknowledged();
        final long next = connection.sendNext();
        require(una <= next, "SND.UNA <= SND.NXT", connection);
        require(una >= past.una, "SND.UNA goes forward only", connection);
        require(next >= past.next || past.wasSynSent, "SND.NXT goes forward only", connection);
        require(connection.receiveNext() >= past.received, "RCV.NXT goes forward only", connection);
        require(connection.receiveEdge() >= past.edge, "RCV.NXT + RCV.WND goes forward only", connection);
        require(connection.receiveNext() <= connection.receiveEdge() + 1, "RCV.NXT inside the window", connection);
        require(connection.sendQueueBytes() >= 0, "acknowledged <= written", connection);
        require(connection.receiveQueueBytes() >= 0, "read <= received", connection);
        require(
                connection.retransmissionTimeoutNs() >= LEAST_TIMEOUT_NS
                        && connection.retransmissionTimeoutNs() <= LONGEST_TIMEOUT_NS,
                "RTO " + connection.retransmissionTimeoutNs() + " ns in its bounds",
                connection);
    }

    /** New data stays inside the congestion window, unless loss or reordering have changed what counts as in flight. */
    private void checkWindow(final Connection connection, final Past past) {
        final long cwndBytes = connection.congestionControl().windowBytes();
        final long next = connection.sendNext();
        final FlowWatch watch = observer.flow(FlowKey.of(
                node, connection.localPort(), connection.remoteHi(), connection.remoteLo(), connection.remotePort()));
        require(cwndBytes >= connection.mssBytes(), "a congestion window of a segment at least", connection);
        if (watch == null || watch.isDisturbed || connection.retransmittedSegments() != past.retransmitted) {
            past.disturbedUntil = next;
        }
        if (watch != null) {
            watch.isDisturbed = false;
        }
        if (next <= past.next || connection.sendUnacknowledged() < past.disturbedUntil) {
            return;
        }
        final long flight = next - connection.sendUnacknowledged();
        final long allowed =
                Math.max(cwndBytes, past.cwndBytes) + (long) SEGMENTS_BEYOND * connection.mssBytes() + 1; // And a FIN.
        if (flight > allowed && next - past.next <= connection.mssBytes() && probesLeft > 0) {
            // RFC 8985 7.3: the probe is new data if there is any, however much is in flight: after an echo of
            // congestion that is more than the window.
            probesLeft--;
            return;
        }
        require(flight <= allowed, "flight " + flight + " <= cwnd " + cwndBytes, connection);
    }

    private void require(final boolean holds, final String what, final Connection connection) {
        if (!holds) {
            throw new OracleFailure("node " + node + ": not " + what + ": " + connection);
        }
    }
}

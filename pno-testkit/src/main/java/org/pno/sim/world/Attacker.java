package org.pno.sim.world;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.pno.tcp.Connection;
import org.pno.tcp.TcpState;
import org.pno.time.ManualClock;
import org.pno.wire.IpAddress;
import org.pno.wire.TcpHeader;
import org.pno.wire.TcpOptions;

/**
 * Somebody on the network who sends what no stack sends, to the nodes' faces: segments for connections that he knows
 * of, with numbers that are wrong, and packets that are wrong by themselves ({@link Vandal}). Nothing of it may harm a
 * connection, so he never uses the one sequence number that would end it, nor payload that would be taken.
 */
final class Attacker {
    private static final int FAR = 1 << 30;
    private static final int FLOOD = 24;
    private static final int FIRST_STRANGER = 199;

    private final SplittableRandom random;
    private final Network network;
    private final WireObserver observer;
    private final List<SimulatedSystem> systems;
    private final ManualClock clock;
    private final FrameForge forge = new FrameForge();
    private final Vandal vandal;
    private final TcpOptions options = new TcpOptions();
    private final List<Connection> targets = new ArrayList<>();

    Attacker(
            final SplittableRandom random,
            final Network network,
            final WireObserver observer,
            final List<SimulatedSystem> systems,
            final ManualClock clock) {
        this.random = random;
        this.network = network;
        this.observer = observer;
        this.systems = systems;
        this.clock = clock;
        vandal = new Vandal(random, forge);
    }

    /** Sends something. */
    void strike() {
        final int node = random.nextInt(systems.size());
        switch (random.nextInt(4)) {
            case 0 -> inject(node, vandal.frame(node, observer));
            case 1 -> flood(node);
            case 2 -> strikeOldFlow();
            default -> strikeConnection(node);
        }
    }

    private void inject(final int node, final FrameForge frame) {
        network.inject(node, frame.memory, FrameForge.FRAME, frame.length());
    }

    /** SYNs for a port that somebody listens on, from hosts that are not there. */
    private void flood(final int node) {
        final List<FlowWatch> flows = observer.flows();
        if (flows.isEmpty()) {
            return;
        }
        final FlowWatch flow = flows.get(random.nextInt(flows.size()));
        final int port = FlowKey.receiverPort(flow.flow);
        final boolean isAnswered = random.nextInt(2) == 0;
        for (int i = random.nextInt(FLOOD); i >= 0; i--) {
            final int source = isAnswered ? (node + 1) % systems.size() : FIRST_STRANGER + random.nextInt(20);
            inject(
                    node,
                    forge.segment(
                            node,
                            Addresses.of(source, FlowKey.isIpv6(flow.flow)),
                            new int[] {1 + random.nextInt(1_000), port},
                            TcpHeader.SYN,
                            new int[] {random.nextInt(), 0},
                            null,
                            0));
        }
    }

    /** Something for a flow that was seen once: in TIME-WAIT or gone, perhaps. */
    private void strikeOldFlow() {
        final List<FlowWatch> flows = observer.flows();
        if (flows.isEmpty()) {
            return;
        }
        final FlowWatch flow = flows.get(random.nextInt(flows.size()));
        final int node = FlowKey.receiver(flow.flow);
        if (node >= systems.size() || FlowKey.source(flow.flow) >= systems.size()) {
            return;
        }
        final int[] flags = {TcpHeader.ACK, TcpHeader.ACK | TcpHeader.PSH, TcpHeader.RST, TcpHeader.RST | TcpHeader.ACK
        };
        inject(
                node,
                forge.segment(
                        node,
                        Addresses.of(FlowKey.source(flow.flow), FlowKey.isIpv6(flow.flow)),
                        new int[] {FlowKey.sourcePort(flow.flow), FlowKey.receiverPort(flow.flow)},
                        flags[random.nextInt(flags.length)],
                        new int[] {flow.iss + FAR + random.nextInt(FAR), random.nextInt()},
                        null,
                        random.nextInt(20)));
    }

    private void strikeConnection(final int node) {
        targets.clear();
        systems.get(node).stack().tcp().forEachConnection(targets::add);
        if (targets.isEmpty()) {
            return;
        }
        final Connection target = targets.get(random.nextInt(targets.size()));
        switch (target.state()) {
            case SYN_SENT, SYN_RECEIVED -> strikeHandshake(node, target);
            case CLOSED -> {}
            default -> strikeEstablished(node, target);
        }
    }

    private void send(
            final int node,
            final Connection target,
            final int flags,
            final int sequence,
            final int acknowledgment,
            final int payloadLength) {
        inject(
                node,
                forge.segment(
                                node,
                                remote(target),
                                new int[] {target.remotePort(), target.localPort()},
                                flags,
                                new int[] {sequence, acknowledgment},
                                options,
                                payloadLength)
                        .window(grantedField(observer, node, target)));
        options.clear();
    }

    static IpAddress remote(final Connection target) {
        return new IpAddress(target.remoteHi(), target.remoteLo());
    }

    static long sentBy(final int node, final Connection target) {
        return FlowKey.of(node, target.localPort(), target.remoteHi(), target.remoteLo(), target.remotePort());
    }

    /** A window that grants no more than the peer itself has granted, for segments whose ACK field is taken. */
    static int grantedField(final WireObserver observer, final int node, final Connection target) {
        final FlowWatch flow = observer.flow(sentBy(node, target));
        final long granted = flow == null ? 0 : flow.grantedEdge - Math.max(0, target.sendUnacknowledged());
        return Math.clamp(granted >> target.sendWindowScale(), 0, 0xFFFF);
    }

    private void strikeHandshake(final int node, final Connection target) {
        final int wrong = target.initialSendSequence() + FAR;
        if (target.state() == TcpState.SYN_SENT) {
            switch (random.nextInt(3)) {
                case 0 -> send(node, target, TcpHeader.PSH, 1, 0, 0);
                case 1 -> send(node, target, TcpHeader.ACK, 1, wrong, 0);
                default -> send(node, target, TcpHeader.RST | TcpHeader.ACK, 1, wrong, 0);
            }
        } else {
            final int next = target.initialReceiveSequence() + 1;
            send(node, target, random.nextBoolean() ? TcpHeader.ACK : TcpHeader.PSH, next, wrong, 0);
        }
    }

    private void strikeEstablished(final int node, final Connection target) {
        final int firstIn = target.initialReceiveSequence() + 1;
        final int firstOut = target.initialSendSequence() + 1;
        final int next = firstIn + (int) target.receiveNext();
        final int edge = firstIn + (int) target.receiveEdge();
        final int unacknowledged = firstOut + (int) target.sendUnacknowledged();
        final int unsent = firstOut + (int) target.sendNext();
        switch (random.nextInt(12)) {
            case 0 -> send(node, target, TcpHeader.RST, edge + FAR, 0, 0);
            case 1 -> resetInWindow(node, target, next, edge);
            case 2 -> send(node, target, TcpHeader.SYN, next + random.nextInt(1_000), 0, 0);
            case 3 -> send(node, target, TcpHeader.SYN | TcpHeader.FIN, next, 0, 0);
            case 4 -> send(node, target, TcpHeader.PSH, next, 0, 0);
            case 5 -> send(node, target, TcpHeader.ACK, edge + 100_000 + random.nextInt(FAR), unacknowledged, 100);
            case 6 -> send(node, target, TcpHeader.ACK, next, unsent + 1 + random.nextInt(FAR), 0);
            case 7 -> send(node, target, TcpHeader.ACK, next, unacknowledged - FAR, 0);
            case 8 -> oldTimestamp(node, target, next, unacknowledged);
            case 9 -> falseReport(node, target, next, unacknowledged, unsent);
            case 10 -> textWithoutRoom(node, target, next, edge, unacknowledged);
            default -> unreachable(node, target, unacknowledged);
        }
    }

    /** RFC 5961 3.2: inside the window, but not the next number. */
    private void resetInWindow(final int node, final Connection target, final int next, final int edge) {
        if (edge - next > 4_000 && target.receiveNext() > 0) {
            send(node, target, TcpHeader.RST, next + 2_000 + random.nextInt(edge - next - 2_000), 0, 0);
        }
    }

    private void oldTimestamp(final int node, final Connection target, final int next, final int unacknowledged) {
        final FlowWatch flow = observer.flow(FlowKey.reverse(sentBy(node, target)));
        if (target.timestamps() && flow != null && flow.hasTimestamps) {
            options.timestamps(flow.timestamp - 10_000_000, 0);
            send(node, target, TcpHeader.ACK, next, unacknowledged, random.nextInt(2) * 100);
        }
    }

    /** Reports by SACK what the peer has not, so that it looks later as if it had thrown it away. */
    private void falseReport(
            final int node, final Connection target, final int next, final int unacknowledged, final int unsent) {
        final FlowWatch flow = observer.flow(sentBy(node, target));
        if (target.sackPermitted() && unsent - unacknowledged > 100 && flow != null) {
            flow.isDisturbed = true;
            options.addSackBlock(unacknowledged, unacknowledged + Math.min(unsent - unacknowledged, 1_000));
            send(node, target, TcpHeader.ACK, next, unacknowledged, 0);
        }
    }

    /** Payload where none can be taken: the window is closed, or the peer's stream has ended. */
    private void textWithoutRoom(
            final int node, final Connection target, final int next, final int edge, final int unacknowledged) {
        final boolean hasEnded = switch (target.state()) {
            case CLOSE_WAIT, CLOSING, LAST_ACK -> true;
            default -> false;
        };
        if (hasEnded) {
            send(node, target, TcpHeader.ACK, next, unacknowledged, 50);
        } else if (edge == next && !systems.get(node).port().hasArrived()) {
            options.clear();
            forge.segment(
                            node,
                            remote(target),
                            new int[] {target.remotePort(), target.localPort()},
                            TcpHeader.ACK,
                            new int[] {next, unacknowledged},
                            null,
                            50)
                    .window(grantedField(observer, node, target));
            network.injectNow(node, forge.memory, FrameForge.FRAME, forge.length());
        }
    }

    private void unreachable(final int node, final Connection target, final int unacknowledged) {
        inject(
                node,
                forge.icmpError(
                        node,
                        remote(target),
                        random.nextInt(4),
                        remote(target),
                        new int[] {target.localPort(), target.remotePort()},
                        unacknowledged + random.nextInt(2) * FAR));
    }

    @Override
    public String toString() {
        return "attacker at " + clock.nowNs();
    }
}

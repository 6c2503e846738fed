package org.pno.sim.world;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.pno.sim.net.StreamPattern;
import org.pno.tcp.Connection;
import org.pno.tcp.TcpState;
import org.pno.wire.BigEndian;
import org.pno.wire.Icmpv4Header;
import org.pno.wire.Icmpv6Header;
import org.pno.wire.IpAddress;
import org.pno.wire.TcpHeader;
import org.pno.wire.TcpOptions;

/**
 * Somebody on the network who sends packets of IPv6 and fragments that are wrong by themselves, and false word of
 * narrow paths. He draws from a stream of his own.
 */
final class PacketAttacker {
    private static final int LEAST_MTU = 600;
    private static final int MOST_MTU = 2_000;
    private static final int INSIDE_BYTES = 8;
    private static final int OVERRUN_BYTES = 40;
    private static final int FAR = 1 << 30;

    private final SplittableRandom random;
    private final Network network;
    private final WireObserver observer;
    private final List<SimulatedSystem> systems;
    private final FrameForge forge = new FrameForge();
    private final Ipv6Vandal vandal;
    private final FragmentVandal cutter;
    private final TcpOptions options = new TcpOptions();
    private final List<Connection> targets = new ArrayList<>();

    PacketAttacker(
            final SplittableRandom random,
            final Network network,
            final WireObserver observer,
            final List<SimulatedSystem> systems,
            final boolean hasIpv6) {
        this.random = random;
        this.network = network;
        this.observer = observer;
        this.systems = systems;
        vandal = new Ipv6Vandal(random, forge);
        cutter = new FragmentVandal(random, forge, hasIpv6);
    }

    /** Sends a packet of IPv6, or word of a narrow path. */
    void strike() {
        final int node = random.nextInt(systems.size());
        if (random.nextInt(4) == 0) {
            strikeConnection(node);
        } else {
            inject(node, vandal.frame(node, hasUsedIpv6(node)));
        }
    }

    /** Sends fragments. */
    void strikeWithFragments() {
        final int node = random.nextInt(systems.size());
        final int peer = (node + 1 + random.nextInt(systems.size() - 1)) % systems.size();
        final int identification = network.cutter().identification() + 1 + random.nextInt(3);
        cutter.strike(node, peer, identification, frame -> inject(node, frame));
    }

    /** True once the node has sent a segment from its address: then nobody can claim it any more. */
    private boolean hasUsedIpv6(final int node) {
        return observer.flows().stream()
                .anyMatch(flow -> flow.hasSyn && FlowKey.isIpv6(flow.flow) && FlowKey.source(flow.flow) == node);
    }

    private void strikeConnection(final int node) {
        targets.clear();
        systems.get(node).stack().tcp().forEachConnection(targets::add);
        if (targets.isEmpty()) {
            return;
        }
        final Connection target = targets.get(random.nextInt(targets.size()));
        if (target.state() == TcpState.ESTABLISHED && random.nextBoolean()) {
            overrun(node, target);
        } else if (target.state() != TcpState.CLOSED) {
            narrow(node, target);
        }
    }

    /** What the peer has sent already up to the window's end, and more behind it. */
    private void overrun(final int node, final Connection target) {
        final FlowWatch peer = observer.flow(FlowKey.reverse(Attacker.sentBy(node, target)));
        final long position = target.receiveEdge() - INSIDE_BYTES;
        if (peer == null || peer.highest < target.receiveEdge() || position < target.receiveNext()) {
            return;
        }
        options.clear();
        if (target.timestamps() && peer.hasTimestamps) {
            options.timestamps(peer.timestamp, 0);
        }
        final int[] ports = {target.remotePort(), target.localPort()};
        final int[] numbers = {
            target.initialReceiveSequence() + 1 + (int) position,
            target.initialSendSequence() + 1 + (int) target.sendUnacknowledged()
        };
        forge.segment(node, Attacker.remote(target), ports, TcpHeader.ACK, numbers, options, OVERRUN_BYTES);
        StreamPattern.fill(FlowKey.salt(peer.flow), position, OVERRUN_BYTES, forge.memory, forge.tcp.payloadOffset());
        inject(node, forge.window(Attacker.grantedField(observer, node, target)));
    }

    /** RFC 5927: what is said of a segment that is under way is believed, of another one it is not. */
    private void narrow(final int node, final Connection target) {
        final IpAddress remote = Attacker.remote(target);
        final int unacknowledged = target.initialSendSequence() + 1 + (int) target.sendUnacknowledged();
        final int[] ports = {target.localPort(), target.remotePort()};
        forge.icmpError(
                node,
                remote,
                Icmpv4Header.CODE_FRAGMENTATION_NEEDED,
                remote,
                ports,
                unacknowledged + random.nextInt(2) * FAR);
        final int mtuBytes = random.nextInt(LEAST_MTU, MOST_MTU);
        if (!remote.isIpv4()) {
            forge.put(forge.transport(), Icmpv6Header.PACKET_TOO_BIG);
            forge.put(forge.transport() + 1, 0);
        }
        BigEndian.i32(forge.memory, forge.transport() + 4, mtuBytes);
        inject(node, forge.completeIcmp());
    }

    private void inject(final int node, final FrameForge frame) {
        network.inject(node, frame.memory, FrameForge.FRAME, frame.length());
    }
}

package org.pno.sim.world;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.pno.tcp.Connection;
import org.pno.tcp.TcpState;
import org.pno.wire.TcpHeader;

/** Somebody who sends payload that begins where a connection's window ends: there is nothing of it to be taken. */
final class EdgeAttacker {
    private static final int MOST_BYTES = 200;

    private final SplittableRandom random;
    private final World world;
    private final int nodes;
    private final FrameForge forge = new FrameForge();
    private final List<Connection> targets = new ArrayList<>();

    EdgeAttacker(final World world, final int nodes, final SplittableRandom random) {
        this.world = world;
        this.nodes = nodes;
        this.random = random;
    }

    /** Sends one to a connection of some node, at once: what arrives before could open its window further. */
    void strike() {
        final int node = random.nextInt(nodes);
        final SimulatedSystem system = world.system(node);
        targets.clear();
        system.stack().tcp().forEachConnection(connection -> {
            if (connection.state() == TcpState.ESTABLISHED) {
                targets.add(connection);
            }
        });
        if (targets.isEmpty() || system.port().hasArrived()) {
            return;
        }
        final Connection target = targets.get(random.nextInt(targets.size()));
        final int edge = target.initialReceiveSequence() + 1 + (int) target.receiveEdge();
        // Of an ACK that is old nothing counts. Of another one the window would count, and it would be the latest until
        // the peer itself has sent so far: that could stop the connection, as it could in Linux.
        final int old = target.initialSendSequence() + (int) target.sendUnacknowledged();
        forge.segment(
                node,
                Attacker.remote(target),
                new int[] {target.remotePort(), target.localPort()},
                TcpHeader.ACK,
                new int[] {edge, old},
                null,
                1 + random.nextInt(MOST_BYTES));
        world.network().injectNow(node, forge.memory, FrameForge.FRAME, forge.length());
    }
}

package org.pno.sim.net;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.pno.stack.StackConfiguration;

/**
 * Two nodes, the wire between them and the clock of all three: time jumps from event to event. The same seed makes
 * the same run; whoever fails prints it.
 */
public final class SimulatedPair {
    private static final long START_NS = TimeUnit.HOURS.toNanos(1);
    /** Time goes on by this at least from step to step, so that no event can hold it. */
    private static final long LEAST_STEP_NS = 1_000;

    /** All that a stack reads of a frame. */
    private static final int HEADER_BYTES = 128;

    private final SimulatedWire wire;
    private final SimulatedNode[] nodes = new SimulatedNode[2];
    private final StackInvariants invariants = new StackInvariants();
    private final boolean checking;

    private long nowNs;
    private long steps;

    /** Joins two stacks of the same behaviour and configuration by default. */
    public SimulatedPair(final WireFaults faults, final NodeBehaviour behaviour, final long seed) {
        this(faults, behaviour, seed, START_NS, new StackConfiguration(), new StackConfiguration());
    }

    /** Joins two stacks. */
    public SimulatedPair(
            final WireFaults faults,
            final NodeBehaviour behaviour,
            final long seed,
            final long startNs,
            final StackConfiguration one,
            final StackConfiguration other) {
        checking = behaviour.verifyingPayload;
        final boolean whole = checking || !faults.superSegments; // A checksum needs all of a packet.
        wire = new SimulatedWire(faults, whole ? Integer.MAX_VALUE : HEADER_BYTES, seed);
        nowNs = startNs;
        nodes[0] = new SimulatedNode(0, wire, behaviour, one, 2 * seed + 1, startNs);
        nodes[1] = new SimulatedNode(1, wire, behaviour, other, 2 * seed + 2, startNs);
        nodes[0].join(nodes[1]);
        nodes[1].join(nodes[0]);
    }

    public SimulatedNode node(final int index) {
        return nodes[index];
    }

    public SimulatedWire wire() {
        return wire;
    }

    public long nowNs() {
        return nowNs;
    }

    public long steps() {
        return steps;
    }

    /**
     * Runs until {@code done}, or for {@code limitNs} of virtual time.
     *
     * @return true if it is done
     */
    public boolean runUntil(final BooleanSupplier done, final long limitNs) {
        final long endNs = nowNs + limitNs;
        while (!done.getAsBoolean()) {
            if (!stepBefore(endNs)) {
                return false;
            }
        }
        return true;
    }

    /** Lets {@code forNs} of virtual time pass. */
    public void run(final long forNs) {
        final long endNs = nowNs + forNs;
        while (stepBefore(endNs)) {
            // The step counts itself.
        }
    }

    /** Does what is due next, if that is before {@code endNs}; else it is {@code endNs}, and the answer false. */
    private boolean stepBefore(final long endNs) {
        final long eventNs = Math.min(wire.nextDeliveryNs(), Math.min(nodes[0].nextEventNs(), nodes[1].nextEventNs()));
        final long nextNs = Math.max(eventNs, nowNs + LEAST_STEP_NS);
        if (nextNs >= endNs) {
            nowNs = endNs;
            return false;
        }
        nowNs = nextNs;
        steps++;
        wire.deliver(nowNs, nodes);
        for (final SimulatedNode node : nodes) {
            node.step(nowNs);
            if (checking) {
                check(node);
            }
        }
        return true;
    }

    private void check(final SimulatedNode node) {
        for (int connection = 0; connection < node.programSlots(); connection++) {
            invariants.check(node.stack(), node.program(connection));
        }
    }

    /** All connections of both nodes, for whoever has to find out why a run went wrong. */
    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder("at " + nowNs + " ns, step " + steps);
        for (int index = 0; index < nodes.length; index++) {
            final SimulatedNode node = nodes[index];
            text.append("\n  node ")
                    .append(index)
                    .append(", ")
                    .append(node.openCount())
                    .append(" programs");
            node.stack()
                    .tcp()
                    .forEachConnection(connection -> text.append("\n    ").append(connection));
        }
        return text.toString();
    }
}

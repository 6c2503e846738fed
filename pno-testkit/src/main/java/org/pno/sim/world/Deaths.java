package org.pno.sim.world;

import java.util.List;
import org.pno.bridge.Holder;

/**
 * Processes that die with sockets open: alone, with another one coming in their place perhaps, or as one of a family
 * of two. The DPU learns it from the pidfd, and a little later from the end of the control connection.
 */
final class Deaths {
    private static final long LATEST_NS = 1_500_000_000L;
    private static final int BACKLOG = 8;
    private static final int CREDITS = 2;

    private final World world;
    private final Scenario scenario;
    private final Draw draw;

    Deaths(final World world, final Scenario scenario, final Draw draw) {
        this.world = world;
        this.scenario = scenario;
        this.draw = draw;
    }

    /** Plans who dies when. */
    void plan() {
        final long forNs = Math.min(LATEST_NS, scenario.startNs() + scenario.healNs() - scenario.beginNs());
        for (int count = draw.between(1, 3); count > 0; count--) {
            final int node = draw.below(scenario.nodes());
            final int port = draw.below(2);
            final long atNs = scenario.beginNs() + draw.spread(100_000L, forNs);
            final long nextNs = draw.spread(1_000L, 1_000_000_000L);
            switch (draw.below(4)) {
                case 0 -> world.at(atNs, () -> kill(world.process(node, port)));
                case 1 -> {
                    world.at(atNs, () -> kill(world.process(node, port)));
                    world.at(atNs + nextNs, () -> replace(node, world.process(node, port)));
                }
                default -> {
                    final boolean isParent = draw.oneIn(2);
                    world.at(atNs, () -> fork(world.process(node, port), isParent, nextNs));
                }
            }
        }
    }

    private void kill(final HostProcess process) {
        if (process.isDead() || process.channels().isEmpty() || process.channelOfChild() != null) {
            return;
        }
        process.die();
        world.system(process.node()).detach(process, process.channels());
        lose(process, process.holder);
    }

    /** What holds the process's slot is dead, and its connection ends. */
    private void lose(final HostProcess process, final Holder holder) {
        final SimulatedSystem system = world.system(process.node());
        system.lose(holder);
        world.at(world.nowNs() + draw.spread(1L, 1_000_000), () -> system.disconnect(holder));
    }

    /** A process starts again: a new arena, and the same ports. */
    private void replace(final int node, final HostProcess dead) {
        if (!dead.isDead() || world.isResting()) {
            return;
        }
        final HostProcess process = world.system(node)
                .replace(dead, scenario.geometry(), scenario.extras().random());
        process.whenUp(() -> {
            for (int channel = 0; channel < scenario.channels(); channel++) {
                process.openChannel(scenario.busyChance());
            }
            dead.listeners().everServed().stream()
                    .distinct()
                    .forEach(dialogue -> process.listeners().listen(dialogue, BACKLOG, CREDITS, world.nowNs()));
        });
    }

    private void fork(final HostProcess process, final boolean isParent, final long afterNs) {
        if (process.isDead() || process.channels().isEmpty() || process.channelOfChild() != null) {
            return;
        }
        process.fork();
        world.system(process.node()).adopt(process, (child, errno) -> {
            if (child == null) {
                throw new OracleFailure("node " + process.node() + ": a child was refused with " + errno);
            }
            world.at(world.nowNs() + afterNs, () -> endFamily(process, child, isParent));
        });
    }

    /** One of both dies; the other one goes on. */
    private void endFamily(final HostProcess process, final Holder child, final boolean isParent) {
        final SimulatedSystem system = world.system(process.node());
        if (isParent) {
            system.detach(process, process.channels());
            process.goOnAsChild(world.nowNs());
            lose(process, process.holder);
        } else {
            system.detach(process, List.of(process.channelOfChild()));
            lose(process, child);
        }
    }
}

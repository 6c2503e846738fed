package org.pno.sim.world;

import java.util.Set;

/** Draws how bad each kind of fault is, and when those that come and go do so. */
final class FaultDraw {
    private FaultDraw() {}

    static void shape(final PathFaults path, final Set<FaultKind> faults, final Draw draw) {
        for (final FaultKind kind : faults) {
            switch (kind) {
                case LOSS -> path.lossChance = draw.chance(draw.oneIn(6) ? 0.25 : 0.05);
                case BURSTS -> {
                    path.burstBeginChance = draw.chance(0.02);
                    path.burstEndChance = 0.05 + draw.chance(0.4);
                    path.burstLossChance = 0.5 + draw.chance(0.5);
                }
                case REORDERING -> {
                    path.reorderChance = draw.chance(0.25);
                    path.reorderNs = draw.spread(1_000L, 4 * path.delayNs);
                }
                case DUPLICATION -> path.duplicateChance = draw.chance(0.15);
                case CORRUPTION -> path.corruptChance = draw.chance(0.05);
                case JITTER -> path.jitterNs = draw.spread(1_000L, 2 * path.delayNs);
                case RATE -> {
                    path.bitsPerSecond = draw.spread(2_000_000L, 1_000_000_000L);
                    path.queueBytes = draw.spread(20_000L, 400_000L);
                    path.markBytes = path.queueBytes / draw.between(2, 10);
                }
                default -> {} // Those come and go, or belong to nodes.
            }
        }
    }

    static void planEvents(final World world, final Scenario scenario, final Draw draw, final long beginNs) {
        final long forNs = scenario.startNs() + scenario.healNs() - beginNs;
        for (final FaultKind kind : scenario.faults()) {
            switch (kind) {
                case PARTITION -> planPartitions(world, scenario, draw, beginNs, forNs);
                case MTU -> planMtu(world, scenario, draw, beginNs, forNs);
                case PAUSE -> planPauses(world, scenario, draw, beginNs, forNs);
                case RESTART -> planRestarts(world, scenario, draw, beginNs);
                case ATTACK -> planAttacks(world, draw, beginNs, Math.min(forNs, 4_000_000_000L));
                default -> {} // Paths have them already.
            }
        }
    }

    private static void planPartitions(
            final World world, final Scenario scenario, final Draw draw, final long beginNs, final long forNs) {
        for (int count = draw.between(1, 3); count > 0; count--) {
            final int from = draw.below(scenario.nodes());
            final int to = (from + 1 + draw.below(scenario.nodes() - 1)) % scenario.nodes();
            final boolean bothWays = draw.oneIn(2);
            final long atNs = beginNs + draw.spread(1_000L, Math.max(2_000, Math.min(forNs, 2_000_000_000L)));
            final long lastsNs = scenario.isLongOutage() ? forNs : draw.spread(1_000_000L, forNs);
            world.at(atNs, () -> cut(world, from, to, bothWays, true));
            world.at(atNs + lastsNs, () -> cut(world, from, to, bothWays, false));
        }
    }

    private static void cut(
            final World world, final int from, final int to, final boolean bothWays, final boolean isCut) {
        if (!world.isHealed()) {
            world.network().faults(from, to).isCut = isCut;
            world.network().faults(to, from).isCut = isCut && bothWays;
        }
    }

    private static void planMtu(
            final World world, final Scenario scenario, final Draw draw, final long beginNs, final long forNs) {
        for (int count = draw.between(1, 3); count > 0; count--) {
            final int from = draw.below(scenario.nodes());
            final int to = (from + 1 + draw.below(scenario.nodes() - 1)) % scenario.nodes();
            final int bytes = draw.between(400, Math.max(500, scenario.mtuBytes() - 20));
            final boolean tells = !draw.oneIn(4);
            final long atNs = beginNs + draw.spread(1_000L, Math.min(forNs, 1_000_000_000L));
            world.at(atNs, () -> narrow(world, from, to, bytes, tells));
            world.at(atNs + draw.spread(1_000_000L, forNs), () -> narrow(world, from, to, 0, false));
        }
    }

    private static void narrow(final World world, final int from, final int to, final int bytes, final boolean tells) {
        if (!world.isHealed()) {
            world.network().faults(from, to).mtuBytes = bytes;
            world.network().faults(from, to).tellsMtu = tells;
        }
    }

    private static void planPauses(
            final World world, final Scenario scenario, final Draw draw, final long beginNs, final long forNs) {
        for (int count = draw.between(1, 4); count > 0; count--) {
            final int node = draw.below(scenario.nodes());
            final long atNs = beginNs + draw.spread(1_000L, Math.min(forNs, 1_000_000_000L));
            final long lastsNs = draw.spread(10_000L, 3_000_000_000L);
            world.at(atNs, () -> world.system(node).pauseUntil(world.nowNs() + lastsNs));
        }
    }

    private static void planRestarts(final World world, final Scenario scenario, final Draw draw, final long beginNs) {
        for (final Dialogue dialogue : scenario.dialogues()) {
            if (dialogue.opensAtOnce() || !draw.oneIn(2)) {
                continue;
            }
            final HostProcess process = world.process(dialogue.server(), dialogue.port());
            final long atNs = beginNs + draw.spread(1_000L, 1_000_000_000L);
            world.at(atNs, () -> process.listeners().unlisten(dialogue, world.nowNs()));
            world.at(
                    atNs + draw.spread(100_000L, 1_000_000_000L),
                    () -> process.listeners().listen(dialogue, draw.between(2, 16), draw.between(1, 4), world.nowNs()));
        }
    }

    private static void planAttacks(final World world, final Draw draw, final long beginNs, final long forNs) {
        final int count = draw.between(50, 250);
        for (int i = 0; i < count; i++) {
            world.at(beginNs + draw.spread(1_000L, forNs), world.attacker()::strike);
        }
    }
}

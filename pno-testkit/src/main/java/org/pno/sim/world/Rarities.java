package org.pno.sim.world;

import java.util.SplittableRandom;
import org.pno.tcp.TcpConfiguration;

/**
 * What a seed says of what hardly ever happens: payload at the very edge of a window, paths that are soon probed again,
 * and a process that breaks the link's protocol. Drawn from a stream of its own, so that runs without any of it stay
 * what they are.
 */
final class Rarities {
    private static final long STREAM = 0xA076_1D64_78BD_642FL;
    private static final long SOONEST_PROBE_NS = 1_000_000L;
    private static final long LATEST_PROBE_NS = 500_000_000L;
    private static final long LATEST_NS = 1_500_000_000L;

    private final Draw draw;
    private final boolean probesSoon;
    private final boolean hasStrikes;
    private final boolean hasRogue;

    Rarities(final long seed) {
        draw = new Draw(new SplittableRandom(seed * STREAM + 3));
        probesSoon = draw.oneIn(2);
        hasStrikes = draw.oneIn(8);
        hasRogue = draw.oneIn(15);
    }

    void set(final TcpConfiguration tcp) {
        if (probesSoon) {
            tcp.pathProbeIntervalNs = draw.spread(SOONEST_PROBE_NS, LATEST_PROBE_NS);
        }
    }

    /** Plans what happens when. */
    void planEvents(final World world, final Scenario scenario) {
        final long forNs = Math.min(LATEST_NS, scenario.startNs() + scenario.healNs() - scenario.beginNs());
        if (hasStrikes) {
            final EdgeAttacker attacker =
                    new EdgeAttacker(world, scenario.nodes(), new SplittableRandom(draw.nextLong()));
            for (int count = draw.between(20, 100); count > 0; count--) {
                world.at(scenario.beginNs() + draw.spread(100_000L, forNs), attacker::strike);
            }
        }
        if (hasRogue) {
            final int node = draw.below(scenario.nodes());
            final Rogue rogue = new Rogue(world, world.system(node), draw);
            world.at(scenario.beginNs() + draw.spread(100_000L, forNs), rogue::begin);
        }
    }
}

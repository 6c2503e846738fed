package org.pno.sim.world;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.pno.stack.StackConfiguration;
import org.pno.tcp.SynCookieMode;
import org.pno.tcp.TcpConfiguration;

/**
 * What a seed says besides what {@link Scenario} drew from the first: families of addresses, and faults that came
 * later. Drawn from a stream of its own, so that the other runs stay what they are.
 */
final class Extras {
    private static final long STREAM = 0x9E6C_63D0_876A_3F6BL;
    private static final long LEAD_NS = 50_000_000L;
    /** Long enough for the addresses to be found free (RFC 4862 5.4). */
    private static final long LEAD_IPV6_NS = 1_050_000_000L;

    private static final int LEAST_MTU_IPV6 = 1_280;
    private static final int UNIT_BYTES = 8;
    private static final long LONGEST_ATTACK_NS = 4_000_000_000L;

    private static final int CHANNELS = 2;
    private static final int OWN_PORT = 3_000;
    private static final int NO_QUOTA = 10_000;

    private final Draw draw;
    private final boolean isOffloading;
    private final boolean hasIpv6;
    private final int ipv6In;
    private final long leadNs;
    private final boolean hintsLate;
    private boolean isTight;
    private final Set<FaultKind> faults = EnumSet.noneOf(FaultKind.class);

    Extras(final long seed, final int mtuBytes, final boolean isOffloading) {
        this.isOffloading = isOffloading;
        draw = new Draw(new SplittableRandom(seed * STREAM + 1));
        hasIpv6 = draw.oneIn(2) && mtuBytes >= LEAST_MTU_IPV6;
        ipv6In = draw.between(1, 3);
        hintsLate = draw.oneIn(12);
        leadNs = hasIpv6 && !draw.oneIn(4) ? LEAD_IPV6_NS : LEAD_NS;
    }

    boolean hasIpv6() {
        return hasIpv6;
    }

    /** Adds the faults of the second draw. */
    void add(final Set<FaultKind> all) {
        if (!isOffloading && draw.oneIn(7)) {
            faults.add(FaultKind.FRAGMENTS);
        }
        if (draw.oneIn(9)) {
            faults.add(FaultKind.FALSE_FRAGMENTS);
        }
        if (draw.oneIn(6)) {
            faults.add(FaultKind.DEATH);
        }
        all.addAll(faults);
    }

    /** Channels of an arena: a child needs one of its own. */
    int channels() {
        return faults.contains(FaultKind.DEATH) ? CHANNELS + 1 : CHANNELS;
    }

    /** A stream of somebody's own. */
    SplittableRandom random() {
        return new SplittableRandom(draw.nextLong());
    }

    PathCutter cutter() {
        return new PathCutter(random());
    }

    /** How a path treats long packets. */
    void shape(final PathFaults path) {
        if (faults.contains(FaultKind.FRAGMENTS) && !draw.oneIn(4)) {
            path.fragmentBytes = UNIT_BYTES * draw.between(8, 170);
            path.fragmentLossChance = draw.oneIn(2) ? draw.chance(0.03) : 0;
        }
    }

    /** Plans what happens when. */
    void planEvents(final World world, final Scenario scenario) {
        final long forNs = Math.min(scenario.healNs(), LONGEST_ATTACK_NS);
        if (hasIpv6 && scenario.faults().contains(FaultKind.ATTACK)) {
            for (int count = draw.between(50, 200); count > 0; count--) {
                world.at(scenario.startNs() + draw.spread(1_000_000L, forNs), world.packetAttacker()::strike);
            }
        }
        if (faults.contains(FaultKind.DEATH)) {
            new Deaths(world, scenario, draw).plan();
        }
        if (faults.contains(FaultKind.FALSE_FRAGMENTS)) {
            for (int count = draw.between(10, 60); count > 0; count--) {
                world.at(scenario.beginNs() + draw.spread(1_000L, forNs), world.packetAttacker()::strikeWithFragments);
            }
        }
    }

    /** The dialogues, each over the family that it has here. */
    List<Dialogue> dialogues(final List<Dialogue> drawn) {
        final int deferAccept = draw.oneIn(8) ? draw.between(1, 3) : 0;
        final List<Dialogue> dialogues = new ArrayList<>();
        for (final Dialogue dialogue : drawn) {
            final boolean isIpv6 = hasIpv6 && draw.oneIn(ipv6In);
            dialogues.add(dialogue.with(dialogue.options().over(isIpv6, deferAccept)));
        }
        if (draw.oneIn(12) && !drawn.getFirst().opensAtOnce()) {
            dialogues.add(drawn.getFirst().toItself(OWN_PORT));
        }
        return dialogues;
    }

    /** Makes some of a stack's bounds very small. */
    void tighten(final TcpConfiguration tcp) {
        if (draw.oneIn(12)) {
            tcp.resetsPerSecond = draw.between(1, 5);
            isTight = true;
        }
        if (draw.oneIn(12)) {
            tcp.synCookies = SynCookieMode.OFF;
            tcp.maxHalfOpen = draw.between(1, 4);
            isTight = true;
        }
    }

    /** True if a connect may fail because something is so small. */
    boolean isTight() {
        return isTight;
    }

    /** Connections that the one user of a node may have under way. */
    int halfOpenQuota() {
        return draw.oneIn(12) ? draw.between(1, 2) : NO_QUOTA;
    }

    /** Whether hints of sockets that are gone come late. */
    boolean hintsLate() {
        return hintsLate;
    }

    /** Gives a node's stack its station and addresses. */
    void address(final StackConfiguration stack, final int node) {
        stack.macAddress = Addresses.mac(node);
        stack.addresses.add(Addresses.prefix(node));
        if (hasIpv6) {
            stack.addresses.add(Addresses.prefixIpv6(Addresses.of(node, true)));
            stack.addresses.add(Addresses.prefixIpv6(Addresses.spare(node)));
        }
    }

    /** How much later than without IPv6. */
    long laterNs() {
        return leadNs - LEAD_NS;
    }

    /** From the start to the first dialogue that may begin. */
    long leadNs() {
        return leadNs;
    }
}

package org.pno.sim.world;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.pno.link.ArenaGeometry;
import org.pno.sim.DmaTiming;
import org.pno.stack.StackConfiguration;
import org.pno.tcp.congestion.CongestionAlgorithm;

/**
 * What a seed says of a run: how many systems and of which kind, what their programs do, and what goes wrong when. Two
 * kinds of fault at least; after {@link #healNs} there are none.
 */
public final class Scenario {
    private static final long START_NS = TimeUnit.HOURS.toNanos(1);
    private static final long LONG_OUTAGE_NS = TimeUnit.SECONDS.toNanos(1_200);
    /** Faults that make no SYN or SYN-ACK go lost. */
    private static final Set<FaultKind> HARMLESS_TO_CONNECTS = EnumSet.of(
            FaultKind.REORDERING,
            FaultKind.DUPLICATION,
            FaultKind.JITTER,
            FaultKind.STRIPPING,
            FaultKind.CROWDING,
            FaultKind.PAUSE);

    private static final long TIME_WAIT_NS = TimeUnit.SECONDS.toNanos(60);
    private static final int MANY_TIME_WAITS = 256;

    private static final int CREDITS = 4;
    private static final int BACKLOG = 16;

    private final long seed;
    private final Draw draw;
    private final Extras extras;
    private final Specials specials;
    private final Rarities rarities;
    private final int nodes;
    private final Set<FaultKind> faults = EnumSet.noneOf(FaultKind.class);
    private final List<Dialogue> dialogues;
    private final boolean isOffloading;
    private final int mtuBytes;
    private final long strippedKinds;
    private final double busyChance;
    private final boolean isLongOutage;
    private final long healNs;
    private final long startNs;
    private final SimulatedSystem.SystemSettings[] settings;
    private final ArenaGeometry geometry;
    private final int channels;
    private final int[] processes;
    private final int[] frames;
    private boolean hasFewResources;

    public Scenario(final long seed) {
        this.seed = seed;
        draw = new Draw(new SplittableRandom(seed));
        nodes = 2 + (draw.oneIn(3) ? draw.between(1, 2) : 0);
        drawFaults();
        final List<Dialogue> drawn = new Dialogues(draw, nodes).draw();
        isOffloading = draw.oneIn(4);
        mtuBytes = draw.oneIn(4) ? draw.oneOf(576, 1_280, 1_492, 9_000) : 1_500;
        extras = new Extras(seed, mtuBytes, isOffloading);
        extras.add(faults);
        specials = new Specials(seed);
        rarities = new Rarities(seed);
        dialogues = specials.dialogues(extras.dialogues(drawn));
        strippedKinds = faults.contains(FaultKind.STRIPPING) ? drawStripping() : 0;
        busyChance = faults.contains(FaultKind.CROWDING) ? 0.02 + draw.chance(0.3) : 0;
        isLongOutage = faults.contains(FaultKind.PARTITION) && draw.oneIn(25);
        healNs = extras.laterNs() + (isLongOutage ? LONG_OUTAGE_NS : draw.spread(500_000_000L, 15_000_000_000L));
        settings = new SimulatedSystem.SystemSettings[nodes];
        for (int node = 0; node < nodes; node++) {
            settings[node] = drawSettings();
            extras.address(settings[node].stack(), node);
            extras.tighten(settings[node].stack().tcp);
            specials.set(settings[node].stack().tcp);
            rarities.set(settings[node].stack().tcp);
        }
        final int chunks = draw.oneIn(6) ? draw.between(12, 40) : 256;
        geometry = ArenaGeometry.of(
                extras.channels(), 128, 4, draw.oneIn(6) ? draw.between(12, 40) : 256, specials.receiveChunks(chunks));
        channels = draw.between(1, 2);
        processes = new int[nodes];
        frames = new int[nodes];
        for (int node = 0; node < nodes; node++) {
            processes[node] = draw.oneIn(3) ? 2 : 1;
            // A plain port segments 64 KiB in software, for which it needs a frame per segment.
            frames[node] =
                    draw.oneIn(5) ? draw.between(isOffloading ? 6 : 64, isOffloading ? 24 : 96) : Workspace.FRAMES;
        }
        startNs = drawStart(drawn.size());
    }

    private void drawFaults() {
        final FaultKind[] kinds = FaultKind.values();
        for (int count = draw.between(2, 5); faults.size() < count; ) {
            faults.add(kinds[draw.below(FaultKind.OF_THE_FIRST_DRAW)]);
        }
    }

    private long drawStripping() {
        return switch (draw.below(4)) {
            case 0 -> 1L << OptionStripper.SACK_PERMITTED;
            case 1 -> 1L << OptionStripper.TIMESTAMPS;
            case 2 -> 1L << OptionStripper.WINDOW_SCALE;
            default ->
                1L << OptionStripper.SACK_PERMITTED
                        | 1L << OptionStripper.TIMESTAMPS
                        | (draw.oneIn(2) ? 1L << OptionStripper.WINDOW_SCALE : 0);
        };
    }

    private SimulatedSystem.SystemSettings drawSettings() {
        final long fastest = draw.spread(1L, 2_000);
        final DmaTiming timing =
                new DmaTiming(fastest, fastest + draw.spread(1L, 20_000), draw.spread(1L, 5_000), draw.between(1, 4));
        return new SimulatedSystem.SystemSettings(
                drawStack(),
                draw.oneIn(4),
                new SimulatedSystem.DmaSeed(timing, draw.nextLong()),
                draw.spread(700L, 6_000),
                draw.oneIn(2) ? 0 : draw.spread(1_000L, 50_000),
                extras.halfOpenQuota());
    }

    private StackConfiguration drawStack() {
        final StackConfiguration stack = new StackConfiguration();
        stack.mtuBytes = mtuBytes;
        stack.maxNeighbours = draw.oneIn(8) ? 8 : 64;
        stack.maxNeighbourWaiters = draw.oneIn(8) ? 1 : 64;
        stack.echoRepliesPerSecond = draw.oneIn(2) ? 5 : 1_000;
        stack.icmpErrorsPerSecond = draw.oneIn(2) ? 3 : 100;
        stack.tcp.maxConnections = draw.oneIn(8) ? draw.between(12, 24) : 256;
        stack.tcp.maxHalfOpen = draw.oneIn(6) ? draw.between(2, 6) : 64;
        hasFewResources |= stack.maxNeighbours == 8 || stack.tcp.maxConnections < 256 || stack.tcp.maxHalfOpen < 64;
        stack.tcp.maxTimeWait = draw.oneIn(8) ? draw.between(1, 3) : MANY_TIME_WAITS;
        stack.tcp.maxHoles = draw.oneIn(5) ? draw.between(1, 3) : 64;
        stack.tcp.maxSackedStretches = draw.oneIn(5) ? draw.between(1, 3) : 64;
        stack.tcp.receiveBufferBytes = draw.oneIn(3) ? draw.spread(4_096, 200_000) : 1 << 20;
        stack.tcp.timeWaitNs = draw.oneIn(2) ? TIME_WAIT_NS : draw.spread(1_000_000L, 2_000_000_000);
        if (draw.oneIn(4)) { // So few that ports are soon used again.
            stack.tcp.lastEphemeralPort = stack.tcp.firstEphemeralPort + draw.between(6, 12);
        }
        stack.tcp.congestion = draw.oneOf(CongestionAlgorithm.values());
        stack.tcp.secret0 = draw.nextLong();
        stack.tcp.secret1 = draw.nextLong();
        return stack;
    }

    /** When the run begins: for some seeds so that one connection's sequence numbers soon wrap. */
    private long drawStart(final int drawn) {
        final Dialogue chosen = dialogues.get(draw.below(drawn));
        if (chosen.options().localPort() == 0 || chosen.repeats() > 1) {
            return START_NS + draw.spread(1L, 1L << 40);
        }
        final int first = FirstSequence.of(settings[chosen.client()].stack(), chosen, START_NS);
        final int wanted = -1 - draw.spread(1, 1 + (int) chosen.clientPlan().totalBytes());
        final long ticks = Integer.toUnsignedLong(wanted - first);
        return START_NS + (ticks << FirstSequence.TICK_SHIFT) - extras.leadNs() - chosen.startNs();
    }

    // What the world asks.

    public long seed() {
        return seed;
    }

    Extras extras() {
        return extras;
    }

    int nodes() {
        return nodes;
    }

    public Set<FaultKind> faults() {
        return faults;
    }

    List<Dialogue> dialogues() {
        return dialogues;
    }

    boolean isOffloading() {
        return isOffloading;
    }

    int mtuBytes() {
        return mtuBytes;
    }

    long strippedKinds() {
        return strippedKinds;
    }

    double busyChance() {
        return busyChance;
    }

    /** True if connections may be given up because of silence. */
    boolean isLongOutage() {
        return isLongOutage;
    }

    /** True if a connect may fail because of what happens on the way or at the peer. */
    boolean mayRefuse() {
        return !HARMLESS_TO_CONNECTS.containsAll(faults) || hasFewResources || extras.isTight();
    }

    /** True if a node's TIME-WAIT may be over before a FIN that is sent again. */
    boolean hasShortTimeWait(final int node) {
        return settings[node].stack().tcp.timeWaitNs < TIME_WAIT_NS
                || settings[node].stack().tcp.maxTimeWait < MANY_TIME_WAITS;
    }

    long startNs() {
        return startNs;
    }

    /** When the network heals, from the start on. */
    long healNs() {
        return healNs;
    }

    SimulatedSystem.SystemSettings settings(final int node) {
        return settings[node];
    }

    /** Room for the frames of a node's pool that it may not use: some systems have few. */
    long[] withheldFrames(final int node, final int capacity) {
        return new long[Math.max(0, capacity - frames[node])];
    }

    ArenaGeometry geometry() {
        return geometry;
    }

    int channels() {
        return channels;
    }

    int processes(final int node) {
        return processes[node];
    }

    /** Gives each path its delay and its faults. */
    void shapePaths(final Network network) {
        final long delayNs = draw.spread(3_000L, 40_000_000);
        for (int from = 0; from < nodes; from++) {
            for (int to = 0; to < nodes; to++) {
                final PathFaults path = network.faults(from, to);
                path.delayNs = delayNs + draw.spread(1L, delayNs);
                if (!draw.oneIn(4)) {
                    FaultDraw.shape(path, faults, draw);
                }
                extras.shape(path);
            }
        }
    }

    /** Plans what happens when: listeners, dialogues, and all faults that come and go. */
    void plan(final World world) {
        final long beginNs = startNs + extras.leadNs();
        for (final Dialogue dialogue : dialogues) {
            if (!dialogue.opensAtOnce()) {
                final int credits = draw.oneIn(3) ? 1 : CREDITS;
                world.process(dialogue.server(), dialogue.port())
                        .listeners()
                        .listen(dialogue, BACKLOG, credits, world.nowNs());
            }
        }
        FaultDraw.planEvents(world, this, draw, beginNs);
        extras.planEvents(world, this);
        rarities.planEvents(world, this);
    }

    /** Where {@code startNs} of a dialogue counts from. */
    long beginNs() {
        return startNs + extras.leadNs();
    }

    @Override
    public String toString() {
        return "seed " + seed + ": " + nodes + " nodes, " + (isOffloading ? "offloading" : "plain") + " ports, MTU "
                + mtuBytes + ", " + faults + ", " + dialogues;
    }
}

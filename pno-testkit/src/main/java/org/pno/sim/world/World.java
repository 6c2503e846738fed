package org.pno.sim.world;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import org.pno.counters.CountersReader;
import org.pno.port.FramePool;
import org.pno.port.pcap.PcapngWriter;
import org.pno.tcp.TcpState;
import org.pno.time.ManualClock;

/**
 * The systems of one {@link Scenario}, their network, and the clock of all: time jumps from event to event. Each run
 * is a pure function of its seed. One thread.
 *
 * <pre>
 *   up ─► dialogues under faults ─► heal ─► all programs at their end ─► listeners closed ─► all memory back
 * </pre>
 */
public final class World implements AutoCloseable {
    public static final int MAX_NODES = 8;

    private static final long MAX_STEPS = 6_000_000;
    private static final long PATIENCE_NS = 1_500_000_000_000L;
    private static final long REST_NS = 900_000_000_000L;
    private static final long LOOK_NS = 1_000_000_000L;

    private final Scenario scenario;
    private final ManualClock clock;
    private final SplittableRandom random;
    private final WireObserver observer;
    private final Network network;
    private final List<SimulatedSystem> systems = new ArrayList<>();
    /** What of each node's frame pool is not for its use. */
    private final List<long[]> frames = new ArrayList<>();

    private final PriorityQueue<Action> actions = new PriorityQueue<>();
    private final Set<TcpState> states = StackWatch.noStates();
    private final Attacker attacker;
    private final PacketAttacker packetAttacker;
    private PcapngWriter capture;
    private boolean isHealed;
    private boolean isResting;
    private long actionNumbers;
    private long steps;
    private long digest;

    /** Something that happens at its time; of one time, in the order in which it was planned. */
    private record Action(long timeNs, long number, Runnable what) implements Comparable<Action> {
        @Override
        public int compareTo(final Action other) {
            final int byTime = Long.compare(timeNs, other.timeNs);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    World(final Scenario scenario, final Workspace workspace) {
        this.scenario = scenario;
        clock = new ManualClock(scenario.startNs());
        random = new SplittableRandom(scenario.seed() ^ 0x5DEE_CE66DL);
        observer = new WireObserver(new Sight());
        network = new Network(
                random.split(), scenario.nodes(), observer, scenario.extras().cutter(), workspace.flights());
        for (int node = 0; node < scenario.nodes(); node++) {
            systems.add(build(node, workspace));
        }
        attacker = new Attacker(random.split(), network, observer, systems, clock);
        packetAttacker = new PacketAttacker(
                scenario.extras().random(),
                network,
                observer,
                systems,
                scenario.extras().hasIpv6());
        scenario.shapePaths(network);
    }

    private SimulatedSystem build(final int node, final Workspace workspace) {
        final Workspace.NodeMemory own = workspace.node(node);
        final FramePool pool = own.pool();
        final long[] withheld = scenario.withheldFrames(node, pool.capacity());
        for (int i = 0; i < withheld.length; i++) {
            withheld[i] = pool.allocate();
        }
        frames.add(withheld);
        final NetworkPort port = new NetworkPort(node, network, pool, scenario.isOffloading(), scenario.mtuBytes());
        if (scenario.strippedKinds() != 0) {
            port.strip(new OptionStripper(scenario.strippedKinds()));
        }
        network.attach(node, port);
        network.now(clock.nowNs());
        final SimulatedSystem system =
                new SimulatedSystem(node, clock, scenario.settings(node), port, own, observer, states);
        for (int i = scenario.processes(node); i > 0; i--) {
            system.startProcess(scenario.geometry(), random.split());
        }
        return system;
    }

    /** Writes all frames to a file from now on. */
    void capture(final Path file) throws IOException {
        capture = new PcapngWriter(file);
        network.capture(capture);
    }

    /** What the observer is told of the nodes. */
    private final class Sight implements WireObserver.Hosts {
        @Override
        public long visible(final int node, final long flow) {
            return systems.get(node).visible(flow);
        }

        @Override
        public boolean hasConnection(final int node, final long flow) {
            return systems.get(node).hasConnection(flow);
        }
    }

    /** At that time, do that. */
    void at(final long timeNs, final Runnable what) {
        actions.add(new Action(timeNs, actionNumbers++, what));
    }

    long nowNs() {
        return clock.nowNs();
    }

    Network network() {
        return network;
    }

    SimulatedSystem system(final int node) {
        return systems.get(node);
    }

    Attacker attacker() {
        return attacker;
    }

    PacketAttacker packetAttacker() {
        return packetAttacker;
    }

    /** True once all dialogues are over. */
    boolean isResting() {
        return isResting;
    }

    boolean isHealed() {
        return isHealed;
    }

    /** Plays the scenario to its end; throws where something is not as it must be. */
    void play() {
        require(runUntil(() -> systems.stream().allMatch(SimulatedSystem::isUp), 40_000_000), "systems come up");
        for (final SimulatedSystem system : systems) {
            for (final HostProcess process : system.processes()) {
                if (scenario.extras().hintsLate()) {
                    process.hintLate(scenario.extras().random());
                }
                for (int channel = 0; channel < scenario.channels(); channel++) {
                    process.openChannel(scenario.busyChance());
                }
            }
        }
        scenario.plan(this);
        for (final Dialogue dialogue : scenario.dialogues()) {
            at(scenario.beginNs() + dialogue.startNs(), () -> {}); // So that there is a step at this time.
        }
        at(scenario.startNs() + scenario.healNs(), this::heal);
        final long limitNs = scenario.healNs() + PATIENCE_NS;
        if (!runUntil(this::areDialoguesOver, limitNs)) {
            throw new OracleFailure("no progress although the network has healed:" + unfinished());
        }
        heal();
        isResting = true;
        systems.forEach(system ->
                system.processes().forEach(process -> process.listeners().unlistenAll(clock.nowNs())));
        rest();
        scenario.dialogues().forEach(dialogue -> DialogueOracle.check(dialogue, scenario, observer));
    }

    private void heal() {
        if (!isHealed) {
            isHealed = true;
            network.heal();
        }
    }

    private boolean areDialoguesOver() {
        boolean isOver = true;
        for (final Dialogue dialogue : scenario.dialogues()) {
            isOver &= goOn(dialogue);
        }
        for (int i = 0; isOver && i < systems.size(); i++) {
            final List<HostProcess> processes = systems.get(i).processes();
            for (int j = 0; j < processes.size(); j++) {
                isOver &= !processes.get(j).hasPrograms();
            }
        }
        return isOver;
    }

    /** Begins a dialogue's next connection if it is time; true if there will be none. */
    private boolean goOn(final Dialogue dialogue) {
        final int begun = dialogue.clients().size();
        if (clock.nowNs() < scenario.beginNs() + dialogue.startNs()) {
            return false;
        }
        if (begun > 0
                && !dialogue.clients().get(begun - 1).isDone()
                && (!dialogue.isBurst() || begun == dialogue.repeats())) {
            return false;
        }
        if (begun == dialogue.repeats()) {
            return dialogue.clients().stream().allMatch(SocketProgram::isDone);
        }
        final HostProcess client = process(dialogue.client(), dialogue.port());
        if (client.isDead()) {
            return dialogue.clients().stream().allMatch(SocketProgram::isDone);
        }
        client.connect(dialogue, true, clock.nowNs());
        if (dialogue.opensAtOnce()) {
            process(dialogue.server(), dialogue.port()).connect(dialogue, false, clock.nowNs());
        }
        return false;
    }

    /** The process of a node that has to do with a port. */
    HostProcess process(final int node, final int port) {
        final List<HostProcess> processes = systems.get(node).processes();
        return processes.get(port % processes.size());
    }

    private void rest() {
        final long limitNs = clock.nowNs() + REST_NS;
        String left = leftovers();
        while (!left.isEmpty() && clock.nowNs() < limitNs) {
            runUntil(() -> false, LOOK_NS);
            left = leftovers();
        }
        if (!left.isEmpty()) {
            throw new OracleFailure("not all memory came back:" + left);
        }
    }

    private String leftovers() {
        final StringBuilder text = new StringBuilder();
        for (int node = 0; node < systems.size(); node++) {
            text.append(systems.get(node).leftovers(frames.get(node).length));
        }
        return text.toString();
    }

    private String unfinished() {
        final StringBuilder text = new StringBuilder();
        for (final Dialogue dialogue : scenario.dialogues()) {
            dialogue.clients().stream()
                    .filter(program -> !program.isDone())
                    .forEach(program -> text.append("\n    ").append(program));
            dialogue.servers().stream()
                    .filter(program -> !program.isDone())
                    .forEach(program -> text.append("\n    ").append(program));
        }
        return text + leftovers();
    }

    private interface Condition {
        boolean holds();
    }

    private boolean runUntil(final Condition condition, final long forNs) {
        final long endNs = clock.nowNs() + forNs;
        while (!condition.holds()) {
            if (!step(endNs)) {
                return false;
            }
        }
        return true;
    }

    /** Does what is due next, if that is before {@code endNs}; else it is {@code endNs}, and the answer false. */
    private boolean step(final long endNs) {
        final long nextNs = nextNs();
        if (nextNs >= endNs) {
            clock.advanceTo(endNs);
            return false;
        }
        if (++steps > MAX_STEPS) {
            throw new OracleFailure("more than " + MAX_STEPS + " steps: it never comes to rest:" + unfinished());
        }
        final long nowNs = clock.advanceTo(Math.max(nextNs, clock.nowNs()));
        network.now(nowNs);
        while (!actions.isEmpty() && actions.peek().timeNs() <= nowNs) {
            actions.poll().what().run();
        }
        network.deliver();
        for (int node = 0; node < systems.size(); node++) {
            step(systems.get(node), nowNs);
        }
        digest = digest * 31 + nowNs + network.flying();
        return true;
    }

    private static void step(final SimulatedSystem system, final long nowNs) {
        if (system.port().hasArrived()) {
            system.wakeAt(nowNs);
        }
        if (system.nextNs() <= nowNs) {
            system.cycle();
        }
        final List<HostProcess> processes = system.processes();
        for (int i = 0; i < processes.size(); i++) {
            if (processes.get(i).nextNs() <= nowNs) {
                processes.get(i).run(nowNs);
            }
        }
    }

    private long nextNs() {
        long nextNs = network.nextDeliveryNs();
        if (!actions.isEmpty()) {
            nextNs = Math.min(nextNs, actions.peek().timeNs());
        }
        for (int node = 0; node < systems.size(); node++) {
            final SimulatedSystem system = systems.get(node);
            nextNs = Math.min(nextNs, system.nextNs());
            final List<HostProcess> processes = system.processes();
            for (int i = 0; i < processes.size(); i++) {
                nextNs = Math.min(nextNs, processes.get(i).nextNs());
            }
        }
        return nextNs;
    }

    private static void require(final boolean holds, final String what) {
        if (!holds) {
            throw new OracleFailure("not: " + what);
        }
    }

    /** Adds what was reached to the coverage. */
    void report(final Coverage coverage) {
        coverage.addStates(states);
        coverage.addFaults(scenario.faults());
        for (final SimulatedSystem system : systems) {
            new CountersReader(system.countersMemory())
                    .forEach((counter, label, sentence, value) -> coverage.add(label, value));
        }
    }

    /** Virtual time that has passed. */
    long elapsedNs() {
        return clock.nowNs() - scenario.startNs();
    }

    long steps() {
        return steps;
    }

    /** Differs if two runs differ. */
    long digest() {
        return digest;
    }

    @Override
    public void close() {
        for (int node = 0; node < systems.size(); node++) {
            systems.get(node).close();
            for (final long frame : frames.get(node)) {
                systems.get(node).port().pool().release(frame);
            }
        }
        if (capture != null) {
            capture.close();
        }
    }
}

package org.pno.sim.world;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.pno.bridge.ArenaCompletion;
import org.pno.bridge.Bridge;
import org.pno.bridge.BridgeListener;
import org.pno.bridge.Completion;
import org.pno.bridge.Holder;
import org.pno.bridge.HolderCompletion;
import org.pno.bridge.HostArena;
import org.pno.bridge.Journal;
import org.pno.bridge.ListenRequest;
import org.pno.bridge.Tenant;
import org.pno.counters.Counters;
import org.pno.link.ArenaGeometry;
import org.pno.link.ArenaLimits;
import org.pno.link.HostMemory;
import org.pno.link.MappedHostMemory;
import org.pno.link.RegionSource;
import org.pno.port.FramePool;
import org.pno.port.SoftwareOffload;
import org.pno.sim.DmaTiming;
import org.pno.sim.HostChannel;
import org.pno.sim.HostListener;
import org.pno.sim.SimulatedDma;
import org.pno.sim.SimulatedHost;
import org.pno.stack.NetworkStack;
import org.pno.stack.StackConfiguration;
import org.pno.tcp.TcpState;
import org.pno.time.ManualClock;

/**
 * One node: a DPU (port, bridge, engine) and its host processes. Its cycles come as the daemon's do: while there is
 * work or the bus is busy, one after another; then it parks and sleeps until a frame, a bell or a deadline.
 */
final class SimulatedSystem implements AutoCloseable {
    private static final long EPOCH = 7;
    private static final int MAX_SOCKETS = 10_000;

    private final int node;
    private final ManualClock clock;
    private final SystemSettings settings;
    private final FramePool pool;
    private final NetworkPort port;
    private final HostMemory memory;
    private final Counters counters;
    private final Bridge bridge;
    private final StackWatch watch;
    private final Tenant tenant;
    private final List<HostProcess> processes = new ArrayList<>();
    /** Dead ones that others have replaced. */
    private final List<HostProcess> gone = new ArrayList<>();

    /** Those that break the protocol, of a user of their own. */
    private final List<Rogue> rogues = new ArrayList<>();

    private final Tenant rogueTenant = new Tenant(1001, Long.MAX_VALUE, MAX_SOCKETS, MAX_SOCKETS);
    private final Set<HostArena> ended = new HashSet<>();
    private boolean isRung;
    private long nextNs;
    private long workedNs;
    private long pausedUntilNs;
    private int acceptedArenas;
    private String refusal;

    /**
     * How a system is made.
     *
     * @param stack configuration, complete but for the port's own
     * @param cycleNs what a cycle takes
     * @param spinNs how long it looks for work before it sleeps
     * @param halfOpenQuota connections that its user may have under way
     */
    record SystemSettings(
            StackConfiguration stack, boolean isMapped, DmaSeed dma, long cycleNs, long spinNs, int halfOpenQuota) {}

    /** A bus's delays and the seed of its disorder. */
    record DmaSeed(DmaTiming timing, long seed) {}

    SimulatedSystem(
            final int node,
            final ManualClock clock,
            final SystemSettings settings,
            final NetworkPort port,
            final Workspace.NodeMemory own,
            final WireObserver observer,
            final Set<TcpState> reached) {
        this.node = node;
        this.clock = clock;
        this.settings = settings;
        this.port = port;
        tenant = new Tenant(1000, Long.MAX_VALUE, MAX_SOCKETS, settings.halfOpenQuota());
        pool = port.pool();
        memory = settings.isMapped()
                ? new MappedHostMemory()
                : new SimulatedDma(clock, settings.dma().seed(), settings.dma().timing());
        counters = new Counters(own.counters(), Workspace.COUNTERS);
        nextNs = clock.nowNs();
        final Journal journal = new Journal(own.journal(), Workspace.CONNECTIONS, EPOCH, new byte[] {1, 2, 3});
        bridge = new Bridge(
                SoftwareOffload.complete(port),
                memory,
                output -> new NetworkStack(settings.stack(), output, counters, clock.nowNs()),
                journal,
                counters,
                new Bridge.BridgeSettings(ArenaLimits.LAYOUT, EPOCH, new Arenas()),
                clock.nowNs());
        watch = new StackWatch(node, bridge.stack().tcp(), observer, reached);
        bridge.stack().start(clock.nowNs());
    }

    /** No arena may be given up but a rogue's: all other hosts keep the protocol. */
    private final class Arenas implements BridgeListener {
        @Override
        public void onArenaFenced(final HostArena arena) {
            if (rogues.stream().noneMatch(rogue -> rogue.arena() == arena)) {
                throw new OracleFailure("node " + node + ": an honest host was fenced: "
                        + arena.fence().reason());
            }
        }

        @Override
        public void onArenaEnded(final HostArena arena) {
            ended.add(arena);
        }
    }

    int node() {
        return node;
    }

    long nowNs() {
        return clock.nowNs();
    }

    NetworkStack stack() {
        return bridge.stack();
    }

    NetworkPort port() {
        return port;
    }

    MemorySegment countersMemory() {
        return counters.segment();
    }

    List<HostProcess> processes() {
        return processes;
    }

    /** Starts a process; its arena is taken in during the next cycles. */
    HostProcess startProcess(final ArenaGeometry geometry, final SplittableRandom random) {
        final HostProcess process = new HostProcess(this, new SimulatedHost(geometry, this::onRing), random);
        processes.add(process);
        final RegionSource source = new RegionSource.Local(process.host().descriptor(), geometry.totalBytes());
        bridge.addArena(source, tenant, new ArenaCompletion() {
            @Override
            public void accepted(final HostArena arena, final Holder holder) {
                process.arena = arena;
                process.holder = holder;
                acceptedArenas++;
                process.onAccepted(clock.nowNs());
            }

            @Override
            public void refused(final int errno, final String text) {
                refusal = text;
            }
        });
        return process;
    }

    /** A new process in the place of one that has died. */
    HostProcess replace(final HostProcess dead, final ArenaGeometry geometry, final SplittableRandom random) {
        final int place = processes.indexOf(dead);
        gone.add(dead);
        final HostProcess process = startProcess(geometry, random);
        processes.removeLast();
        processes.set(place, process);
        wakeAt(clock.nowNs());
        return process;
    }

    /** The child that a process has made takes its slot. */
    void adopt(final HostProcess process, final HolderCompletion completion) {
        bridge.adoptHolder(process.arena, SimulatedHost.CHILD_SLOT, completion);
        wakeAt(clock.nowNs());
    }

    /** Channels of a process have nobody to poll them any more. */
    void detach(final HostProcess process, final List<HostChannel> channels) {
        channels.forEach(channel -> bridge.detachChannel(process.arena, channel.number()));
    }

    /** The pidfd of a process tells that it is dead. */
    void lose(final Holder holder) {
        bridge.holderDied(holder);
        wakeAt(clock.nowNs());
    }

    /** The control connection of a process that is dead ends. */
    void disconnect(final Holder holder) {
        bridge.holderDisconnected(holder);
        wakeAt(clock.nowNs());
    }

    /** True once all processes' arenas are known. */
    boolean isUp() {
        if (refusal != null) {
            throw new OracleFailure("node " + node + ": an arena was refused: " + refusal);
        }
        return acceptedArenas == processes.size();
    }

    void attach(final HostProcess process, final int channel) {
        if (!bridge.attachChannel(process.arena, channel, () -> process.ring(clock.nowNs()))) {
            throw new OracleFailure("node " + node + ": channel " + channel + " was refused");
        }
    }

    // Rogues.

    /** From now on it counts in what must be back. */
    void keep(final Rogue rogue) {
        rogues.add(rogue);
    }

    /** A rogue's arena is taken in during the next cycles. */
    void admit(final Rogue rogue) {
        final SimulatedHost host = rogue.host();
        final RegionSource source =
                new RegionSource.Local(host.descriptor(), host.geometry().totalBytes());
        bridge.addArena(source, rogueTenant, new ArenaCompletion() {
            @Override
            public void accepted(final HostArena arena, final Holder holder) {
                rogue.accepted(arena, holder);
            }

            @Override
            public void refused(final int errno, final String text) {
                refusal = text;
            }
        });
        wakeAt(clock.nowNs());
    }

    /** Its channel, whose bells nobody hears. */
    void attach(final Rogue rogue) {
        bridge.attachChannel(rogue.arena(), rogue.channel().number(), () -> {});
    }

    /** It is dead. */
    void bury(final HostArena arena, final HostChannel channel, final Holder holder) {
        bridge.detachChannel(arena, channel.number());
        lose(holder);
        disconnect(holder);
    }

    /** LISTEN on the control socket. */
    void listen(
            final HostProcess process,
            final HostListener listener,
            final int listenPort,
            final int backlog,
            final Completion completion) {
        listen(process.arena, listener, listenPort, backlog, completion);
    }

    void listen(
            final HostArena arena,
            final HostListener listener,
            final int listenPort,
            final int backlog,
            final Completion completion) {
        bridge.listen(
                arena,
                listener.socket().record(),
                new ListenRequest(listener.socket().generation(), 0, 0, listenPort, backlog, completion));
        wakeAt(clock.nowNs());
    }

    /** A host rings. */
    void onRing() {
        isRung = true;
        wakeAt(clock.nowNs() + 1_000);
    }

    void wakeAt(final long timeNs) {
        nextNs = Math.min(nextNs, timeNs);
    }

    /** The DPU's process stands still until then. */
    void pauseUntil(final long timeNs) {
        pausedUntilNs = Math.max(pausedUntilNs, timeNs);
    }

    long nextNs() {
        return Math.max(nextNs, pausedUntilNs);
    }

    /** One turn of the daemon's loop. */
    void cycle() {
        final long nowNs = clock.nowNs();
        if (isRung) {
            isRung = false;
            for (final HostProcess process : processes) {
                process.channels().forEach(channel -> bridge.onBell(process.arena, channel.number()));
            }
            for (final Rogue rogue : rogues) {
                if (rogue.channel() != null) {
                    bridge.onBell(rogue.arena(), rogue.channel().number());
                }
            }
        }
        if (bridge.cycle(nowNs) != 0) {
            workedNs = nowNs;
            watch.check();
            nextNs = nowNs + settings.cycleNs();
        } else if (nowNs - workedNs < settings.spinNs()) {
            nextNs = nowNs + Math.max(settings.cycleNs(), busWaitNs());
        } else if (bridge.park() && !port.hasArrived()) {
            nextNs = Math.max(nowNs + 1, bridge.nextDeadlineNs());
        } else {
            nextNs = nowNs + Math.max(settings.cycleNs(), busWaitNs());
        }
    }

    private long busWaitNs() {
        return memory.pending() ? memory.progressInNs() : 0;
    }

    /** How far a host of this node can see the other direction of a flow; see {@link WireObserver.Hosts}. */
    long visible(final long flow) {
        long visible = -1;
        for (final HostProcess process : processes) {
            visible = Math.max(visible, process.visible(flow));
        }
        for (final HostProcess process : gone) {
            visible = Math.max(visible, process.visible(flow));
        }
        return Math.max(0, visible);
    }

    /** True if the engine has a connection that sends this flow. */
    boolean hasConnection(final long flow) {
        final boolean[] isFound = {false};
        bridge.stack()
                .tcp()
                .forEachConnection(connection -> isFound[0] |= flow
                        == FlowKey.of(
                                node,
                                connection.localPort(),
                                connection.remoteHi(),
                                connection.remoteLo(),
                                connection.remotePort()));
        return isFound[0];
    }

    /**
     * What is still in use, one line each; empty if all is back where it was.
     *
     * @param withheldFrames frames of the pool that were never this system's
     */
    String leftovers(final int withheldFrames) {
        final StringBuilder text = new StringBuilder();
        processes.forEach(process -> text.append(process.leftovers()));
        if (!bridge.stack().tcp().isPristine()) {
            text.append("\n    connections, timers or lent memory of the engine, ")
                    .append(bridge.stack().tcp().timeWaitCount())
                    .append(" in TIME-WAIT");
            bridge.stack()
                    .tcp()
                    .forEachConnection(connection -> text.append("\n      ").append(connection));
        }
        final int frames = pool.capacity() - pool.available() - withheldFrames;
        if (frames != 0 && !port.hasArrived()) {
            text.append("\n    ").append(frames).append(" frames");
        }
        for (final Tenant user : List.of(tenant, rogueTenant)) {
            if (user.sockets() != 0 || user.halfOpen() != 0) {
                text.append("\n    a user's quota: ")
                        .append(user.sockets())
                        .append(" sockets, ")
                        .append(user.halfOpen())
                        .append(" half open");
            }
        }
        final int[] inUse = bridge.memoryInUse();
        if (inUse[0] + inUse[1] + inUse[2] != 0) {
            text.append("\n    the bridge: ")
                    .append(inUse[0])
                    .append(" slots, ")
                    .append(inUse[1])
                    .append(" maps, ")
                    .append(inUse[2])
                    .append(" holdings");
        }
        processes.forEach(process -> describe(process, text));
        gone.forEach(process -> describe(process, text));
        for (final Rogue rogue : rogues) {
            if (rogue.arena() != null && !ended.contains(rogue.arena())) {
                text.append("\n    the arena of a rogue that is ").append(rogue.isDead() ? "dead" : "alive");
            }
        }
        return text.isEmpty() ? "" : "\n  node " + node + ":" + text;
    }

    private void describe(final HostProcess process, final StringBuilder text) {
        final HostArena arena = process.arena;
        if (arena == null) {
            text.append("\n    an arena that was not taken in");
        } else if (arena.rxChunksInUse() != 0 || arena.socketsInUse() != 0) {
            text.append("\n    arena: ")
                    .append(arena.rxChunksInUse())
                    .append(" receive chunks, ")
                    .append(arena.socketsInUse())
                    .append(" sockets");
        } else if (process.isDead() && !ended.contains(arena)) {
            text.append("\n    the arena of a dead process");
        }
    }

    @Override
    public void close() {
        port.close();
        if (memory instanceof final SimulatedDma dma) {
            dma.close();
        } else {
            ((MappedHostMemory) memory).close();
        }
        processes.forEach(process -> process.host().close());
        gone.forEach(process -> process.host().close());
        rogues.forEach(rogue -> rogue.host().close());
    }
}

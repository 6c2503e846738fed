package org.pno.dpu;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.pno.bridge.Bridge;
import org.pno.bridge.BridgeListener;
import org.pno.bridge.HostArena;
import org.pno.control.ControlLoop;
import org.pno.control.ControlServer;
import org.pno.control.SocketPlaceException;
import org.pno.control.WaitingRoom;
import org.pno.control.Watches;
import org.pno.counters.Counters;
import org.pno.link.ArenaDescriptor;
import org.pno.link.ArenaLimits;
import org.pno.link.DpuAddress;
import org.pno.link.HostMemory;
import org.pno.link.bus.BusException;
import org.pno.observe.DpuViews;
import org.pno.port.FaultPort;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.PortException;
import org.pno.port.PortFactory;
import org.pno.port.SoftwareOffload;
import org.pno.port.pcap.PcapPort;
import org.pno.stack.NetworkStack;
import org.pno.stack.StackConfiguration;
import org.pno.sys.Clocks;
import org.pno.sys.Descriptors;
import org.pno.sys.Epoll;
import org.pno.sys.EventFd;
import org.pno.sys.EventSignals;
import org.pno.sys.RandomBytes;
import org.pno.sys.SystemCallException;
import org.pno.time.NanoClock;
import org.pno.time.SystemNanoClock;
import org.pno.time.TimerWheel;
import org.pno.wire.IpAddress;
import org.pno.wire.IpPrefix;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The DPU: port, stack, bridge, control socket, and the one loop that serves them. {@link #run} is its thread; only
 * {@link #stop} may be called from another.
 */
public final class Dpu implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Dpu.class);

    /** A loop that does not sleep looks at bells and control connections every so many cycles. */
    private static final int CYCLES_PER_LOOK = 8;
    /** A port without a descriptor is looked at that often. */
    private static final long POLLED_PORT_NS = 50_000;
    /** What the bus takes longer for is slept through. */
    private static final long LONGEST_BUS_WAIT_NS = 50_000;

    private final NanoClock clock = SystemNanoClock.INSTANCE;
    private final ControlServer server;
    /** What stands before the wire, faults included: what is captured is what the wire would carry. */
    private final PcapPort watched;

    private final PacketPort port;
    /** Null if none is wanted. */
    private final CaptureFile captureFile;

    private final HostMemory memory;
    private final JournalMemory journal;
    private final Bridge bridge;
    private final Watches watches = new Watches();
    private final WaitingRoom waitingRoom = new WaitingRoom();
    private final ControlLoop loop = new ControlLoop(watches, waitingRoom);
    private final LocalKernel kernel;
    private final HostSide local;
    /** Null if no hosts come from elsewhere. */
    private final RemoteHosts hosts;

    private final List<ClientSession> sessions = new ArrayList<>();
    private final EventSignals signals;
    private final SpinPolicy spin;
    private final int wakeUp = EventFd.create();
    private final long longestSleepNs;
    private volatile boolean isStopping;
    private int cyclesSinceLook;
    private boolean isClosed;

    /**
     * Opens everything; from then on clients may connect, and are served once {@link #run} runs.
     *
     * @throws DpuException if something cannot be opened; nothing stays behind then
     */
    public Dpu(final DpuConfiguration configuration) {
        configuration.validate();
        signals = openSignals();
        server = openServer(configuration);
        hosts = openHosts(configuration);
        watched = openPort(configuration);
        port = SoftwareOffload.complete(watched);
        captureFile = openCaptureFile(configuration);
        memory = openBus(configuration);
        final long nowNs = clock.nowNs();
        final long epoch = RandomBytes.nextLong() & Long.MAX_VALUE;
        final StackConfiguration stack = stackConfiguration(configuration, port);
        journal = new JournalMemory(configuration.maxConnections(), epoch, stack.tcp.secret0, stack.tcp.secret1);
        final Counters counters = Counters.anonymous(Bridge.COUNTER_COUNT + NetworkStack.COUNTER_COUNT);
        bridge = new Bridge(
                port,
                memory,
                output -> new NetworkStack(stack, output, counters, nowNs),
                journal.journal(),
                counters,
                new Bridge.BridgeSettings(ArenaLimits.LAYOUT, epoch, new ArenaEnds()),
                nowNs);
        spin = new SpinPolicy(configuration.spin(), nowNs);
        longestSleepNs = port.pollDescriptor() < 0 ? POLLED_PORT_NS : Long.MAX_VALUE;
        kernel = new LocalKernel(loop, signals);
        local = new HostSide(kernel, new Identities(bridge, watches, kernel), new Tenants(configuration.quotas()));
        final ControlContext context = new ControlContext(
                bridge,
                sessions,
                new Captures(watched, bridge, signals, waitingRoom),
                dpuAddresses(configuration),
                epoch,
                new DpuViews(bridge, port, counters, memory.counters()),
                this::stop);
        server.start(
                loop,
                configuration.quotas().controlConnections(),
                (peer, socket, disconnect) ->
                        new ClientSession(context, local, new LocalProcess(loop, server, peer, socket, disconnect)));
        if (hosts != null) {
            hosts.start(context);
        }
        watch();
        LOG.info("serving {} on {}, control socket {}", configuration.addresses(), port.name(), server.path());
    }

    private EventSignals openSignals() {
        try {
            return new EventSignals();
        } catch (final SystemCallException e) {
            closeOwn();
            throw new DpuException(
                    "no means to ring a host's bell without waiting for it, this takes the kernel's asynchronous I/O"
                            + " (CONFIG_AIO, and room in /proc/sys/fs/aio-max-nr): " + e.getMessage(),
                    e);
        }
    }

    private ControlServer openServer(final DpuConfiguration configuration) {
        try {
            return new ControlServer(configuration.socketPath());
        } catch (final SocketPlaceException e) {
            closeOwn();
            throw new DpuException(e.getMessage(), e);
        }
    }

    private PcapPort openPort(final DpuConfiguration configuration) {
        try {
            final FramePool pool = new FramePool(configuration.frames());
            final PacketPort bare = PortFactory.openBare(configuration.port(), pool);
            final PacketPort wire =
                    configuration.faults() == null ? bare : new FaultPort(bare, configuration.faults(), clock);
            return new PcapPort(wire, Clocks::realtimeNs);
        } catch (final PortException | SystemCallException e) {
            server.close();
            closeOwn();
            throw new DpuException("--port " + configuration.port() + ": " + e.getMessage(), e);
        }
    }

    private CaptureFile openCaptureFile(final DpuConfiguration configuration) {
        try {
            return configuration.captureFile() == null ? null : new CaptureFile(configuration.captureFile(), watched);
        } catch (final IOException e) {
            server.close();
            port.close();
            closeOwn();
            throw new DpuException("--pcap " + configuration.captureFile() + ": " + e.getMessage(), e);
        }
    }

    private HostMemory openBus(final DpuConfiguration configuration) {
        try {
            return configuration.bus().open(clock);
        } catch (final BusException e) {
            server.close();
            if (captureFile != null) {
                captureFile.close();
            }
            port.close();
            closeOwn();
            throw new DpuException("--bus: " + e.getMessage(), e);
        }
    }

    private RemoteHosts openHosts(final DpuConfiguration configuration) {
        try {
            return configuration.relay() == null
                    ? null
                    : new RemoteHosts(loop, configuration.relay(), () -> new Tenants(configuration.quotas()));
        } catch (final DpuException e) {
            server.close();
            closeOwn();
            throw e;
        }
    }

    /** Where hosts from elsewhere come; null if none do. */
    String relayAddress() {
        return hosts == null ? null : hosts.address();
    }

    private void closeOwn() {
        if (hosts != null) {
            hosts.close();
        }
        watches.close();
        waitingRoom.close();
        if (signals != null) {
            signals.close();
        }
        Descriptors.close(wakeUp);
    }

    private static StackConfiguration stackConfiguration(final DpuConfiguration configuration, final PacketPort port) {
        final StackConfiguration stack = new StackConfiguration();
        stack.addresses.addAll(configuration.addresses());
        stack.gateway = configuration.gateway();
        stack.gatewayIpv6 = configuration.gatewayIpv6();
        stack.macAddress = port.macAddress();
        stack.mtuBytes = port.mtuBytes();
        stack.tcp.maxConnections = configuration.maxConnections();
        stack.tcp.congestion = configuration.congestion();
        stack.tcp.synCookies = configuration.synCookies();
        stack.tcp.pacing = configuration.pacing();
        stack.tcp.fastOpen = configuration.fastOpen();
        stack.tcp.streamBytes = ArenaDescriptor.STREAM_BYTES;
        stack.tcp.secret0 = RandomBytes.nextLong();
        stack.tcp.secret1 = RandomBytes.nextLong();
        return stack;
    }

    private static List<DpuAddress> dpuAddresses(final DpuConfiguration configuration) {
        final List<DpuAddress> addresses = new ArrayList<>();
        for (final IpPrefix own : configuration.addresses()) {
            addresses.add(new DpuAddress(own.address().hi(), own.address().lo(), own.length()));
        }
        return addresses;
    }

    private void watch() {
        watches.add(wakeUp, Epoll.EPOLLIN, events -> EventFd.drain(wakeUp));
        watches.add(waitingRoom.descriptor(), Epoll.EPOLLIN, events -> waitingRoom.takeAnswers());
        if (port.pollDescriptor() >= 0) {
            watches.add(port.pollDescriptor(), Epoll.EPOLLIN, events -> {});
        }
    }

    /** Serves until {@link #stop}. */
    public void run() {
        bridge.stack().start(clock.nowNs());
        while (!isStopping) {
            final long nowNs = clock.nowNs();
            final boolean hasWorked = bridge.cycle(nowNs) != 0;
            if (hosts != null) {
                hosts.flush();
            }
            if (hasWorked) {
                spin.onWork(nowNs);
                lookNowAndThen();
            } else if (spin.isWorthWaiting(nowNs)) {
                lookNowAndThen();
                Thread.onSpinWait();
            } else if (bridge.park()) {
                sleep(nowNs);
            } else {
                awaitBus(nowNs);
            }
        }
    }

    /** Nothing can go on before the bus does: a PCIe bus takes no longer than going to sleep would. */
    private void awaitBus(final long nowNs) {
        if (memory.pending() && memory.progressInNs() > LONGEST_BUS_WAIT_NS) {
            sleep(nowNs);
        } else {
            lookNowAndThen();
            Thread.onSpinWait();
        }
    }

    private void lookNowAndThen() {
        if (++cyclesSinceLook >= CYCLES_PER_LOOK) {
            cyclesSinceLook = 0;
            watches.await(0);
        }
    }

    private void sleep(final long nowNs) {
        final long deadlineNs = bridge.nextDeadlineNs();
        final long untilNs = deadlineNs == TimerWheel.NO_DEADLINE ? Long.MAX_VALUE : Math.max(0, deadlineNs - nowNs);
        final long busNs = memory.pending() ? memory.progressInNs() : Long.MAX_VALUE;
        final long timeoutNs = Math.min(busNs, Math.min(untilNs, longestSleepNs));
        watches.await(timeoutNs == Long.MAX_VALUE ? Epoll.FOREVER : timeoutNs);
        cyclesSinceLook = 0;
    }

    /** Ends {@link #run} soon. Any thread, signal handlers included. */
    public void stop() {
        isStopping = true;
        EventFd.signal(wakeUp);
    }

    /** Where the control socket stands. */
    public String socketPath() {
        return server.path();
    }

    /** The memory of the journal, for its reader. */
    public JournalMemory journal() {
        return journal;
    }

    /** Ends all connections, closes the port and removes the socket's file. After {@link #run}. */
    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        server.close();
        if (hosts != null) {
            hosts.close();
        }
        if (captureFile != null) {
            captureFile.close();
        }
        port.close();
        local.identities().close();
        kernel.close();
        closeOwn();
        memory.close();
        journal.close();
        LOG.info("ended");
    }

    /** Arenas that are over: their processes are cut off, their users' quotas are given back. */
    private final class ArenaEnds implements BridgeListener {
        @Override
        public void onArenaFenced(final HostArena arena) {
            LOG.warn(
                    "arena {} of user {} is given up: {}",
                    arena.number(),
                    arena.tenant().uid(),
                    arena.fence().reason());
            for (final ClientSession session : List.copyOf(sessions)) {
                if (session.holdsArena(arena)) {
                    session.disconnect();
                }
            }
        }

        @Override
        public void onDuplicateAddress(final long hi, final long lo) {
            LOG.error("another station has {}: it is not used; give this DPU another", IpAddress.format(hi, lo));
        }

        @Override
        public void onOnlyAnchored(final HostArena arena, final int record, final int generation) {
            local.identities().onOnlyAnchored(arena, record, generation);
            if (hosts != null) {
                hosts.onOnlyAnchored(arena, record, generation);
            }
        }

        @Override
        public void onArenaEnded(final HostArena arena) {
            local.identities().onArenaEnded(arena);
            if (hosts != null) {
                hosts.onArenaEnded(arena);
            }
            arena.tenant().giveArena(arena.geometry().totalBytes());
        }
    }
}

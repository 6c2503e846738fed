package org.pno.bridge;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pno.counters.Counters;
import org.pno.link.ArenaDescriptor;
import org.pno.link.ArenaGeometry;
import org.pno.link.ArenaLimits;
import org.pno.link.HostMemory;
import org.pno.link.RegionSource;
import org.pno.port.PacketPort;
import org.pno.sim.HostChannel;
import org.pno.sim.HostListener;
import org.pno.sim.SimulatedHost;
import org.pno.stack.NetworkStack;
import org.pno.stack.StackConfiguration;
import org.pno.sys.EventFd;
import org.pno.wire.IpAddress;
import org.pno.wire.IpPrefix;

/** A bridge with its stack, journal and hosts, without the daemon around it: tests drive its cycles. */
final class TestDpu {
    static final long EPOCH = 7;
    static final int JOURNAL_CONNECTIONS = 16_384;
    static final int MAX_SOCKETS = 20_000;

    final HostMemory memory;
    final Counters counters = Counters.anonymous(Bridge.COUNTER_COUNT + NetworkStack.COUNTER_COUNT);
    final MemorySegment journalMemory = Arena.ofAuto().allocate(JournalDescriptor.bytes(JOURNAL_CONNECTIONS), 64);
    final Bridge bridge;
    final IpAddress address;
    final Tenant tenant;
    /** Reasons for which arenas were given up, in order. */
    final List<HostArena> fenced = new ArrayList<>();

    final List<HostArena> ended = new ArrayList<>();
    final List<Attached> hosts = new ArrayList<>();

    /** A host process as the DPU has it. */
    static final class Attached {
        final SimulatedHost host;
        final Map<Integer, Integer> bells = new HashMap<>();
        HostArena arena;
        Holder holder;
        boolean isRung;
        String refusal;

        Attached(final ArenaGeometry geometry) {
            host = new SimulatedHost(geometry, this::ring);
        }

        private void ring() {
            isRung = true;
        }
    }

    TestDpu(final HostMemory memory, final PacketPort port, final String address, final long nowNs) {
        this(memory, port, address, nowNs, new Tenant(1000, Long.MAX_VALUE, MAX_SOCKETS, MAX_SOCKETS));
    }

    TestDpu(
            final HostMemory memory,
            final PacketPort port,
            final String prefix,
            final long nowNs,
            final Tenant tenant) {
        this.memory = memory;
        this.tenant = tenant;
        final StackConfiguration configuration = new StackConfiguration();
        final IpPrefix own = IpPrefix.parse(prefix);
        address = own.address();
        configuration.addresses.add(own);
        configuration.macAddress = port.macAddress();
        configuration.tcp.maxConnections = JOURNAL_CONNECTIONS;
        configuration.tcp.streamBytes = ArenaDescriptor.STREAM_BYTES;
        configuration.tcp.receiveBufferBytes = 1 << 20; // Holds what a test sends before anybody reads.
        configuration.tcp.secret0 = 0x1234_5678_9ABC_DEF0L ^ port.macAddress();
        configuration.tcp.secret1 = 42;
        final Journal journal = new Journal(journalMemory, JOURNAL_CONNECTIONS, EPOCH, new byte[] {1, 2, 3});
        bridge = new Bridge(
                port,
                memory,
                output -> new NetworkStack(configuration, output, counters, nowNs),
                journal,
                counters,
                new Bridge.BridgeSettings(ArenaLimits.LAYOUT, EPOCH, new BridgeListener() {
                    @Override
                    public void onArenaFenced(final HostArena arena) {
                        fenced.add(arena);
                    }

                    @Override
                    public void onArenaEnded(final HostArena arena) {
                        ended.add(arena);
                    }
                }),
                nowNs);
        bridge.stack().start(nowNs);
    }

    /** Starts a host process; its arena is taken in during the next cycles. */
    Attached attach(final ArenaGeometry geometry) {
        final Attached attached = new Attached(geometry);
        hosts.add(attached);
        final RegionSource source = new RegionSource.Local(attached.host.descriptor(), geometry.totalBytes());
        bridge.addArena(source, tenant, new ArenaCompletion() {
            @Override
            public void accepted(final HostArena arena, final Holder holder) {
                attached.arena = arena;
                attached.holder = holder;
            }

            @Override
            public void refused(final int errno, final String text) {
                attached.refusal = text;
            }
        });
        return attached;
    }

    /** The host opens its next channel and passes it. */
    HostChannel openChannel(final Attached attached) {
        final HostChannel channel = attached.host.openChannel();
        attached.bells.put(channel.number(), channel.bell());
        if (!bridge.attachChannel(attached.arena, channel.number(), () -> EventFd.signal(channel.bell()))) {
            throw new IllegalStateException("channel " + channel.number() + " was refused");
        }
        return channel;
    }

    /** One cycle; bells that were rung are handed in before. */
    long cycle(final long nowNs) {
        for (int i = 0; i < hosts.size(); i++) { // An iterator would show in the allocation test.
            final Attached attached = hosts.get(i);
            if (attached.isRung) {
                attached.isRung = false;
                attached.bells.keySet().forEach(channel -> bridge.onBell(attached.arena, channel));
            }
        }
        return bridge.cycle(nowNs);
    }

    /** LISTEN; {@code result[0]} becomes 0 or a negative errno. */
    void listen(final Attached attached, final HostListener listener, final int port, final int[] result) {
        listen(attached, listener, port, 64, result);
    }

    void listen(
            final Attached attached,
            final HostListener listener,
            final int port,
            final int backlog,
            final int[] result) {
        result[0] = 1;
        bridge.listen(
                attached.arena,
                listener.socket().record(),
                new ListenRequest(listener.socket().generation(), 0, 0, port, backlog, errno -> result[0] = errno));
    }

    long count(final BridgeCounter counter) {
        return bridge.count(counter);
    }

    JournalReader journal() {
        return new JournalReader(journalMemory);
    }
}

package org.pno.bridge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.pno.link.ArenaGeometry;
import org.pno.link.MappedHostMemory;
import org.pno.link.SocketStatus;
import org.pno.link.bus.BusOpener;
import org.pno.port.FaultPort;
import org.pno.port.FaultSpec;
import org.pno.port.PacketPort;
import org.pno.port.SoftwareOffload;
import org.pno.sim.Bus;
import org.pno.sim.HostChannel;
import org.pno.sim.HostListener;
import org.pno.sim.HostSocket;
import org.pno.sim.MemoryPort;
import org.pno.sim.SimulatedHost;
import org.pno.time.ManualClock;

/**
 * Two DPUs at the ends of a wire, each with a host: one whose bus is under test, and a peer on a mapping. Time passes
 * by steps; nothing waits.
 */
final class BridgeFixture implements AutoCloseable {
    static final int PORT = 6379;
    private static final int FRAMES = 256;
    private static final int PATIENCE = 200_000;

    final ManualClock clock = new ManualClock(1_000_000_000L);
    final MemoryPort port;
    final MemoryPort peerPort;
    final TestDpu dpu;
    final TestDpu peer;
    final TestDpu.Attached host;
    final TestDpu.Attached peerHost;
    final HostChannel channel;
    final HostChannel peerChannel;
    private ThreadMXBean threads;
    private long allocatedBytes;
    private long cycles;
    private long stepNs = 500;

    BridgeFixture(final Bus bus) {
        this(bus, SimulatedHost.smallGeometry());
    }

    /** @param geometry of both hosts' arenas */
    BridgeFixture(final Bus bus, final ArenaGeometry geometry) {
        this(bus, geometry, null);
    }

    /** @param faults of the wire, as {@code --fault} says them; null for none */
    BridgeFixture(final Bus bus, final ArenaGeometry geometry, final String faults) {
        this(bus, geometry, faults, Network.IPV4, UnaryOperator.identity());
    }

    /** Where the two DPUs stand: ours first. */
    enum Network {
        IPV4("10.77.0.1/24", "10.77.0.2/24"),
        IPV6("fd00::1/64", "fd00::2/64");

        private final String own;
        private final String peer;

        Network(final String own, final String peer) {
            this.own = own;
            this.peer = peer;
        }
    }

    /** @param peerWire what stands before the peer's port */
    BridgeFixture(
            final BusOpener bus,
            final ArenaGeometry geometry,
            final String faults,
            final Network network,
            final UnaryOperator<PacketPort> peerWire) {
        final MemoryPort[] wire = MemoryPort.pair(FRAMES);
        port = wire[0];
        peerPort = wire[1];
        final PacketPort lossy =
                faults == null ? port : SoftwareOffload.complete(new FaultPort(port, FaultSpec.parse(faults), clock));
        dpu = new TestDpu(bus.open(clock), lossy, network.own, clock.nowNs());
        peer = new TestDpu(new MappedHostMemory(), peerWire.apply(peerPort), network.peer, clock.nowNs());
        host = dpu.attach(geometry);
        peerHost = peer.attach(geometry);
        await(() -> host.arena != null && peerHost.arena != null);
        channel = dpu.openChannel(host);
        peerChannel = peer.openChannel(peerHost);
        clock.advance(1_500_000_000L); // IPv6 addresses must be found to be nobody else's.
        steps(10);
    }

    /** One cycle of both DPUs, and a little time. */
    void step() {
        final long before = threads == null ? 0 : threads.getCurrentThreadAllocatedBytes();
        dpu.cycle(clock.nowNs());
        allocatedBytes += threads == null ? 0 : threads.getCurrentThreadAllocatedBytes() - before;
        cycles++;
        peer.cycle(clock.nowNs());
        clock.advance(stepNs);
    }

    /** Nanoseconds until it is so, in steps of ten. */
    long timeUntil(final BooleanSupplier condition) {
        stepNs = 10;
        final long beganNs = clock.nowNs();
        await(condition);
        return clock.nowNs() - beganNs;
    }

    /** How much time a step takes. */
    void stepNs(final long ns) {
        stepNs = ns;
    }

    /** Cycles of the DPU under test. */
    long cycles() {
        return cycles;
    }

    /** From now on, adds up what the DPU under test allocates in its cycles. */
    void measureAllocation(final ThreadMXBean bean) {
        threads = bean;
        allocatedBytes = 0;
    }

    long allocatedBytes() {
        return allocatedBytes;
    }

    void steps(final int count) {
        for (int i = 0; i < count; i++) {
            step();
        }
    }

    /** Lets time pass in larger steps, as timers need. */
    void pass(final long ns) {
        final long untilNs = clock.nowNs() + ns;
        while (clock.nowNs() - untilNs < 0) {
            steps(20);
            clock.advance(Math.max(1, Math.min(1_000_000, untilNs - clock.nowNs())));
        }
    }

    void await(final BooleanSupplier condition) {
        for (int i = 0; i < PATIENCE; i++) {
            if (condition.getAsBoolean()) {
                return;
            }
            step();
        }
        assertTrue(condition.getAsBoolean(), "did not happen within " + PATIENCE + " steps");
    }

    /** As {@link #await}, for what only timers bring about. */
    void awaitLong(final BooleanSupplier condition) {
        for (int i = 0; i < 10_000; i++) {
            if (condition.getAsBoolean()) {
                return;
            }
            pass(1_000_000);
        }
        assertTrue(condition.getAsBoolean(), "did not happen within 10 s");
    }

    /** Nothing is in use any more but so many listeners, each with the map entry of its credits in stock. */
    void assertAtRest(final int listeners) {
        pass(8_000_000_000L);
        assertEquals(listeners, host.arena.socketsInUse());
        assertEquals(listeners, dpu.tenant.sockets());
        assertEquals(0, dpu.tenant.halfOpen());
        assertEquals(0, host.arena.rxChunksInUse());
        assertArrayEquals(new int[] {0, listeners, 0}, dpu.bridge.memoryInUse());
        assertEquals(FRAMES, port.pool().available());
    }

    /** A listener of the host under test. */
    HostListener listen(final int credits) {
        return listen(dpu, host, channel, credits);
    }

    HostListener listen(final TestDpu where, final TestDpu.Attached who, final HostChannel on, final int credits) {
        final HostListener listener = new HostListener(who.host, on);
        final int[] result = new int[1];
        where.listen(who, listener, PORT, result);
        await(() -> result[0] != 1);
        assertEquals(0, result[0]);
        listener.postCredits(credits);
        await(() -> listener.socket().state() == SocketStatus.LISTENING);
        steps(100); // Until the credits have been read.
        return listener;
    }

    /** A connect of the peer's host to the host under test, under way. */
    HostSocket connectFromPeer() {
        final HostSocket socket = peerHost.host.takeRecord(peerChannel);
        socket.connect(0, 0, 0, dpu.address.hi(), dpu.address.lo(), PORT);
        return socket;
    }

    /** A connect of the host under test, under way. */
    HostSocket connectToPeer() {
        final HostSocket socket = host.host.takeRecord(channel);
        socket.connect(0, 0, 0, peer.address.hi(), peer.address.lo(), PORT);
        return socket;
    }

    /** Two ends of a connection: ours, accepted, and the peer's. */
    record Pair(HostListener listener, HostSocket own, HostSocket peer) {}

    /** A connection that the peer opened. */
    Pair acceptedPair() {
        return acceptedPair(listen(4));
    }

    Pair acceptedPair(final HostListener listener) {
        return acceptedPair(listener, true);
    }

    Pair acceptedPair(final HostListener listener, final boolean withCredit) {
        final HostSocket peerSocket = connectFromPeer();
        final HostSocket[] accepted = new HostSocket[1];
        await(() -> {
            if (accepted[0] == null) {
                accepted[0] = withCredit ? listener.accept() : listener.acceptWithoutCredit();
            }
            return accepted[0] != null && peerSocket.isRequestDone();
        });
        assertEquals(0, peerSocket.requestError());
        return new Pair(listener, accepted[0], peerSocket);
    }

    /** Sends bytes and receives them at the other end. */
    void transfer(final HostSocket from, final HostSocket to, final byte[] bytes) {
        transferRest(from, to, bytes, 0);
    }

    /** Of which so many have been sent already, and none received. */
    void transferRest(final HostSocket from, final HostSocket to, final byte[] bytes, final int sent) {
        final byte[] got = new byte[bytes.length];
        final int[] done = {sent, 0};
        await(() -> {
            done[0] += from.send(bytes, done[0], bytes.length - done[0]);
            final byte[] piece = to.receive(Integer.MAX_VALUE);
            System.arraycopy(piece, 0, got, done[1], piece.length);
            done[1] += piece.length;
            channel.poll();
            peerChannel.poll();
            return done[1] == bytes.length;
        });
        assertTrue(Arrays.equals(bytes, got), "the bytes that arrived are others than those sent");
    }

    static byte[] pattern(final int length, final long seed) {
        final byte[] bytes = new byte[length];
        new java.util.Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Nothing was given up. */
    void assertHealthy() {
        assertTrue(
                dpu.fenced.isEmpty(), () -> "fenced: " + dpu.fenced.getFirst().fence());
        assertTrue(
                peer.fenced.isEmpty(),
                () -> "peer fenced: " + peer.fenced.getFirst().fence());
        assertNull(host.refusal);
    }

    @Override
    public void close() {
        close(dpu);
        close(peer);
    }

    private static void close(final TestDpu dpu) {
        dpu.memory.close();
        dpu.hosts.forEach(attached -> attached.host.close());
    }
}

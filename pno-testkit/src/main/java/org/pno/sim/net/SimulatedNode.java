package org.pno.sim.net;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.pno.counters.Counters;
import org.pno.stack.NetworkStack;
import org.pno.stack.SocketOptions;
import org.pno.stack.StackConfiguration;
import org.pno.stack.StackOutput;
import org.pno.wire.IpAddress;
import org.pno.wire.IpPrefix;
import org.pno.wire.MacAddress;
import org.pno.wire.VirtioNetHeader;

/**
 * One end of the wire: a stack, its frames, and a host whose programs are {@link StreamProgram}s. Plays the bridge:
 * payload comes from and goes to patterns that positions determine, so that nothing needs to be stored to check all
 * of it.
 */
public final class SimulatedNode implements StackOutput {
    private static final int SLOT_BYTES = 68 * 1_024;
    private static final int HEADROOM_BYTES = 64;
    private static final int SLOTS = 4;
    private static final int NETWORK = 0x0A4D0000;
    private static final int PREFIX_LENGTH = 24;
    private static final long NETWORK_IPV6 = 0xFD00L << 48;
    private static final int PREFIX_LENGTH_IPV6 = 64;

    private final int index;
    private final SimulatedWire wire;
    private final NodeBehaviour behaviour;
    private final SplittableRandom random;
    private final NetworkStack stack;
    private final MemorySegment memory = Arena.ofAuto().allocate((SLOTS + 1L) * SLOT_BYTES, 64);
    private final EdgeWatch edges = new EdgeWatch();
    private final long[] freeFrames = new long[SLOTS];
    private int freeCount;

    private StreamProgram[] programs = new StreamProgram[16];
    private ProgramFactory factory;
    private int openCount;
    /** Programs to run, each when it is due; in no order, since the times differ little. */
    private final ArrayDeque<StreamProgram> queue = new ArrayDeque<>();

    private SimulatedNode peer;
    private long nowNs;

    /** Makes the program that serves an accepted connection. */
    @FunctionalInterface
    public interface ProgramFactory {
        StreamProgram accept(int connection);
    }

    SimulatedNode(
            final int index,
            final SimulatedWire wire,
            final NodeBehaviour behaviour,
            final StackConfiguration configuration,
            final long seed,
            final long startNs) {
        this.index = index;
        this.wire = wire;
        this.behaviour = behaviour;
        random = new SplittableRandom(seed);
        nowNs = startNs;
        for (int slot = 0; slot < SLOTS; slot++) {
            freeFrames[freeCount++] = offset(slot);
        }
        configuration.addresses.add(new IpPrefix(IpAddress.ofIpv4(address(index)), PREFIX_LENGTH));
        if (behaviour.ipv6) {
            configuration.addresses.add(new IpPrefix(addressIpv6(index), PREFIX_LENGTH_IPV6));
        }
        configuration.macAddress = MacAddress.local(index + 1L);
        configuration.tcp.secret0 = random.nextLong();
        configuration.tcp.secret1 = random.nextLong();
        stack = new NetworkStack(configuration, this, Counters.anonymous(NetworkStack.COUNTER_COUNT), startNs);
        if (behaviour.ipv6) {
            stack.start(startNs); // Its addresses must be found to be its own.
        }
    }

    private static long offset(final int slot) {
        return (long) slot * SLOT_BYTES + HEADROOM_BYTES;
    }

    /** The IPv4 address of a node. */
    public static int address(final int index) {
        return NETWORK + index + 1;
    }

    private static IpAddress addressIpv6(final int index) {
        return new IpAddress(NETWORK_IPV6, index + 1L);
    }

    public NetworkStack stack() {
        return stack;
    }

    /** Programs that have a connection. */
    public int openCount() {
        return openCount;
    }

    boolean isVerifying() {
        return behaviour.verifyingPayload;
    }

    /** The program of a connection, or null. */
    public StreamProgram program(final int connection) {
        return connection < programs.length ? programs[connection] : null;
    }

    /** Numbers of connections that programs have are below this. */
    int programSlots() {
        return programs.length;
    }

    // What programs do.

    /** Listens on a port; each connection is served by a program of the factory's. */
    public int listen(final int port, final int backlog, final ProgramFactory programs, final SocketOptions options) {
        factory = programs;
        return stack.listen(0, 0, port, backlog, options);
    }

    /** Connects a program to the other node. */
    public int connect(final int port, final StreamProgram program, final SocketOptions options) {
        final IpAddress to = behaviour.ipv6 ? addressIpv6(1 - index) : IpAddress.ofIpv4(address(1 - index));
        final int connection = stack.connect(0, 0, 0, to.hi(), to.lo(), port, options);
        if (connection >= 0) {
            put(connection, program);
        }
        return connection;
    }

    private void put(final int connection, final StreamProgram program) {
        if (connection >= programs.length) {
            programs = Arrays.copyOf(programs, Math.max(connection + 1, 2 * programs.length));
        }
        programs[connection] = program;
        program.start(this, connection);
        openCount++;
        enqueue(program, nowNs);
    }

    private void enqueue(final StreamProgram program, final long atNs) {
        if (!program.queued) {
            program.queued = true;
            program.dueNs = atNs;
            queue.add(program);
        } else {
            program.dueNs = Math.min(program.dueNs, atNs);
        }
    }

    void join(final SimulatedNode otherNode) {
        peer = otherNode;
    }

    /** The peer's program sends up to this position: this side must have said that it may. */
    private void checkInsideWindow(final StreamProgram sender, final long end) {
        for (final StreamProgram program : programs) {
            if (program != null
                    && program.localPort() == sender.remotePort()
                    && program.remotePort() == sender.localPort()) {
                program.checkInsideWindow(end);
            }
        }
    }

    // What the loop does.

    void receive(final MemorySegment from, final long packet, final int length, final int copied, final long timeNs) {
        nowNs = timeNs;
        final long frame = offset(SLOTS);
        MemorySegment.copy(
                from,
                packet - VirtioNetHeader.BYTES,
                memory,
                frame - VirtioNetHeader.BYTES,
                copied + VirtioNetHeader.BYTES);
        stack.onFrame(frame, length, timeNs);
    }

    void step(final long timeNs) {
        nowNs = timeNs;
        stack.onTimers(timeNs);
        for (int left = queue.size(); left > 0; left--) {
            final StreamProgram program = queue.poll();
            if (program.dueNs > timeNs) {
                queue.add(program);
                continue;
            }
            program.queued = false;
            if (!program.isReleased()) {
                program.publish();
            }
            final long againNs = program.run();
            if (againNs != StreamProgram.WHEN_CHANGED) {
                enqueue(program, timeNs + againNs);
            }
        }
        stack.flush(timeNs);
    }

    /** When this node has something to do next if nothing arrives. */
    long nextEventNs() {
        long nextNs = stack.nextDeadlineNs();
        for (int left = queue.size(); left > 0; left--) { // Round and round: an iterator would be allocated.
            final StreamProgram program = queue.poll();
            nextNs = Math.min(nextNs, program.dueNs);
            queue.add(program);
        }
        return nextNs;
    }

    // StackOutput.

    @Override
    public MemorySegment memory() {
        return memory;
    }

    @Override
    public int frameBytes() {
        return SLOT_BYTES - HEADROOM_BYTES;
    }

    @Override
    public void release(final long frame) {
        freeFrames[freeCount++] = frame;
    }

    @Override
    public long allocate() {
        return freeCount == 0 || happens(behaviour.noFrameChance) ? NO_FRAME : freeFrames[--freeCount];
    }

    private boolean happens(final double chance) {
        return chance > 0 && random.nextDouble() < chance;
    }

    @Override
    public void transmit(final long frame, final int length) {
        if (behaviour.verifyingPayload) {
            edges.onSent(memory, frame);
            for (final StreamProgram program : programs) {
                if (program != null && edges.isOf(program)) {
                    program.onAcknowledged(edges.acknowledgment(), edges.firstSequence(program));
                }
            }
        }
        wire.send(1 - index, memory, frame, length, nowNs);
        freeFrames[freeCount++] = frame;
    }

    @Override
    public void transmit(
            final long frame,
            final int headerLength,
            final int connection,
            final long position,
            final int payloadLength) {
        if (position + payloadLength > programs[connection].written()) {
            throw new AssertionError(
                    "sent up to " + (position + payloadLength) + ", written is " + programs[connection].written());
        }
        if (behaviour.verifyingPayload) {
            peer.checkInsideWindow(programs[connection], position + payloadLength);
            StreamPattern.fill(index, position, payloadLength, memory, frame + headerLength);
        }
        transmit(frame, headerLength + payloadLength);
    }

    @Override
    public boolean place(final int connection, final long position, final int length, final long payload) {
        if (happens(behaviour.noMemoryChance)) {
            return false;
        }
        if (behaviour.verifyingPayload) {
            programs[connection].onPlaced(position, length);
            final long wrong = StreamPattern.mismatch(1 - index, position, length, memory, payload);
            if (wrong >= 0) {
                throw new AssertionError("node " + index + " connection " + connection + ": wrong byte at " + wrong);
            }
        }
        return true;
    }

    @Override
    public void changed(final int connection) {
        final long delayNs = behaviour.publishDelayNs > 0 ? random.nextLong(behaviour.publishDelayNs) : 0;
        enqueue(programs[connection], nowNs + delayNs);
    }

    @Override
    public boolean accept(final int listener, final int connection) {
        if (happens(behaviour.noCreditChance)) {
            return false;
        }
        put(connection, factory.accept(connection));
        return true;
    }

    @Override
    public void established(final int connection) {
        enqueue(programs[connection], nowNs);
    }

    @Override
    public void advertised(final int connection, final long edge) {
        programs[connection].onAdvertised(edge);
    }

    @Override
    public void released(final int connection) {
        final StreamProgram program = programs[connection];
        program.onReleased();
        programs[connection] = null;
        openCount--;
        if (!program.isClosed()) {
            enqueue(program, nowNs);
        }
    }
}

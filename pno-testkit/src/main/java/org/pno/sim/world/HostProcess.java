package org.pno.sim.world;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.pno.bridge.Holder;
import org.pno.bridge.HostArena;
import org.pno.link.AddressLine;
import org.pno.link.RecordDescriptor;
import org.pno.sim.HostChannel;
import org.pno.sim.HostSocket;
import org.pno.sim.SimulatedHost;
import org.pno.wire.IpAddress;

/**
 * A process at a node: programs and listeners over one arena, and the loop that drains events, runs who has something
 * to do, and sleeps by the handshake of the protocol until a bell or a time of its own.
 */
final class HostProcess {
    static final long NEVER = Long.MAX_VALUE;

    private static final long LOOP_NS = 2_000;

    private final SimulatedSystem system;
    private final SimulatedHost host;
    private final SplittableRandom random;
    private final List<HostChannel> channels = new ArrayList<>();
    private final List<SocketProgram> programs = new ArrayList<>();
    private final Listeners listeners;
    private final Map<Long, HostSocket> bound = new HashMap<>();
    private byte[] buffer = {};

    HostArena arena;
    Holder holder;
    private boolean isAsleep;
    private boolean isRung;
    private boolean isDead;
    /** A program has died before it knew its connection's addresses. */
    private boolean hasLostUnknown;

    private HostChannel channelOfChild;
    private Runnable whenUp;
    private SplittableRandom lateHints;
    /** A socket that was closed, of which a hint comes late. */
    private HostSocket late;

    private long nextNs = NEVER;

    HostProcess(final SimulatedSystem system, final SimulatedHost host, final SplittableRandom random) {
        this.system = system;
        this.host = host;
        this.random = random;
        listeners = new Listeners(this, system, host, random);
    }

    int node() {
        return system.node();
    }

    SimulatedHost host() {
        return host;
    }

    /** Opens a channel; with {@code busyChance} its lock is taken when something is to be submitted. */
    void openChannel(final double busyChance) {
        final HostChannel channel = host.openChannel();
        if (busyChance > 0) {
            channel.busyWhen(() -> random.nextDouble() < busyChance);
        }
        channels.add(channel);
        system.attach(this, channel.number());
    }

    List<HostChannel> channels() {
        return channels;
    }

    /** The DPU rings a bell of this process. */
    void ring(final long nowNs) {
        if (isDead) {
            return;
        }
        isRung = true;
        nextNs = Math.min(nextNs, nowNs + 500 + random.nextInt(20_000));
    }

    long nextNs() {
        return nextNs;
    }

    // What the world has its programs do.

    void connect(final Dialogue dialogue, final boolean isClient, final long nowNs) {
        if (isDead || channels.isEmpty() || host.untakenRecords() < 4) {
            return;
        }
        final HostSocket socket = host.takeRecord(channels.get(random.nextInt(channels.size())));
        setOptions(socket, dialogue);
        final IpAddress local = isClient ? dialogue.clientAddress() : dialogue.serverAddress();
        final IpAddress remote = isClient ? dialogue.serverAddress() : dialogue.clientAddress();
        final int localPort =
                dialogue.opensAtOnce() ? dialogue.port() : dialogue.options().localPort();
        final Plan plan = isClient ? dialogue.clientPlan() : dialogue.serverPlan();
        final SocketProgram program = new SocketProgram(this, socket, dialogue, plan, true, random.nextLong());
        if (dialogue.options().has(RecordDescriptor.OPTION_FASTOPEN)) {
            program.writeAhead(FlowKey.of(node(), 0, remote.hi(), remote.lo(), dialogue.port()));
        }
        socket.connect(local.hi(), local.lo(), localPort, remote.hi(), remote.lo(), dialogue.port());
        programs.add(program);
        (isClient ? dialogue.clients() : dialogue.servers()).add(program);
        wakeAt(nowNs);
    }

    /** What listens here. */
    Listeners listeners() {
        return listeners;
    }

    void wakeAt(final long timeNs) {
        nextNs = Math.min(nextNs, timeNs);
    }

    void setOptions(final HostSocket socket, final Dialogue dialogue) {
        final Dialogue.Socket options = dialogue.options();
        socket.option(RecordDescriptor.RCVBUF_OFFSET, options.receiveBufferBytes());
        socket.option(RecordDescriptor.KEEP_IDLE_OFFSET, options.keepIdleSeconds());
        socket.option(RecordDescriptor.MAX_SEG_OFFSET, options.maxSegmentBytes());
        socket.option(RecordDescriptor.OPTION_FLAGS_OFFSET, options.flags());
    }

    // The loop.

    void run(final long nowNs) {
        nextNs = NEVER;
        if (arena == null) { // Somebody wanted something of it before the DPU has taken it in.
            return;
        }
        if (whenUp != null) {
            whenUp.run();
            whenUp = null;
        }
        if (isAsleep) {
            isAsleep = false;
            channels.forEach(HostChannel::wake);
        }
        isRung = false;
        channels.forEach(HostChannel::poll);
        listeners.run(nowNs);
        runPrograms(nowNs);
        if (late != null && lateHints.nextInt(8) == 0) {
            late.submit(0);
        }
        host.reclaim();
        sleep(nowNs);
    }

    /** A program begins with a connection that was accepted. */
    void begin(final HostSocket accepted, final Dialogue dialogue, final long nowNs) {
        setOptions(accepted, dialogue);
        final SocketProgram program =
                new SocketProgram(this, accepted, dialogue, dialogue.serverPlan(), false, random.nextLong());
        program.learnFlow();
        programs.add(program);
        dialogue.servers().add(program);
        program.run(nowNs);
    }

    private void runPrograms(final long nowNs) {
        for (int i = programs.size() - 1; i >= 0; i--) {
            final SocketProgram program = programs.get(i);
            if (program.isDue(nowNs)) {
                program.run(nowNs);
            }
            if (program.isDone()) {
                programs.remove(i);
                if (lateHints != null && channelOfChild == null && lateHints.nextInt(4) == 0) {
                    late = program.socket();
                }
            }
        }
    }

    /** Sleeps unless there were events meanwhile, or somebody has more to do. */
    private void sleep(final long nowNs) {
        boolean maySleep = true;
        for (int i = 0; i < channels.size(); i++) {
            maySleep &= channels.get(i).sleep();
        }
        for (int i = 0; i < programs.size(); i++) {
            final SocketProgram program = programs.get(i);
            maySleep &= !program.isDue(nowNs);
            nextNs = Math.min(nextNs, program.nextNs());
        }
        isAsleep = true;
        if (!maySleep || isRung) {
            nextNs = nowNs + LOOP_NS;
        }
        nextNs = Math.max(nextNs, nowNs + 1);
    }

    // Death and children.

    /** Now and then tells the DPU of sockets that are gone, which does no harm. */
    void hintLate(final SplittableRandom own) {
        lateHints = own;
    }

    /** Does something as soon as the DPU has taken the arena in. */
    void whenUp(final Runnable what) {
        whenUp = what;
    }

    /** The DPU has taken the arena in. */
    void onAccepted(final long nowNs) {
        if (whenUp != null) {
            wakeAt(nowNs);
        }
    }

    /** As by kill -9: nothing is closed or written. */
    void die() {
        isDead = true;
        nextNs = NEVER;
        programs.forEach(SocketProgram::die);
        programs.clear();
        listeners.die();
    }

    boolean isDead() {
        return isDead;
    }

    /** Makes a child, which holds all that its parent holds now, and gives it a channel. */
    void fork() {
        host.fork();
        channelOfChild = host.openChannel();
        system.attach(this, channelOfChild.number());
    }

    HostChannel channelOfChild() {
        return channelOfChild;
    }

    /** The parent dies; the child goes on with what it holds, and with its own channel. */
    void goOnAsChild(final long nowNs) {
        host.becomeChild();
        channels.clear();
        channels.add(channelOfChild);
        isAsleep = false;
        for (int i = programs.size() - 1; i >= 0; i--) {
            final SocketProgram program = programs.get(i);
            if (host.isHeld(program.socket())) {
                program.moveTo(channelOfChild);
            } else {
                program.die();
                program.socket().retire();
                programs.remove(i);
            }
        }
        listeners.goOnAsChild(channelOfChild);
        host.releaseInherited(
                channelOfChild,
                socket -> !listeners.has(socket) && programs.stream().noneMatch(program -> program.socket() == socket));
        wakeAt(nowNs);
    }

    // What the programs need.

    byte[] buffer(final int length) {
        if (buffer.length < length) {
            buffer = new byte[length];
        }
        return buffer;
    }

    boolean isOutOfChunks() {
        return host.freeTxChunks() == 0;
    }

    void bind(final long flow, final HostSocket socket) {
        bound.put(flow, socket);
    }

    /** The program's socket is about to be closed: what it sees means nothing any more. */
    void closing(final long flow) {
        bound.put(flow, null);
    }

    /** A program is dead; what its socket sees means nothing any more. */
    void died(final long flow) {
        hasLostUnknown |= flow < 0;
        closing(flow);
    }

    /** How far the host can see the stream that comes to a flow's sender; see {@link WireObserver.Hosts}. */
    long visible(final long flow) {
        final HostSocket socket = bound.containsKey(flow) ? bound.get(flow) : find(flow);
        if (socket == null) {
            return hasLostUnknown || bound.containsKey(flow) ? WireObserver.Hosts.ANYTHING : -1;
        }
        if (isDead) {
            return WireObserver.Hosts.ANYTHING;
        }
        return socket.rxCommitted() + (socket.isEndVisible() ? 1 : 0);
    }

    /** What a socket that is connected sends. */
    long flowOf(final HostSocket socket) {
        final AddressLine info = socket.info();
        return FlowKey.of(node(), info.localPort(), info.remoteHi(), info.remoteLo(), info.remotePort());
    }

    /** An accepted connection that no program has taken yet. */
    private HostSocket find(final long flow) {
        for (int record = 0; record < host.geometry().recordCount(); record++) {
            final HostSocket socket = host.socketOf(record);
            if (socket != null && socket.state() != 0 && flowOf(socket) == flow) {
                return socket;
            }
        }
        return null;
    }

    /** What is left of programs and records; empty if nothing is. */
    String leftovers() {
        final StringBuilder text = new StringBuilder();
        if (isDead) {
            return ""; // Its memory is nobody's; the arena has to end.
        }
        host.reclaim(); // Of what a dead parent has closed no event tells its child.
        programs.forEach(program -> text.append("\n    ").append(program));
        if (host.untakenRecords() != host.geometry().recordCount()) {
            text.append("\n    ")
                    .append(host.geometry().recordCount() - host.untakenRecords())
                    .append(" records taken, ")
                    .append(host.closing())
                    .append(" of them closed");
            channels.forEach(channel -> text.append(", channel ")
                    .append(channel.number())
                    .append(" with ")
                    .append(channel.submissionsUntaken())
                    .append(" submissions untaken"));
            for (int record = 0; record < host.geometry().recordCount(); record++) {
                final HostSocket socket = host.socketOf(record);
                if (socket != null) {
                    text.append("\n      ").append(socket);
                }
            }
        }
        if (host.freeTxChunks() != host.geometry().txChunkCount()) {
            text.append("\n    ")
                    .append(host.geometry().txChunkCount() - host.freeTxChunks())
                    .append(" transmit chunks taken");
        }
        return text.toString();
    }

    boolean hasPrograms() {
        return !programs.isEmpty();
    }
}

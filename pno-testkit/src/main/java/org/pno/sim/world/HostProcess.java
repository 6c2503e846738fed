package org.pno.sim.world;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.pno.bridge.Holder;
import org.pno.bridge.HostArena;
import org.pno.link.RecordDescriptor;
import org.pno.sim.HostChannel;
import org.pno.sim.HostListener;
import org.pno.sim.HostSocket;
import org.pno.sim.SimulatedHost;
import org.pno.sys.Errno;
import org.pno.wire.IpAddress;

/**
 * A process at a node: programs and listeners over one arena, and the loop that drains events, runs who has something
 * to do, and sleeps by the handshake of the protocol until a bell or a time of its own.
 */
final class HostProcess {
    static final long NEVER = Long.MAX_VALUE;

    private static final long LOOP_NS = 2_000;
    private static final long LONGEST_PAUSE_NS = 300_000_000;
    private static final long CREDIT_NS = 100_000;
    private static final long RETRY_NS = 20_000_000;
    private static final int UNDER_WAY = -1;

    private final SimulatedSystem system;
    private final SimulatedHost host;
    private final SplittableRandom random;
    private final List<HostChannel> channels = new ArrayList<>();
    private final List<SocketProgram> programs = new ArrayList<>();
    private final List<ListeningPort> listening = new ArrayList<>();
    private final Map<Long, HostSocket> bound = new HashMap<>();
    private byte[] buffer = {};

    HostArena arena;
    Holder holder;
    private boolean isAsleep;
    private boolean isRung;
    private boolean isEnding;
    private long nextNs = NEVER;

    /** A listener and whom it serves. */
    private static final class ListeningPort {
        private final HostListener listener;
        private final Dialogue dialogue;
        private final int backlog;
        private final int credits;
        private int creditsOwed;
        private int errno = UNDER_WAY;
        private long askAgainNs;
        private long acceptsAgainNs;
        private final long acceptPauseNs;
        private boolean isUp;
        private boolean isToClose;

        private ListeningPort(
                final HostListener listener,
                final Dialogue dialogue,
                final int backlog,
                final int credits,
                final long acceptPauseNs) {
            this.listener = listener;
            this.dialogue = dialogue;
            this.backlog = backlog;
            this.credits = credits;
            this.acceptPauseNs = acceptPauseNs;
        }
    }

    HostProcess(final SimulatedSystem system, final SimulatedHost host, final SplittableRandom random) {
        this.system = system;
        this.host = host;
        this.random = random;
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
        isRung = true;
        nextNs = Math.min(nextNs, nowNs + 500 + random.nextInt(20_000));
    }

    long nextNs() {
        return nextNs;
    }

    // What the world has its programs do.

    void connect(final Dialogue dialogue, final boolean isClient, final long nowNs) {
        if (host.untakenRecords() < 4) {
            return;
        }
        final HostSocket socket = host.takeRecord(channels.get(random.nextInt(channels.size())));
        setOptions(socket, dialogue);
        final int remote = isClient ? dialogue.server() : dialogue.client();
        final int localPort =
                dialogue.opensAtOnce() ? dialogue.port() : dialogue.options().localPort();
        socket.connect(
                IpAddress.IPV4_HI,
                IpAddress.ipv4Lo(Addresses.ipv4(node())),
                localPort,
                IpAddress.IPV4_HI,
                IpAddress.ipv4Lo(Addresses.ipv4(remote)),
                dialogue.port());
        final Plan plan = isClient ? dialogue.clientPlan() : dialogue.serverPlan();
        final SocketProgram program = new SocketProgram(this, socket, dialogue, plan, true, random.nextLong());
        programs.add(program);
        (isClient ? dialogue.clients() : dialogue.servers()).add(program);
        wakeAt(nowNs);
    }

    void listen(final Dialogue dialogue, final int backlog, final int credits, final long nowNs) {
        if (isEnding) {
            return;
        }
        final HostListener listener = new HostListener(host, channels.getFirst());
        final ListeningPort port = new ListeningPort(
                listener, dialogue, backlog, credits, random.nextInt(4) == 0 ? random.nextLong(LONGEST_PAUSE_NS) : 0);
        listening.add(port);
        setOptions(listener.socket(), dialogue);
        ask(port, nowNs);
        wakeAt(nowNs);
    }

    /** Takes up what LISTEN answers. As in the shim, a port that is taken still is asked for again. */
    private void settleListeners(final long nowNs) {
        for (int i = listening.size() - 1; i >= 0; i--) {
            final ListeningPort port = listening.get(i);
            if (port.errno == Errno.EADDRINUSE) {
                nextNs = Math.min(nextNs, Math.max(nowNs, port.askAgainNs));
                if (nowNs >= port.askAgainNs) {
                    ask(port, nowNs);
                }
            } else if (port.errno == 0 && port.isToClose) {
                listening.remove(i);
                port.listener.close();
            } else if (port.errno == 0 && !port.isUp) {
                port.isUp = true;
                port.creditsOwed = port.credits;
            } else if (port.errno > 0) {
                throw new OracleFailure(
                        "node " + node() + ": listen on " + port.dialogue.port() + " fails with " + port.errno);
            }
        }
    }

    private void ask(final ListeningPort port, final long nowNs) {
        port.errno = UNDER_WAY;
        port.askAgainNs = nowNs + RETRY_NS;
        system.listen(this, port.listener, port.dialogue.port(), port.backlog, errno -> {
            port.errno = -errno;
            ring(system.nowNs());
        });
    }

    /** Closes the listener of a dialogue, if it has one; accepted connections live on. */
    void unlisten(final Dialogue dialogue, final long nowNs) {
        listening.forEach(port -> port.isToClose |= port.dialogue == dialogue);
        wakeAt(nowNs);
    }

    /** Closes all listeners; there will be no others. */
    void unlistenAll(final long nowNs) {
        isEnding = true;
        listening.forEach(port -> port.isToClose = true);
        wakeAt(nowNs);
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
        if (isAsleep) {
            isAsleep = false;
            channels.forEach(HostChannel::wake);
        }
        isRung = false;
        channels.forEach(HostChannel::poll);
        settleListeners(nowNs);
        listening.forEach(port -> accept(port, nowNs));
        runPrograms(nowNs);
        host.reclaim();
        sleep(nowNs);
    }

    private void accept(final ListeningPort port, final long nowNs) {
        if (!port.isUp || port.isToClose) {
            return;
        }
        if (nowNs < port.acceptsAgainNs) { // A program that has other things to do.
            nextNs = Math.min(nextNs, port.acceptsAgainNs);
            return;
        }
        port.acceptsAgainNs = nowNs + port.acceptPauseNs;
        while (port.creditsOwed > 0 && host.untakenRecords() > 4 && port.listener.postCredit()) {
            port.creditsOwed--;
        }
        HostSocket accepted = port.listener.acceptWithoutCredit();
        for (; accepted != null; accepted = port.listener.acceptWithoutCredit()) {
            port.creditsOwed++;
            setOptions(accepted, port.dialogue);
            final SocketProgram program = new SocketProgram(
                    this, accepted, port.dialogue, port.dialogue.serverPlan(), false, random.nextLong());
            program.learnFlow();
            programs.add(program);
            port.dialogue.servers().add(program);
            program.run(nowNs);
        }
        if (port.creditsOwed > 0) {
            nextNs = Math.min(nextNs, nowNs + CREDIT_NS);
        }
    }

    private void runPrograms(final long nowNs) {
        for (int i = programs.size() - 1; i >= 0; i--) {
            final SocketProgram program = programs.get(i);
            if (program.isDue(nowNs)) {
                program.run(nowNs);
            }
            if (program.isDone()) {
                programs.remove(i);
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

    /** How far the host can see the stream that comes to a flow's sender; see {@link WireObserver.Hosts}. */
    long visible(final long flow) {
        final HostSocket socket = bound.containsKey(flow) ? bound.get(flow) : find(flow);
        if (socket == null) {
            return bound.containsKey(flow) ? WireObserver.Hosts.ANYTHING : -1;
        }
        return socket.rxCommitted() + (socket.isEndVisible() ? 1 : 0);
    }

    /** An accepted connection that no program has taken yet. */
    private HostSocket find(final long flow) {
        for (int record = 0; record < host.geometry().recordCount(); record++) {
            final HostSocket socket = host.socketOf(record);
            if (socket != null
                    && socket.state() != 0
                    && socket.info().remotePort() == FlowKey.receiverPort(flow)
                    && socket.info().localPort() == FlowKey.sourcePort(flow)
                    && Addresses.node((int) socket.info().remoteLo()) == FlowKey.receiver(flow)) {
                return socket;
            }
        }
        return null;
    }

    /** What is left of programs and records; empty if nothing is. */
    String leftovers() {
        final StringBuilder text = new StringBuilder();
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

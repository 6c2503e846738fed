package org.pno.bridge;

import java.util.List;
import org.pno.bridge.BridgeSocket.Role;
import org.pno.counters.CounterGroup;
import org.pno.counters.Counters;
import org.pno.link.ArenaLimits;
import org.pno.link.HostMemory;
import org.pno.link.RegionSource;
import org.pno.port.FrameHandler;
import org.pno.port.PacketPort;
import org.pno.stack.NetworkStack;
import org.pno.sys.Errno;

/**
 * The NIC bridge of one engine: owns the order in which port, stack and host memory are served, and the arenas. Its
 * owner calls {@link #cycle} as long as that does something, and before it sleeps {@link #park}. One thread.
 *
 * <pre>
 *   cycle:  frames in, looped ones too ─ timers ─ polls ─ settle ─ flush ─ settle ─ frames out
 *   settle: let every queue go on, post the open batch, see what is complete; again while that moved anything
 * </pre>
 */
public final class Bridge {
    /** Counters that a bridge makes. */
    public static final int COUNTER_COUNT = BridgeCounter.values().length;

    private static final int FRAMES_PER_CYCLE = 64;

    private final PacketPort port;
    private final NetworkStack stack;
    private final SocketTable table = new SocketTable();
    private final CounterGroup<BridgeCounter> counters;
    private final Bus bus;
    private final BridgeContext context;
    private final Intents intents;
    private final BridgeParts parts;
    private final Arenas arenas;
    private final FrameHandler onFrame = this::onFrame;
    private long nowNs;
    private long work;

    /**
     * Joins a port, host memory and the stack that the factory makes.
     *
     * @param counters with room for {@link #COUNTER_COUNT} more and the stack's
     * @param startNs the present
     */
    public Bridge(
            final PacketPort port,
            final HostMemory memory,
            final StackFactory stackFactory,
            final Journal journal,
            final Counters counters,
            final BridgeSettings settings,
            final long startNs) {
        this.port = port;
        this.counters = counters.addAll(BridgeCounter.class);
        bus = new Bus(memory);
        nowNs = startNs;
        intents = new Intents(port, table, journal, settings.listener(), bus, this.counters);
        stack = stackFactory.create(intents);
        context = new BridgeContext(bus, stack, table, new Slots(), new Fences(), journal, this.counters);
        parts = BridgeParts.build(context, port, settings.listener(), startNs);
        arenas = new Arenas(context, parts, settings.listener(), settings.limits(), settings.epoch());
        intents.join(stack, parts.receive(), parts.transmit(), parts.publisher(), parts.listeners());
    }

    /** What the owner settles: limits of an arena, the DPU's epoch, and who hears of arenas' ends. */
    public record BridgeSettings(ArenaLimits limits, long epoch, BridgeListener listener) {}

    /**
     * Does everything that can be done now.
     *
     * @param timeNs the present, which is the time of all that happens in the cycle
     * @return 0 if nothing happened, so that the owner may spin or {@link #park}
     */
    public long cycle(final long timeNs) {
        nowNs = timeNs;
        intents.now(timeNs);
        final long before = work();
        bus.progress();
        work += port.receive(onFrame, FRAMES_PER_CYCLE);
        receiveLooped();
        stack.onTimers(timeNs);
        releaseIdle(timeNs);
        parts.submissions().beginCycle();
        parts.records().beginCycle();
        parts.holders().beginCycle();
        parts.sweeps().step();
        arenas.step();
        parts.channels().poll();
        settle();
        stack.flush(timeNs);
        settle();
        parts.transmit().flush();
        return work() - before;
    }

    private long work() {
        return work
                + counters.value(BridgeCounter.SUBMISSIONS)
                + counters.value(BridgeCounter.PUBLICATIONS)
                + parts.transmit().framesSent();
    }

    private void onFrame(final long frame, final int length) {
        stack.onFrame(frame, length, nowNs);
        intents.endFrame(frame);
    }

    /** Takes in what the stack has sent to itself before this cycle. */
    private void receiveLooped() {
        final FrameQueue looped = parts.transmit().looped();
        for (int left = Math.min(looped.size(), FRAMES_PER_CYCLE); left > 0; left--) {
            final long frame = looped.frame();
            final int length = looped.length();
            looped.remove();
            stack.onLoopedFrame(frame, length, nowNs);
            intents.endFrame(frame);
            work++;
        }
    }

    private void releaseIdle(final long timeNs) {
        parts.holdings().poll(timeNs);
        for (BridgeSocket socket = parts.holdings().nextIdle();
                socket != null;
                socket = parts.holdings().nextIdle()) {
            parts.receive().releaseDrained(socket);
            if (socket.rxMap != null && socket.arena.isLive()) {
                parts.records().read(socket, 0); // Has its program read on without a word?
            }
        }
    }

    private void settle() {
        boolean moved;
        do {
            moved = drain();
            moved |= bus.turn();
        } while (moved);
    }

    /**
     * Lets every queue go on with what is complete. The order matters where one ticket's progress shows two things at
     * once: map reads come before the publication that frees their record, and that before the credits and
     * submissions that take the record anew.
     */
    private boolean drain() {
        boolean moved = parts.publisher().collect();
        moved |= parts.transmitMaps().drain();
        moved |= parts.receive().drain();
        moved |= parts.transmit().drain();
        moved |= intents.drain();
        moved |= parts.publisher().drain();
        moved |= parts.credits().drain();
        moved |= parts.listeners().drain(nowNs);
        moved |= parts.channels().drain();
        moved |= parts.submissions().drain();
        moved |= parts.records().drain();
        moved |= parts.sweeps().drain();
        moved |= parts.holders().drain();
        moved |= arenas.drain();
        moved |= parts.publisher().collect();
        return moved;
    }

    /**
     * Parks the channels, so that hosts will ring; not while the bus has something under way that will give work soon,
     * since a host that is to ring, and a channel that is woken at once, cost more than the wait.
     *
     * @return true if nothing is under way, so that the owner may sleep until {@link #nextDeadlineNs}, a frame or a
     *     bell;
     *     false: it goes on with {@link #cycle}
     */
    public boolean park() {
        if (!bus.isAtRest()) {
            return false;
        }
        parts.channels().parkAll();
        settle();
        return parts.channels().areParked()
                && bus.isIdle()
                && parts.transmit().looped().isEmpty()
                && !parts.sweeps().isActive()
                && !parts.submissions().hasMore()
                && !parts.records().hasMore()
                && !parts.holders().hasMore()
                && !arenas.hasMore();
    }

    /** When {@link #cycle} has something to do if nothing happens; Long.MAX_VALUE if never. */
    public long nextDeadlineNs() {
        return Math.min(stack.nextDeadlineNs(), parts.holdings().nextDeadlineNs());
    }

    // The control socket's side.

    /**
     * Takes an arena in.
     *
     * @throws IllegalArgumentException if the memory cannot be shared safely, or this bus does not reach it
     */
    public void addArena(final RegionSource source, final Tenant tenant, final ArenaCompletion completion) {
        arenas.add(source, tenant, completion);
    }

    /** The arena's memory is out of reach for good: its connections are reset as soon as that is found. */
    public void loseHost(final HostArena arena) {
        if (arena.isLive()) {
            bus.memory().failRegion(arena.region());
        }
    }

    /** The arena of a number, or null. */
    public HostArena arena(final int number) {
        return arenas.get(number);
    }

    public List<HostArena> arenas() {
        return arenas.all();
    }

    /** A child takes the holder slot that its parent has filled. */
    public void adoptHolder(final HostArena arena, final int slot, final HolderCompletion completion) {
        parts.holders().adopt(arena, slot, true, completion);
    }

    /** The process is dead; the slots it left for children still count. */
    public void holderDied(final Holder holder) {
        holder.died();
        lost(holder);
    }

    /** The process's control connection has ended, in whichever process it was still open. */
    public void holderDisconnected(final Holder holder) {
        holder.disconnected();
        lost(holder);
    }

    private void lost(final Holder holder) {
        if (holder.arena().isLive()) {
            parts.holders().onLost(holder.arena());
        }
    }

    /** A process has the channel from now on; false if there is no such channel or another process has it. */
    public boolean attachChannel(final HostArena arena, final int channel, final Bell bell) {
        return arenas.attach(arena, channel, bell);
    }

    /** The channel's process has gone. */
    public void detachChannel(final HostArena arena, final int channel) {
        if (arena.isLive()) {
            parts.channels().detach(arena.channel(channel));
        }
    }

    /** The process that has the channel rang. */
    public void onBell(final HostArena arena, final int channel) {
        if (arena.isLive()) {
            parts.channels().look(arena.channel(channel), HostChannel.TO_POLL);
        }
    }

    /**
     * Makes a record a listener; the request's completion tells 0, or a negative errno: -EINVAL if the record is not
     * FREE or not of that generation, and what the stack's listen says.
     */
    public void listen(final HostArena arena, final int record, final ListenRequest request) {
        final Completion completion = request.completion();
        if (!arena.isLive() || !arena.geometry().hasRecord(record)) {
            completion.complete(-Errno.EINVAL);
            return;
        }
        final BridgeSocket socket = arena.socket(record);
        if (socket.role == Role.LISTENER && socket.generation == request.generation()) {
            // A second listen(2) only changes the backlog: of connections not accepted by the host's credits, and here.
            stack.backlog(
                    socket.listenerSide.number,
                    Math.clamp(request.backlog(), 1, arena.tenant().maxHalfOpen()));
            completion.complete(0);
        } else if (socket.listenRequest != null) {
            completion.complete(-Errno.EALREADY);
        } else {
            socket.listenRequest = request;
            parts.records().read(socket, RecordReads.FLAG_LISTEN);
        }
    }

    /**
     * Something stands for a socket from now on that no holder slot tells of: it counts as held, until
     * {@link #unanchor}, as often.
     *
     * @return false if the record is no such socket
     */
    public boolean anchor(final HostArena arena, final int record, final int generation) {
        final BridgeSocket socket = living(arena, record, generation);
        if (socket == null) {
            return false;
        }
        socket.anchors++;
        return true;
    }

    /** What stood for it is no more; of a socket that has ended meanwhile nothing is to be done. */
    public void unanchor(final HostArena arena, final int record, final int generation) {
        final BridgeSocket socket = living(arena, record, generation);
        if (socket != null && socket.anchors > 0) {
            socket.anchors--;
            socket.arena.holderStates().onChange(); // Who took hold of it by this name needed no new slot.
            parts.holders().check(socket);
        }
    }

    /** Asks anew whether anybody holds it; {@link BridgeListener#onOnlyAnchored} tells if not. */
    public void check(final HostArena arena, final int record, final int generation) {
        final BridgeSocket socket = living(arena, record, generation);
        if (socket != null) {
            parts.holders().check(socket);
        }
    }

    /** True if the record is a listener or a connection of that generation, and not closed. */
    public boolean isSocket(final HostArena arena, final int record, final int generation) {
        return living(arena, record, generation) != null;
    }

    private static BridgeSocket living(final HostArena arena, final int record, final int generation) {
        final BridgeSocket socket =
                arena.isLive() && arena.geometry().hasRecord(record) ? arena.socketOrNull(record) : null;
        return socket != null
                        && socket.generation == generation
                        && (socket.role == Role.CONNECTION || socket.role == Role.LISTENER)
                        && !socket.isClosed
                ? socket
                : null;
    }

    /** Shows every listener and every connection to {@code visitor}. Not for the hot path. */
    public void forEachSocket(final SocketVisitor visitor) {
        table.forEachListener(listener -> visitor.onListener(
                listener.arena, listener.listenerSide.request, listener.listenerSide.waiting.size()));
        stack.forEachConnection(connection -> {
            final BridgeSocket socket = table.connection(connection);
            visitor.onConnection(socket == null ? null : socket.arena, connection);
        });
    }

    /**
     * Whose a flow is: the user's who has the connection; of one that is half open or waits to be accepted, and of none
     * at all, the user's who listens there. Null: nobody's, above all what a program has closed.
     */
    public Tenant ownerOf(
            final long localHi,
            final long localLo,
            final int localPort,
            final long remoteHi,
            final long remoteLo,
            final int remotePort) {
        final int number = stack.findConnection(localHi, localLo, localPort, remoteHi, remoteLo, remotePort);
        final BridgeSocket socket = number < 0 ? null : table.connection(number);
        if (socket != null) {
            return socket.arena.tenant();
        }
        final boolean isOver = number < 0 && number != BridgeSocket.NONE;
        final int listens = isOver ? BridgeSocket.NONE : stack.findListener(localHi, localLo, localPort);
        final BridgeSocket listener = listens < 0 ? null : table.listener(listens);
        return listener == null ? null : listener.arena.tenant();
    }

    /** The stack, for views and tests. */
    public NetworkStack stack() {
        return stack;
    }

    /** Sockets' memory that is in use: slots of reads under way, chunk maps, sockets that hold receive chunks. */
    public int[] memoryInUse() {
        return new int[] {
            context.slots().taken(), parts.maps().taken(), parts.holdings().count()
        };
    }

    /** Counters, for views and tests. */
    public long count(final BridgeCounter counter) {
        return counters.value(counter);
    }
}

package org.pno.tcp;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.pno.counters.CounterGroup;
import org.pno.counters.Counters;
import org.pno.sys.Errno;
import org.pno.tcp.congestion.CongestionControl;

/**
 * PnO-TCP: the duties joined together. Segments and the host's calls come in; what they cause goes out at the next
 * {@link #flush}, or to the host at once through {@link TcpOutput#changed}. One thread; the time comes with the calls.
 */
public final class TcpEngine {
    /** Bytes that {@link #writeInfo} writes. */
    public static final int INFO_BYTES = TcpInfo.BYTES;

    /** Nothing has this flow. */
    public static final int NO_FLOW = -1;

    /** What has this flow is closed by its program, or waits in TIME-WAIT. */
    public static final int FLOW_IS_OVER = -2;

    private final TcpContext context;
    private final Listeners listeners = new Listeners();
    private final PortAllocator ports;
    private final PortAllocator.Availability availability = this::isFree;
    private final SegmentSize size;
    private final ConnectionTimers timers;
    private final ReceiveWindow window;
    private final AckPolicy acks;
    private final TimeWaits timeWaits;
    private final ConnectionLife life;
    private final StatelessReplies replies;
    private final Handshake handshake;
    private final SegmentInput input;
    private final SegmentOutput output;
    private final TcpInfo info;

    /**
     * Builds an engine.
     *
     * @param counters takes the engine's counters
     * @param startNs the present
     */
    public TcpEngine(
            final TcpConfiguration configuration,
            final TcpOutput tcpOutput,
            final Counters counters,
            final long startNs) {
        context = new TcpContext(configuration.validate(), tcpOutput, counters);
        context.now(startNs);
        ports = new PortAllocator(context.secret, configuration);
        final PathSearch search = new PathSearch(context);
        final LossRecovery recovery = new LossRecovery(context, search);
        size = new SegmentSize(context, recovery, search);
        timers = new ConnectionTimers(context, recovery, search, startNs);
        window = new ReceiveWindow(context);
        acks = new AckPolicy(context, timers);
        final SegmentWriter writer = new SegmentWriter(context, window);
        replies = new StatelessReplies(context, writer);
        timeWaits = new TimeWaits(context, replies);
        life = new ConnectionLife(context, timers, timeWaits);
        timers.connect(life, acks);
        handshake = new Handshake(context, window, timers, life, acks, replies);
        final CongestionEvents congestion = new CongestionEvents(context);
        final AckProcessor ackProcessor = new AckProcessor(context, recovery, timers, acks, congestion);
        input = new SegmentInput(context, handshake, ackProcessor, acks, life, window.tuning());
        output = new SegmentOutput(context, writer, recovery, acks, timers, congestion, size);
        info = new TcpInfo(context, window);
    }

    // From below.

    /** A segment for this host, checksum verified, parsed. */
    public void onSegment(final Segment segment, final long nowNs) {
        context.now(nowNs);
        context.count(TcpCounter.SEGMENTS_IN);
        context.flows.hash(segment);
        final Flow flow = context.flows.find(segment);
        if (flow instanceof Connection connection) {
            input.onSegment(connection, segment);
        } else if (flow instanceof TimeWait entry) {
            final long firstSequence = timeWaits.onSegment(entry, segment);
            if (firstSequence != TimeWaits.HANDLED) {
                onNobody(segment, (int) firstSequence);
            }
        } else {
            onNobody(segment, handshake.firstSequence(segment));
        }
    }

    /** RFC 9293 3.10.7.1 and 3.10.7.2: no connection has this flow. */
    private void onNobody(final Segment segment, final int firstSequence) {
        final Listener listener = listeners.find(segment);
        final TcpState state = listener == null ? TcpState.CLOSED : TcpState.LISTEN;
        final StateTable.Action action = StateTable.action(state, segment.controlFlags());
        if (action == StateTable.Action.OPEN) {
            final Connection opened = handshake.onListen(listener, segment, firstSequence);
            if (opened != null) {
                input.onSynData(opened, segment);
            }
            return;
        }
        if (action == StateTable.Action.REFUSE && listener != null && onCookie(listener, segment)) {
            return;
        }
        context.drop(action.reason());
        if (action == StateTable.Action.REFUSE) {
            replies.reset(segment);
        }
    }

    /** An ACK for a listener: true if it opens a connection by a cookie. Then what else is in it is due, too. */
    private boolean onCookie(final Listener listener, final Segment segment) {
        final int mss = handshake.cookies().mssBytes(listener, segment);
        if (mss == 0) {
            return false;
        }
        final Connection connection = handshake.cookies().open(listener, segment, mss);
        if (connection != null) {
            input.onSegment(connection, segment);
            if (connection.state() == TcpState.SYN_RECEIVED) {
                life.end(connection, 0); // Not accepted: the peer's next segment brings the cookie again.
            }
        }
        return true;
    }

    /**
     * An ICMP error quotes a segment that we sent (RFC 9293 3.9.2.2, RFC 5927).
     *
     * @param quoted its flow, seen from here, and its sequence number
     * @param error errno that Linux makes of the message
     */
    public void onIcmpError(final Segment quoted, final int error, final long nowNs) {
        context.now(nowNs);
        final Connection connection = inFlight(quoted);
        if (connection != null) {
            onSoftError(connection, error);
        }
    }

    /** RFC 5927 4.1: the connection of a quoted segment; null unless it is in flight, or anyone could have sent it. */
    private Connection inFlight(final Segment quoted) {
        context.flows.hash(quoted);
        if (context.flows.find(quoted) instanceof Connection connection) {
            quoted.locateQuoted(connection);
            if (quoted.position >= connection.sndUna && quoted.position < connection.sndNxt) {
                return connection;
            }
        }
        context.drop(DropReason.ICMP_UNRELATED);
        return null;
    }

    /**
     * A router says that a segment of ours was too long for the next hop (RFC 1191, RFC 8201).
     *
     * @param quoted as in {@link #onIcmpError}
     * @return true if it is to be believed: the segment is in flight
     */
    public boolean isInFlight(final Segment quoted, final long nowNs) {
        context.now(nowNs);
        return inFlight(quoted) != null;
    }

    /** {@link TcpOutput#pathSegmentBytes} has become less for all that goes to the flow's remote address. */
    public void onPathNarrowed(final Flow flow, final long nowNs) {
        context.now(nowNs);
        for (int number = 0; number < context.pool.madeCount(); number++) {
            final Connection connection = context.pool.get(number);
            if (connection != null
                    && connection.remoteLo == flow.remoteLo
                    && connection.remoteHi == flow.remoteHi
                    && !connection.isClosed()) {
                size.refresh(connection);
            }
        }
    }

    /** The neighbour that a connection waited for is known now, or does not answer. */
    public void onNeighbour(final int waiter, final boolean reachable, final long nowNs) {
        context.now(nowNs);
        final Connection connection = context.pool.get(waiter);
        if (connection == null || connection.isClosed()) {
            return;
        }
        if (reachable) {
            context.markDirty(connection);
        } else {
            onSoftError(connection, Errno.EHOSTUNREACH);
        }
    }

    /** As Linux: it ends a connection that is being opened; for others it is only the reason if they time out. */
    private void onSoftError(final Connection connection, final int error) {
        if (connection.state() == TcpState.SYN_SENT) {
            life.end(connection, error);
        } else {
            connection.softError = error;
        }
    }

    /** Fires the timers that are due. */
    public void onTimers(final long nowNs) {
        context.now(nowNs);
        timers.poll();
        timeWaits.poll();
    }

    /** Sends what has come up since the last flush, and forgets the connections that are over. */
    public void flush(final long nowNs) {
        context.now(nowNs);
        for (Connection connection = context.takeDirty(); connection != null; connection = context.takeDirty()) {
            if (!output.flush(connection)) {
                context.count(TcpCounter.NO_FRAME);
                context.putBackDirty(connection);
                return;
            }
            life.settle(connection);
        }
    }

    /**
     * When {@link #onTimers} has something to do next; the present if {@link #flush} has; Long.MAX_VALUE if nothing
     * will.
     */
    public long nextDeadlineNs() {
        return context.hasDirty() ? context.nowNs() : Math.min(timers.nextDeadlineNs(), timeWaits.nextDeadlineNs());
    }

    // From above.

    /**
     * Starts an active open.
     *
     * @param localPort 0 for an ephemeral one
     * @return the connection's number, or a negative errno
     */
    public int connect(
            final long localHi,
            final long localLo,
            final int localPort,
            final long remoteHi,
            final long remoteLo,
            final int remotePort,
            final ConnectionSettings settings) {
        final Connection connection = context.pool.take(context.nowNs());
        if (connection == null) {
            return -Errno.ENOBUFS;
        }
        connection.localHi = localHi;
        connection.localLo = localLo;
        connection.localPort = localPort;
        connection.remoteHi = remoteHi;
        connection.remoteLo = remoteLo;
        connection.remotePort = remotePort;
        connection.settings.copyFrom(settings);
        if (!choosePort(connection)) {
            context.pool.giveBack(connection);
            return -Errno.EADDRNOTAVAIL;
        }
        connection.announced = true;
        final int firstSequence = context.flows.find(connection) instanceof TimeWait entry
                ? timeWaits.reuse(entry)
                : handshake.firstSequence(connection);
        handshake.open(connection, firstSequence);
        return connection.number;
    }

    private boolean choosePort(final Connection connection) {
        if (connection.localPort != 0) {
            return isFlowFree(connection);
        }
        return ports.allocate(connection, availability) != PortAllocator.NONE;
    }

    private boolean isFree(final Flow flow, final int port) {
        flow.localPort = port;
        return !listeners.hasPort(port) && isFlowFree(flow);
    }

    private boolean isFlowFree(final Flow flow) {
        context.flows.hash(flow);
        final Flow other = context.flows.find(flow);
        return other == null || other instanceof TimeWait entry && timeWaits.mayReuse(entry);
    }

    /**
     * Starts a passive open.
     *
     * @return the listener's number, or a negative errno
     */
    public int listen(
            final long localHi,
            final long localLo,
            final int localPort,
            final int backlog,
            final ConnectionSettings settings) {
        final Listener listener = listeners.add(localHi, localLo, localPort, backlog, settings);
        if (listener == null) {
            return -Errno.EADDRINUSE;
        }
        listener.fastOpenQueue(context.fastOpen.queueLength(settings, backlog));
        return listener.number;
    }

    /**
     * New settings for a listener: the bound on what Fast Open opens, what its SYN-ACKs say in IP's header; the others
     * are those of when it began.
     */
    public void configureListener(final int number, final ConnectionSettings settings) {
        final Listener listener = listeners.get(number);
        if (listener != null) {
            listener.settings.tellsSent = settings.tellsSent;
            listener.settings.copyIp(settings);
            listener.settings.fastOpenQueue = settings.fastOpenQueue;
            listener.settings.fastOpenWithoutCookie = settings.fastOpenWithoutCookie;
            listener.fastOpenQueue(context.fastOpen.queueLength(settings, listener.backlog()));
        }
    }

    /** Bounds a listener's half-open connections anew, as a second listen(2) does. */
    public void backlog(final int number, final int backlog) {
        final Listener listener = listeners.get(number);
        if (listener != null) {
            listener.backlog(backlog);
        }
    }

    /** See {@link Handshake#onRoom}. */
    public boolean onRoom(final int number) {
        final Listener listener = listeners.get(number);
        return listener != null && handshake.onRoom(listener);
    }

    /** Ends a listener and what is half open on it. */
    public void unlisten(final int number) {
        final Listener listener = listeners.get(number);
        if (listener == null) {
            return;
        }
        while (listener.firstHalfOpen() != null) {
            life.end(listener.firstHalfOpen(), 0); // Its final ACK, if it comes, is answered by RST.
        }
        listeners.remove(listener);
    }

    /** The connection with this number, or null. */
    public Connection connection(final int number) {
        return context.pool.get(number);
    }

    // What follows is without effect once the connection is closed: the host learns late of what the peer has ended.

    /** The host has written up to {@code position}. */
    public void onTxWritten(final Connection connection, final long position) {
        if (position > connection.txWritten && !connection.finRequested() && !connection.isClosed()) {
            connection.txWritten = position;
            context.markDirty(connection);
        }
    }

    /** The host has urgent data up to {@code position}. */
    public void onTxUrgent(final Connection connection, final long position) {
        if (position > connection.urgent.sndUp && !connection.finRequested() && !connection.isClosed()) {
            connection.urgent.sndUp = position;
            context.markDirty(connection);
        }
    }

    /** The host says that more will follow what it has written up to {@code position}. */
    public void onMoreToCome(final Connection connection, final long position) {
        connection.moreFollowsAt = position;
    }

    /** The host has read up to {@code position}. */
    public void onRxRead(final Connection connection, final long position) {
        if (position > connection.rxRead && !connection.isClosed()) {
            connection.rxRead = Math.min(position, connection.rcvPublished);
            window.tuning().onRead(connection);
            if (connection.state().receives() && window.needsUpdate(connection)) {
                acks.acknowledgeNow(connection);
            }
        }
    }

    /** The host can see received bytes up to {@code position}, and the FIN if {@code fin}. */
    public void onPublished(final Connection connection, final long position, final boolean fin) {
        if (connection.isClosed()) {
            return;
        }
        final long published = Math.min(position, connection.rxCommittable());
        connection.rcvPublished = Math.max(connection.rcvPublished, published);
        connection.finPublished |= fin && connection.finReceived() && connection.rcvPublished == connection.peerFin;
        if (connection.synOwed) {
            context.markDirty(connection); // The SYN-ACK of a Fast Open waits for this.
        }
        acks.onPublished(connection);
    }

    /** RFC 9293 3.10.4: FIN behind what was written. */
    public void shutdown(final Connection connection) {
        if (connection.finRequested() || connection.isClosed()) {
            return;
        }
        connection.finPosition = connection.txWritten;
        switch (connection.state()) {
            case ESTABLISHED -> connection.changeState(TcpState.FIN_WAIT_1);
            case CLOSE_WAIT -> connection.changeState(TcpState.LAST_ACK);
            default -> {} // Before: when the handshake is done.
        }
        context.markDirty(connection);
    }

    /** The last holder is gone. */
    public void close(final Connection connection) {
        if (connection.orphan || connection.isClosed()) {
            return;
        }
        if (connection.state() == TcpState.SYN_SENT) {
            life.end(connection, 0);
            return;
        }
        if (connection.rxRead < connection.rxCommittable()) { // RFC 2525 2.17.
            abort(connection);
            return;
        }
        shutdown(connection);
        connection.orphan = true;
        connection.lifeAtNs = Connection.NEVER; // Keepalive was for the program.
        onPublished(connection, connection.rxCommittable(), true);
        if (connection.state() == TcpState.FIN_WAIT_2 && connection.settings.finWait2Ns < 0) {
            life.abort(connection, 0); // TCP_LINGER2 of Linux.
            return;
        }
        if (connection.state() == TcpState.FIN_WAIT_2) {
            timers.startFinWait2(connection);
        }
        context.markDirty(connection);
    }

    /** RFC 9293 3.10.5. What was written just before is ahead of the RST, as far as it may be sent now, as in Linux. */
    public void abort(final Connection connection) {
        if (connection.unsentBytes() > 0) {
            output.flush(connection);
        }
        life.abort(connection, Errno.ECONNRESET);
    }

    /** New settings for a connection. */
    public void configure(final Connection connection, final ConnectionSettings settings) {
        if (connection.isClosed()) {
            return;
        }
        final boolean sameKeepalive = connection.settings.hasSameKeepalive(settings);
        final int quickAck = connection.settings.quickAck;
        if (settings.noDelay && !connection.settings.noDelay) {
            connection.moreFollowsAt = Connection.NOWHERE; // TCP_NODELAY pushes, as in Linux.
        }
        final boolean told = connection.settings.tellsSent;
        connection.settings.copyFrom(settings);
        if (settings.tellsSent && !told && connection.announced) {
            context.output.changed(connection.number); // What was sent before counts, too.
        }
        if (settings.quickAck != quickAck && connection.state().isSynchronised()) {
            acks.onQuickAckSet(connection, settings.quickAck);
        }
        final CongestionControl old = context.pool.chooseCongestion(connection);
        if (old != null) {
            connection.congestion.takeOver(old);
        }
        if (!sameKeepalive) {
            timers.restartKeepalive(connection);
        }
        context.markDirty(connection);
    }

    // To look at.

    /**
     * Writes what getsockopt(TCP_INFO) tells of a connection, laid out as Linux's {@code struct tcp_info}.
     *
     * @param connection null if it is forgotten
     */
    public void writeInfo(final Connection connection, final MemorySegment memory, final long offset) {
        if (connection == null) {
            TcpInfo.writeClosed(memory, offset);
        } else {
            info.write(connection, memory, offset);
        }
    }

    /**
     * Number of the connection with these ends, seen from here; {@link #NO_FLOW}, or {@link #FLOW_IS_OVER} of one that
     * no program has any more. Allocates nothing.
     */
    public int find(final Segment ends) {
        context.flows.hash(ends);
        final Flow flow = context.flows.find(ends);
        if (flow == null) {
            return NO_FLOW;
        }
        return flow instanceof Connection connection && !connection.orphan ? connection.number : FLOW_IS_OVER;
    }

    /** Number of the listener that a segment for nobody else would reach, or {@link #NO_FLOW}. */
    public int findListener(final Segment ends) {
        final Listener listener = listeners.find(ends);
        return listener == null ? NO_FLOW : listener.number;
    }

    /** Calls {@code visitor} with each connection that the pool has lent, half-open ones included. */
    public void forEachConnection(final Consumer<Connection> visitor) {
        for (int number = 0; number < context.pool.madeCount(); number++) {
            final Connection connection = context.pool.get(number);
            if (connection != null) {
                visitor.accept(connection);
            }
        }
    }

    /** Connections in use, half-open ones included, TIME-WAIT not. */
    public int connectionCount() {
        return context.pool.inUseCount();
    }

    /** Entries in TIME-WAIT. */
    public int timeWaitCount() {
        return timeWaits.count();
    }

    /** True if nothing is left of any connection: all given back, no timer set, nothing to send. */
    public boolean isPristine() {
        return context.pool.inUseCount() == 0
                && context.pool.lentCount() == 0
                && context.flows.size() == 0
                && timers.scheduledCount() == 0
                && timeWaits.count() == 0
                && context.halfOpenCount == 0
                && !context.hasDirty();
    }

    /** What all connections have received beyond holes. */
    ReassemblyTotals reassemblyTotals() {
        return context.pool.reassemblyTotals();
    }

    public CounterGroup<TcpCounter> counters() {
        return context.counters;
    }

    public CounterGroup<DropReason> drops() {
        return context.drops;
    }
}

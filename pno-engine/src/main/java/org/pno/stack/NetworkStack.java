package org.pno.stack;

import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;
import org.pno.counters.CounterGroup;
import org.pno.counters.Counters;
import org.pno.ip.IcmpError;
import org.pno.ip.IpCounter;
import org.pno.ip.IpLayer;
import org.pno.ip.NeighbourListener;
import org.pno.sys.Errno;
import org.pno.tcp.Connection;
import org.pno.tcp.DropReason;
import org.pno.tcp.Segment;
import org.pno.tcp.TcpCounter;
import org.pno.tcp.TcpEngine;
import org.pno.wire.IpAddress;
import org.pno.wire.TcpHeader;
import org.pno.wire.WireDrop;

/**
 * Ethernet, ARP, NDP, IP, ICMP and TCP of one port, joined: frames and the host's calls in, intents out. Sans-IO; one
 * thread. In each cycle its owner hands in the frames, then calls {@link #onTimers}, makes the host's calls, and last
 * {@link #flush}. The host's calls carry no time; for them it is that of the call before.
 */
public final class NetworkStack implements Sockets {
    /** Counters that a stack makes. */
    public static final int COUNTER_COUNT = WireDrop.values().length
            + IpCounter.values().length
            + TcpCounter.values().length
            + DropReason.values().length;

    /** The ECN field within the byte that it shares with DSCP (RFC 3168 5). */
    private static final int ECN_MASK = 3;

    // The states of org.pno.link.SocketStatus.
    private static final int CONNECTING = 1;
    private static final int ESTABLISHED = 2;
    private static final int CLOSED = 4;

    private final StackOutput output;
    private final CounterGroup<WireDrop> wireDrops;
    private final CounterGroup<IpCounter> ipCounters;
    private final IpLayer ip;
    private final TcpOverIp tcpOverIp;
    private final TcpEngine tcp;
    private final SettingsReader settingsReader;
    private final Segment segment = new Segment();
    /** Names a flow that somebody asks for. */
    private final Segment probe = new Segment();

    private long nowNs;

    /**
     * Builds a stack that says nothing before {@link #start}.
     *
     * @param counters with room for {@link #COUNTER_COUNT} more
     * @param startNs the present
     */
    public NetworkStack(
            final StackConfiguration configuration,
            final StackOutput output,
            final Counters counters,
            final long startNs) {
        this.output = output;
        wireDrops = counters.addAll(WireDrop.class);
        ipCounters = counters.addAll(IpCounter.class);
        ip = new IpLayer(configuration.ipSettings(), output, new Neighbours(), ipCounters, wireDrops, startNs);
        tcpOverIp = new TcpOverIp(ip, output);
        tcp = new TcpEngine(configuration.tcp, tcpOverIp, counters, startNs);
        settingsReader = new SettingsReader(configuration.tcp);
        now(startNs);
    }

    private void now(final long timeNs) {
        nowNs = timeNs;
        tcpOverIp.now(timeNs);
    }

    // The port's side.

    /** The port is up: makes our addresses known to the neighbours. */
    public void start(final long timeNs) {
        now(timeNs);
        ip.start(timeNs);
    }

    /**
     * A frame came in; it remains the caller's, and payload that was placed must stay where it is until it is moved.
     *
     * @param frame its offset in {@link StackOutput#memory()}, marks before it; TCP checksums not marked good are
     *     verified here
     * @param length bytes from the Ethernet header on
     */
    public void onFrame(final long frame, final int length, final long timeNs) {
        now(timeNs);
        take(ip.onFrame(frame, length, timeNs));
    }

    /** As {@link #onFrame} for a frame of ours that {@link #isForUs}. */
    public void onLoopedFrame(final long frame, final int length, final long timeNs) {
        now(timeNs);
        take(ip.onLoopedFrame(frame, length, timeNs));
    }

    /**
     * True if a frame that is sent is for ourselves: complete, it goes to {@link #onLoopedFrame} in a later call, and
     * not to the port.
     */
    public boolean isForUs(final long frame) {
        return ip.isForUs(frame);
    }

    private void take(final int kind) {
        switch (kind) {
            case IpLayer.TCP -> onTcp();
            case IpLayer.TCP_ERROR -> onTcpError(ip.error());
            default -> {} // ARP, ICMP and what was dropped are done with.
        }
        ip.endFrame();
    }

    private void onTcp() {
        final long offset = ip.payloadOffset();
        final int length = ip.payloadLength();
        WireDrop malformed = TcpHeader.validate(output.memory(), offset, length);
        if (malformed == null && !ip.checksumKnownGood()) {
            malformed = TcpHeader.validateChecksum(output.memory(), offset, length, ip.pseudoHeaderSum());
        }
        if (malformed != null) {
            wireDrops.increment(malformed);
            return;
        }
        segment.addresses(ip.sourceHi(), ip.sourceLo(), ip.destinationHi(), ip.destinationLo())
                .parse(output.memory(), offset, length, ip.gsoSizeBytes())
                .codepoint(ip.dscpEcn() & ECN_MASK);
        tcp.onSegment(segment, nowNs);
    }

    private void onTcpError(final IcmpError error) {
        segment.addresses(error.remoteHi(), error.remoteLo(), error.localHi(), error.localLo())
                .quote(error.localPort(), error.remotePort(), error.sequence());
        if (!error.isTooBig()) {
            tcp.onIcmpError(segment, error.errno(), nowNs);
        } else if (tcp.isInFlight(segment, nowNs)
                && ip.narrowPath(error.remoteHi(), error.remoteLo(), error.nextHopMtuBytes(), nowNs)) {
            tcp.onPathNarrowed(segment, nowNs);
        }
    }

    /** What the IP layer finds out about neighbours. */
    private final class Neighbours implements NeighbourListener {
        @Override
        public void onNeighbour(final int waiter, final boolean reachable) {
            tcp.onNeighbour(waiter, reachable, nowNs);
        }

        @Override
        public void onDuplicateAddress(final long hi, final long lo) {
            output.duplicateAddress(hi, lo);
        }
    }

    /** Does what time demands. */
    public void onTimers(final long timeNs) {
        now(timeNs);
        ip.poll(timeNs);
        tcp.onTimers(timeNs);
    }

    /** Sends what has come up. */
    public void flush(final long timeNs) {
        now(timeNs);
        tcp.flush(timeNs);
    }

    /**
     * When to call {@link #onTimers} and {@link #flush} next if nothing else happens; in the past or present if there
     * is something to send that found no frame; Long.MAX_VALUE if never.
     */
    public long nextDeadlineNs() {
        return Math.min(ip.nextDeadlineNs(), tcp.nextDeadlineNs());
    }

    // The host's side.

    @Override
    public int connect(
            final long localHi,
            final long localLo,
            final int localPort,
            final long remoteHi,
            final long remoteLo,
            final int remotePort,
            final SocketOptions options) {
        if (!ip.route(remoteHi, remoteLo, nowNs)) {
            return -Errno.ENETUNREACH;
        }
        final boolean chosen = localHi != 0 || localLo != 0;
        final boolean sameFamily = IpAddress.isIpv4(localHi, localLo) == IpAddress.isIpv4(remoteHi, remoteLo);
        if (chosen && !(sameFamily && ip.isOurs(localHi, localLo))) {
            return -Errno.EADDRNOTAVAIL;
        }
        if (IpLayer.isLoopback(localHi, localLo) && !ip.isOurs(remoteHi, remoteLo)) {
            return -Errno.EINVAL; // As Linux.
        }
        return tcp.connect(
                chosen ? localHi : ip.routedSourceHi(),
                chosen ? localLo : ip.routedSourceLo(),
                localPort,
                remoteHi,
                remoteLo,
                remotePort,
                settingsReader.read(options));
    }

    @Override
    public int listen(
            final long localHi,
            final long localLo,
            final int localPort,
            final int backlog,
            final SocketOptions options) {
        if (!IpAddress.isAny(localHi, localLo) && !ip.isOurs(localHi, localLo)) {
            return -Errno.EADDRNOTAVAIL;
        }
        return tcp.listen(localHi, localLo, localPort, backlog, settingsReader.read(options));
    }

    @Override
    public void backlog(final int listener, final int backlog) {
        tcp.backlog(listener, backlog);
    }

    @Override
    public boolean onRoom(final int listener) {
        return tcp.onRoom(listener);
    }

    @Override
    public void unlisten(final int listener) {
        tcp.unlisten(listener);
    }

    @Override
    public void onTxWritten(final int connection, final long position) {
        final Connection found = tcp.connection(connection);
        if (found != null) {
            tcp.onTxWritten(found, position);
        }
    }

    @Override
    public void onTxUrgent(final int connection, final long position) {
        final Connection found = tcp.connection(connection);
        if (found != null) {
            tcp.onTxUrgent(found, position);
        }
    }

    @Override
    public void onMoreToCome(final int connection, final long position) {
        final Connection found = tcp.connection(connection);
        if (found != null) {
            tcp.onMoreToCome(found, position);
        }
    }

    @Override
    public void onRxRead(final int connection, final long position) {
        final Connection found = tcp.connection(connection);
        if (found != null) {
            tcp.onRxRead(found, position);
        }
    }

    @Override
    public void onPublished(final int connection, final long position, final boolean fin) {
        final Connection found = tcp.connection(connection);
        if (found != null) {
            tcp.onPublished(found, position, fin);
        }
    }

    @Override
    public void shutdown(final int connection) {
        final Connection found = tcp.connection(connection);
        if (found != null) {
            tcp.shutdown(found);
        }
    }

    @Override
    public void close(final int connection) {
        final Connection found = tcp.connection(connection);
        if (found != null) {
            tcp.close(found);
        }
    }

    @Override
    public void abort(final int connection) {
        final Connection found = tcp.connection(connection);
        if (found != null) {
            tcp.abort(found);
        }
    }

    @Override
    public void setOptions(final int connection, final SocketOptions options) {
        final Connection found = tcp.connection(connection);
        if (found != null) {
            tcp.configure(found, settingsReader.read(options));
        }
    }

    @Override
    public void setListenerOptions(final int listener, final SocketOptions options) {
        tcp.configureListener(listener, settingsReader.read(options));
    }

    @Override
    public int socketState(final int connection) {
        final Connection found = tcp.connection(connection);
        if (found == null) {
            return CLOSED;
        }
        return switch (found.state()) {
            case SYN_SENT, SYN_RECEIVED -> CONNECTING;
            case CLOSED, LISTEN, TIME_WAIT -> CLOSED;
            default -> ESTABLISHED;
        };
    }

    @Override
    public int socketError(final int connection) {
        final Connection found = tcp.connection(connection);
        return found == null ? 0 : found.error();
    }

    @Override
    public long rxCommittable(final int connection) {
        final Connection found = tcp.connection(connection);
        return found == null ? 0 : found.rxCommittable();
    }

    @Override
    public long finReceived(final int connection) {
        final Connection found = tcp.connection(connection);
        return found == null ? -1 : found.finReceivedAt();
    }

    @Override
    public long urgentReceived(final int connection) {
        final Connection found = tcp.connection(connection);
        return found == null ? -1 : found.urgent().received();
    }

    @Override
    public boolean isUrgentByteHere(final int connection) {
        final Connection found = tcp.connection(connection);
        return found != null && found.urgent().isByteHere();
    }

    @Override
    public long txAcked(final int connection) {
        final Connection found = tcp.connection(connection);
        return found == null ? 0 : found.txAcked();
    }

    @Override
    public long txSent(final int connection) {
        final Connection found = tcp.connection(connection);
        return found == null ? 0 : found.txSent();
    }

    @Override
    public boolean txDone(final int connection) {
        final Connection found = tcp.connection(connection);
        return found == null || found.isTxDone();
    }

    @Override
    public long localAddressHi(final int connection) {
        return required(connection).localHi();
    }

    @Override
    public long localAddressLo(final int connection) {
        return required(connection).localLo();
    }

    @Override
    public long remoteAddressHi(final int connection) {
        return required(connection).remoteHi();
    }

    @Override
    public long remoteAddressLo(final int connection) {
        return required(connection).remoteLo();
    }

    @Override
    public int localPort(final int connection) {
        return required(connection).localPort();
    }

    @Override
    public int remotePort(final int connection) {
        return required(connection).remotePort();
    }

    private Connection required(final int connection) {
        final Connection found = tcp.connection(connection);
        if (found == null) {
            throw new IllegalArgumentException("no connection has number " + connection + "; it was released");
        }
        return found;
    }

    @Override
    public void writeInfo(final int connection, final MemorySegment memory, final long offset) {
        tcp.writeInfo(tcp.connection(connection), memory, offset);
    }

    @Override
    public void describe(final int connection, final ConnectionInfo info) {
        ConnectionDescriber.describe(required(connection), info);
    }

    /** Calls {@code visitor} with the number of each connection there is, half-open and orphaned ones included. */
    public void forEachConnection(final IntConsumer visitor) {
        tcp.forEachConnection(found -> visitor.accept(found.number()));
    }

    /** What IP has counted, for views and tests. */
    public long ipCount(final IpCounter counter) {
        return ipCounters.value(counter);
    }

    /** As {@link TcpEngine#find}, for whoever asks whose a frame is; on this thread. */
    public int findConnection(
            final long localHi,
            final long localLo,
            final int localPort,
            final long remoteHi,
            final long remoteLo,
            final int remotePort) {
        probe.addresses(remoteHi, remoteLo, localHi, localLo).ports(remotePort, localPort);
        return tcp.find(probe);
    }

    /** Number of who listens there, or {@link TcpEngine#NO_FLOW}. */
    public int findListener(final long localHi, final long localLo, final int localPort) {
        return tcp.findListener(probe.addresses(0, 0, localHi, localLo).ports(0, localPort));
    }

    /** TCP, for whoever counts and tests. */
    public TcpEngine tcp() {
        return tcp;
    }
}

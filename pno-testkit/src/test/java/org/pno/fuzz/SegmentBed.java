package org.pno.fuzz;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.pno.counters.Counters;
import org.pno.tcp.Connection;
import org.pno.tcp.ConnectionSettings;
import org.pno.tcp.FastOpen;
import org.pno.tcp.Flow;
import org.pno.tcp.Segment;
import org.pno.tcp.TcpConfiguration;
import org.pno.tcp.TcpEngine;
import org.pno.tcp.TcpOutput;
import org.pno.wire.IpAddress;
import org.pno.wire.SeqNum;
import org.pno.wire.TcpHeader;

/**
 * An engine without IP and bridge, between a host that does what it is told and a wire that keeps nothing. Checks each
 * intent: what is sent was written, what is acknowledged the host can see, what is placed lies in the window and is
 * where its sequence number says.
 */
final class SegmentBed implements TcpOutput {
    static final long OUR_LO = IpAddress.ipv4Lo(0x0A4D0001);
    static final long PEER_LO = IpAddress.ipv4Lo(0x0A4D0002);
    static final int OUR_PORT = 6379;
    static final int MAX_SEGMENT_BYTES = 60 + 60_000;

    private static final int LINK_MSS = 1_460;
    private static final long SEND_BUFFER_BYTES = 1 << 20;
    private static final int CONNECTIONS = 16;
    private static final long FRAME = 0;
    private static final long RECEIVED = 256;
    private static final long REST_NS = 10_000_000_000_000L;
    private static final long NO_FRAME_NS = 50_000_000;
    private static final int MOST_STEPS = 100_000;

    /** Reused by every input: what lies in it is written anew before it is read. */
    private static final MemorySegment MEMORY = Arena.ofAuto().allocate(RECEIVED + MAX_SEGMENT_BYTES, 8);

    final TcpEngine engine;
    final ConnectionSettings settings = new ConnectionSettings();
    long nowNs = 1_000_000_000_000L;
    boolean hasFrames = true;
    boolean hasMemory = true;
    boolean hasCredits = true;
    boolean publishes = true;
    private int pathMss = LINK_MSS;

    private final int listener;
    private final Segment segment = new Segment();
    private final TcpHeader header = new TcpHeader();
    /** By number: what its host has seen, and of which life of the number that is. */
    private final int[] lives = new int[CONNECTIONS];

    private final long[] seen = new long[CONNECTIONS];
    /** Sequence number of the payload's first byte, and where that lies. */
    private int payloadSequence;

    private long payloadFrom;
    private long payloadTo;

    SegmentBed() {
        final TcpConfiguration configuration = new TcpConfiguration();
        configuration.maxConnections = CONNECTIONS;
        configuration.maxHalfOpen = 4;
        configuration.maxTimeWait = 4;
        configuration.maxHoles = 3;
        configuration.maxSackedStretches = 3;
        configuration.fastOpen = FastOpen.CLIENT | FastOpen.SERVER;
        configuration.secret0 = 1;
        configuration.secret1 = 2;
        settings.receiveBufferBytes = 40_000;
        settings.keepAlive = true;
        settings.keepIdleNs = 20_000_000_000L;
        settings.keepIntervalNs = 1_000_000_000L;
        settings.keepCount = 3;
        settings.fastOpenQueue = 2;
        engine = new TcpEngine(configuration, this, Counters.anonymous(128), nowNs);
        listener = engine.listen(0, 0, OUR_PORT, 3, settings);
    }

    /** The connections that there are, by number. */
    List<Connection> connections() {
        final List<Connection> all = new ArrayList<>();
        engine.forEachConnection(all::add);
        return all;
    }

    /** Where a segment that comes next is to be written. */
    TcpHeader incoming() {
        return new TcpHeader().wrap(MEMORY, RECEIVED);
    }

    MemorySegment incomingOptions() {
        return MEMORY.asSlice(RECEIVED + TcpHeader.MIN_BYTES);
    }

    /** The segment that was written is received, and the engine's cycle ends. */
    void receive(final int length, final int gsoSize, final int ecn) {
        final TcpHeader in = incoming();
        payloadSequence = in.sequence() + ((in.flags() & TcpHeader.SYN) != 0 ? 1 : 0);
        payloadFrom = in.payloadOffset();
        payloadTo = RECEIVED + length;
        segment.addresses(0, PEER_LO, 0, OUR_LO)
                .parse(MEMORY, RECEIVED, length, gsoSize)
                .codepoint(ecn);
        engine.onSegment(segment, nowNs);
        flush();
    }

    /** A router says of a segment in flight, or of none, that it was too long or that there is no way. */
    void icmp(final Connection connection, final int sequence, final int mss, final int error) {
        segment.addresses(0, PEER_LO, 0, OUR_LO).quote(connection.localPort(), connection.remotePort(), sequence);
        if (error != 0) {
            engine.onIcmpError(segment, error, nowNs);
        } else if (engine.isInFlight(segment, nowNs)) {
            pathMss = Math.min(pathMss, Math.max(mss, 512));
            engine.onPathNarrowed(segment, nowNs);
        }
        flush();
    }

    /** The path carries again what the link does. */
    void widen() {
        pathMss = LINK_MSS;
    }

    void write(final Connection connection, final int bytes) {
        final long written = connection.txAcked() + connection.sendQueueBytes();
        engine.onTxWritten(connection, Math.min(written + bytes, connection.txAcked() + SEND_BUFFER_BYTES));
        flush();
    }

    void flush() {
        engine.flush(nowNs);
        engine.forEachConnection(this::check);
    }

    private void check(final Connection connection) {
        require(connection.sendUnacknowledged() <= connection.sendNext(), "SND.UNA <= SND.NXT", connection);
        require(connection.receiveNext() <= connection.receiveEdge() + 1, "RCV.NXT inside the window", connection);
        require(connection.sendQueueBytes() >= 0, "acknowledged <= written", connection);
        require(connection.receiveQueueBytes() >= 0, "read <= received", connection);
    }

    /** Time passes, timers fire as they come. */
    void pass(final long ns) {
        final long endNs = nowNs + ns;
        for (int step = 0; nowNs < endNs; step++) {
            if (step == MOST_STEPS) {
                throw new AssertionError("timers that fire again and again: " + connections());
            }
            // Without frames the next flush has always something to do.
            nowNs = Math.min(endNs, Math.max(engine.nextDeadlineNs(), nowNs + (hasFrames ? 1 : NO_FRAME_NS)));
            engine.onTimers(nowNs);
            flush();
        }
    }

    /** Everybody goes, nothing comes any more: nothing may be left. */
    void requireRest() {
        hasFrames = true;
        engine.unlisten(listener);
        connections().forEach(engine::abort);
        flush();
        pass(REST_NS);
        if (!engine.isPristine()) {
            throw new AssertionError("left: " + connections() + ", " + engine.timeWaitCount() + " in TIME-WAIT");
        }
    }

    private static void require(final boolean holds, final String what, final Connection connection) {
        if (!holds) {
            throw new AssertionError("not " + what + ": " + connection);
        }
    }

    // TcpOutput.

    @Override
    public MemorySegment memory() {
        return MEMORY;
    }

    @Override
    public int maxSegmentBytes(final Flow flow) {
        return LINK_MSS;
    }

    @Override
    public int pathSegmentBytes(final Flow flow) {
        return pathMss;
    }

    @Override
    public long open(final Flow flow, final int waiter) {
        return hasFrames ? FRAME : NO_FRAME;
    }

    @Override
    public void send(final Flow flow, final int headerLength) {
        header.wrap(MEMORY, FRAME);
        if (flow instanceof final Connection connection && connection.number() >= 0) { // Else a cookie's, of nobody.
            checkAcknowledgment(connection);
        }
    }

    @Override
    public void send(
            final Connection connection,
            final int headerLength,
            final long position,
            final int payloadLength,
            final int segmentBytes,
            final int ecn) {
        header.wrap(MEMORY, FRAME);
        final long written = connection.txAcked() + connection.sendQueueBytes();
        require(
                position >= 0 && payloadLength > 0 && position + payloadLength <= written,
                "sent as written",
                connection);
        require(headerLength - TcpHeader.MIN_BYTES + segmentBytes <= LINK_MSS, "what the link carries", connection);
        final int syn = (header.flags() & TcpHeader.SYN) != 0 ? 1 : 0;
        final int expected = SeqNum.ofPosition(connection.initialSendSequence(), position) - syn;
        require(header.sequence() == expected, "the sequence number of its position", connection);
        checkAcknowledgment(connection);
    }

    /** No ACK covers what the host cannot see. */
    private void checkAcknowledgment(final Connection connection) {
        if ((header.flags() & TcpHeader.ACK) == 0) {
            return;
        }
        final int received = SeqNum.ofPosition(connection.initialReceiveSequence(), connection.receiveNext());
        final long acknowledged = connection.receiveNext() + (header.acknowledgment() - received);
        final long fin = connection.finReceivedAt() >= 0 && seenOf(connection) == connection.finReceivedAt() ? 1 : 0;
        require(acknowledged <= seenOf(connection) + fin, "acknowledged as seen", connection);
    }

    private long seenOf(final Connection connection) {
        return lives[connection.number()] == connection.life() ? seen[connection.number()] : 0;
    }

    @Override
    public void confirmed(final Flow flow) {
        // The wire has no neighbours.
    }

    @Override
    public boolean place(final int connection, final long position, final int length, final long payload) {
        final Connection owner = engine.connection(connection);
        require(length > 0 && payload >= payloadFrom && payload + length <= payloadTo, "of this segment", owner);
        final int expected = SeqNum.ofPosition(owner.initialReceiveSequence(), position);
        require(expected == payloadSequence + (int) (payload - payloadFrom), "at its sequence number", owner);
        require(position >= 0 && position + length <= owner.receiveEdge(), "in the window", owner);
        return hasMemory;
    }

    @Override
    public void changed(final int connection) {
        if (publishes) {
            publish(engine.connection(connection));
        }
    }

    /** The host sees what there is. */
    void publish(final Connection connection) {
        lives[connection.number()] = connection.life();
        seen[connection.number()] = connection.rxCommittable();
        engine.onPublished(connection, connection.rxCommittable(), connection.finReceivedAt() >= 0);
    }

    @Override
    public boolean accept(final int number, final int connection) {
        return hasCredits;
    }

    @Override
    public void established(final int connection) {
        // The journal's business.
    }

    @Override
    public void advertised(final int connection, final long edge) {
        // The journal's business.
    }

    @Override
    public void released(final int connection) {
        // Nobody keeps anything of it here.
    }
}

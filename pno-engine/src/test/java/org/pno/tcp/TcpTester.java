package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.pno.counters.Counters;
import org.pno.tcp.congestion.CongestionAlgorithm;
import org.pno.wire.IpAddress;
import org.pno.wire.TcpHeader;
import org.pno.wire.TcpOptions;

/**
 * One engine, with a test as its peer and its host: the test injects segments and says what must come out. Everything
 * received is published at once unless {@link #publishing} is off. Sequence numbers of both sides are told from their
 * SYN: it has number 0, the first byte 1.
 */
final class TcpTester implements TcpOutput {
    static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    static final long OUR_LO = IpAddress.ipv4Lo(0x0A4D0001);
    static final long PEER_LO = IpAddress.ipv4Lo(0x0A4D0002);
    static final int OUR_PORT = 6379;
    static final int PEER_PORT = 40_000;
    static final int PEER_ISS = 0x7FFF_FF00;
    static final int MSS = 1_460;

    private static final long FRAME = 256;
    private static final long RECEIVED = 128 * 1_024;

    final TcpConfiguration configuration = new TcpConfiguration();
    final ConnectionSettings settings = new ConnectionSettings();
    TcpEngine engine;
    long nowNs = 1_000 * SECOND;

    /** What the host sees is published by the bridge at once. */
    boolean publishing = true;
    /** The host reads at once what is published. */
    boolean reading = true;

    /** The peer's final ACK comes so long after our SYN-ACK: the first round-trip time. */
    long handshakeNs;

    /** What the link carries, and what the path does, as MSS. */
    int linkMss = MSS;

    int pathMss = Integer.MAX_VALUE;

    boolean framesAvailable = true;
    boolean neighbourKnown = true;
    boolean placing = true;
    int credits = Integer.MAX_VALUE;
    /** Accepted connections' numbers. */
    final Deque<Integer> accepted = new ArrayDeque<>();

    final List<Integer> released = new ArrayList<>();
    final List<String> placed = new ArrayList<>();
    final List<String> discarded = new ArrayList<>();
    /** Where the memory for received payload ends. */
    long memoryEnd = Long.MAX_VALUE;

    final Deque<SentSegment> sent = new ArrayDeque<>();
    long lastEdge;
    /** TCP header and payload of the segment injected last. */
    int lastInjectedBytes;
    /** Number of the connection spoken of if a call names none. */
    int number = -1;

    int ourIss;
    int peerPort = PEER_PORT;
    int ourPort = OUR_PORT;

    private final MemorySegment memory = Arena.ofAuto().allocate(2 * RECEIVED, 8);
    private final Segment segment = new Segment();

    TcpTester() {
        configuration.congestion = CongestionAlgorithm.RENO; // Whose numbers can be told without a calculator.
        configuration.secret0 = 1;
        configuration.secret1 = 2;
        settings.receiveBufferBytes = 1 << 20; // ReceiveTuningTest leaves it open.
        settings.keepIdleNs = 7_200 * SECOND;
        settings.keepIntervalNs = 75 * SECOND;
        settings.keepCount = 9;
    }

    /** The engine, made when first needed, so that a test can set the configuration before. */
    TcpEngine engine() {
        if (engine == null) {
            engine = new TcpEngine(configuration, this, Counters.anonymous(128), nowNs);
        }
        return engine;
    }

    // Setting the stage.

    int listen() {
        return listen(64);
    }

    int listen(final int backlog) {
        return engine().listen(0, 0, OUR_PORT, backlog, settings);
    }

    /** An accepted connection with all options in force. The window of the peer is {@code window} << 7. */
    TcpTester establish() {
        return establish(SegmentSpec.of("S").offers().timestamps(1, 0), 512);
    }

    /** An accepted connection as the peer's SYN has it, and the window that its first ACK says. */
    TcpTester establish(final SegmentSpec syn, final int window) {
        if (engine().connectionCount() == 0 && accepted.isEmpty()) {
            listen();
        }
        inject(syn.seq(0));
        final SentSegment answer = expect("SA");
        ourIss = answer.sequence;
        final SegmentSpec ack = SegmentSpec.of("A").seq(1).ack(1).window(window);
        nowNs += handshakeNs;
        if (answer.timestamps) {
            ack.timestamps(syn.timestampValue() + 1, answer.timestampValue);
        }
        inject(ack);
        assertNotNull(accepted.peek(), "handshake not completed");
        number = accepted.pollLast();
        assertEquals(TcpState.ESTABLISHED, connection().state());
        expectNothing();
        return this;
    }

    /** A connection opened by us, the SYN not answered yet. */
    TcpTester connect() {
        number = engine().connect(0, OUR_LO, 0, 0, PEER_LO, 80, settings);
        peerPort = 80;
        ourPort = connection().localPort();
        flush();
        return this;
    }

    /** Our timestamp clock, as the wire has it. */
    int ourTimestamp() {
        return (int) (nowNs / MS) + connection().timestampOffset;
    }

    /** Lets the interest in quick ACKs pass that a new connection has. */
    TcpTester noQuickAcks() {
        connection().quickAcks = 0;
        return this;
    }

    Connection connection() {
        return engine().connection(number);
    }

    TcpState state() {
        final Connection connection = connection();
        return connection == null ? null : connection.state();
    }

    // The host.

    void write(final int bytes) {
        engine().onTxWritten(connection(), connection().txWritten + bytes);
        flush();
    }

    void shutdown() {
        engine().shutdown(connection());
        flush();
    }

    void close() {
        engine().close(connection());
        flush();
    }

    void abort() {
        engine().abort(connection());
        flush();
    }

    void configure() {
        engine().configure(connection(), settings);
        flush();
    }

    void read(final long position) {
        engine().onRxRead(connection(), position);
        flush();
    }

    void publish() {
        final Connection connection = connection();
        engine().onPublished(connection, connection.rxCommittable(), connection.finReceivedAt() >= 0);
        flush();
    }

    // The wire and the clock.

    /** A segment arrives, and the engine's cycle ends. */
    TcpTester inject(final SegmentSpec spec) {
        injectWithoutFlush(spec);
        flush();
        return this;
    }

    void injectWithoutFlush(final SegmentSpec spec) {
        final int length = spec.write(memory, RECEIVED, peerPort, ourPort, PEER_ISS, ourIss);
        lastInjectedBytes = length;
        segment.addresses(0, PEER_LO, 0, OUR_LO)
                .parse(memory, RECEIVED, length, spec.gsoSize())
                .codepoint(spec.ecn());
        engine().onSegment(segment, nowNs);
    }

    void icmp(final int seq, final int error) {
        segment.addresses(0, PEER_LO, 0, OUR_LO).quote(ourPort, peerPort, ourIss + seq);
        engine().onIcmpError(segment, error, nowNs);
        flush();
    }

    /** A router says that it could not pass on what we sent with this number, and what it could; true if believed. */
    boolean tooBig(final int seq, final int mss) {
        segment.addresses(0, PEER_LO, 0, OUR_LO).quote(ourPort, peerPort, ourIss + seq);
        final boolean believed = engine().isInFlight(segment, nowNs);
        if (believed) {
            pathMss = Math.min(pathMss, mss);
            engine().onPathNarrowed(segment, nowNs);
        }
        flush();
        return believed;
    }

    void flush() {
        engine().flush(nowNs);
    }

    /** Time passes in steps no longer than the next deadline. */
    void advance(final long deltaNs) {
        final long endNs = nowNs + deltaNs;
        while (nowNs < endNs) {
            final long nextNs = Math.max(engine().nextDeadlineNs(), nowNs + 1);
            nowNs = Math.min(endNs, nextNs);
            engine().onTimers(nowNs);
            flush();
        }
    }

    long dropped(final DropReason reason) {
        return engine().drops().value(reason);
    }

    long counted(final TcpCounter counter) {
        return engine().counters().value(counter);
    }

    // What came out.

    /** The next segment sent, which must have these flags: of S, A, F, R and P, in this order. */
    SentSegment expect(final String flags) {
        final SentSegment next = sent.poll();
        assertNotNull(next, "expected a segment " + flags + ", nothing was sent");
        assertEquals(flags, next.flags, next::toString);
        return next;
    }

    /** The next segment sent: data with or without PSH. */
    SentSegment expectData(final long seq, final int length) {
        final SentSegment next = sent.poll();
        assertNotNull(next, "expected data " + seq + "+" + length + ", nothing was sent");
        assertEquals(seq + "+" + length, next.seq() + "+" + next.length, next::toString);
        return next;
    }

    SentSegment expectAck(final long ack) {
        final SentSegment next = expect("A");
        assertEquals(ack, next.ack(), next::toString);
        assertEquals(0, next.length, next::toString);
        return next;
    }

    void expectNothing() {
        assertEquals(List.of(), List.copyOf(sent));
    }

    /** Time passes, and nothing is sent. */
    void expectNothingFor(final long deltaNs) {
        advance(deltaNs);
        expectNothing();
    }

    // TcpOutput.

    @Override
    public MemorySegment memory() {
        return memory;
    }

    @Override
    public int maxSegmentBytes(final Flow flow) {
        return linkMss;
    }

    @Override
    public int pathSegmentBytes(final Flow flow) {
        return Math.min(pathMss, linkMss);
    }

    @Override
    public long open(final Flow flow, final int waiter) {
        if (!neighbourKnown) {
            return NO_NEIGHBOUR;
        }
        return framesAvailable ? FRAME : NO_FRAME;
    }

    @Override
    public void send(final Flow flow, final int headerLength) {
        record(headerLength, 0, 0);
    }

    @Override
    public void send(
            final Connection connection,
            final int headerLength,
            final long position,
            final int payloadLength,
            final int segmentBytes,
            final int ecn) {
        final SentSegment segmentSent = record(headerLength, payloadLength, segmentBytes);
        segmentSent.ecn = ecn;
        final int syn = segmentSent.flags.startsWith("S") ? 1 : 0;
        assertEquals(connection.sequenceOf(position), segmentSent.sequence + syn);
    }

    private SentSegment record(final int headerLength, final int payloadLength, final int segmentBytes) {
        final TcpHeader header = new TcpHeader().wrap(memory, FRAME);
        assertEquals(headerLength, header.headerLength());
        assertEquals(ourPort, header.sourcePort());
        assertEquals(peerPort, header.destinationPort());
        final TcpOptions options = new TcpOptions();
        options.parse(memory, header.optionsOffset(), header.optionsLength());
        final SentSegment segmentSent = new SentSegment(header, options, payloadLength, segmentBytes, this, nowNs);
        sent.add(segmentSent);
        return segmentSent;
    }

    @Override
    public void confirmed(final Flow flow) {
        assertNotNull(flow);
    }

    @Override
    public boolean place(final int connection, final long position, final int length, final long payload) {
        final boolean isPlaced = placing && position + length <= memoryEnd;
        if (isPlaced) {
            placed.add(position + "+" + length);
        }
        return isPlaced;
    }

    @Override
    public int placeable(final int connection, final long position, final int length) {
        return (int) Math.max(0, Math.min(length, memoryEnd - position));
    }

    @Override
    public void discarded(final int connection, final long position) {
        discarded.add("from " + position);
    }

    @Override
    public void changed(final int connection) {
        final Connection changed = engine.connection(connection);
        if (publishing) {
            engine.onPublished(changed, changed.rxCommittable(), changed.finReceivedAt() >= 0);
            if (reading) {
                engine.onRxRead(changed, changed.rxCommittable());
            }
        }
    }

    @Override
    public boolean accept(final int listener, final int connection) {
        if (credits == 0) {
            return false;
        }
        credits--;
        accepted.add(connection);
        return true;
    }

    @Override
    public void established(final int connection) {
        assertEquals(TcpState.ESTABLISHED, engine.connection(connection).state());
    }

    @Override
    public void advertised(final int connection, final long edge) {
        lastEdge = edge;
    }

    @Override
    public void released(final int connection) {
        released.add(connection);
    }
}

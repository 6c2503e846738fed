package org.pno.check;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.pno.sys.Errno;

/**
 * What a script says: inject this segment, make that call, expect this one, now or after a time. Whatever is sent
 * must be expected, in its order; what is not fails the script, which then shows all packets and calls so far. On our
 * engine time is virtual: a packet expected now must come now. On Linux it is given a while.
 */
public final class Script implements AutoCloseable {
    /** The first port that a peer of a script's has. */
    public static final int PEER_PORT = 40_000;
    /** Within a first megabyte the peer's sequence numbers wrap. */
    static final int PEER_ISS = 0xFFFF_FE00;
    /** What is taken for the stack's initial number until it sends a SYN. */
    private static final int ASSUMED_ISS = 500_000;

    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long NOW_ON_LINUX_MS = 1_000;
    private static final long STRAGGLERS_MS = 3;

    private final Endpoint endpoint;
    private final PacketWriter writer;
    private final Deque<Endpoint.Sent> queue = new ArrayDeque<>();
    private final List<Seg> ignored = new ArrayList<>();
    private final List<String> trace = new ArrayList<>();
    private final Map<Integer, PeerFlow> flows = new HashMap<>();
    private final long startNs;
    /** When something was last injected, called or seen. */
    private long lastNs;

    private int localPort;
    private int peerPort = PEER_PORT;
    private int listener = -1;
    private int socket = -1;
    private byte[] lastPacket;

    Script(final Endpoint endpoint) {
        this.endpoint = endpoint;
        writer = new PacketWriter(endpoint.peerAddress(), Endpoint.ADDRESS);
        startNs = endpoint.nowNs();
        lastNs = startNs;
    }

    /** True where time is real and the stack is the kernel's. */
    public boolean onLinux() {
        return endpoint.isLinux();
    }

    // Calls.

    /** Sets something of the whole stack, before anything else. */
    public Script knob(final Knob knob, final int value) {
        endpoint.knob(knob, value);
        return this;
    }

    public void listen() {
        listen(16);
    }

    public void listen(final int backlog) {
        prepareSocket();
        localPort = endpoint.freePort();
        call("listen", 0, endpoint.listen(socket, localPort, backlog));
        listener = socket;
        socket = -1;
    }

    /** Speaks to a port that nobody has. */
    public void closedPort() {
        localPort = endpoint.freePort();
    }

    /** Takes a connection, which the following calls are about. */
    public void accept() {
        socket = endpoint.accept(listener);
        called("accept", socket);
        require(socket >= 0, "accept answered " + Errno.describe(-socket));
    }

    /** There is none to accept. */
    public void acceptNothing() {
        call("accept", -Errno.EAGAIN, endpoint.accept(listener));
    }

    /** Starts an active open to the peer's port. */
    public void connect() {
        prepareSocket();
        localPort = endpoint.freePort();
        call("connect", -Errno.EINPROGRESS, endpoint.connect(socket, localPort, peerPort));
    }

    /**
     * Starts an active open with TCP_FASTOPEN_CONNECT. If a cookie is known, nothing is sent before the first write;
     * if none is, Linux sends its SYN at once, and we with the first write.
     */
    public void connectFast() {
        option(Option.FAST_OPEN_CONNECT, 1);
        localPort = endpoint.freePort();
        final int answer = endpoint.connect(socket, localPort, peerPort);
        called("connect", answer);
        require(answer == 0 || answer == -Errno.EINPROGRESS, "connect answered " + describe(answer));
    }

    private void prepareSocket() {
        if (socket < 0) {
            socket = endpoint.socket();
        }
    }

    /** Sets an option of the connection; before listen and connect, of the socket that is to. */
    public Script option(final Option option, final int value) {
        prepareSocket();
        call("set " + option + " " + value, 0, endpoint.setOption(socket, option, value));
        return this;
    }

    public void write(final int bytes) {
        call("write", bytes, endpoint.write(socket, bytes));
    }

    public void writeFails(final int errno) {
        call("write", -errno, endpoint.write(socket, 1));
    }

    /** Reads this many bytes, which are there. */
    public void read(final int bytes) {
        call("read", bytes, endpoint.read(socket, bytes));
    }

    /** Reads up to this many bytes, of which so many are there. */
    public void readSome(final int bytes, final int there) {
        call("read", there, endpoint.read(socket, bytes));
    }

    /** Writes this many bytes, the last of them urgent. */
    public void writeUrgent(final int bytes) {
        call("write urgent", bytes, endpoint.writeUrgent(socket, bytes));
    }

    /** Reads the urgent byte out of band: it is the one with this sequence number. */
    public void readUrgent(final long number) {
        call("read urgent", 1, endpoint.readUrgent(socket, number - 1));
    }

    public void readUrgentFails(final int errno) {
        call("read urgent", -errno, endpoint.readUrgent(socket, 0));
    }

    /** SIOCATMARK says so. */
    public void atMark(final boolean wanted) {
        call("at mark", wanted ? 1 : 0, endpoint.isAtMark(socket));
    }

    public void readFails(final int errno) {
        call("read", -errno, endpoint.read(socket, 1));
    }

    public void readEnd() {
        call("read", 0, endpoint.read(socket, 1));
    }

    public void shutdown() {
        call("shutdown", 0, endpoint.shutdown(socket));
    }

    /** close(2). */
    public void closeSocket() {
        call("close", 0, endpoint.close(socket));
        socket = -1;
    }

    public void abort() {
        call("abort", 0, endpoint.abort(socket));
        socket = -1;
    }

    public void unlisten() {
        call("close listener", 0, endpoint.close(listener));
        listener = -1;
    }

    /** SO_ERROR is this. */
    public void error(final int errno) {
        call("SO_ERROR", errno, endpoint.error(socket));
    }

    private void call(final String name, final int wanted, final int result) {
        called(name, result);
        require(result == wanted, name + " answered " + describe(result) + ", not " + describe(wanted));
    }

    private void called(final String name, final int result) {
        lastNs = endpoint.nowNs();
        note(lastNs, "#", name + " = " + describe(result));
    }

    private static String describe(final int result) {
        return result < 0 ? Errno.describe(-result) : Integer.toString(result);
    }

    /** The connection's state, as ss(8) spells it; UNCONN if there is none. */
    public void state(final String wanted) {
        final String found = endpoint.state(socket, localPort, peerPort);
        note(endpoint.nowNs(), "#", "state " + found);
        require(wanted.equals(found), "the state is " + found + ", not " + wanted);
    }

    // The wire.

    /** A segment arrives. */
    public void inject(final Seg segment) {
        final int port = segment.sourcePort == null ? peerPort : segment.sourcePort;
        final byte[] packet = flow(port).fill(segment, port, localPort, writer);
        lastNs = endpoint.nowNs();
        note(lastNs, "<", segment.toString());
        endpoint.inject(packet);
    }

    /** From now on these bytes stand between IPv6 header and segment; first says what they are. */
    public void headers(final int first, final int... bytes) {
        final byte[] headers = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            headers[i] = (byte) bytes[i];
        }
        endpoint.headers(first, headers);
    }

    /** An ICMP error arrives about the packet that was expected last. */
    public void icmp(final int type, final int code, final int rest) {
        lastNs = endpoint.nowNs();
        note(lastNs, "<", "ICMP " + type + "/" + code + " " + rest);
        endpoint.inject(writer.icmpError(type, code, rest, lastPacket));
    }

    /** The next packet, which must come now. */
    public Packet expect(final Seg wanted) {
        return expectWithin(endpoint.isLinux() ? NOW_ON_LINUX_MS : 0, wanted);
    }

    /** The next packet, some time up to then. */
    public Packet expectWithin(final long millis, final Seg wanted) {
        final long waitNs = Math.max(millis, endpoint.isLinux() ? NOW_ON_LINUX_MS : 0) * MS;
        final Endpoint.Sent sent = take(waitNs);
        require(sent != null, "expected " + wanted + ", nothing came");
        return check(sent, wanted);
    }

    /**
     * The next packet, so long after what happened last: to a tenth and 5 ms on our engine; on Linux not much sooner.
     */
    public Packet expectAfter(final long millis, final Seg wanted) {
        final long slackMs = millis / 10 + 5;
        final Endpoint.Sent sent = take((endpoint.isLinux() ? 3 * millis + 1_000 : millis + slackMs) * MS);
        require(sent != null, "expected " + wanted + " after " + millis + " ms, nothing came");
        final long afterMs = (sent.atNs() - lastNs) / MS;
        final long leastMs = endpoint.isLinux() ? millis / 2 - 50 : millis - slackMs;
        final Packet packet = check(sent, wanted);
        require(afterMs >= leastMs, "it came after " + afterMs + " ms, not after " + millis);
        return packet;
    }

    private Packet check(final Endpoint.Sent sent, final Seg wanted) {
        lastNs = Math.max(lastNs, sent.atNs());
        lastPacket = sent.packet();
        final Packet packet = read(sent);
        final String mismatch = wanted.mismatch(packet);
        require(mismatch == null, "expected " + wanted + ", came " + packet + ": " + mismatch);
        final int port = wanted.sourcePort == null ? peerPort : wanted.sourcePort;
        require(port == packet.destinationPort, "it went to port " + packet.destinationPort);
        packet.checkPayload();
        return packet;
    }

    private Packet read(final Endpoint.Sent sent) {
        final int port = PeerFlow.destinationPort(sent.packet());
        final Packet packet = flow(port).read(sent.packet());
        note(sent.atNs(), ">", (port == peerPort ? "" : "to " + port + " ") + packet);
        return packet;
    }

    /** A packet that need not come; null if it does not within that time. */
    public Packet maybe(final long millis) {
        final Endpoint.Sent sent = take(millis * MS);
        return sent == null ? null : read(sent);
    }

    /** Nothing is sent now. */
    public void expectNothing() {
        expectNothingFor(endpoint.isLinux() ? STRAGGLERS_MS : 0);
    }

    /** Nothing is sent in that time. */
    public void expectNothingFor(final long millis) {
        advance(millis);
        if (!queue.isEmpty()) {
            final Packet packet = read(queue.poll());
            throw new AssertionError("expected nothing, came " + packet);
        }
    }

    /** Time passes; what is sent meanwhile is to be expected behind it. */
    public void advance(final long millis) {
        final long endNs = endpoint.nowNs() + millis * MS;
        while (true) {
            final Endpoint.Sent sent = receive(endNs);
            if (sent == null) {
                return;
            }
            queue.add(sent);
        }
    }

    /** Such packets may come from now on, and are not to be expected. */
    public void mayCome(final Seg segment) {
        ignored.add(segment);
    }

    private Endpoint.Sent take(final long waitNs) {
        return queue.isEmpty() ? receive(endpoint.nowNs() + waitNs) : queue.poll();
    }

    private Endpoint.Sent receive(final long endNs) {
        while (true) {
            final Endpoint.Sent sent = endpoint.next(Math.max(0, endNs - endpoint.nowNs()));
            if (sent == null || !isIgnored(sent)) {
                return sent;
            }
            note(sent.atNs(), ">", "ignored");
        }
    }

    private boolean isIgnored(final Endpoint.Sent sent) {
        if (ignored.isEmpty()) {
            return false;
        }
        final Packet packet = flow(PeerFlow.destinationPort(sent.packet())).read(sent.packet());
        return ignored.stream().anyMatch(segment -> segment.mismatch(packet) == null);
    }

    // Setting the stage.

    /** A connection that a peer without options has opened, accepted; the first round trip took 20 ms. */
    public void establish() {
        establish(Seg.syn());
    }

    /** A connection that this SYN has opened. */
    public void establish(final Seg syn) {
        establish(syn, 20, 65_535);
    }

    /**
     * A connection that this SYN has opened, with its first round-trip time, and the window of the peer's first
     * ACK.
     */
    public void establish(final Seg syn, final int roundTripMillis, final int window) {
        if (listener < 0) {
            listen();
        }
        inject(syn);
        expect(Seg.seg("SA").seq(0).ack(1));
        expectNothingFor(roundTripMillis);
        inject(Seg.pureAck(1).seq(1).window(window));
        accept();
        state("ESTAB");
    }

    /** A connection that we have opened, to a peer that answers with this SYN-ACK. */
    public void establishActively(final Seg synAck) {
        connect();
        expect(Seg.seg("S").seq(0));
        expectNothingFor(20);
        inject(synAck);
        expect(Seg.pureAck(1).seq(1));
        state("ESTAB");
    }

    /** Speaks for another port of the peer's from now on. */
    public void fromPort(final int port) {
        peerPort = port;
    }

    private PeerFlow flow(final int port) {
        return flows.computeIfAbsent(port, number -> new PeerFlow(ASSUMED_ISS));
    }

    /** The right edge of the window that the stack has advertised, as a sequence number of the peer's. */
    public long edge() {
        return flow(peerPort).edge();
    }

    /** What the stack has sent so far ends here. */
    public long sentEnd() {
        return flow(peerPort).sentEnd();
    }

    // The end.

    /** Nothing may be left that was not expected. */
    void finish() {
        expectNothing();
    }

    /** Lets the stack go. */
    @Override
    public void close() {
        endpoint.close();
    }

    void note(final long atNs, final String mark, final String text) {
        trace.add(String.format("%9.3f ms %s %s", (atNs - startNs) / 1e6, mark, text));
    }

    private static void require(final boolean holds, final String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    /** All that happened: what was injected (<), sent (>) and called (#). */
    String trace() {
        while (!queue.isEmpty()) {
            read(queue.poll());
        }
        return "\n  " + String.join("\n  ", trace);
    }
}

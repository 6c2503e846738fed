package org.pno.check;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.pno.counters.Counters;
import org.pno.stack.ConnectionInfo;
import org.pno.stack.NetworkStack;
import org.pno.stack.StackConfiguration;
import org.pno.stack.StackOutput;
import org.pno.sys.Errno;
import org.pno.tcp.EcnMode;
import org.pno.tcp.SynCookieMode;
import org.pno.wire.IpAddress;
import org.pno.wire.IpPrefix;
import org.pno.wire.MacAddress;
import org.pno.wire.VirtioNetHeader;

/**
 * Our stack, from Ethernet up, in virtual time. Plays the bridge and the program: what is received is published
 * at once.
 */
public final class EngineEndpoint implements Endpoint, StackOutput {
    private static final int PEER_ADDRESS = ADDRESS + 1;
    private static final long OUR_MAC = MacAddress.local(1);
    private static final long PEER_MAC = MacAddress.local(2);
    private static final int SLOT_BYTES = 68 * 1_024;
    private static final int HEADROOM_BYTES = 64;
    private static final int SLOTS = 16;
    private static final int START_SECONDS = 20;

    private final StackConfiguration configuration = new StackConfiguration();
    private final MemorySegment memory = Arena.ofAuto().allocate((SLOTS + 1L) * SLOT_BYTES, 64);
    private final Deque<Long> freeFrames = new ArrayDeque<>();
    private final Deque<Sent> sent = new ArrayDeque<>();
    private final Deque<byte[]> arriving = new ArrayDeque<>();
    private final List<EngineSocket> sockets = new ArrayList<>();
    private final Map<Integer, EngineSocket> byConnection = new HashMap<>();
    private final Map<Integer, EngineSocket> byListener = new HashMap<>();
    private final Set<EngineSocket> changed = new LinkedHashSet<>();
    private final Family family;
    private final Ipv6Packets ipv6 = new Ipv6Packets();
    private NetworkStack stack;
    private long nowNs = TimeUnit.SECONDS.toNanos(1_000);
    private int port = 7_000;

    /** A stack of its own for one script, by IPv4. */
    public EngineEndpoint() {
        this(Family.IPV4);
    }

    /** A stack of its own for one script. */
    public EngineEndpoint(final Family family) {
        this.family = family;
        for (long slot = 0; slot < SLOTS; slot++) {
            freeFrames.add(slot * SLOT_BYTES + HEADROOM_BYTES);
        }
        configuration.addresses.add(
                family == Family.IPV4
                        ? new IpPrefix(IpAddress.ofIpv4(ADDRESS), 16)
                        : new IpPrefix(new IpAddress(Ipv6Packets.NETWORK_HI, Ipv6Packets.lo(ADDRESS)), 64));
        configuration.mtuBytes = family.mtuBytes();
        configuration.macAddress = OUR_MAC;
        configuration.tcp.secret0 = 0x5EC2E7;
        configuration.tcp.secret1 = 0x2B1D;
    }

    private NetworkStack stack() {
        if (stack == null) {
            stack = new NetworkStack(configuration, this, Counters.anonymous(NetworkStack.COUNTER_COUNT), nowNs);
            stack.start(nowNs);
            meet();
        }
        return stack;
    }

    /** So that it knows its neighbour. */
    private void meet() {
        if (family == Family.IPV4) {
            deliver(Frames.arpRequest(PEER_ADDRESS, PEER_MAC, ADDRESS));
            return;
        }
        for (int i = 0; i < START_SECONDS; i++) { // Until its address has been found to be nobody else's.
            nowNs += TimeUnit.SECONDS.toNanos(1);
            stack.onTimers(nowNs);
        }
        deliver(Frames.frame(OUR_MAC, PEER_MAC, Ipv6Packets.solicitation(PEER_ADDRESS, PEER_MAC, ADDRESS)));
        deliver(Frames.frame(OUR_MAC, PEER_MAC, Ipv6Packets.answer(PEER_ADDRESS, PEER_MAC, ADDRESS)));
    }

    @Override
    public String name() {
        return "our engine";
    }

    @Override
    public boolean isLinux() {
        return false;
    }

    @Override
    public int peerAddress() {
        return PEER_ADDRESS;
    }

    @Override
    public int freePort() {
        return port++;
    }

    @Override
    public long nowNs() {
        return nowNs;
    }

    @Override
    public void knob(final Knob knob, final int value) {
        switch (knob) {
            case SYN_RETRIES -> configuration.tcp.synRetries = value;
            case SYN_ACK_RETRIES -> configuration.tcp.synAckRetries = value;
            case RETRIES -> configuration.tcp.retries = value;
            case ORPHAN_RETRIES -> configuration.tcp.orphanRetries = value;
            case FIN_TIMEOUT -> configuration.tcp.finWait2Ns = TimeUnit.SECONDS.toNanos(value);
            case FAST_OPEN -> configuration.tcp.fastOpen = value;
            case SYN_COOKIES -> configuration.tcp.synCookies = SynCookieMode.values()[value];
            case ECN ->
                configuration.tcp.ecn =
                        List.of(EcnMode.OFF, EcnMode.REQUEST, EcnMode.ACCEPT).get(value);
            default -> throw new UnsupportedOperationException("our engine has no knob " + knob);
        }
    }

    // Time and the wire.

    @Override
    public void headers(final int first, final byte[] bytes) {
        ipv6.headers(first, bytes);
    }

    @Override
    public void inject(final byte[] packet) {
        arriving.add(Frames.frame(OUR_MAC, PEER_MAC, family == Family.IPV4 ? packet : ipv6.ofIpv4(packet)));
        cycle();
    }

    /** Frames, timers, the host, the flush: as the DPU's loop does, until nothing more arrives. */
    private void cycle() {
        do {
            final byte[] frame = arriving.poll();
            if (frame != null) {
                deliver(frame);
            }
            stack().onTimers(nowNs);
            publish();
            stack().flush(nowNs);
            publish();
        } while (!arriving.isEmpty() || !changed.isEmpty());
    }

    private void deliver(final byte[] frame) {
        final NetworkStack receiver = stack();
        final long slot = (long) SLOTS * SLOT_BYTES + HEADROOM_BYTES;
        new VirtioNetHeader().wrap(memory, slot - VirtioNetHeader.BYTES).clear();
        MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, slot, frame.length);
        receiver.onFrame(slot, frame.length, nowNs);
    }

    private void publish() {
        changed.forEach(socket -> socket.publish(stack));
        changed.clear();
    }

    @Override
    public Sent next(final long waitNs) {
        final long endNs = nowNs + waitNs;
        cycle();
        while (sent.isEmpty() && nowNs < endNs) {
            nowNs = Math.min(endNs, Math.max(stack().nextDeadlineNs(), nowNs + 1));
            cycle();
        }
        return sent.poll();
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
        freeFrames.add(frame);
    }

    @Override
    public long allocate() {
        return freeFrames.isEmpty() ? NO_FRAME : freeFrames.poll();
    }

    @Override
    public void transmit(final long frame, final int length) {
        final byte[] reply = Frames.reply(memory, frame, length, PEER_MAC);
        if (reply != null) {
            arriving.add(reply);
        }
        for (final byte[] packet : Frames.packets(memory, frame, length)) {
            sent.add(new Sent(packet, nowNs));
        }
        freeFrames.add(frame);
    }

    @Override
    public void transmit(
            final long frame,
            final int headerLength,
            final int connection,
            final long position,
            final int payloadLength) {
        final byte[] payload = Pattern.bytes(position, payloadLength);
        MemorySegment.copy(payload, 0, memory, ValueLayout.JAVA_BYTE, frame + headerLength, payloadLength);
        transmit(frame, headerLength + payloadLength);
    }

    @Override
    public boolean place(final int connection, final long position, final int length, final long payload) {
        for (int i = 0; i < length; i++) {
            if (memory.get(ValueLayout.JAVA_BYTE, payload + i) != Pattern.at(position + i)) {
                throw new AssertionError("a wrong byte would be placed at position " + (position + i));
            }
        }
        return true;
    }

    @Override
    public void changed(final int connection) {
        changed.add(byConnection.get(connection));
    }

    @Override
    public boolean accept(final int listener, final int connection) {
        final EngineSocket accepted = byListener.get(listener).take(connection);
        if (accepted != null) {
            byConnection.put(connection, accepted);
        }
        return accepted != null;
    }

    @Override
    public void established(final int connection) {
        changed.add(byConnection.get(connection));
    }

    @Override
    public void advertised(final int connection, final long edge) {}

    @Override
    public void released(final int connection) {
        final EngineSocket released = byConnection.remove(connection);
        changed.remove(released);
        released.release(stack);
    }

    // The program's calls.

    private EngineSocket at(final int socket) {
        return sockets.get(socket);
    }

    private int add(final EngineSocket socket) {
        sockets.add(socket);
        return sockets.size() - 1;
    }

    @Override
    public int socket() {
        return add(new EngineSocket());
    }

    @Override
    public int listen(final int socket, final int localPort, final int backlog) {
        final int listener = stack().listen(0, 0, localPort, backlog, at(socket).options());
        if (listener >= 0) {
            at(socket).listens(listener, backlog);
            byListener.put(listener, at(socket));
        }
        return Math.min(listener, 0);
    }

    @Override
    public int accept(final int listener) {
        final EngineSocket accepted = at(listener).accept();
        return accepted == null ? -Errno.EAGAIN : add(accepted);
    }

    @Override
    public int connect(final int socket, final int localPort, final int peerPort) {
        final boolean isIpv4 = family == Family.IPV4;
        final int connection = stack().connect(
                        0,
                        0,
                        localPort,
                        isIpv4 ? IpAddress.IPV4_HI : Ipv6Packets.NETWORK_HI,
                        isIpv4 ? IpAddress.ipv4Lo(PEER_ADDRESS) : Ipv6Packets.lo(PEER_ADDRESS),
                        peerPort,
                        at(socket).options());
        if (connection < 0) {
            return connection;
        }
        at(socket).connects(connection);
        byConnection.put(connection, at(socket));
        if (at(socket).options().fastOpen) {
            return 0; // As the shim: the SYN waits for the first write.
        }
        cycle();
        return -Errno.EINPROGRESS;
    }

    @Override
    public int setOption(final int socket, final Option option, final int value) {
        at(socket).set(option, value);
        if (at(socket).isConnected()) {
            stack().setOptions(at(socket).connection(), at(socket).options());
            cycle();
        }
        return 0;
    }

    @Override
    public int write(final int socket, final int bytes) {
        final int result = at(socket).write(stack(), bytes);
        cycle();
        return result;
    }

    @Override
    public int read(final int socket, final int bytes) {
        final int result = at(socket).read(stack(), bytes);
        cycle();
        return result;
    }

    @Override
    public int writeUrgent(final int socket, final int bytes) {
        final int result = at(socket).writeUrgent(stack(), bytes);
        cycle();
        return result;
    }

    @Override
    public int readUrgent(final int socket, final long position) {
        return at(socket).urgent().read(position);
    }

    @Override
    public int isAtMark(final int socket) {
        return at(socket).isAtMark() ? 1 : 0;
    }

    @Override
    public int shutdown(final int socket) {
        final int result = at(socket).shutdown(stack());
        cycle();
        return result;
    }

    @Override
    public int close(final int socket) {
        at(socket).close(stack());
        cycle();
        return 0;
    }

    @Override
    public int abort(final int socket) {
        at(socket).abort(stack());
        cycle();
        return 0;
    }

    @Override
    public int error(final int socket) {
        return at(socket).takeError();
    }

    @Override
    public String state(final int socket, final int localPort, final int peerPort) {
        final ConnectionInfo info = new ConnectionInfo();
        final List<String> states = new ArrayList<>();
        stack().forEachConnection(connection -> {
            stack.describe(connection, info);
            if (info.localPort == localPort && info.remotePort == peerPort) {
                states.add(info.state);
            }
        });
        if (states.isEmpty()) {
            return stack.tcp().timeWaitCount() > 0 ? "TIME-WAIT" : "UNCONN";
        }
        return states.getFirst();
    }

    @Override
    public void close() {
        // Nothing outside the heap is held.
    }
}

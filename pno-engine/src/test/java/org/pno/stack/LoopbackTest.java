package org.pno.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pno.counters.Counters;
import org.pno.ip.IpCounter;
import org.pno.ip.IpLayer;
import org.pno.sys.Errno;
import org.pno.wire.BigEndian;
import org.pno.wire.Checksum;
import org.pno.wire.EthernetHeader;
import org.pno.wire.IpAddress;
import org.pno.wire.IpPrefix;
import org.pno.wire.Ipv4Header;
import org.pno.wire.MacAddress;
import org.pno.wire.TcpHeader;
import org.pno.wire.VirtioNetHeader;

/** Connections of a stack with itself: by its own addresses and by those of loopback, which no wire ever sees. */
class LoopbackTest implements StackOutput {
    private static final long MAC = MacAddress.local(1);
    private static final int SLOT = 70_016;
    private static final int SLOTS = 64;
    private static final int HEADROOM = 64;
    private static final IpAddress OURS = IpAddress.parse("10.77.0.1");
    private static final IpAddress OURS_IPV6 = IpAddress.parse("fd00::1");
    private static final IpAddress PEER = IpAddress.parse("10.77.0.2");
    private static final IpAddress LOCALHOST = IpAddress.parse("127.0.0.1");
    private static final IpAddress LOCALHOST_IPV6 = IpAddress.parse("::1");
    private static final int PORT = 6_379;

    private record Frame(long at, int length) {}

    private final MemorySegment memory = Arena.ofAuto().allocate((long) SLOT * SLOTS, 64);
    private final Deque<Long> free = new ArrayDeque<>();
    private final Deque<Frame> looped = new ArrayDeque<>();
    private final List<Integer> accepted = new ArrayList<>();
    private final List<Integer> errors = new ArrayList<>();
    private final SocketOptions options = new SocketOptions();
    private final Counters counters = Counters.anonymous(NetworkStack.COUNTER_COUNT);
    private NetworkStack stack;
    private long nowNs = 1_000_000_000L;
    private int toWire;

    @BeforeEach
    void build() {
        for (int i = 0; i < SLOTS; i++) {
            free.add((long) i * SLOT + HEADROOM);
        }
        final StackConfiguration configuration = new StackConfiguration();
        configuration.addresses.add(IpPrefix.parse("10.77.0.1/24"));
        configuration.addresses.add(IpPrefix.parse("fd00::1/64"));
        configuration.macAddress = MAC;
        stack = new NetworkStack(configuration, this, counters, nowNs);
        stack.start(nowNs);
        pass(TimeUnit.SECONDS.toNanos(20)); // Until IPv6 has asked for all that it asks for.
        toWire = 0;
    }

    private int connect(final IpAddress to, final int port) {
        return stack.connect(0, 0, 0, to.hi(), to.lo(), port, options);
    }

    private int listen(final IpAddress at) {
        return stack.listen(at.hi(), at.lo(), PORT, 8, options);
    }

    /** Sends what is to be sent, takes in what was looped, until nothing happens any more. */
    private void settle() {
        stack.flush(nowNs);
        while (!looped.isEmpty()) {
            final Frame frame = looped.remove();
            stack.onLoopedFrame(frame.at, frame.length, nowNs);
            free.add(frame.at);
            stack.flush(nowNs);
        }
    }

    private void pass(final long ns) {
        final long untilNs = nowNs + ns;
        while (nowNs < untilNs) {
            nowNs = Math.min(untilNs, Math.max(nowNs + 1, stack.nextDeadlineNs()));
            stack.onTimers(nowNs);
            settle();
        }
    }

    private int openPair(final IpAddress to) {
        final int client = connect(to, PORT);
        settle();
        assertEquals(1, accepted.size(), "nothing was accepted");
        assertEquals(2, stack.socketState(client));
        return client;
    }

    @Test
    void shouldReachListenerOnOurAddress() {
        listen(OURS);
        final int client = openPair(OURS);
        final int server = accepted.getFirst();
        assertEquals(OURS.lo(), stack.localAddressLo(client));
        assertEquals(OURS.lo(), stack.remoteAddressLo(server));
        assertEquals(stack.localPort(client), stack.remotePort(server));
        assertEquals(0, toWire);
    }

    @Test
    void shouldReachWildcardByIpv6() {
        listen(IpAddress.ANY);
        openPair(OURS_IPV6);
        assertEquals(0, toWire);
    }

    @Test
    void shouldReachListenerByLoopbackAddress() {
        listen(LOCALHOST);
        final int client = openPair(LOCALHOST);
        assertEquals(LOCALHOST.lo(), stack.localAddressLo(client));
        assertEquals(0, toWire);
    }

    @Test
    void shouldReachWildcardByIpv6Loopback() {
        listen(IpAddress.ANY);
        final int client = openPair(LOCALHOST_IPV6);
        assertEquals(LOCALHOST_IPV6.lo(), stack.localAddressLo(client));
        assertEquals(0, toWire);
    }

    @Test
    void shouldSpeakFromFirstLoopbackAddressToOthers() {
        listen(IpAddress.ANY);
        final int client = openPair(IpAddress.parse("127.0.0.5"));
        assertEquals(LOCALHOST.lo(), stack.localAddressLo(client));
    }

    @Test
    void shouldCarryDataBothWays() {
        listen(OURS);
        final int client = openPair(OURS);
        final int server = accepted.getFirst();
        stack.onTxWritten(client, 500_000);
        stack.onTxWritten(server, 7);
        settle();
        pass(TimeUnit.SECONDS.toNanos(1));
        assertEquals(500_000, stack.rxCommittable(server));
        assertEquals(7, stack.rxCommittable(client));
        assertEquals(500_000, stack.txAcked(client));
    }

    @Test
    void shouldRefuseWhereNobodyListens() {
        connect(OURS, PORT);
        connect(LOCALHOST, PORT);
        settle();
        assertEquals(List.of(Errno.ECONNREFUSED, Errno.ECONNREFUSED), errors);
    }

    @Test
    void shouldCloseInOrder() {
        listen(OURS);
        final int client = openPair(OURS);
        stack.close(client);
        settle();
        stack.close(accepted.getFirst());
        settle();
        assertEquals(List.of(0, 0), errors);
        assertEquals(SLOTS, free.size());
        assertTrue(stack.tcp().timeWaitCount() > 0);
    }

    @Test
    void shouldConnectToItself() {
        final int self = stack.connect(OURS.hi(), OURS.lo(), PORT, OURS.hi(), OURS.lo(), PORT, options);
        settle();
        assertEquals(2, stack.socketState(self));
        stack.onTxWritten(self, 100_000);
        settle();
        pass(TimeUnit.SECONDS.toNanos(1));
        assertEquals(100_000, stack.rxCommittable(self));
        assertEquals(100_000, stack.txAcked(self));
        stack.close(self);
        settle();
        assertEquals(List.of(0), errors);
        assertEquals(1, stack.tcp().timeWaitCount());
    }

    @Test
    void shouldSendNothingFromLoopbackAddressToOthers() {
        assertEquals(
                -Errno.EINVAL, stack.connect(LOCALHOST.hi(), LOCALHOST.lo(), 0, PEER.hi(), PEER.lo(), PORT, options));
    }

    @Test
    void shouldNotTakeLoopbackAddressFromWire() {
        listen(LOCALHOST);
        assertDropped("10.77.0.2", "127.0.0.1", IpCounter.NOT_LOCAL);
        assertDropped("127.0.0.1", "10.77.0.1", IpCounter.MARTIAN_SOURCE);
        assertDropped("10.77.0.1", "10.77.0.1", IpCounter.MARTIAN_SOURCE);
    }

    /** A SYN comes from the wire, sound but for its addresses. */
    private void assertDropped(final String from, final String to, final IpCounter reason) {
        final long frame = free.peek();
        final int source = IpAddress.parseIpv4(from);
        final int destination = IpAddress.parseIpv4(to);
        new VirtioNetHeader().wrap(memory, frame - VirtioNetHeader.BYTES).clear();
        new EthernetHeader()
                .wrap(memory, frame)
                .destination(MAC)
                .source(MacAddress.local(2))
                .etherType(EthernetHeader.ETHERTYPE_IPV4);
        new Ipv4Header()
                .wrap(memory, frame + EthernetHeader.BYTES)
                .initialize(64)
                .dscpEcn(0)
                .totalLength(40)
                .protocol(Ipv4Header.PROTOCOL_TCP)
                .source(source)
                .destination(destination)
                .updateChecksum();
        final long at = frame + IpLayer.IPV4_HEADERS_BYTES;
        final TcpHeader header = new TcpHeader()
                .wrap(memory, at)
                .sourcePort(1)
                .destinationPort(PORT)
                .sequence(7)
                .acknowledgment(0)
                .flags(TcpHeader.SYN)
                .window(1)
                .checksum(0)
                .urgentPointer(0);
        header.headerLength(TcpHeader.MIN_BYTES);
        final long sum =
                Checksum.pseudoHeader(source, destination, Ipv4Header.PROTOCOL_TCP, 20) + Checksum.sum(memory, at, 20);
        header.checksum(Checksum.finish(sum));
        final long before = stack.ipCount(reason);
        stack.onFrame(frame, IpLayer.IPV4_HEADERS_BYTES + 20, nowNs);
        stack.flush(nowNs);
        assertEquals(before + 1, stack.ipCount(reason), reason.label());
        assertEquals(0, stack.tcp().connectionCount());
    }

    // StackOutput: streams of bytes that tell their position.

    private static byte pattern(final long position) {
        return (byte) (position * 31 >>> 3);
    }

    @Override
    public MemorySegment memory() {
        return memory;
    }

    @Override
    public int frameBytes() {
        return SLOT - HEADROOM;
    }

    @Override
    public void release(final long frame) {
        free.add(frame);
    }

    @Override
    public long allocate() {
        return free.isEmpty() ? NO_FRAME : free.remove();
    }

    @Override
    public void transmit(final long frame, final int length) {
        if (stack.isForUs(frame)) {
            looped.add(new Frame(frame, length));
        } else {
            assertTrue(BigEndian.i64(memory, frame) >>> 16 != MAC);
            toWire++;
            free.add(frame);
        }
    }

    @Override
    public void transmit(
            final long frame,
            final int headerLength,
            final int connection,
            final long position,
            final int payloadLength) {
        for (int i = 0; i < payloadLength; i++) {
            memory.set(ValueLayout.JAVA_BYTE, frame + headerLength + i, pattern(position + i));
        }
        transmit(frame, headerLength + payloadLength);
    }

    @Override
    public boolean place(final int connection, final long position, final int length, final long payload) {
        for (int i = 0; i < length; i++) {
            assertEquals(pattern(position + i), memory.get(ValueLayout.JAVA_BYTE, payload + i));
        }
        return true;
    }

    @Override
    public void changed(final int connection) {
        final long committable = stack.rxCommittable(connection);
        stack.onPublished(connection, committable, stack.finReceived(connection) >= 0);
        stack.onRxRead(connection, committable);
    }

    @Override
    public boolean accept(final int listener, final int connection) {
        accepted.add(connection);
        return true;
    }

    @Override
    public void established(final int connection) {
        assertEquals(2, stack.socketState(connection));
    }

    @Override
    public void advertised(final int connection, final long edge) {
        assertTrue(edge > 0);
    }

    @Override
    public void released(final int connection) {
        errors.add(stack.socketError(connection));
    }
}

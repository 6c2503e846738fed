package org.pno.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pno.counters.Counters;
import org.pno.ip.IpLayer;
import org.pno.sys.Errno;
import org.pno.wire.ArpPacket;
import org.pno.wire.Checksum;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Icmpv4Header;
import org.pno.wire.IpAddress;
import org.pno.wire.IpPrefix;
import org.pno.wire.Ipv4Header;
import org.pno.wire.MacAddress;
import org.pno.wire.TcpHeader;
import org.pno.wire.VirtioNetHeader;

/** What the joined stack does with whole frames; TCP's own rules are tested in {@code org.pno.tcp}. */
class NetworkStackTest {
    private static final int OURS = IpAddress.parseIpv4("10.77.0.1");
    private static final int PEER = IpAddress.parseIpv4("10.77.0.2");
    private static final long OUR_MAC = MacAddress.local(1);
    private static final long PEER_MAC = MacAddress.local(2);
    private static final long OUT = 128;
    private static final long IN = 80_000;
    private static final int TCP_OFFSET = IpLayer.IPV4_HEADERS_BYTES;
    private static final long NOW_NS = 1_000_000_000L;

    private final MemorySegment memory = Arena.ofAuto().allocate(160_000, 64);
    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header ip = new Ipv4Header();
    private final TcpHeader tcp = new TcpHeader();
    private final VirtioNetHeader marks = new VirtioNetHeader();
    private final Recorder output = new Recorder();
    private final SocketOptions options = new SocketOptions();
    private NetworkStack stack;

    private final class Recorder implements StackOutput {
        private final List<String> sent = new ArrayList<>();
        private int lastLength;

        @Override
        public MemorySegment memory() {
            return memory;
        }

        @Override
        public int frameBytes() {
            return 65_600;
        }

        @Override
        public void release(final long frame) {}

        @Override
        public long allocate() {
            return OUT;
        }

        @Override
        public void transmit(final long frame, final int length) {
            lastLength = length;
            final boolean arp = ethernet.wrap(memory, frame).etherType() == EthernetHeader.ETHERTYPE_ARP;
            sent.add(arp ? "arp" : "ip");
        }

        @Override
        public void transmit(
                final long frame,
                final int headerLength,
                final int connection,
                final long position,
                final int payloadLength) {
            lastLength = headerLength;
            sent.add("data " + position + "+" + payloadLength);
        }

        @Override
        public boolean place(final int connection, final long position, final int length, final long payload) {
            return true;
        }

        @Override
        public void changed(final int connection) {
            assertTrue(stack.socketState(connection) > 0);
        }

        @Override
        public boolean accept(final int listener, final int connection) {
            return true;
        }

        @Override
        public void established(final int connection) {
            sent.add("established");
        }

        @Override
        public void advertised(final int connection, final long edge) {
            assertTrue(edge > 0);
        }

        @Override
        public void released(final int connection) {
            sent.add("released " + stack.socketError(connection));
        }
    }

    @BeforeEach
    void build() {
        final StackConfiguration configuration = new StackConfiguration();
        configuration.addresses.add(IpPrefix.parse("10.77.0.1/24"));
        configuration.macAddress = OUR_MAC;
        stack = new NetworkStack(configuration, output, Counters.anonymous(NetworkStack.COUNTER_COUNT), NOW_NS);
    }

    private int connect(final String remote) {
        return stack.connect(0, 0, 0, IpAddress.IPV4_HI, IpAddress.ipv4Lo(IpAddress.parseIpv4(remote)), 80, options);
    }

    private void receive(final int length) {
        stack.onFrame(IN, length, NOW_NS);
        stack.flush(NOW_NS);
    }

    /** The peer tells its link address, as an answer to our question. */
    private void answerArp() {
        marks.wrap(memory, IN - VirtioNetHeader.BYTES).clear();
        ethernet.wrap(memory, IN).destination(OUR_MAC).source(PEER_MAC).etherType(EthernetHeader.ETHERTYPE_ARP);
        new ArpPacket()
                .wrap(memory, IN + EthernetHeader.BYTES)
                .initialize()
                .operation(ArpPacket.REPLY)
                .senderMac(PEER_MAC)
                .senderIp(PEER)
                .targetMac(OUR_MAC)
                .targetIp(OURS);
        receive(EthernetHeader.BYTES + ArpPacket.BYTES);
    }

    /** A segment of 20 header bytes from the peer; the answer is the frame's length. */
    private int segment(final int flags, final int sequence, final int acknowledgment, final int toPort) {
        ethernet.wrap(memory, IN).destination(OUR_MAC).source(PEER_MAC).etherType(EthernetHeader.ETHERTYPE_IPV4);
        ip.wrap(memory, IN + EthernetHeader.BYTES)
                .initialize(64)
                .fragmentFlags(Ipv4Header.DONT_FRAGMENT)
                .dscpEcn(0)
                .totalLength(40)
                .protocol(Ipv4Header.PROTOCOL_TCP)
                .source(PEER)
                .destination(OURS)
                .updateChecksum();
        tcp.wrap(memory, IN + TCP_OFFSET)
                .sourcePort(80)
                .destinationPort(toPort)
                .sequence(sequence)
                .acknowledgment(acknowledgment)
                .headerLength(20)
                .flags(flags)
                .window(60_000)
                .checksum(0)
                .urgentPointer(0);
        final long sum = Checksum.pseudoHeader(PEER, OURS, Ipv4Header.PROTOCOL_TCP, 20)
                + Checksum.sum(memory, IN + TCP_OFFSET, 20);
        tcp.checksum(Checksum.finish(sum));
        marks.wrap(memory, IN - VirtioNetHeader.BYTES).clear();
        return TCP_OFFSET + 20;
    }

    private int establish() {
        final int connection = connect("10.77.0.2");
        stack.flush(NOW_NS);
        answerArp();
        tcp.wrap(memory, OUT + TCP_OFFSET);
        final int acknowledgment = tcp.sequence() + 1;
        receive(segment(TcpHeader.SYN | TcpHeader.ACK, 100, acknowledgment, tcp.sourcePort()));
        output.sent.clear();
        return connection;
    }

    @Test
    void shouldSayInTheIpHeaderWhatTheSocketWants() {
        options.tos = 0x8B; // The bits of ECN are not the program's.
        options.trafficClass = 0x20;
        options.timeToLive = 7;
        options.hopLimit = 9;
        connect("10.77.0.2");
        stack.flush(NOW_NS);
        answerArp();
        ip.wrap(memory, OUT + EthernetHeader.BYTES);
        assertEquals(0x88, ip.dscpEcn());
        assertEquals(7, ip.ttl());
    }

    @Test
    void shouldSayFromThenOnWhatTheSocketWantsLater() {
        final int connection = establish();
        options.tos = 0x10;
        options.timeToLive = 255;
        stack.setOptions(connection, options);
        stack.close(connection);
        stack.flush(NOW_NS);
        ip.wrap(memory, OUT + EthernetHeader.BYTES);
        assertEquals(0x10, ip.dscpEcn());
        assertEquals(255, ip.ttl());
    }

    @Test
    void shouldSendAsUsualWhereTheSocketWantsNothing() {
        connect("10.77.0.2");
        stack.flush(NOW_NS);
        answerArp();
        ip.wrap(memory, OUT + EthernetHeader.BYTES);
        assertEquals(0, ip.dscpEcn());
        assertEquals(64, ip.ttl());
    }

    @Test
    void shouldAnswerSynsAsTheListenerWants() {
        options.tos = 0x48;
        options.timeToLive = 3;
        final int listener = stack.listen(IpAddress.IPV4_HI, IpAddress.ipv4Lo(OURS), 80, 4, options);
        receive(segment(TcpHeader.SYN, 100, 0, 80));
        answerArp();
        ip.wrap(memory, OUT + EthernetHeader.BYTES);
        assertEquals(0x48, ip.dscpEcn());
        assertEquals(3, ip.ttl());
        options.tos = 0x28;
        stack.setListenerOptions(listener, options);
        segment(TcpHeader.SYN, 100, 0, 80);
        tcp.wrap(memory, IN + TCP_OFFSET).sourcePort(81).checksum(0);
        tcp.checksum(Checksum.finish(Checksum.pseudoHeader(PEER, OURS, Ipv4Header.PROTOCOL_TCP, 20)
                + Checksum.sum(memory, IN + TCP_OFFSET, 20)));
        receive(TCP_OFFSET + 20);
        assertEquals(0x28, ip.wrap(memory, OUT + EthernetHeader.BYTES).dscpEcn());
    }

    @Test
    void shouldAskForNeighbourAndSendSynWhenItAnswers() {
        final int connection = connect("10.77.0.2");
        stack.flush(NOW_NS);
        assertEquals(List.of("arp"), output.sent);
        answerArp();
        assertEquals(List.of("arp", "ip"), output.sent);
        assertEquals(TcpHeader.SYN, tcp.wrap(memory, OUT + TCP_OFFSET).flags());
        assertEquals(PEER_MAC, ethernet.wrap(memory, OUT).destination());
        assertEquals(1, stack.socketState(connection));
    }

    @Test
    void shouldLeaveChecksumToPort() {
        connect("10.77.0.2");
        stack.flush(NOW_NS);
        answerArp();
        marks.wrap(memory, OUT - VirtioNetHeader.BYTES);
        assertTrue(marks.needsChecksum());
        assertEquals(TCP_OFFSET, marks.checksumStart());
        assertEquals(TcpHeader.CHECKSUM_OFFSET, marks.checksumOffset());
        assertEquals(VirtioNetHeader.GSO_NONE, marks.gsoType());
        final long pseudo = Checksum.pseudoHeader(OURS, PEER, Ipv4Header.PROTOCOL_TCP, output.lastLength - TCP_OFFSET);
        assertEquals(Checksum.fold(pseudo), tcp.wrap(memory, OUT + TCP_OFFSET).checksum());
    }

    @Test
    void shouldMarkSuperSegment() {
        final int connection = establish();
        stack.onTxWritten(connection, 2_000);
        stack.flush(NOW_NS);
        assertEquals(List.of("data 0+2000"), output.sent);
        marks.wrap(memory, OUT - VirtioNetHeader.BYTES);
        assertEquals(VirtioNetHeader.GSO_TCPV4, marks.gsoType());
        assertEquals(536, marks.gsoSizeBytes());
        assertEquals(TCP_OFFSET + 20, marks.headerLength());
        assertEquals(
                20 + 20 + 2_000, ip.wrap(memory, OUT + EthernetHeader.BYTES).totalLength());
    }

    /** The router's word that a segment of ours with this number was too long; it does not say for what. */
    private int tooBig(final int ourPort, final int sequence) {
        ethernet.wrap(memory, IN).destination(OUR_MAC).source(PEER_MAC).etherType(EthernetHeader.ETHERTYPE_IPV4);
        writeIp(IN + EthernetHeader.BYTES, 64, Ipv4Header.PROTOCOL_ICMP, PEER, OURS);
        final long quote = IN + TCP_OFFSET + Icmpv4Header.BYTES;
        writeIp(quote, 576, Ipv4Header.PROTOCOL_TCP, OURS, PEER);
        tcp.wrap(memory, quote + Ipv4Header.MIN_BYTES)
                .sourcePort(ourPort)
                .destinationPort(80)
                .sequence(sequence);
        new Icmpv4Header()
                .wrap(memory, IN + TCP_OFFSET)
                .type(Icmpv4Header.DESTINATION_UNREACHABLE)
                .code(Icmpv4Header.CODE_FRAGMENTATION_NEEDED)
                .identifier(0)
                .nextHopMtuBytes(0)
                .updateChecksum(44);
        return EthernetHeader.BYTES + 64;
    }

    private void writeIp(final long at, final int length, final int protocol, final int source, final int destination) {
        ip.wrap(memory, at)
                .initialize(64)
                .fragmentFlags(Ipv4Header.DONT_FRAGMENT)
                .dscpEcn(0)
                .totalLength(length)
                .protocol(protocol)
                .source(source)
                .destination(destination)
                .updateChecksum();
    }

    @Test
    void shouldSendAgainInShorterSegmentsWhenRouterSaysThatTheyWereTooLong() {
        final int connection = establish();
        stack.onTxWritten(connection, 2_000);
        stack.flush(NOW_NS);
        output.sent.clear();
        tcp.wrap(memory, OUT + TCP_OFFSET);
        receive(tooBig(tcp.sourcePort(), tcp.sequence()));
        assertEquals(List.of("data 0+1536", "data 1536+464"), output.sent);
        stack.onTxWritten(connection, 4_000);
        stack.flush(NOW_NS);
        assertEquals(512, marks.wrap(memory, OUT - VirtioNetHeader.BYTES).gsoSizeBytes()); // Of a packet of 552.
    }

    @Test
    void shouldNotBelieveRouterThatGuessesSequenceNumber() {
        final int connection = establish();
        stack.onTxWritten(connection, 2_000);
        stack.flush(NOW_NS);
        output.sent.clear();
        tcp.wrap(memory, OUT + TCP_OFFSET);
        receive(tooBig(tcp.sourcePort(), tcp.sequence() + 2_000));
        assertEquals(List.of(), output.sent);
    }

    @Test
    void shouldDropSegmentWithWrongChecksumUnlessMarkedGood() {
        establish();
        final int length = segment(TcpHeader.SYN, 7, 0, 9_999);
        tcp.checksum(tcp.checksum() ^ 1);
        receive(length);
        assertEquals(List.of(), output.sent);
        marks.wrap(memory, IN - VirtioNetHeader.BYTES).flags(VirtioNetHeader.DATA_VALID);
        receive(length);
        assertEquals(List.of("ip"), output.sent);
    }

    @Test
    void shouldResetSegmentForNobody() {
        establish();
        receive(segment(TcpHeader.SYN, 7, 0, 9_999));
        assertEquals(List.of("ip"), output.sent);
        tcp.wrap(memory, OUT + TCP_OFFSET);
        assertEquals(TcpHeader.RST | TcpHeader.ACK, tcp.flags());
        assertEquals(8, tcp.acknowledgment());
        assertEquals(80, tcp.destinationPort());
    }

    @Test
    void shouldReportRefusalBeforeReleasing() {
        final int connection = connect("10.77.0.2");
        stack.flush(NOW_NS);
        answerArp();
        tcp.wrap(memory, OUT + TCP_OFFSET);
        output.sent.clear();
        receive(segment(TcpHeader.RST | TcpHeader.ACK, 0, tcp.sequence() + 1, tcp.sourcePort()));
        assertEquals(List.of("released " + Errno.ECONNREFUSED), output.sent);
        assertEquals(4, stack.socketState(connection));
    }

    @Test
    void shouldRefuseToConnectWhereNoRouteLeads() {
        assertEquals(-Errno.ENETUNREACH, connect("192.0.2.1"));
    }

    @Test
    void shouldRefuseAddressesThatAreNotOurs() {
        final long foreignLo = IpAddress.ipv4Lo(PEER);
        assertEquals(-Errno.EADDRNOTAVAIL, stack.listen(0, foreignLo, 80, 1, options));
        assertEquals(-Errno.EADDRNOTAVAIL, stack.connect(0, foreignLo, 0, 0, IpAddress.ipv4Lo(PEER), 80, options));
    }

    @Test
    void shouldDescribeConnection() {
        final int connection = establish();
        final ConnectionInfo info = new ConnectionInfo();
        stack.describe(connection, info);
        assertEquals("ESTAB", info.state);
        assertEquals(IpAddress.ipv4Lo(PEER), info.remoteLo);
        assertEquals(80, info.remotePort);
        assertEquals(100, info.irs);
        assertEquals(536, info.mssBytes);
        assertEquals(-1, info.ssthreshBytes);
        assertEquals("cubic", info.congestionControl);
    }

    @Test
    void shouldIgnoreCallsForReleasedConnections() {
        final int connection = establish();
        stack.abort(connection);
        stack.flush(NOW_NS);
        stack.onTxWritten(connection, 10);
        stack.close(connection);
        stack.flush(NOW_NS);
        assertEquals(List.of("ip", "released " + Errno.ECONNRESET), output.sent);
    }
}

package org.pno.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.ip.IpFixture.ADDRESS;
import static org.pno.ip.IpFixture.FAR;
import static org.pno.ip.IpFixture.PEER;
import static org.pno.ip.IpFixture.PEER_MAC;
import static org.pno.ip.IpFixture.SECOND_NS;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pno.sys.Errno;
import org.pno.wire.BigEndian;
import org.pno.wire.Icmpv4Header;
import org.pno.wire.IpAddress;
import org.pno.wire.Ipv4Header;
import org.pno.wire.TcpHeader;
import org.pno.wire.WireDrop;

class Icmpv4Test {
    private static final int DATA = 56;
    private static final int QUOTE = Ipv4Header.MIN_BYTES + 8;

    private final IpFixture net = new IpFixture();

    private long receivePing(final int length) {
        final long icmp = net.packet(FAR, ADDRESS, Ipv4Header.PROTOCOL_ICMP, length)
                .dscpEcn(0xBB)
                .updateChecksum()
                .payloadOffset();
        for (int i = Icmpv4Header.BYTES; i < length; i++) {
            BigEndian.u8(net.memory, icmp + i, i);
        }
        new Icmpv4Header()
                .wrap(net.memory, icmp)
                .type(Icmpv4Header.ECHO_REQUEST)
                .code(0)
                .identifier(77)
                .sequence(3)
                .updateChecksum(length);
        assertEquals(IpLayer.NOTHING, net.receivePacket());
        return icmp;
    }

    @Test
    void shouldAnswerAPingWithItsData() {
        final int length = Icmpv4Header.BYTES + DATA;
        receivePing(length);

        final IpFixture.Sent reply = net.lastSent();
        assertEquals(34 + length, reply.length());
        assertEquals(PEER_MAC, reply.ethernet().destination());
        final long ip = reply.frame() + 14;
        assertNull(Ipv4Header.validate(net.memory, ip, 20 + length));
        assertNull(Ipv4Header.validateChecksum(net.memory, ip));
        assertEquals(ADDRESS, reply.ip().source());
        assertEquals(FAR, reply.ip().destination());
        assertEquals(0xB8, reply.ip().dscpEcn());
        final long icmp = reply.ip().payloadOffset();
        assertNull(Icmpv4Header.validate(net.memory, icmp, length, false));
        assertEquals(Icmpv4Header.ECHO_REPLY, reply.icmp().type());
        assertEquals(77, reply.icmp().identifier());
        assertEquals(3, reply.icmp().sequence());
        for (int i = Icmpv4Header.BYTES; i < length; i++) {
            assertEquals(i, BigEndian.u8(net.memory, icmp + i));
        }
    }

    @Test
    void shouldBoundItsAnswersToPings() {
        receivePing(8);
        receivePing(8);
        assertEquals(1, net.sent.size());
        assertEquals(1, net.count(IpCounter.ECHO_LIMITED));

        net.advance(SECOND_NS / 10);
        receivePing(8);
        assertEquals(2, net.sent.size());
    }

    @Test
    void shouldNotAnswerAPingLargerThanTheMtu() {
        receivePing(1481);

        assertTrue(net.sent.isEmpty());
    }

    @Test
    void shouldDropAPingThatIsDamaged() {
        final long icmp = receivePing(20);
        net.sent.clear();
        net.advance(SECOND_NS);
        BigEndian.u8(net.memory, icmp + 12, 0xFF);

        net.receivePacket();

        assertTrue(net.sent.isEmpty());
        assertEquals(1, net.wireDrops.value(WireDrop.ICMPV4_CHECKSUM));
    }

    @Test
    void shouldAnswerUdpByPortUnreachable() {
        final Ipv4Header udp = net.packet(FAR, ADDRESS, Ipv4Header.PROTOCOL_UDP, 30);
        BigEndian.i64(net.memory, udp.payloadOffset(), 0x1234_0035_001E_0000L);
        assertEquals(IpLayer.NOTHING, net.receivePacket());

        final IpFixture.Sent error = net.lastSent();
        assertEquals(FAR, error.ip().destination());
        assertEquals(Icmpv4Header.DESTINATION_UNREACHABLE, error.icmp().type());
        assertEquals(Icmpv4Header.CODE_PORT_UNREACHABLE, error.icmp().code());
        final long icmp = error.ip().payloadOffset();
        assertNull(Icmpv4Header.validate(net.memory, icmp, 8 + 50, false));
        assertEquals(0, BigEndian.i32(net.memory, icmp + 4));
        assertEquals(0x1234_0035_001E_0000L, BigEndian.i64(net.memory, icmp + 8 + 20));
        assertEquals(1, net.count(IpCounter.UDP));
    }

    @Test
    void shouldAnswerOtherProtocolsByProtocolUnreachable() {
        net.packet(FAR, ADDRESS, 132, 30);
        net.receivePacket();

        assertEquals(
                Icmpv4Header.CODE_PROTOCOL_UNREACHABLE, net.lastSent().icmp().code());
        assertEquals(1, net.count(IpCounter.PROTOCOL));
    }

    @Test
    void shouldQuoteNoMoreThanFits576Bytes() {
        net.packet(FAR, ADDRESS, Ipv4Header.PROTOCOL_UDP, 1400);
        net.receivePacket();

        assertEquals(576, net.lastSent().ip().totalLength());
        assertNull(Icmpv4Header.validate(net.memory, net.lastSent().ip().payloadOffset(), 556, false));
    }

    @Test
    void shouldBoundItsErrors() {
        net.packet(FAR, ADDRESS, Ipv4Header.PROTOCOL_UDP, 30);
        net.receivePacket();
        net.receivePacket();

        assertEquals(1, net.sent.size());
        assertEquals(1, net.count(IpCounter.ERRORS_LIMITED));
    }

    /** Receives an error that quotes a segment from our port 6379 to PEER's port 40000. */
    private int receiveError(final int type, final int code, final int quotedSource, final int length) {
        final long icmp = net.packet(FAR, ADDRESS, Ipv4Header.PROTOCOL_ICMP, Icmpv4Header.BYTES + length)
                .payloadOffset();
        final long quote = icmp + Icmpv4Header.BYTES;
        new Ipv4Header()
                .wrap(net.memory, quote)
                .initialize(3)
                .dscpEcn(0)
                .totalLength(1500)
                .fragmentFlags(Ipv4Header.DONT_FRAGMENT)
                .protocol(Ipv4Header.PROTOCOL_TCP)
                .source(quotedSource)
                .destination(PEER)
                .updateChecksum();
        new TcpHeader()
                .wrap(net.memory, quote + Ipv4Header.MIN_BYTES)
                .sourcePort(6379)
                .destinationPort(40000)
                .sequence(0xFEDCBA98);
        new Icmpv4Header()
                .wrap(net.memory, icmp)
                .type(type)
                .code(code)
                .identifier(0)
                .nextHopMtuBytes(1400)
                .updateChecksum(Icmpv4Header.BYTES + length);
        return net.receivePacket();
    }

    @Test
    void shouldReadWhichSegmentAnErrorIsAbout() {
        assertEquals(IpLayer.TCP_ERROR, receiveError(3, 1, ADDRESS, QUOTE));

        final IcmpError error = net.ip.error();
        assertEquals(Icmpv4Header.DESTINATION_UNREACHABLE, error.type());
        assertEquals(Icmpv4Header.CODE_HOST_UNREACHABLE, error.code());
        assertEquals(IpAddress.ipv4Lo(ADDRESS), error.localLo());
        assertEquals(6379, error.localPort());
        assertEquals(IpAddress.ipv4Lo(PEER), error.remoteLo());
        assertEquals(40000, error.remotePort());
        assertEquals(0xFEDCBA98, error.sequence());
        assertFalse(error.isTooBig());
        assertEquals(0, error.nextHopMtuBytes());
    }

    @Test
    void shouldReadTheNextHopsMtu() {
        receiveError(3, Icmpv4Header.CODE_FRAGMENTATION_NEEDED, ADDRESS, QUOTE);

        assertTrue(net.ip.error().isTooBig());
        assertEquals(1400, net.ip.error().nextHopMtuBytes());
    }

    @ParameterizedTest
    @CsvSource({
        "3, 0, 101", "3, 1, 113", "3, 2, 92", "3, 3, 111", "3, 4, 90",
        "3, 5, 95", "3, 6, 101", "3, 7, 112", "3, 8, 64", "3, 9, 101",
        "3, 10, 113", "3, 11, 101", "3, 12, 113", "3, 13, 113", "11, 0, 113",
        "11, 1, 113", "12, 0, 71"
    })
    void shouldReportErrorsAsLinuxDoes(final int type, final int code, final int errno) {
        assertEquals(IpLayer.TCP_ERROR, receiveError(type, code, ADDRESS, QUOTE));
        assertEquals(errno, net.ip.error().errno(), Errno.name(errno));
    }

    @ParameterizedTest
    @CsvSource({"4, 0", "5, 1", "0, 0", "13, 0", "3, 16", "42, 0"})
    void shouldIgnoreWhatItDoesNotAct(final int type, final int code) {
        assertEquals(IpLayer.NOTHING, receiveError(type, code, ADDRESS, QUOTE));
        assertEquals(1, net.count(IpCounter.ICMP_IGNORED));
        assertTrue(net.sent.isEmpty());
    }

    @Test
    void shouldNotBelieveErrorsAboutOthersSegments() {
        assertEquals(IpLayer.NOTHING, receiveError(3, 1, PEER, QUOTE));
        assertEquals(1, net.count(IpCounter.ERROR_QUOTE));
    }

    @ParameterizedTest
    @CsvSource({"0", "19", "27"})
    void shouldNotBelieveErrorsThatQuoteTooLittle(final int length) {
        assertEquals(IpLayer.NOTHING, receiveError(3, 1, ADDRESS, length));
        assertEquals(1, net.count(IpCounter.ERROR_QUOTE));
    }
}

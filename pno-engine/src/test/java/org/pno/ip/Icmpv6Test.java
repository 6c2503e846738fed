package org.pno.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.ip.Ipv6Fixture.ADDRESS;
import static org.pno.ip.Ipv6Fixture.ALL_NODES;
import static org.pno.ip.Ipv6Fixture.FAR;
import static org.pno.ip.Ipv6Fixture.HEADERS;
import static org.pno.ip.Ipv6Fixture.LINK_LOCAL;
import static org.pno.ip.Ipv6Fixture.PEER;
import static org.pno.ip.Ipv6Fixture.PEER_MAC;
import static org.pno.ip.Ipv6Fixture.SECOND_NS;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pno.sys.Errno;
import org.pno.wire.BigEndian;
import org.pno.wire.Icmpv6Header;
import org.pno.wire.IpAddress;
import org.pno.wire.Ipv6Header;
import org.pno.wire.TcpHeader;
import org.pno.wire.WireDrop;

class Icmpv6Test {
    private final Ipv6Fixture net = new Ipv6Fixture();

    private void ping(final IpAddress from, final IpAddress to, final int length) {
        net.message(from, to, Icmpv6Header.ECHO_REQUEST, length);
        final long message = net.header().dscpEcn(0xBB).payloadOffset();
        new Icmpv6Header().wrap(net.memory, message).identifier(77).sequence(3);
        for (int i = Icmpv6Header.BYTES; i < length; i++) {
            BigEndian.u8(net.memory, message + i, i);
        }
        assertEquals(IpLayer.NOTHING, net.receiveIcmp());
    }

    @Test
    void shouldAnswerAPingWithItsData() {
        ping(FAR, ADDRESS, 64);

        final Ipv6Fixture.Sent reply = net.lastSent();
        assertTrue(reply.isWhole());
        assertEquals(PEER_MAC, reply.ethernet().destination());
        assertEquals(ADDRESS, reply.source());
        assertEquals(FAR, reply.destination());
        assertEquals(0xB8, reply.ip().dscpEcn());
        assertEquals(Icmpv6Header.ECHO_REPLY, reply.icmp().type());
        assertEquals(77, reply.icmp().identifier());
        assertEquals(3, reply.icmp().sequence());
        for (int i = Icmpv6Header.BYTES; i < 64; i++) {
            assertEquals(i, BigEndian.u8(net.memory, reply.frame() + HEADERS + i));
        }
    }

    @Test
    void shouldAnswerAPingToAllNodesFromAnAddressOfItsOwn() {
        ping(IpAddress.parse("fe80::2"), ALL_NODES, 16);

        assertEquals(LINK_LOCAL, net.lastSent().source());
    }

    @Test
    void shouldBoundItsAnswersToPings() {
        ping(FAR, ADDRESS, 8);
        ping(FAR, ADDRESS, 8);
        assertEquals(1, net.sent.size());
        assertEquals(1, net.count(IpCounter.ECHO_LIMITED));

        net.nowNs += SECOND_NS / 10;
        ping(FAR, ADDRESS, 8);
        assertEquals(2, net.sent.size());
    }

    @Test
    void shouldDropAMessageThatIsDamaged() {
        ping(FAR, ADDRESS, 20);
        net.sent.clear();
        BigEndian.u8(net.memory, net.header().payloadOffset() + 12, 0xFF);
        net.receive();

        assertTrue(net.sent.isEmpty());
        assertEquals(1, net.wireDrops.value(WireDrop.ICMPV6_CHECKSUM));
    }

    @Test
    void shouldAnswerUdpByPortUnreachable() {
        final long udp = net.packet(FAR, ADDRESS, Ipv6Header.PROTOCOL_UDP, 30);
        BigEndian.i64(net.memory, udp, 0x1234_0035_001E_0000L);
        assertEquals(IpLayer.NOTHING, net.receive());

        final Ipv6Fixture.Sent error = net.lastSent();
        assertTrue(error.isWhole());
        assertEquals(FAR, error.destination());
        assertEquals(Icmpv6Header.DESTINATION_UNREACHABLE, error.icmp().type());
        assertEquals(Icmpv6Header.CODE_PORT_UNREACHABLE, error.icmp().code());
        assertEquals(8 + 40 + 30, error.ip().payloadLength());
        assertEquals(0x1234_0035_001E_0000L, BigEndian.i64(net.memory, error.frame() + HEADERS + 8 + 40));
        assertEquals(1, net.count(IpCounter.UDP));
    }

    @Test
    void shouldReportAProtocolThatItDoesNotHave() {
        net.packet(FAR, ADDRESS, 132, 30);
        net.receive();

        assertEquals(Icmpv6Header.PARAMETER_PROBLEM, net.lastSent().icmp().type());
        assertEquals(
                Icmpv6Header.CODE_UNKNOWN_NEXT_HEADER, net.lastSent().icmp().code());
        assertEquals(Ipv6Header.NEXT_HEADER_OFFSET, net.lastSent().icmp().word());
    }

    @Test
    void shouldQuoteNoMoreThanTheLeastMtuHolds() {
        net.packet(FAR, ADDRESS, Ipv6Header.PROTOCOL_UDP, 1400);
        net.receive();

        assertEquals(1280, Ipv6Header.BYTES + net.lastSent().ip().payloadLength());
    }

    @Test
    void shouldNotReportWhatWasSentToEverybody() {
        net.packet(PEER, ALL_NODES, Ipv6Header.PROTOCOL_UDP, 30);
        net.receive();

        assertTrue(net.sent.isEmpty());
    }

    @Test
    void shouldReportAnUnknownOptionEvenToEverybody() {
        final long options = net.packet(PEER, ALL_NODES, Ipv6Header.DESTINATION_OPTIONS, 16);
        BigEndian.i64(net.memory, options, (long) Ipv6Header.NO_NEXT_HEADER << 56 | 0x9E04_0000_0000L);
        net.receive();

        assertEquals(Icmpv6Header.CODE_UNKNOWN_OPTION, net.lastSent().icmp().code());
        assertEquals(42, net.lastSent().icmp().word());
        assertEquals(1, net.count(IpCounter.EXTENSION));
    }

    @Test
    void shouldBoundItsErrors() {
        net.packet(FAR, ADDRESS, Ipv6Header.PROTOCOL_UDP, 30);
        net.receive();
        net.receive();

        assertEquals(1, net.sent.size());
        assertEquals(1, net.count(IpCounter.ERRORS_LIMITED));
    }

    /** Receives an error that quotes a segment from our port 6379 to FAR's port 40000. */
    private int receiveError(final int type, final int code, final int word, final IpAddress quotedSource) {
        net.message(PEER, ADDRESS, type, Icmpv6Header.BYTES + 60);
        final long message = net.header().payloadOffset();
        new Icmpv6Header().wrap(net.memory, message).code(code).word(word);
        new Ipv6Header()
                .wrap(net.memory, message + 8)
                .initialize(60)
                .payloadLength(500)
                .nextHeader(Ipv6Header.PROTOCOL_TCP)
                .source(quotedSource.hi(), quotedSource.lo())
                .destination(FAR.hi(), FAR.lo());
        new TcpHeader()
                .wrap(net.memory, message + 48)
                .sourcePort(6379)
                .destinationPort(40000)
                .sequence(0xFEDCBA98);
        return net.receiveIcmp();
    }

    @Test
    void shouldHandOverAnErrorAboutASegmentOfOurs() {
        assertEquals(
                IpLayer.TCP_ERROR,
                receiveError(Icmpv6Header.DESTINATION_UNREACHABLE, Icmpv6Header.CODE_ADDRESS_UNREACHABLE, 0, ADDRESS));

        final IcmpError error = net.ip.error();
        assertEquals(ADDRESS, new IpAddress(error.localHi(), error.localLo()));
        assertEquals(FAR, new IpAddress(error.remoteHi(), error.remoteLo()));
        assertEquals(6379, error.localPort());
        assertEquals(40000, error.remotePort());
        assertEquals(0xFEDCBA98, error.sequence());
        assertFalse(error.isTooBig());
    }

    @ParameterizedTest
    @CsvSource({"1300, 1300", "1000, 1280", "0, 1280", "-1, 65536"})
    void shouldHandOverThePathsMtu(final int said, final int believed) {
        assertEquals(IpLayer.TCP_ERROR, receiveError(Icmpv6Header.PACKET_TOO_BIG, 0, said, ADDRESS));

        assertTrue(net.ip.error().isTooBig());
        assertEquals(believed, net.ip.error().nextHopMtuBytes());
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0, " + Errno.ENETUNREACH,
        "1, 1, " + Errno.EACCES,
        "1, 3, " + Errno.EHOSTUNREACH,
        "1, 4, " + Errno.ECONNREFUSED,
        "1, 9, " + Errno.EPROTO,
        "3, 0, " + Errno.EHOSTUNREACH,
        "4, 1, " + Errno.EPROTO
    })
    void shouldTranslateErrorsAsLinuxDoes(final int type, final int code, final int errno) {
        assertEquals(IpLayer.TCP_ERROR, receiveError(type, code, 0, ADDRESS));

        assertEquals(errno, net.ip.error().errno(), Errno.name(errno));
    }

    @Test
    void shouldNotBelieveAnErrorAboutAnothersSegment() {
        assertEquals(IpLayer.NOTHING, receiveError(1, 4, 0, PEER));

        assertEquals(1, net.count(IpCounter.ERROR_QUOTE));
    }
}

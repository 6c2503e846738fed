package org.pno.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.ip.Ipv6Fixture.ADDRESS;
import static org.pno.ip.Ipv6Fixture.ALL_NODES;
import static org.pno.ip.Ipv6Fixture.FAR;
import static org.pno.ip.Ipv6Fixture.MAC;
import static org.pno.ip.Ipv6Fixture.PEER;
import static org.pno.ip.Ipv6Fixture.PEER_MAC;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.pno.wire.BigEndian;
import org.pno.wire.Checksum;
import org.pno.wire.EthernetHeader;
import org.pno.wire.IpAddress;
import org.pno.wire.IpPrefix;
import org.pno.wire.Ipv6Header;

/** What comes in and goes out by IPv6, but for neighbour discovery. */
class Ipv6LayerTest {
    private final Ipv6Fixture net = new Ipv6Fixture();

    @Example
    void shouldHandOverATcpSegment() {
        net.packet(FAR, ADDRESS, Ipv6Header.PROTOCOL_TCP, 32);
        net.header().dscpEcn(0x03);

        assertEquals(IpLayer.TCP, net.receive());

        assertEquals(FAR, new IpAddress(net.ip.sourceHi(), net.ip.sourceLo()));
        assertEquals(ADDRESS, new IpAddress(net.ip.destinationHi(), net.ip.destinationLo()));
        assertEquals(net.header().payloadOffset(), net.ip.payloadOffset());
        assertEquals(32, net.ip.payloadLength());
        assertEquals(0x03, net.ip.dscpEcn());
        assertEquals(
                Checksum.fold(net.header().pseudoHeaderSum(Ipv6Header.PROTOCOL_TCP, 32)),
                Checksum.fold(net.ip.pseudoHeaderSum()));
    }

    @Example
    void shouldHandOverASegmentBehindExtensionHeaders() {
        final long options = net.packet(FAR, ADDRESS, Ipv6Header.DESTINATION_OPTIONS, 40);
        BigEndian.i64(net.memory, options, (long) Ipv6Header.PROTOCOL_TCP << 56 | 0x0104_0000_0000L);

        assertEquals(IpLayer.TCP, net.receive());
        assertEquals(options + 8, net.ip.payloadOffset());
        assertEquals(32, net.ip.payloadLength());
        assertEquals(
                Checksum.fold(net.header().pseudoHeaderSum(Ipv6Header.PROTOCOL_TCP, 32)),
                Checksum.fold(net.ip.pseudoHeaderSum()));
    }

    @Example
    void shouldDropWhatIsForAnother() {
        net.packet(FAR, PEER, Ipv6Header.PROTOCOL_TCP, 20);
        assertEquals(IpLayer.NOTHING, net.receive());
        assertEquals(1, net.count(IpCounter.NOT_LOCAL));

        net.packet(PEER, IpAddress.parse("ff02::1:ff00:9"), Ipv6Header.PROTOCOL_TCP, 20);
        assertEquals(IpLayer.NOTHING, net.receive());
        assertEquals(1, net.count(IpCounter.BROADCAST));
    }

    @Example
    void shouldDropTcpToAllNodes() {
        net.packet(PEER, ALL_NODES, Ipv6Header.PROTOCOL_TCP, 20);

        assertEquals(IpLayer.NOTHING, net.receive());
        assertEquals(1, net.count(IpCounter.BROADCAST));
    }

    @Example
    void shouldDropSourcesThatNobodyHas() {
        for (final String source : new String[] {"ff02::5", "::1", "::", "::ffff:10.0.0.1", "fd00::1"}) {
            net.packet(IpAddress.parse(source), ADDRESS, Ipv6Header.PROTOCOL_TCP, 20);
            assertEquals(IpLayer.NOTHING, net.receive(), source);
        }
        assertEquals(5, net.count(IpCounter.MARTIAN_SOURCE));
    }

    @Example
    void shouldDropWhatWasSentToEveryStation() {
        net.packet(PEER, ADDRESS, Ipv6Header.PROTOCOL_TCP, 20);
        net.ethernet().destination(0x3333_0000_0001L);

        assertEquals(IpLayer.NOTHING, net.receive());
        assertEquals(1, net.count(IpCounter.LINK_BROADCAST));
    }

    @Example
    void shouldWriteTheHeadersOfASegment() {
        net.open(PEER, 7);
        net.receiveAnswer(PEER);
        final long frame = net.open(PEER, 7);
        net.ip.finish(frame, Ipv6Header.PROTOCOL_TCP, 1000, 0x02, IpLayer.DEFAULT_HOPS);

        final Ipv6Header header = new Ipv6Header().wrap(net.memory, frame + EthernetHeader.BYTES);
        assertNull(Ipv6Header.validate(net.memory, frame + EthernetHeader.BYTES, 1040));
        final EthernetHeader ethernet = new EthernetHeader().wrap(net.memory, frame);
        assertEquals(EthernetHeader.ETHERTYPE_IPV6, ethernet.etherType());
        assertEquals(MAC, ethernet.source());
        assertEquals(PEER_MAC, ethernet.destination());
        assertEquals(ADDRESS, new IpAddress(header.sourceHi(), header.sourceLo()));
        assertEquals(PEER, new IpAddress(header.destinationHi(), header.destinationLo()));
        assertEquals(1000, header.payloadLength());
        assertEquals(0x02, header.dscpEcn());
        assertEquals(0, header.flowLabel());
        assertEquals(64, header.hopLimit());
        assertEquals(Ipv6Header.PROTOCOL_TCP, header.nextHeader());
        assertEquals(54, IpLayer.headersBytes(PEER.hi(), PEER.lo()));
    }

    @Example
    void shouldWriteTheHopLimitThatIsAskedFor() {
        net.open(PEER, 7);
        net.receiveAnswer(PEER);
        final long frame = net.open(PEER, 7);
        net.ip.finish(frame, Ipv6Header.PROTOCOL_TCP, 1000, 0xB8, 1);

        final Ipv6Header header = new Ipv6Header().wrap(net.memory, frame + EthernetHeader.BYTES);
        assertEquals(0xB8, header.dscpEcn());
        assertEquals(1, header.hopLimit());
    }

    @Example
    void shouldSayThatThereIsNoRoute() {
        assertEquals(IpLayer.NO_ROUTE, net.open(FAR, 7));
        assertEquals(
                IpLayer.NO_ROUTE,
                net.ip.open(ADDRESS.hi(), ADDRESS.lo(), 0, IpAddress.ipv4Lo(0x0A000001), 7, net.nowNs));
    }

    @Example
    void shouldUseAConfiguredGateway() {
        net.routes.addDefaultGateway(IpAddress.parse("fd00::fe"));
        net.open(FAR, 7);

        assertEquals(IpAddress.parse("fd00::fe"), net.lastSent().target());
    }

    @Example
    void shouldRefuseAGatewayOutOfReach() {
        assertThrows(IllegalArgumentException.class, () -> net.routes.addDefaultGateway(IpAddress.parse("fd01::1")));
    }

    @Example
    void shouldChooseTheSourceForADestination() {
        final Ipv6Fixture many = new Ipv6Fixture("fd00::1/64", "2001:db8::1/48", "2001:db9::1/48");
        many.routes.addDefaultGateway(IpAddress.parse("fe80::99"));

        assertSource(many, "fd00::99", "fd00::1");
        assertSource(many, "2001:db8:0:5::1", "2001:db8::1");
        assertSource(many, "2001:db9:7::1", "2001:db9::1");
        assertSource(many, "fe80::5", Ipv6Fixture.LINK_LOCAL.toString());
        assertSource(many, "2001:db9::1", "2001:db9::1");
        assertTrue(!many.ip.route(IpAddress.LINK_MULTICAST_HI, 1, many.nowNs));
    }

    private static void assertSource(final Ipv6Fixture from, final String destination, final String source) {
        final IpAddress to = IpAddress.parse(destination);
        assertTrue(from.ip.route(to.hi(), to.lo(), from.nowNs), destination);
        assertEquals(
                IpAddress.parse(source),
                new IpAddress(from.ip.routedSourceHi(), from.ip.routedSourceLo()),
                destination);
    }

    @Example
    void shouldListenToNothingWithoutAnAddress() {
        final IpFixture ipv4 = new IpFixture();
        ipv4.ethernet(IpFixture.MAC, IpFixture.PEER_MAC, EthernetHeader.ETHERTYPE_IPV6);

        assertEquals(IpLayer.NOTHING, ipv4.receive(100));
        assertEquals(1, ipv4.count(IpCounter.ETHER_TYPE));
    }

    @Example
    void shouldRefuseAnMtuThatIpv6DoesNotAllow() {
        final RouteTable routes = new RouteTable().addAddress(IpPrefix.parse("fd00::1/64"));

        assertThrows(IllegalArgumentException.class, () -> new IpSettings(MAC, 1279, routes));
    }

    /** Whatever comes in: it is handed over whole, or dropped. */
    @Property(tries = 2_000)
    void shouldSurviveAnyPacket(@ForAll @Size(max = 120) final byte[] bytes, @ForAll final byte shape) {
        final Ipv6Fixture any = new Ipv6Fixture();
        final int[] kinds = {0, 6, 43, 44, 58, 60, 58, 58};
        final long payload = any.packet(
                (shape & 8) != 0 ? PEER : IpAddress.ANY,
                (shape & 16) != 0 ? ADDRESS : Ipv6Fixture.group(ADDRESS),
                kinds[shape & 7],
                bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            BigEndian.u8(any.memory, payload + i, bytes[i]);
        }
        if (bytes.length > 1 && (shape & 32) != 0) {
            BigEndian.u16(any.memory, payload, 0x8500 + ((shape & 64) << 4) + ((bytes[0] & 3) << 8));
        }

        final int answer = (shape & 7) > 3 && bytes.length > 3 ? any.receiveIcmp() : any.receive();

        if (answer == IpLayer.TCP) {
            assertTrue(any.ip.payloadOffset() + any.ip.payloadLength() <= payload + bytes.length);
        }
        assertEquals(1, any.count(IpCounter.PACKETS_IN));
    }
}

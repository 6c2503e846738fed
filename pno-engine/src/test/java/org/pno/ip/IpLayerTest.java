package org.pno.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.ip.IpFixture.ADDRESS;
import static org.pno.ip.IpFixture.BROADCAST;
import static org.pno.ip.IpFixture.FAR;
import static org.pno.ip.IpFixture.MAC;
import static org.pno.ip.IpFixture.PEER;
import static org.pno.ip.IpFixture.PEER_MAC;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pno.wire.BigEndian;
import org.pno.wire.Checksum;
import org.pno.wire.EthernetHeader;
import org.pno.wire.IpAddress;
import org.pno.wire.Ipv4Header;
import org.pno.wire.VirtioNetHeader;
import org.pno.wire.WireDrop;

/** Packets in and out: what is accepted, what is dropped under which counter, what a packet of ours looks like. */
class IpLayerTest {
    private final IpFixture net = new IpFixture();

    private Ipv4Header tcpPacket() {
        return net.packet(FAR, ADDRESS, Ipv4Header.PROTOCOL_TCP, 40);
    }

    private void assertDropped(final IpCounter counter) {
        assertEquals(IpLayer.NOTHING, net.receivePacket());
        assertEquals(1, net.count(counter), counter.label());
        assertTrue(net.sent.isEmpty());
    }

    @Test
    void shouldHandOverATcpSegment() {
        final long payload = tcpPacket().dscpEcn(0x03).updateChecksum().payloadOffset();

        assertEquals(IpLayer.TCP, net.receivePacket());
        assertEquals(0, net.ip.sourceHi());
        assertEquals(IpAddress.ipv4Lo(FAR), net.ip.sourceLo());
        assertEquals(0, net.ip.destinationHi());
        assertEquals(IpAddress.ipv4Lo(ADDRESS), net.ip.destinationLo());
        assertEquals(payload, net.ip.payloadOffset());
        assertEquals(40, net.ip.payloadLength());
        assertEquals(0x03, net.ip.dscpEcn());
        assertFalse(net.ip.checksumKnownGood());
        assertEquals(0, net.ip.gsoSizeBytes());
        assertEquals(Checksum.pseudoHeader(FAR, ADDRESS, Ipv4Header.PROTOCOL_TCP, 40), net.ip.pseudoHeaderSum());
    }

    @Test
    void shouldHandOverTheMarksOfASuperSegment() {
        final long offset = tcpPacket().payloadOffset();
        final long frame = offset - Ipv4Header.MIN_BYTES - EthernetHeader.BYTES;
        new VirtioNetHeader()
                .wrap(net.memory, frame - VirtioNetHeader.BYTES)
                .flags(VirtioNetHeader.NEEDS_CSUM)
                .gsoType(VirtioNetHeader.GSO_TCPV4)
                .gsoSizeBytes(1448);

        assertEquals(IpLayer.TCP, net.receivePacket());
        assertTrue(net.ip.checksumKnownGood());
        assertEquals(1448, net.ip.gsoSizeBytes());
    }

    @Test
    void shouldSkipOptions() {
        final Ipv4Header header = tcpPacket();
        final long offset = header.payloadOffset() - Ipv4Header.MIN_BYTES;
        BigEndian.u8(net.memory, offset, 0x47);
        BigEndian.i64(net.memory, offset + 20, 0x0101010101010100L);
        header.updateChecksum();

        assertEquals(IpLayer.TCP, net.receivePacket());
        assertEquals(offset + 28, net.ip.payloadOffset());
        assertEquals(32, net.ip.payloadLength());
    }

    @Test
    void shouldIgnorePaddingBehindThePacket() {
        net.packet(FAR, ADDRESS, Ipv4Header.PROTOCOL_TCP, 20);

        assertEquals(IpLayer.TCP, net.receive(60));
        assertEquals(20, net.ip.payloadLength());
    }

    @Test
    void shouldAcceptATtlOfZero() {
        tcpPacket().ttl(0).updateChecksum();

        assertEquals(IpLayer.TCP, net.receivePacket());
    }

    @Test
    void shouldDropAWrongHeaderChecksum() {
        tcpPacket().ttl(63);

        assertEquals(IpLayer.NOTHING, net.receivePacket());
        assertEquals(1, net.wireDrops.value(WireDrop.IPV4_CHECKSUM));
    }

    @Test
    void shouldNotVerifyWhatThePortHasVerified() {
        final long offset = tcpPacket().ttl(63).payloadOffset();
        new VirtioNetHeader()
                .wrap(net.memory, offset - 34 - VirtioNetHeader.BYTES)
                .flags(VirtioNetHeader.DATA_VALID);

        assertEquals(IpLayer.TCP, net.receivePacket());
    }

    @Test
    void shouldDropAFrameThatIsCut() {
        tcpPacket();

        assertEquals(IpLayer.NOTHING, net.receive(13));
        assertEquals(1, net.wireDrops.value(WireDrop.ETHERNET_TRUNCATED));
        assertEquals(IpLayer.NOTHING, net.receive(60));
        assertEquals(1, net.wireDrops.value(WireDrop.IPV4_TRUNCATED));
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1", "0.0.0.0", "224.0.0.5", "255.255.255.255", "10.77.0.255", "240.1.2.3", "10.77.0.1"})
    void shouldDropMartianSources(final String source) {
        net.packet(IpAddress.parseIpv4(source), ADDRESS, Ipv4Header.PROTOCOL_TCP, 20);

        assertDropped(IpCounter.MARTIAN_SOURCE);
    }

    @ParameterizedTest
    @CsvSource({"10.77.0.255", "255.255.255.255", "224.0.0.1"})
    void shouldDropBroadcasts(final String destination) {
        net.packet(PEER, IpAddress.parseIpv4(destination), Ipv4Header.PROTOCOL_UDP, 20);

        assertDropped(IpCounter.BROADCAST);
    }

    @Test
    void shouldNotForward() {
        net.packet(PEER, FAR, Ipv4Header.PROTOCOL_TCP, 20);

        assertDropped(IpCounter.NOT_LOCAL);
    }

    @Test
    void shouldDropAPacketForUsInAFrameForEverybody() {
        tcpPacket();
        net.ethernet(BROADCAST, PEER_MAC, EthernetHeader.ETHERTYPE_IPV4);

        assertDropped(IpCounter.LINK_BROADCAST);
    }

    @Test
    void shouldDropFramesForOtherStations() {
        tcpPacket();
        net.ethernet(PEER_MAC, PEER_MAC, EthernetHeader.ETHERTYPE_IPV4);

        assertDropped(IpCounter.OTHER_STATION);
    }

    @Test
    void shouldDropFramesFromGroups() {
        tcpPacket();
        net.ethernet(MAC, BROADCAST, EthernetHeader.ETHERTYPE_IPV4);

        assertDropped(IpCounter.GROUP_SOURCE);
    }

    @Test
    void shouldDropOtherEtherTypes() {
        tcpPacket();
        net.ethernet(MAC, PEER_MAC, EthernetHeader.ETHERTYPE_IPV6);

        assertDropped(IpCounter.ETHER_TYPE);
    }

    @Test
    void shouldWriteTheHeadersOfAPacket() {
        net.open(PEER, 7);
        net.receiveReply(PEER);

        final long frame = net.open(PEER, 7);
        net.ip.finish(frame, Ipv4Header.PROTOCOL_TCP, 1000, 0x02, IpLayer.DEFAULT_HOPS);

        final IpFixture.Sent packet = new IpFixture.Sent(net.memory, frame, 1034);
        assertEquals(PEER_MAC, packet.ethernet().destination());
        assertEquals(MAC, packet.ethernet().source());
        assertEquals(EthernetHeader.ETHERTYPE_IPV4, packet.ethernet().etherType());
        final long ipOffset = frame + EthernetHeader.BYTES;
        assertNull(Ipv4Header.validate(net.memory, ipOffset, 1020));
        assertNull(Ipv4Header.validateChecksum(net.memory, ipOffset));
        assertEquals(ADDRESS, packet.ip().source());
        assertEquals(PEER, packet.ip().destination());
        assertEquals(1020, packet.ip().totalLength());
        assertEquals(64, packet.ip().ttl());
        assertEquals(0x02, packet.ip().dscpEcn());
        assertEquals(Ipv4Header.PROTOCOL_TCP, packet.ip().protocol());
        assertTrue(packet.ip().dontFragment());
        assertEquals(frame + IpLayer.IPV4_HEADERS_BYTES, packet.ip().payloadOffset());
    }

    @Test
    void shouldSendToItselfByItsOwnStation() {
        final long frame = net.open(ADDRESS, 7);

        assertEquals(MAC, new EthernetHeader().wrap(net.memory, frame).destination());
        assertTrue(net.sent.isEmpty());
    }

    @Test
    void shouldSayThatThereIsNoFrame() {
        net.open(PEER, 7);
        net.receiveReply(PEER);
        net.freeFrames = 0;

        assertEquals(IpLayer.NO_FRAME, net.open(PEER, 7));
    }

    @Test
    void shouldSayThatThereIsNoRoute() {
        assertEquals(IpLayer.NO_ROUTE, net.open(IpAddress.parseIpv4("10.77.0.255"), 7));
        final IpAddress six = IpAddress.parse("fd00::1");
        assertEquals(
                IpLayer.NO_ROUTE,
                net.ip.open(0, IpAddress.ipv4Lo(ADDRESS), six.hi(), six.lo(), IpLayer.NOBODY, net.nowNs));
        assertEquals(2, net.count(IpCounter.NO_ROUTE));
    }

    @ParameterizedTest
    @CsvSource({
        "10.77.0.9, 10.77.0.1",
        "8.8.8.8, 10.77.0.1",
        "10.77.0.1, 10.77.0.1",
        "255.255.255.255,",
        "10.77.0.255,",
        "224.0.0.1,",
        "fd00::1,"
    })
    void shouldChooseTheSourceForADestination(final String destination, final String source) {
        final IpAddress address = IpAddress.parse(destination);

        final boolean found = net.ip.route(address.hi(), address.lo(), net.nowNs);

        assertEquals(source != null, found);
        if (found) {
            assertEquals(IpAddress.parse(source), new IpAddress(net.ip.routedSourceHi(), net.ip.routedSourceLo()));
        }
    }

    @Test
    void shouldKnowItsAddresses() {
        assertTrue(net.ip.isLocal(0, IpAddress.ipv4Lo(ADDRESS)));
        assertFalse(net.ip.isLocal(0, IpAddress.ipv4Lo(PEER)));
        assertFalse(net.ip.isLocal(1, IpAddress.ipv4Lo(ADDRESS)));
        assertEquals(1500, net.ip.mtuBytes(0, IpAddress.ipv4Lo(PEER)));
    }
}

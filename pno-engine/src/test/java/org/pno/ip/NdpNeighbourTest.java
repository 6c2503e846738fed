package org.pno.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.ip.Ipv6Fixture.ADDRESS;
import static org.pno.ip.Ipv6Fixture.ALL_NODES;
import static org.pno.ip.Ipv6Fixture.ANY;
import static org.pno.ip.Ipv6Fixture.MAC;
import static org.pno.ip.Ipv6Fixture.PEER;
import static org.pno.ip.Ipv6Fixture.PEER_MAC;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Icmpv6Header;
import org.pno.wire.IpAddress;
import org.pno.wire.MacAddress;
import org.pno.wire.NdpMessage;
import org.pno.wire.NdpOptions;
import org.pno.wire.WireDrop;

/** How neighbours are found and kept, RFC 4861 7. */
class NdpNeighbourTest {
    private static final long OTHER_MAC = 0x0200_0000_0003L;

    private final Ipv6Fixture net = new Ipv6Fixture();

    private void resolvePeer() {
        net.open(PEER, 7);
        net.receiveAnswer(PEER);
        net.sent.clear();
        net.told.clear();
    }

    @Test
    void shouldSolicitAnUnknownNeighbour() {
        assertEquals(IpLayer.NO_NEIGHBOUR, net.open(PEER, 7));

        final Ipv6Fixture.Sent question = net.lastSent();
        assertTrue(question.isWhole());
        assertEquals(Icmpv6Header.NEIGHBOUR_SOLICITATION, question.icmp().type());
        assertEquals(Ipv6Fixture.group(PEER), question.destination());
        assertEquals("33:33:ff:00:00:02", MacAddress.format(question.ethernet().destination()));
        assertEquals(ADDRESS, question.source());
        assertEquals(255, question.ip().hopLimit());
        assertEquals(PEER, question.target());
        assertEquals(MAC, question.options().sourceMac());
        assertEquals(NeighbourState.INCOMPLETE, net.state(PEER));
    }

    @Test
    void shouldTellTheWaiterAndUseTheAnswer() {
        net.open(PEER, 7);
        net.receiveAnswer(PEER);

        assertEquals(List.of(7), net.told);
        assertEquals(NeighbourState.REACHABLE, net.state(PEER));
        final long frame = net.open(PEER, 7);
        assertEquals(PEER_MAC, new EthernetHeader().wrap(net.memory, frame).destination());
    }

    @Test
    void shouldGiveUpAfterThreeQuestions() {
        net.open(PEER, 7);
        for (int i = 0; i < NeighbourTable.REQUESTS; i++) {
            net.advance(NeighbourTable.REQUEST_INTERVAL_NS);
        }

        assertEquals(List.of(-8), net.told);
        assertEquals(NeighbourState.FAILED, net.state(PEER));
    }

    @Test
    void shouldUseAStaleNeighbourForAWhileBeforeItAsks() {
        resolvePeer();
        net.advance(NeighbourTable.REACHABLE_NS);
        assertEquals(NeighbourState.STALE, net.state(PEER));
        assertTrue(net.open(PEER, 7) >= 0);
        assertEquals(NeighbourState.DELAY, net.state(PEER));
        net.sent.clear();

        net.advance(NeighbourTable.DELAY_NS - 1);
        assertTrue(net.sent.isEmpty());
        net.advance(1);

        assertEquals(NeighbourState.PROBE, net.state(PEER));
        assertEquals(PEER_MAC, net.lastSent().ethernet().destination());
        assertEquals(PEER, net.lastSent().destination());
    }

    @Test
    void shouldNotAskWhomTcpConfirms() {
        resolvePeer();
        net.advance(NeighbourTable.REACHABLE_NS);
        net.open(PEER, 7);
        net.sent.clear();
        net.ip.confirm(PEER.hi(), PEER.lo(), net.nowNs);

        net.advance(NeighbourTable.DELAY_NS);

        assertTrue(net.sent.isEmpty());
        assertEquals(NeighbourState.REACHABLE, net.state(PEER));
    }

    @Test
    void shouldForgetANeighbourThatDoesNotAnswerProbes() {
        resolvePeer();
        net.advance(NeighbourTable.REACHABLE_NS);
        net.open(PEER, 7);
        net.advance(NeighbourTable.DELAY_NS);
        for (int i = 0; i < NeighbourTable.REQUESTS; i++) {
            net.advance(NeighbourTable.REQUEST_INTERVAL_NS);
        }

        assertEquals(NeighbourState.FAILED, net.state(PEER));
    }

    @Test
    void shouldLearnNothingFromAnAdvertisementThatNobodyAskedFor() {
        net.receiveAnswer(PEER);

        assertNull(net.state(PEER));
        assertEquals(1, net.count(IpCounter.NDP_UNRELATED));
    }

    @Test
    void shouldDoubtANeighbourWhenAnotherSaysItIsHere() {
        resolvePeer();
        net.receiveAdvertisement(ADDRESS, PEER, NdpMessage.FLAG_SOLICITED, OTHER_MAC);

        assertEquals(NeighbourState.STALE, net.state(PEER));
        final long frame = net.open(PEER, 7);
        assertEquals(PEER_MAC, new EthernetHeader().wrap(net.memory, frame).destination());
    }

    @Test
    void shouldFollowANeighbourThatOverrides() {
        resolvePeer();
        net.receiveAdvertisement(ALL_NODES, PEER, NdpMessage.FLAG_OVERRIDE, OTHER_MAC);

        assertEquals(NeighbourState.STALE, net.state(PEER));
        final long frame = net.open(PEER, 7);
        assertEquals(OTHER_MAC, new EthernetHeader().wrap(net.memory, frame).destination());
    }

    @Test
    void shouldRefuseASolicitedAdvertisementToEverybody() {
        net.open(PEER, 7);
        net.receiveAdvertisement(ALL_NODES, PEER, NdpMessage.FLAG_SOLICITED, PEER_MAC);

        assertEquals(NeighbourState.INCOMPLETE, net.state(PEER));
    }

    @Test
    void shouldAnswerASolicitationAndRememberTheAsker() {
        net.receiveSolicitation(PEER, Ipv6Fixture.group(ADDRESS), ADDRESS, PEER_MAC);

        final Ipv6Fixture.Sent answer = net.lastSent();
        assertTrue(answer.isWhole());
        assertEquals(Icmpv6Header.NEIGHBOUR_ADVERTISEMENT, answer.icmp().type());
        assertEquals(
                NdpMessage.FLAG_SOLICITED | NdpMessage.FLAG_OVERRIDE,
                answer.ndp().flags());
        assertEquals(ADDRESS, answer.source());
        assertEquals(PEER, answer.destination());
        assertEquals(PEER_MAC, answer.ethernet().destination());
        assertEquals(ADDRESS, answer.target());
        assertEquals(MAC, answer.options().targetMac());
        assertEquals(255, answer.ip().hopLimit());
        assertEquals(NeighbourState.STALE, net.state(PEER));
    }

    @Test
    void shouldAnswerForItsLinkLocalAddress() {
        net.receiveSolicitation(PEER, Ipv6Fixture.group(Ipv6Fixture.LINK_LOCAL), Ipv6Fixture.LINK_LOCAL, PEER_MAC);

        assertEquals(Ipv6Fixture.LINK_LOCAL, net.lastSent().target());
    }

    @Test
    void shouldAnswerAProbeToEverybody() {
        net.receiveSolicitation(ANY, Ipv6Fixture.group(ADDRESS), ADDRESS, NdpOptions.NO_MAC);

        assertEquals(ALL_NODES, net.lastSent().destination());
        assertEquals(NdpMessage.FLAG_OVERRIDE, net.lastSent().ndp().flags());
    }

    @Test
    void shouldNotAnswerForAnother() {
        net.receiveSolicitation(PEER, ALL_NODES, IpAddress.parse("fd00::9"), PEER_MAC);

        assertTrue(net.sent.isEmpty());
        assertNull(net.state(PEER));
        assertEquals(1, net.count(IpCounter.NDP_UNRELATED));
    }

    @Test
    void shouldRefuseWhatHasComeThroughARouter() {
        net.message(PEER, Ipv6Fixture.group(ADDRESS), Icmpv6Header.NEIGHBOUR_SOLICITATION, 24)
                .target(ADDRESS.hi(), ADDRESS.lo());
        net.header().hopLimit(254);
        net.receiveIcmp();

        assertTrue(net.sent.isEmpty());
        assertEquals(1, net.count(IpCounter.NDP_NOT_FROM_LINK));
    }

    @Test
    void shouldRefuseAMessageThatIsTooShort() {
        net.message(PEER, Ipv6Fixture.group(ADDRESS), Icmpv6Header.NEIGHBOUR_SOLICITATION, 20);
        net.receiveIcmp();

        assertEquals(1, net.wireDrops.value(WireDrop.NDP_FORMAT));
    }

    @Test
    void shouldIgnoreRedirects() {
        net.message(Ipv6Fixture.ROUTER, ADDRESS, Icmpv6Header.REDIRECT, 40);
        net.receiveIcmp();

        assertEquals(1, net.count(IpCounter.ICMP_IGNORED));
    }
}

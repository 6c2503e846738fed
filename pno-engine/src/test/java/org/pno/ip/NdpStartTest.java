package org.pno.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.ip.Ipv6Fixture.ADDRESS;
import static org.pno.ip.Ipv6Fixture.ALL_NODES;
import static org.pno.ip.Ipv6Fixture.ANY;
import static org.pno.ip.Ipv6Fixture.FAR;
import static org.pno.ip.Ipv6Fixture.LINK_LOCAL;
import static org.pno.ip.Ipv6Fixture.MAC;
import static org.pno.ip.Ipv6Fixture.PEER;
import static org.pno.ip.Ipv6Fixture.PEER_MAC;
import static org.pno.ip.Ipv6Fixture.ROUTER;
import static org.pno.ip.Ipv6Fixture.SECOND_NS;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Icmpv6Header;
import org.pno.wire.IpAddress;
import org.pno.wire.IpPrefix;
import org.pno.wire.Ipv6Header;
import org.pno.wire.NdpMessage;
import org.pno.wire.NdpOptions;

/** Duplicate addresses (RFC 4862 5.4) and routers (RFC 4861 6.3). */
class NdpStartTest {
    private static final IpAddress ALL_ROUTERS = IpAddress.parse("ff02::2");
    private static final int ADVERTISEMENT = NdpMessage.ROUTER_ADVERTISEMENT_BYTES;

    private final Ipv6Fixture fresh = new Ipv6Fixture("fd00::1/64");
    private final Ipv6Fixture net = new Ipv6Fixture();

    private void receiveRouter(final IpAddress from, final int lifetimeSeconds, final int mtu, final String prefix) {
        receiveRouter(net, from, lifetimeSeconds, mtu, prefix);
    }

    private static void receiveRouter(
            final Ipv6Fixture net,
            final IpAddress from,
            final int lifetimeSeconds,
            final int mtu,
            final String prefix) {
        final int length = ADVERTISEMENT + NdpOptions.MAC_BYTES + NdpOptions.MTU_BYTES + NdpOptions.PREFIX_BYTES;
        net.message(from, ALL_NODES, Icmpv6Header.ROUTER_ADVERTISEMENT, length)
                .currentHopLimit(33)
                .routerLifetimeSeconds(lifetimeSeconds)
                .reachableMillis(0)
                .retransmitMillis(0);
        final long options = net.header().payloadOffset() + ADVERTISEMENT;
        NdpOptions.writeMac(net.memory, options, NdpOptions.SOURCE_MAC, PEER_MAC);
        NdpOptions.writeMtu(net.memory, options + 8, mtu);
        NdpOptions.writePrefix(net.memory, options + 16, IpPrefix.parse(prefix), 10);
        net.receiveIcmp();
    }

    private boolean hasWayToFar() {
        return net.ip.route(FAR.hi(), FAR.lo(), net.nowNs);
    }

    @Test
    void shouldAskWhetherItsAddressesAreAnothers() {
        fresh.ip.start(fresh.nowNs);

        assertEquals(
                List.of(ADDRESS, LINK_LOCAL),
                fresh.sent.stream().map(Ipv6Fixture.Sent::target).toList());
        final Ipv6Fixture.Sent probe = fresh.sent.getFirst();
        assertTrue(probe.isWhole());
        assertEquals(ANY, probe.source());
        assertEquals(Ipv6Fixture.group(ADDRESS), probe.destination());
        assertEquals(NdpOptions.NO_MAC, probe.options().sourceMac());
    }

    @Test
    void shouldNotUseAnAddressBeforeItIsItsOwn() {
        fresh.ip.start(fresh.nowNs);
        fresh.sent.clear();

        assertEquals(IpLayer.NO_NEIGHBOUR, fresh.open(PEER, 7));
        fresh.packet(PEER, ADDRESS, Ipv6Header.PROTOCOL_TCP, 20);
        assertEquals(IpLayer.NOTHING, fresh.receive());
        assertTrue(fresh.sent.isEmpty());
        assertEquals(1, fresh.count(IpCounter.TENTATIVE_SOURCE));
        assertEquals(1, fresh.count(IpCounter.NOT_LOCAL));
    }

    @Test
    void shouldAnnounceWhatNobodyElseHasAndAskForARouter() {
        fresh.ip.start(fresh.nowNs);
        fresh.sent.clear();
        assertEquals(fresh.nowNs + SECOND_NS, fresh.ip.nextDeadlineNs());

        fresh.advance(SECOND_NS);

        assertEquals(3, fresh.sent.size());
        assertEquals(ADDRESS, fresh.sent.getFirst().target());
        assertEquals(ALL_NODES, fresh.sent.getFirst().destination());
        assertEquals(MAC, fresh.sent.getFirst().options().targetMac());
        final Ipv6Fixture.Sent question = fresh.lastSent();
        assertTrue(question.isWhole());
        assertEquals(Icmpv6Header.ROUTER_SOLICITATION, question.icmp().type());
        assertEquals(ALL_ROUTERS, question.destination());
        assertEquals(LINK_LOCAL, question.source());
        assertEquals(MAC, question.options().sourceMac());
    }

    @Test
    void shouldNotUseAnAddressThatAnotherHas() {
        fresh.ip.start(fresh.nowNs);
        fresh.receiveAdvertisement(ALL_NODES, ADDRESS, NdpMessage.FLAG_OVERRIDE, PEER_MAC);
        fresh.advance(SECOND_NS);

        assertEquals(List.of(ADDRESS), fresh.duplicates);
        assertEquals(1, fresh.count(IpCounter.ADDRESS_DUPLICATE));
        assertFalse(fresh.ip.isLocal(ADDRESS.hi(), ADDRESS.lo()));
        assertEquals(IpLayer.NO_ROUTE, fresh.open(PEER, 7));
    }

    @Test
    void shouldNotUseAnAddressThatAnotherWantsAtTheSameTime() {
        fresh.ip.start(fresh.nowNs);
        fresh.receiveSolicitation(ANY, Ipv6Fixture.group(ADDRESS), ADDRESS, NdpOptions.NO_MAC);

        assertEquals(List.of(ADDRESS), fresh.duplicates);
    }

    @Test
    void shouldNotTakeItsOwnProbeForAnothers() {
        fresh.ip.start(fresh.nowNs);
        fresh.message(ANY, Ipv6Fixture.group(ADDRESS), Icmpv6Header.NEIGHBOUR_SOLICITATION, 24)
                .target(ADDRESS.hi(), ADDRESS.lo());
        fresh.ethernet().source(MAC);
        fresh.receiveIcmp();

        assertTrue(fresh.duplicates.isEmpty());
    }

    @Test
    void shouldKeepAnAddressThatIsClaimedLater() {
        net.receiveAdvertisement(ALL_NODES, ADDRESS, NdpMessage.FLAG_OVERRIDE, PEER_MAC);

        assertTrue(net.ip.isLocal(ADDRESS.hi(), ADDRESS.lo()));
        assertEquals(1, net.count(IpCounter.ADDRESS_CONFLICT));
    }

    @Test
    void shouldAskForARouterThreeTimes() {
        fresh.ip.start(fresh.nowNs);
        for (int i = 0; i < 5; i++) {
            fresh.advance(RouterDiscovery.SOLICITATION_INTERVAL_NS);
        }

        assertEquals(RouterDiscovery.SOLICITATIONS, fresh.count(IpCounter.ROUTER_SOLICITATIONS_OUT));
    }

    @Test
    void shouldLearnADefaultRouterForItsLifetime() {
        assertFalse(hasWayToFar());
        receiveRouter(ROUTER, 5, 0, "2001:db8:1::/64");

        assertTrue(hasWayToFar());
        assertEquals(NeighbourState.STALE, net.state(ROUTER));
        final long frame = net.open(FAR, 7);
        assertEquals(PEER_MAC, new EthernetHeader().wrap(net.memory, frame).destination());
        assertEquals(33, new Ipv6Header().wrap(net.memory, frame + 14).hopLimit());
        net.advance(5 * SECOND_NS);
        assertFalse(hasWayToFar());
    }

    @Test
    void shouldLetARouterRetire() {
        receiveRouter(ROUTER, 5, 0, "2001:db8:1::/64");
        receiveRouter(ROUTER, 0, 0, "2001:db8:1::/64");

        assertFalse(hasWayToFar());
    }

    @Test
    void shouldStopAskingOnceARouterHasAnswered() {
        fresh.ip.start(fresh.nowNs);
        fresh.advance(SECOND_NS);
        receiveRouter(fresh, ROUTER, 5, 0, "2001:db8:1::/64");
        fresh.advance(4 * SECOND_NS);

        assertEquals(1, fresh.count(IpCounter.ROUTER_SOLICITATIONS_OUT));
    }

    @Test
    void shouldLearnWhichAddressesAreOnTheLink() {
        receiveRouter(ROUTER, 0, 0, "2001:db8::/64");

        net.open(FAR, 7);
        assertEquals(FAR, net.lastSent().target());
        net.advance(10 * SECOND_NS);
        assertEquals(IpLayer.NO_ROUTE, net.open(FAR, 7));
    }

    @Test
    void shouldTakeAnMtuThatIsPossible() {
        receiveRouter(ROUTER, 5, 1400, "2001:db8:1::/64");
        assertEquals(1400, net.ip.mtuBytes(PEER.hi(), PEER.lo()));

        receiveRouter(ROUTER, 5, 1279, "2001:db8:1::/64");
        receiveRouter(ROUTER, 5, 9000, "2001:db8:1::/64");
        assertEquals(1400, net.ip.mtuBytes(PEER.hi(), PEER.lo()));
    }

    @Test
    void shouldNotBelieveARouterWithoutALinkLocalAddress() {
        receiveRouter(PEER, 5, 1400, "2001:db8:1::/64");

        assertFalse(hasWayToFar());
        assertEquals(1500, net.ip.mtuBytes(PEER.hi(), PEER.lo()));
    }

    @Test
    void shouldPreferARouterThatAnswers() {
        receiveRouter(ROUTER, 100, 0, "2001:db8:1::/64");
        receiveRouter(IpAddress.parse("fe80::98"), 100, 0, "2001:db8:1::/64");
        net.open(FAR, 7);
        net.advance(NeighbourTable.DELAY_NS);
        for (int i = 0; i < NeighbourTable.REQUESTS; i++) {
            net.advance(NeighbourTable.REQUEST_INTERVAL_NS);
        }
        assertEquals(NeighbourState.FAILED, net.state(ROUTER));

        assertTrue(net.open(FAR, 7) >= 0);
    }
}

package org.pno.ip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pno.ip.IpFixture.ADDRESS;
import static org.pno.ip.IpFixture.BROADCAST;
import static org.pno.ip.IpFixture.FAR;
import static org.pno.ip.IpFixture.GATEWAY;
import static org.pno.ip.IpFixture.MAC;
import static org.pno.ip.IpFixture.PEER;
import static org.pno.ip.IpFixture.PEER_MAC;
import static org.pno.ip.IpFixture.SECOND_NS;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.pno.wire.ArpPacket;
import org.pno.wire.EthernetHeader;
import org.pno.wire.IpAddress;

/** The neighbour table and ARP, from outside: what is sent, who is told. */
class NeighbourTest {
    private final IpFixture net = new IpFixture();

    private NeighbourState state(final int address) {
        return net.ip.neighbourState(IpAddress.IPV4_HI, IpAddress.ipv4Lo(address), net.nowNs);
    }

    @Test
    void shouldAskForANeighbourByBroadcast() {
        assertEquals(IpLayer.NO_NEIGHBOUR, net.open(PEER, 7));

        final IpFixture.Sent request = net.lastSent();
        assertEquals(42, request.length());
        assertEquals(BROADCAST, request.ethernet().destination());
        assertEquals(MAC, request.ethernet().source());
        assertEquals(EthernetHeader.ETHERTYPE_ARP, request.ethernet().etherType());
        assertEquals(ArpPacket.REQUEST, request.arp().operation());
        assertEquals(MAC, request.arp().senderMac());
        assertEquals(ADDRESS, request.arp().senderIp());
        assertEquals(0, request.arp().targetMac());
        assertEquals(PEER, request.arp().targetIp());
        assertEquals(NeighbourState.INCOMPLETE, state(PEER));
    }

    @Test
    void shouldTellWaitersInTheirOrderWhenTheNeighbourAnswers() {
        net.open(PEER, 7);
        net.open(PEER, 9);
        net.open(PEER, IpLayer.NOBODY);
        net.open(PEER, 8);

        net.receiveReply(PEER);

        assertEquals(List.of(7, 9, 8), net.told);
        assertEquals(NeighbourState.REACHABLE, state(PEER));
        assertTrue(net.open(PEER, 7) >= 0);
    }

    @Test
    void shouldAskOnceForManyWaiters() {
        net.open(PEER, 7);
        net.open(PEER, 9);

        assertEquals(1, net.sent.size());
    }

    @Test
    void shouldAskThreeTimesASecondApartThenGiveUp() {
        net.open(PEER, 7);
        for (int second = 1; second < 3; second++) {
            net.advance(SECOND_NS - 1);
            assertEquals(second, net.sent.size());
            net.advance(1);
            assertEquals(second + 1, net.sent.size());
        }
        net.advance(SECOND_NS);

        assertEquals(3, net.sent.size());
        assertEquals(List.of(-1 - 7), net.told);
        assertEquals(NeighbourState.FAILED, state(PEER));
        assertEquals(1, net.count(IpCounter.NEIGHBOURS_FAILED));
        assertEquals(IpLayer.NO_DEADLINE, net.ip.nextDeadlineNs());
    }

    @Test
    void shouldAskAnewForANeighbourThatFailed() {
        net.open(PEER, 7);
        net.advance(SECOND_NS);
        net.advance(SECOND_NS);
        net.advance(SECOND_NS);

        assertEquals(IpLayer.NO_NEIGHBOUR, net.open(PEER, 8));

        assertEquals(4, net.sent.size());
        net.receiveReply(PEER);
        assertEquals(List.of(-1 - 7, 8), net.told);
    }

    @Test
    void shouldSayWhenItHasSomethingToDo() {
        assertEquals(IpLayer.NO_DEADLINE, net.ip.nextDeadlineNs());
        net.open(PEER, 7);

        assertEquals(net.nowNs + SECOND_NS, net.ip.nextDeadlineNs());
    }

    @Test
    void shouldSendToTheGatewayWhatIsFar() {
        net.open(FAR, 7);
        assertEquals(GATEWAY, net.lastSent().arp().targetIp());
        net.receiveArp(ArpPacket.REPLY, GATEWAY, MAC, ADDRESS);

        final long frame = net.open(FAR, 7);

        assertEquals(PEER_MAC, new EthernetHeader().wrap(net.memory, frame).destination());
    }

    @Test
    void shouldUseAStaleNeighbourAndAskItForConfirmation() {
        net.open(PEER, 7);
        net.receiveReply(PEER);
        net.advance(NeighbourTable.REACHABLE_NS);
        assertEquals(NeighbourState.STALE, state(PEER));

        assertTrue(net.open(PEER, 7) >= 0);

        assertEquals(NeighbourState.PROBE, state(PEER));
        assertEquals(PEER_MAC, net.lastSent().ethernet().destination());
        assertEquals(PEER, net.lastSent().arp().targetIp());
        assertTrue(net.open(PEER, 7) >= 0);
        assertEquals(2, net.sent.size());
        net.receiveReply(PEER);
        assertEquals(NeighbourState.REACHABLE, state(PEER));
    }

    @Test
    void shouldForgetAStaleNeighbourThatDoesNotConfirm() {
        net.open(PEER, 7);
        net.receiveReply(PEER);
        net.advance(NeighbourTable.REACHABLE_NS);
        net.open(PEER, 7);
        net.advance(SECOND_NS);
        net.advance(SECOND_NS);
        net.advance(SECOND_NS);

        assertEquals(NeighbourState.FAILED, state(PEER));
        assertEquals(IpLayer.NO_NEIGHBOUR, net.open(PEER, 7));
        assertEquals(BROADCAST, net.lastSent().ethernet().destination());
    }

    @Test
    void shouldTakeAdviceFromAboveForAConfirmation() {
        net.open(PEER, 7);
        net.receiveReply(PEER);
        net.advance(NeighbourTable.REACHABLE_NS - 1);
        net.ip.confirm(0, IpAddress.ipv4Lo(PEER), net.nowNs);
        net.advance(NeighbourTable.REACHABLE_NS - 1);

        assertEquals(NeighbourState.REACHABLE, state(PEER));
    }

    @Test
    void shouldNotTakeAdviceAboutANeighbourWithoutAnAddress() {
        net.open(PEER, 7);
        net.ip.confirm(0, IpAddress.ipv4Lo(PEER), net.nowNs);

        assertEquals(NeighbourState.INCOMPLETE, state(PEER));
    }

    @Test
    void shouldAnswerARequestAndLearnWhoAsked() {
        net.receiveArp(ArpPacket.REQUEST, PEER, 0, ADDRESS);

        final IpFixture.Sent reply = net.lastSent();
        assertEquals(PEER_MAC, reply.ethernet().destination());
        assertEquals(ArpPacket.REPLY, reply.arp().operation());
        assertEquals(MAC, reply.arp().senderMac());
        assertEquals(ADDRESS, reply.arp().senderIp());
        assertEquals(PEER_MAC, reply.arp().targetMac());
        assertEquals(PEER, reply.arp().targetIp());
        assertEquals(NeighbourState.STALE, state(PEER));
    }

    @Test
    void shouldNotAnswerForOthersNorLearnFromThem() {
        net.receiveArp(ArpPacket.REQUEST, PEER, 0, GATEWAY);
        net.receiveReply(GATEWAY);

        assertTrue(net.sent.isEmpty());
        assertNull(state(PEER));
        assertNull(state(GATEWAY));
        assertEquals(2, net.count(IpCounter.ARP_UNRELATED));
    }

    @Test
    void shouldFollowAKnownNeighbourThatAnnouncesAnotherStation() {
        net.open(PEER, 7);
        net.receiveReply(PEER);
        net.receiveArp(ArpPacket.REQUEST, 0x0200_0000_0099L, PEER, 0, PEER);

        assertEquals(NeighbourState.STALE, state(PEER));
        final long frame = net.open(PEER, 7);
        assertEquals(
                0x0200_0000_0099L, new EthernetHeader().wrap(net.memory, frame).destination());
    }

    @Test
    void shouldResolveByARequestOfTheNeighbour() {
        net.open(PEER, 7);
        net.receiveArp(ArpPacket.REQUEST, PEER, 0, ADDRESS);

        assertEquals(List.of(7), net.told);
    }

    @Test
    void shouldAnswerAProbeWithoutLearning() {
        net.receiveArp(ArpPacket.REQUEST, 0, 0, ADDRESS);

        assertEquals(ArpPacket.REPLY, net.lastSent().arp().operation());
        assertEquals(0, net.count(IpCounter.ARP_SENDER));
        assertNull(state(0));
    }

    @Test
    void shouldRefuseSendersThatAreNoSingleStation() {
        net.receiveArp(ArpPacket.REQUEST, 0xFFFF_FFFF, 0, ADDRESS);
        net.receiveArp(ArpPacket.REQUEST, FAR, 0, ADDRESS);
        net.receiveArp(ArpPacket.REQUEST, 0, 0, PEER);

        assertTrue(net.sent.isEmpty());
        assertEquals(3, net.count(IpCounter.ARP_SENDER));
    }

    @Test
    void shouldDefendItsAddressButNotInAStorm() {
        net.receiveArp(ArpPacket.REQUEST, ADDRESS, 0, ADDRESS);
        net.receiveArp(ArpPacket.REPLY, ADDRESS, MAC, ADDRESS);

        assertEquals(2, net.count(IpCounter.ARP_CONFLICT));
        assertEquals(1, net.sent.size());
        assertEquals(ADDRESS, net.lastSent().arp().senderIp());
        assertEquals(ADDRESS, net.lastSent().arp().targetIp());
        assertEquals(BROADCAST, net.lastSent().ethernet().destination());

        net.advance(Arp.DEFEND_INTERVAL_NS);
        net.receiveArp(ArpPacket.REQUEST, ADDRESS, 0, ADDRESS);
        assertEquals(2, net.sent.size());
    }

    @Test
    void shouldAnnounceItsAddressTwice() {
        net.ip.start(net.nowNs);
        assertEquals(1, net.sent.size());
        assertEquals(net.nowNs + Arp.ANNOUNCE_INTERVAL_NS, net.ip.nextDeadlineNs());
        net.advance(Arp.ANNOUNCE_INTERVAL_NS);
        net.advance(Arp.ANNOUNCE_INTERVAL_NS);

        assertEquals(2, net.sent.size());
        assertEquals(ArpPacket.REQUEST, net.lastSent().arp().operation());
        assertEquals(ADDRESS, net.lastSent().arp().senderIp());
        assertEquals(ADDRESS, net.lastSent().arp().targetIp());
        assertEquals(IpLayer.NO_DEADLINE, net.ip.nextDeadlineNs());
    }

    @Test
    void shouldForgetTheNeighbourUsedLongestAgoWhenFull() {
        for (int i = 0; i < 8; i++) {
            net.open(PEER + i, i);
            net.receiveReply(PEER + i);
            net.advance(1);
        }
        net.open(PEER, 0);
        net.open(PEER + 8, 8);

        assertEquals(NeighbourState.REACHABLE, state(PEER));
        assertNull(state(PEER + 1));
        assertEquals(NeighbourState.INCOMPLETE, state(PEER + 8));
    }

    @Test
    void shouldNotForgetNeighboursInUseForStationsThatAsk() {
        for (int i = 0; i < 7; i++) {
            net.open(PEER + i, i);
            net.receiveReply(PEER + i);
        }
        for (int i = 10; i < 30; i++) {
            net.receiveArp(ArpPacket.REQUEST, PEER + i, 0, ADDRESS);
        }

        for (int i = 0; i < 7; i++) {
            assertEquals(NeighbourState.REACHABLE, state(PEER + i));
        }
        assertEquals(NeighbourState.STALE, state(PEER + 29));
    }

    @Test
    void shouldRefuseMoreNeighboursThanItCanAskFor() {
        for (int i = 0; i < 8; i++) {
            net.open(PEER + i, i);
        }

        assertEquals(IpLayer.NO_NEIGHBOUR, net.open(PEER + 8, 8));
        assertEquals(1, net.count(IpCounter.NEIGHBOURS_FULL));
        assertEquals(8, net.sent.size());
        assertNull(state(PEER + 8));
    }

    @Test
    void shouldBoundTheWaiters() {
        for (int waiter = 0; waiter < 10; waiter++) {
            net.open(PEER, waiter);
        }
        net.receiveReply(PEER);

        assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7), net.told);
        assertEquals(2, net.count(IpCounter.WAITERS_FULL));
    }

    @Test
    void shouldTellWaitersOfManyNeighboursApart() {
        net.open(PEER, 1);
        net.open(GATEWAY, 2);
        net.open(PEER, 3);
        net.open(GATEWAY, 4);

        net.receiveReply(GATEWAY);
        assertEquals(List.of(2, 4), net.told);
        net.receiveReply(PEER);
        assertEquals(List.of(2, 4, 1, 3), net.told);
    }

    @Test
    void shouldCountRequestsThatFindNoFrame() {
        net.freeFrames = 0;
        net.open(PEER, 7);
        assertEquals(1, net.count(IpCounter.NO_FRAME));

        net.freeFrames = 1;
        net.advance(SECOND_NS);
        assertEquals(1, net.sent.size());
    }
}

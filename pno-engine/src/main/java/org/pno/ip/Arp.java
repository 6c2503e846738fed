package org.pno.ip;

import java.util.concurrent.TimeUnit;
import org.pno.counters.CounterGroup;
import org.pno.wire.ArpPacket;
import org.pno.wire.EthernetHeader;
import org.pno.wire.IpAddress;
import org.pno.wire.MacAddress;
import org.pno.wire.VirtioNetHeader;
import org.pno.wire.WireDrop;

/**
 * ARP packets of one port: answers, asks for the {@link NeighbourTable}, and makes our addresses known (RFC 826, RFC
 * 5227 2.3 and 2.4).
 */
final class Arp {
    /** RFC 5227 1.1: ANNOUNCE_NUM and ANNOUNCE_INTERVAL. */
    static final int ANNOUNCEMENTS = 2;

    static final long ANNOUNCE_INTERVAL_NS = TimeUnit.SECONDS.toNanos(2);

    /** RFC 5227 1.1: DEFEND_INTERVAL. */
    static final long DEFEND_INTERVAL_NS = TimeUnit.SECONDS.toNanos(10);

    private static final int FRAME_BYTES = EthernetHeader.BYTES + ArpPacket.BYTES;

    private final long mac;
    private final RouteTable routes;
    private final FrameOutput output;
    private final CounterGroup<IpCounter> counters;
    private final CounterGroup<WireDrop> drops;
    private final NeighbourTable neighbours;

    private final EthernetHeader ethernet = new EthernetHeader();
    private final ArpPacket received = new ArpPacket();
    private final ArpPacket packet = new ArpPacket();
    private final VirtioNetHeader marks = new VirtioNetHeader();

    private int announcementsLeft;
    private long announceNs;
    private long defendNs;

    Arp(
            final IpSettings settings,
            final FrameOutput output,
            final NeighbourListener listener,
            final CounterGroup<IpCounter> counters,
            final CounterGroup<WireDrop> drops,
            final long nowNs) {
        mac = settings.macAddress();
        routes = settings.routes();
        this.output = output;
        this.counters = counters;
        this.drops = drops;
        neighbours = new NeighbourTable(
                settings.maxNeighbours(),
                settings.maxWaiters(),
                NeighbourTable.NO_DELAY,
                this::sendRequest,
                listener,
                counters);
        defendNs = nowNs;
    }

    NeighbourTable neighbours() {
        return neighbours;
    }

    /** Announces our addresses now and once more in 2 s, so that old entries elsewhere are replaced. */
    void announce(final long nowNs) {
        announcementsLeft = ANNOUNCEMENTS;
        announceNs = nowNs;
        poll(nowNs);
    }

    void poll(final long nowNs) {
        neighbours.poll(nowNs);
        if (announcementsLeft > 0 && nowNs - announceNs >= 0) {
            announcementsLeft--;
            announceNs = nowNs + ANNOUNCE_INTERVAL_NS;
            for (int i = 0; i < routes.addressCount(); i++) {
                announceAddress(routes.address(i));
            }
        }
    }

    long nextDeadlineNs() {
        final long next = neighbours.nextDeadlineNs();
        return announcementsLeft == 0 ? next : Math.min(next, announceNs);
    }

    /** Judges an ARP packet: {@code length} bytes at {@code offset} in the output's memory. */
    void onPacket(final long offset, final int length, final long nowNs) {
        final WireDrop drop = ArpPacket.validate(output.memory(), offset, length);
        if (drop != null) {
            drops.increment(drop);
            return;
        }
        received.wrap(output.memory(), offset);
        final int sender = received.senderIp();
        final boolean stationSpeaks = MacAddress.isUnicast(received.senderMac()) && received.senderMac() != mac;
        if (stationSpeaks && routes.isLocal(sender)) {
            onConflict(sender, nowNs);
        } else if (stationSpeaks && isProbe()) {
            sendReply();
        } else if (stationSpeaks && RouteTable.isSingleHost(sender) && routes.isAttached(sender)) {
            onSender(sender, nowNs);
        } else {
            counters.increment(IpCounter.ARP_SENDER);
        }
    }

    /** RFC 5227 2.1.1: somebody wants to use one of our addresses and has none yet. */
    private boolean isProbe() {
        return received.senderIp() == 0
                && received.operation() == ArpPacket.REQUEST
                && routes.isLocal(received.targetIp());
    }

    private void onSender(final int sender, final long nowNs) {
        final boolean forUs = routes.isLocal(received.targetIp());
        if (forUs && received.operation() == ArpPacket.REQUEST) {
            neighbours.learn(IpAddress.IPV4_HI, IpAddress.ipv4Lo(sender), received.senderMac(), nowNs);
            sendReply();
            return;
        }
        // RFC 826: whoever is in the table is brought up to date by any packet of its own, an announcement included.
        final boolean answered = forUs && received.targetMac() == mac;
        if (!neighbours.update(IpAddress.IPV4_HI, IpAddress.ipv4Lo(sender), received.senderMac(), answered, nowNs)) {
            counters.increment(IpCounter.ARP_UNRELATED);
        }
    }

    /** RFC 5227 2.4(b): another station uses our address. Defend it, but not so often that two of us make a storm. */
    private void onConflict(final int address, final long nowNs) {
        counters.increment(IpCounter.ARP_CONFLICT);
        if (nowNs - defendNs >= 0) {
            defendNs = nowNs + DEFEND_INTERVAL_NS;
            announceAddress(address);
        }
    }

    private void announceAddress(final int address) {
        send(ArpPacket.REQUEST, MacAddress.BROADCAST, address, MacAddress.NONE, address);
    }

    private void sendRequest(final long hi, final long lo, final long station) {
        final int address = IpAddress.ipv4(lo);
        send(ArpPacket.REQUEST, station, routes.sourceFor(address), MacAddress.NONE, address);
    }

    private void sendReply() {
        final int ours = received.targetIp();
        final int asking = received.senderIp();
        send(ArpPacket.REPLY, received.senderMac(), ours, received.senderMac(), asking);
    }

    private void send(
            final int operation, final long to, final int senderIp, final long targetMac, final int targetIp) {
        final long frame = output.allocate();
        if (frame == FrameOutput.NO_FRAME) {
            counters.increment(IpCounter.NO_FRAME);
            return;
        }
        marks.wrap(output.memory(), frame - VirtioNetHeader.BYTES).clear();
        ethernet.wrap(output.memory(), frame).destination(to).source(mac).etherType(EthernetHeader.ETHERTYPE_ARP);
        packet.wrap(output.memory(), frame + EthernetHeader.BYTES)
                .initialize()
                .operation(operation)
                .senderMac(mac)
                .senderIp(senderIp)
                .targetMac(targetMac)
                .targetIp(targetIp);
        counters.increment(operation == ArpPacket.REQUEST ? IpCounter.ARP_REQUESTS_OUT : IpCounter.ARP_REPLIES_OUT);
        output.transmit(frame, FRAME_BYTES);
    }
}

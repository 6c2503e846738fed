package org.pno.ip;

import org.pno.counters.CounterKey;

/** What IP, ARP and ICMP count: why packets went no further, and what was answered. */
public enum IpCounter implements CounterKey {
    PACKETS_IN("ip.packets-in", "Frames received; a super-segment counts once."),
    OTHER_STATION("ip.drop.other-station", "A frame for another station, seen because the port is promiscuous."),
    GROUP_SOURCE("ip.drop.group-source", "A frame whose source is a group address or none."),
    ETHER_TYPE(
            "ip.drop.ether-type",
            "A frame that is neither ARP nor an IP packet of a family that we have an address of."),
    MARTIAN_SOURCE("ip.drop.martian-source", "A source that is no single host's address, or is our own."),
    BROADCAST("ip.drop.broadcast", "A packet to a broadcast or multicast address; nothing here listens to one."),
    NOT_LOCAL("ip.drop.not-local", "A packet for an address that is not ours; we are a host and forward nothing."),
    LINK_BROADCAST("ip.drop.link-broadcast", "A packet for one of our addresses in a frame for everybody."),
    FRAGMENTS_IN("ip.fragments-in", "Fragments received for us."),
    REASSEMBLED("ip.reassembled", "Packets put together of their fragments."),
    FRAGMENT_LENGTH(
            "ip.drop.fragment-length", "A fragment that is empty, or not the last and no multiple of 8 bytes long."),
    FRAGMENT_TOO_LONG("ip.drop.fragment-too-long", "A fragment that ends beyond the longest packet."),
    FRAGMENT_HEADERS("ip.drop.fragment-headers", "A fragment with more headers before it than there is room for."),
    FRAGMENT_TINY(
            "ip.drop.fragment-tiny", "Packets refused because a header of theirs does not end in the first fragment."),
    FRAGMENT_OVERLAP(
            "ip.drop.fragment-overlap", "Packets refused because fragments of theirs overlap or disagree on the end."),
    FRAGMENT_REFUSED("ip.drop.fragment-refused", "A further fragment of a packet that was refused."),
    FRAGMENT_DUPLICATE("ip.drop.fragment-duplicate", "A fragment that has come before, the same to the last byte."),
    FRAGMENT_ECN("ip.drop.fragment-ecn", "Packets of which some fragments know ECN and some do not."),
    FRAGMENT_EVICTED("ip.drop.fragment-evicted", "Packets given up unfinished, the oldest, to make room for another."),
    FRAGMENT_LATE("ip.drop.fragment-late", "Packets given up because fragments were missing for too long."),
    FRAGMENT_NO_FRAME("ip.drop.fragment-no-frame", "A fragment for whose packet no frame was free."),
    UDP("ip.drop.udp", "A UDP packet, answered by port unreachable."),
    PROTOCOL("ip.drop.protocol", "A packet of a protocol we do not have, answered by protocol unreachable."),
    EXTENSION(
            "ip.drop.extension", "An IPv6 packet with an extension header that it must not have; its sender is told."),
    NO_ROUTE("ip.no-route", "Packets not sent because no route leads to their destination."),
    TENTATIVE_SOURCE(
            "ip.tentative-source", "Packets not sent because their IPv6 source is being looked for elsewhere."),
    NO_FRAME("ip.no-frame", "ARP, NDP and ICMP packets not sent because no frame was free."),

    ARP_REQUESTS_OUT("arp.requests-out", "ARP requests sent, announcements included."),
    ARP_REPLIES_OUT("arp.replies-out", "ARP replies sent."),
    ARP_SENDER("arp.drop.sender", "An ARP packet whose sender is no single station of an attached network."),
    ARP_UNRELATED("arp.drop.unrelated", "An ARP packet neither asked for nor for us; nothing is learnt."),
    ARP_CONFLICT("arp.conflict", "ARP packets in which another station claims one of our addresses."),

    SOLICITATIONS_OUT("ndp.solicitations-out", "Neighbour solicitations sent."),
    ADVERTISEMENTS_OUT("ndp.advertisements-out", "Neighbour advertisements sent."),
    ROUTER_SOLICITATIONS_OUT("ndp.router-solicitations-out", "Router solicitations sent."),
    ROUTER_ADVERTISEMENTS_IN("ndp.router-advertisements-in", "Router advertisements believed."),
    NDP_NOT_FROM_LINK("ndp.drop.not-from-link", "A neighbour discovery message that has come through a router."),
    NDP_UNRELATED(
            "ndp.drop.unrelated", "A neighbour discovery message neither asked for nor for us, or not as it must be."),
    NDP_FRAGMENTED("ndp.drop.fragmented", "A neighbour discovery message with a fragment header."),
    ADDRESS_DUPLICATE("ndp.address-duplicate", "Addresses of ours not used because another station has them."),
    ADDRESS_CONFLICT("ndp.address-conflict", "Advertisements in which another station claims one of our addresses."),

    NEIGHBOURS_FAILED("neighbours.failed", "Neighbours that did not answer three requests."),
    NEIGHBOURS_FULL("neighbours.full", "Neighbours not asked for because the table had no room to remember them."),
    WAITERS_FULL("neighbours.waiters-full", "Connections not told of their neighbour because too many waited already."),

    ECHO_REPLIES("icmp.echo-replies", "Echo requests answered."),
    ECHO_LIMITED("icmp.drop.echo-limited", "Echo requests not answered because of their rate limit."),
    ERRORS_OUT("icmp.errors-out", "ICMP errors sent."),
    ERRORS_LIMITED("icmp.errors-limited", "ICMP errors not sent because of their rate limit."),
    ERRORS_IN("icmp.errors-in", "ICMP errors received that quote a TCP segment of ours."),
    ERROR_QUOTE("icmp.drop.quote", "An ICMP error that quotes no TCP segment of ours."),
    PATH_MTUS("icmp.path-mtus", "Paths that a router has said to be narrower than was known, and was believed."),
    PATH_MTU_NO_NEWS("icmp.drop.path-mtu", "An ICMP error about a packet that is too big, of which nothing is learnt."),
    ICMP_IGNORED("icmp.drop.ignored", "An ICMP message we neither await nor answer, redirects included.");

    private final String label;
    private final String sentence;

    IpCounter(final String label, final String sentence) {
        this.label = label;
        this.sentence = sentence;
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public String sentence() {
        return sentence;
    }
}

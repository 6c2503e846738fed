package org.pno.wire;

import org.pno.counters.CounterKey;

/**
 * Why a frame that came in is not what it says it is. Found by the headers' {@code validate}, counted by whoever asked.
 */
public enum WireDrop implements CounterKey {
    ETHERNET_TRUNCATED("wire.ethernet-truncated", "Shorter than an Ethernet header."),
    ARP_TRUNCATED("wire.arp-truncated", "Shorter than an ARP packet."),
    ARP_FORMAT("wire.arp-format", "An ARP packet that does not join IPv4 to Ethernet, or of an unknown operation."),
    IPV4_TRUNCATED("wire.ipv4-truncated", "Shorter than an IPv4 header, or than its total length says."),
    IPV4_VERSION("wire.ipv4-version", "An IPv4 frame whose header says another version."),
    IPV4_HEADER_LENGTH("wire.ipv4-header-length", "An IPv4 header length below 20 bytes or beyond the packet's end."),
    IPV4_CHECKSUM("wire.ipv4-checksum", "An IPv4 header whose checksum is wrong."),
    ICMPV4_TRUNCATED("wire.icmpv4-truncated", "Shorter than an ICMP header."),
    ICMPV4_CHECKSUM("wire.icmpv4-checksum", "An ICMP message whose checksum is wrong."),
    IPV6_TRUNCATED("wire.ipv6-truncated", "Shorter than an IPv6 header, or than its payload length says."),
    IPV6_VERSION("wire.ipv6-version", "An IPv6 frame whose header says another version."),
    IPV6_EXTENSION_TRUNCATED("wire.ipv6-extension-truncated", "An IPv6 extension header beyond the packet's end."),
    IPV6_EXTENSION_COUNT("wire.ipv6-extension-count", "More than 8 IPv6 extension headers, or two fragment headers."),
    IPV6_OPTION("wire.ipv6-option", "An IPv6 option of impossible length, or an unknown one that asks to be dropped."),
    ICMPV6_TRUNCATED("wire.icmpv6-truncated", "Shorter than an ICMPv6 header."),
    ICMPV6_CHECKSUM("wire.icmpv6-checksum", "An ICMPv6 message whose checksum is wrong."),
    NDP_FORMAT("wire.ndp-format", "A neighbour discovery message that is too short or has an option of no length."),
    TCP_TRUNCATED("wire.tcp-truncated", "Shorter than a TCP header."),
    TCP_DATA_OFFSET("wire.tcp-data-offset", "A TCP data offset below 20 bytes or beyond the segment's end."),
    TCP_CHECKSUM("wire.tcp-checksum", "A TCP segment whose checksum is wrong.");

    private final String label;
    private final String sentence;

    WireDrop(final String label, final String sentence) {
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

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

package org.pno.ip;

import org.pno.wire.IpAddress;
import org.pno.wire.Ipv4Header;
import org.pno.wire.Ipv6Extensions;
import org.pno.wire.Ipv6Header;

/**
 * A fragment that came in, of either family, as {@link FragmentReassembly} takes it. Filled anew for each. Its headers
 * are those before the fragment's bytes, the fragment header included.
 */
final class Fragment {
    long sourceHi;
    long sourceLo;
    long destinationHi;
    long destinationLo;
    /** IPv4's protocol; 0 with IPv6. */
    int protocol;

    int identification;
    long headersOffset;
    int headersBytes;
    /** Where the fragment's bytes stand in the memory, how many, and where in the packet that was cut. */
    long bytesOffset;

    int length;
    int position;
    boolean moreFollow;
    int dscpEcn;
    /** The Ethernet address it came from. */
    long station;
    /** With IPv6: what the bytes of the first fragment start with, and which byte of the headers says so. */
    int nextHeader;

    int nextHeaderPointer;

    /** RFC 791 3.2: the protocol is part of what makes fragments those of one packet. */
    void of(final Ipv4Header packet, final long from) {
        sourceHi = IpAddress.IPV4_HI;
        sourceLo = IpAddress.ipv4Lo(packet.source());
        destinationHi = IpAddress.IPV4_HI;
        destinationLo = IpAddress.ipv4Lo(packet.destination());
        protocol = packet.protocol();
        identification = packet.identification();
        headersBytes = packet.headerLength();
        headersOffset = packet.payloadOffset() - headersBytes;
        bytesOffset = packet.payloadOffset();
        length = packet.payloadLength();
        position = packet.fragmentOffset();
        moreFollow = packet.moreFragments();
        dscpEcn = packet.dscpEcn();
        station = from;
    }

    /** RFC 8200 4.5: addresses and identification alone; what the next header is, the first fragment says. */
    void of(final Ipv6Header packet, final Ipv6Extensions extensions, final long from) {
        sourceHi = packet.sourceHi();
        sourceLo = packet.sourceLo();
        destinationHi = packet.destinationHi();
        destinationLo = packet.destinationLo();
        protocol = 0;
        identification = extensions.identification();
        headersBytes = extensions.fragmentPointer() + Ipv6Extensions.FRAGMENT_BYTES;
        bytesOffset = extensions.partOffset();
        headersOffset = bytesOffset - headersBytes;
        length = extensions.partLength();
        position = extensions.fragmentOffset();
        moreFollow = extensions.moreFragments();
        dscpEcn = packet.dscpEcn();
        station = from;
        nextHeader = extensions.fragmentNextHeader();
        nextHeaderPointer = extensions.protocolPointer();
    }
}

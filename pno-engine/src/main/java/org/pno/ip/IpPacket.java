package org.pno.ip;

import org.pno.wire.Checksum;
import org.pno.wire.IpAddress;
import org.pno.wire.Ipv4Header;
import org.pno.wire.Ipv6Extensions;
import org.pno.wire.Ipv6Header;

/** A transport's packet for us, of either family, as {@link IpLayer} tells it to the stack. Filled anew for each. */
final class IpPacket {
    long sourceHi;
    long sourceLo;
    long destinationHi;
    long destinationLo;
    long payloadOffset;
    int payloadLength;
    int protocol;
    int dscpEcn;
    int gsoSizeBytes;
    boolean checksumKnownGood;

    void of(final Ipv4Header header) {
        sourceHi = IpAddress.IPV4_HI;
        sourceLo = IpAddress.ipv4Lo(header.source());
        destinationHi = IpAddress.IPV4_HI;
        destinationLo = IpAddress.ipv4Lo(header.destination());
        payloadOffset = header.payloadOffset();
        payloadLength = header.payloadLength();
        protocol = header.protocol();
        dscpEcn = header.dscpEcn();
    }

    void of(final Ipv6Header header, final Ipv6Extensions extensions) {
        sourceHi = header.sourceHi();
        sourceLo = header.sourceLo();
        destinationHi = header.destinationHi();
        destinationLo = header.destinationLo();
        payloadOffset = extensions.transportOffset();
        payloadLength = extensions.transportLength();
        protocol = extensions.protocol();
        dscpEcn = header.dscpEcn();
    }

    /** Whatever was marked of fragments is not true of the whole. */
    void clearMarks() {
        checksumKnownGood = false;
        gsoSizeBytes = 0;
    }

    /** Partial sum of the pseudo header, see {@link Checksum}. */
    long pseudoHeaderSum() {
        return IpLayer.pseudoHeaderSum(sourceHi, sourceLo, destinationHi, destinationLo, protocol, payloadLength);
    }
}

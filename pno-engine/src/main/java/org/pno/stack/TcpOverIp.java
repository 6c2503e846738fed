package org.pno.stack;

import java.lang.foreign.MemorySegment;
import org.pno.ip.IpLayer;
import org.pno.tcp.Connection;
import org.pno.tcp.Flow;
import org.pno.tcp.TcpOutput;
import org.pno.wire.Checksum;
import org.pno.wire.EthernetHeader;
import org.pno.wire.IpAddress;
import org.pno.wire.Ipv4Header;
import org.pno.wire.TcpHeader;
import org.pno.wire.VirtioNetHeader;

/**
 * What TCP sees of the rest: its segments get Ethernet and IP headers and the port's marks, its intents go to the
 * bridge. A segment always leaves with its checksum to be completed and, if it is longer than one packet, to be
 * segmented: every port can, or has a decorator that does.
 */
final class TcpOverIp implements TcpOutput {
    /** RFC 2474 3: the other two bits are those of RFC 3168. */
    private static final int DSCP = 0xFC;

    private final IpLayer ip;
    private final StackOutput output;
    private final VirtioNetHeader marks = new VirtioNetHeader();
    private final TcpHeader header = new TcpHeader();

    private long nowNs;
    private long frame;

    TcpOverIp(final IpLayer ip, final StackOutput output) {
        this.ip = ip;
        this.output = output;
    }

    void now(final long timeNs) {
        nowNs = timeNs;
    }

    @Override
    public MemorySegment memory() {
        return output.memory();
    }

    @Override
    public int maxSegmentBytes(final Flow flow) {
        final int ipHeader = headersBytes(flow) - EthernetHeader.BYTES;
        return ip.mtuBytes(flow.remoteHi(), flow.remoteLo()) - ipHeader - TcpHeader.MIN_BYTES;
    }

    @Override
    public int pathSegmentBytes(final Flow flow) {
        final int ipHeader = headersBytes(flow) - EthernetHeader.BYTES;
        return ip.pathMtuBytes(flow.remoteHi(), flow.remoteLo(), nowNs) - ipHeader - TcpHeader.MIN_BYTES;
    }

    private static int headersBytes(final Flow flow) {
        return IpLayer.headersBytes(flow.remoteHi(), flow.remoteLo());
    }

    @Override
    public long open(final Flow flow, final int waiter) {
        frame = ip.open(flow.localHi(), flow.localLo(), flow.remoteHi(), flow.remoteLo(), waiter, nowNs);
        if (frame >= 0) {
            return frame + headersBytes(flow);
        }
        // Without a route there will be no neighbour either: TCP's timers decide how long that is bearable.
        return frame == IpLayer.NO_FRAME ? NO_FRAME : NO_NEIGHBOUR;
    }

    @Override
    public void send(final Flow flow, final int headerLength) {
        final int length = complete(flow, headerLength, 0, 0, 0);
        output.transmit(frame, length);
    }

    @Override
    public void send(
            final Connection connection,
            final int headerLength,
            final long position,
            final int payloadLength,
            final int segmentBytes,
            final int ecn) {
        final int length = complete(connection, headerLength, payloadLength, segmentBytes, ecn);
        output.transmit(frame, length, connection.number(), position, payloadLength);
    }

    /** Writes what is missing of the headers; the answer is their length from the Ethernet header on. */
    private int complete(
            final Flow flow, final int headerLength, final int payloadLength, final int segmentBytes, final int ecn) {
        final int tcpLength = headerLength + payloadLength;
        final int headersBytes = headersBytes(flow);
        final int length = headersBytes + headerLength;
        ip.finish(frame, Ipv4Header.PROTOCOL_TCP, tcpLength, flow.typeOfService() & DSCP | ecn, flow.hops());
        header.wrap(output.memory(), frame + headersBytes).checksum(Checksum.fold(pseudoHeaderSum(flow, tcpLength)));
        final boolean isSuperSegment = payloadLength > segmentBytes;
        marks.wrap(output.memory(), frame - VirtioNetHeader.BYTES)
                .flags(VirtioNetHeader.NEEDS_CSUM)
                .checksumStart(headersBytes)
                .checksumOffset(TcpHeader.CHECKSUM_OFFSET)
                .headerLength(isSuperSegment ? length : 0)
                .gsoType(isSuperSegment ? superSegmentType(flow) : VirtioNetHeader.GSO_NONE)
                .gsoSizeBytes(isSuperSegment ? segmentBytes : 0);
        return length;
    }

    private static long pseudoHeaderSum(final Flow flow, final int tcpLength) {
        return IpLayer.pseudoHeaderSum(
                flow.localHi(), flow.localLo(), flow.remoteHi(), flow.remoteLo(), Ipv4Header.PROTOCOL_TCP, tcpLength);
    }

    private static int superSegmentType(final Flow flow) {
        return IpAddress.isIpv4(flow.remoteHi(), flow.remoteLo())
                ? VirtioNetHeader.GSO_TCPV4
                : VirtioNetHeader.GSO_TCPV6;
    }

    @Override
    public void confirmed(final Flow flow) {
        ip.confirm(flow.remoteHi(), flow.remoteLo(), nowNs);
    }

    @Override
    public boolean place(final int connection, final long position, final int length, final long payload) {
        return output.place(connection, position, length, payload);
    }

    @Override
    public int placeable(final int connection, final long position, final int length) {
        return output.placeable(connection, position, length);
    }

    @Override
    public void discarded(final int connection, final long position) {
        output.discarded(connection, position);
    }

    @Override
    public void changed(final int connection) {
        output.changed(connection);
    }

    @Override
    public boolean accept(final int listener, final int connection) {
        return output.accept(listener, connection);
    }

    @Override
    public void established(final int connection) {
        output.established(connection);
    }

    @Override
    public void advertised(final int connection, final long edge) {
        output.advertised(connection, edge);
    }

    @Override
    public void released(final int connection) {
        output.released(connection);
    }
}

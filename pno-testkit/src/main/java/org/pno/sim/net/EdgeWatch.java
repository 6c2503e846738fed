package org.pno.sim.net;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.pno.wire.EthernetHeader;
import org.pno.wire.Ipv4Header;
import org.pno.wire.Ipv6Header;
import org.pno.wire.SeqNum;
import org.pno.wire.TcpHeader;

/** Watches what a node sends: the right edge of no window that it advertises ever goes back (RFC 9293 3.8.6). */
final class EdgeWatch {
    private static final int WINDOW_SCALE = 5; // What PnO-TCP offers with its default S-ring.

    private static final long NONE = -1;

    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header ip = new Ipv4Header();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private final TcpHeader tcp = new TcpHeader();
    private final Map<Integer, Integer> edges = new HashMap<>();

    private boolean watched;

    void onSent(final MemorySegment memory, final long frame) {
        watched = false;
        final long transport = transport(memory, frame);
        if (transport == NONE) {
            return;
        }
        tcp.wrap(memory, transport);
        final int ports = tcp.sourcePort() << 16 | tcp.destinationPort();
        if (tcp.has(TcpHeader.SYN | TcpHeader.RST)) {
            edges.remove(ports);
            return;
        }
        watched = true;
        final int edge = tcp.acknowledgment() + (tcp.window() << WINDOW_SCALE);
        final Integer before = edges.put(ports, edge);
        if (before != null && SeqNum.lt(edge, before)) {
            throw new AssertionError("the window of ports " + tcp.sourcePort() + " to " + tcp.destinationPort()
                    + " shrank by " + SeqNum.diff(before, edge) + " bytes");
        }
    }

    /** Where the TCP header starts, or NONE. */
    private long transport(final MemorySegment memory, final long frame) {
        final int type = ethernet.wrap(memory, frame).etherType();
        if (type == EthernetHeader.ETHERTYPE_IPV4) {
            ip.wrap(memory, frame + EthernetHeader.BYTES);
            return ip.protocol() == Ipv4Header.PROTOCOL_TCP ? ip.payloadOffset() : NONE;
        }
        ipv6.wrap(memory, frame + EthernetHeader.BYTES);
        final boolean tcpInIpv6 = type == EthernetHeader.ETHERTYPE_IPV6 && ipv6.nextHeader() == Ipv6Header.PROTOCOL_TCP;
        return tcpInIpv6 ? ipv6.payloadOffset() : NONE;
    }

    /** True if the frame seen last is an ordinary segment of this program's connection. */
    boolean isOf(final StreamProgram program) {
        return watched && program.localPort() == tcp.sourcePort() && program.remotePort() == tcp.destinationPort();
    }

    int acknowledgment() {
        return tcp.acknowledgment();
    }

    int firstSequence(final StreamProgram program) {
        return program.peerInitialSequence() + 1;
    }
}

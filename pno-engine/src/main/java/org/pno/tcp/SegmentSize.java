package org.pno.tcp;

import java.util.concurrent.TimeUnit;
import org.pno.wire.IpAddress;

/**
 * How long segments may be: what we announce (RFC 9293 3.7.1), what both sides have agreed on, what routers say that
 * the path carries (RFC 1191, RFC 8201). What it carries where nobody says anything is found by {@link PathSearch}. All
 * of it is in bytes of a segment without IP and fixed TCP header, options included, as the MSS option has it.
 */
final class SegmentSize {
    /** RFC 9293 3.7.1: what a peer takes that does not say, by IPv4 and by IPv6. */
    static final int DEFAULT_MSS = 536;

    static final int DEFAULT_MSS_IPV6 = 1_220;
    /** A peer that says less gets this much all the same: else it could make us send a packet per byte. As Linux. */
    static final int LEAST_MSS = 48;
    /** How often a connection that sends asks whether the path has become wider. */
    static final long ASK_NS = TimeUnit.SECONDS.toNanos(60);

    private final TcpContext context;
    private final LossRecovery recovery;
    private final PathSearch search;

    SegmentSize(final TcpContext context, final LossRecovery recovery, final PathSearch search) {
        this.context = context;
        this.recovery = recovery;
        this.search = search;
    }

    PathSearch search() {
        return search;
    }

    /** What a peer of that address takes that does not say. */
    static int defaultMss(final long remoteHi, final long remoteLo) {
        return IpAddress.isIpv4(remoteHi, remoteLo) ? DEFAULT_MSS : DEFAULT_MSS_IPV6;
    }

    /** What we offer as MSS: what fits the link, or less if the socket wants less. */
    static int offered(final TcpOutput output, final Connection connection) {
        final int fits = output.maxSegmentBytes(connection);
        final int wanted = connection.settings.maxSegmentBytes;
        return wanted > 0 ? Math.min(fits, wanted) : fits;
    }

    /** Our SYN is about to be sent, and the peer has said nothing yet. */
    static void begin(final TcpContext context, final Connection connection) {
        agree(context, connection, Integer.MAX_VALUE);
    }

    /** The peer has said what it takes. */
    static void agree(final TcpContext context, final Connection connection, final int peerMss) {
        connection.agreedMssBytes =
                Math.min(Math.max(LEAST_MSS, peerMss), offered(context.output, connection)); // RFC 9293 3.7.1.
        connection.path.provenMssBytes = PathSearch.UNKNOWN;
        connection.path.askNs = context.nowNs() + ASK_NS;
        connection.mssBytes = PathSearch.fitting(context, connection);
    }

    /** What the path carries has changed, or may have. What is in flight and too long for it is sent again at once. */
    void refresh(final Connection connection) {
        connection.path.askNs = context.nowNs() + ASK_NS;
        search.onSaid(connection);
        if (search.change(connection) < 0) {
            context.count(TcpCounter.PATH_NARROWED);
            recovery.onPathNarrowed(connection);
        } else if (search.isProbeTooLong(connection)) {
            recovery.onProbeTooLong(connection);
        }
    }

    /** Before something is sent: time to ask again? */
    void beforeSending(final Connection connection) {
        if (context.nowNs() - connection.path.askNs >= 0) {
            refresh(connection);
        }
    }
}

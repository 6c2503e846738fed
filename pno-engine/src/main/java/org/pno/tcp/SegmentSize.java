package org.pno.tcp;

import java.util.concurrent.TimeUnit;
import org.pno.wire.IpAddress;

/**
 * How long segments may be: what we announce (RFC 9293 3.7.1), what both sides have agreed on, what the path carries
 * (RFC 1191, RFC 8201), and what is tried when a path seems to swallow what is long and to say nothing (RFC 4821, as
 * Linux's tcp_mtu_probing 1). All of it is in bytes of a segment without IP and fixed TCP header, options included, as
 * the MSS option has it.
 */
final class SegmentSize {
    /** RFC 9293 3.7.1: what a peer takes that does not say, by IPv4 and by IPv6. */
    static final int DEFAULT_MSS = 536;

    static final int DEFAULT_MSS_IPV6 = 1_220;
    /** A peer that says less gets this much all the same: else it could make us send a packet per byte. As Linux. */
    static final int LEAST_MSS = 48;
    /** {@link PathState#searchedMssBytes} while no black hole is suspected. */
    static final int NOT_SEARCHED = Integer.MAX_VALUE;

    /** How often a connection that sends asks whether the path has become wider. */
    private static final long ASK_NS = TimeUnit.SECONDS.toNanos(60);
    /** A black hole that is found again and again is tried less and less often: 2^6 times the first interval. */
    private static final int MAX_SEARCH_SHIFT = 6;

    private final TcpContext context;
    private final LossRecovery recovery;

    SegmentSize(final TcpContext context, final LossRecovery recovery) {
        this.context = context;
        this.recovery = recovery;
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
        connection.path.searchedMssBytes = NOT_SEARCHED;
        connection.mssBytes = fitting(context, connection);
    }

    private static int fitting(final TcpContext context, final Connection connection) {
        connection.path.askNs = context.nowNs() + ASK_NS;
        final int carried = Math.min(context.output.pathSegmentBytes(connection), connection.path.searchedMssBytes);
        return Math.max(LEAST_MSS, Math.min(connection.agreedMssBytes, carried));
    }

    /** What the path carries has changed, or may have. What is in flight and too long for it is sent again at once. */
    void refresh(final Connection connection) {
        if (connection.path.searchedMssBytes != NOT_SEARCHED
                && context.nowNs() - connection.path.searchedUntilNs >= 0) {
            connection.path.searchedMssBytes = NOT_SEARCHED; // Perhaps it was no black hole, or is none any more.
        }
        if (change(connection) < 0) {
            context.count(TcpCounter.PATH_NARROWED);
            recovery.onPathNarrowed(connection);
        }
    }

    /** The answer is negative if segments have become shorter, 0 if nothing has changed. */
    private int change(final Connection connection) {
        final int before = connection.mssBytes;
        connection.mssBytes = fitting(context, connection);
        if (connection.mssBytes != before) {
            connection.congestion.onSegmentBytes(connection.segmentBytes());
        }
        return connection.mssBytes - before;
    }

    /** Before something is sent: time to ask again? */
    void beforeSending(final Connection connection) {
        if (context.nowNs() - connection.path.askNs >= 0) {
            refresh(connection);
        }
    }

    /**
     * The retransmission timer has expired again and again. If what it has sent was long, shorter segments may get
     * through: 1,024 bytes as Linux, then halves of it. What comes again is the caller's business.
     */
    void onTimeout(final Connection connection) {
        final TcpConfiguration configuration = context.configuration;
        final int suspicious = configuration.blackHoleRetries;
        final int searched = Math.max(
                configuration.leastSearchedMssBytes,
                connection.path.searchedMssBytes == NOT_SEARCHED
                        ? configuration.searchedMssBytes
                        : connection.path.searchedMssBytes / 2);
        if (suspicious == 0
                || connection.retries < suspicious
                || searched >= connection.mssBytes
                || connection.flightBytes() <= searched) {
            return;
        }
        if (connection.path.searchedMssBytes == NOT_SEARCHED) {
            context.count(TcpCounter.BLACK_HOLES);
            final int shift = Math.min(connection.path.blackHoles++, MAX_SEARCH_SHIFT);
            connection.path.searchedUntilNs = context.nowNs() + (configuration.blackHoleLifeNs << shift);
        }
        connection.path.searchedMssBytes = searched;
        change(connection);
    }
}

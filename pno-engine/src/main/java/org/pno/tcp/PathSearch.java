package org.pno.tcp;

/**
 * RFC 4821: what a path carries is found out by what gets through. Downwards when long segments vanish and nobody says
 * why (a black hole, as Linux's tcp_mtu_probing 1); upwards, after a while, by single segments that are longer than the
 * others. The longest is tried first, then the middle of what is uncertain. A probe that is lost alone says something
 * of its length and nothing of the load. Owns {@link PathState} but for the time at which {@link SegmentSize} asks.
 */
final class PathSearch {
    /** Stands for a length that is not known: nothing is proven, or nothing was too long. */
    static final int UNKNOWN = Integer.MAX_VALUE;

    /** A black hole that is found again and again is tried less and less often: 2^6 times the first interval. */
    private static final int MAX_INTERVAL_SHIFT = 6;
    /** Less is not worth a probe: as Linux's tcp_probe_threshold. */
    private static final int WORTH_BYTES = 8;
    /** RFC 4821 7.4: with too little behind it to tell that a probe is lost, its loss would cost a timeout. */
    private static final int SEGMENTS_BEHIND = SackScoreboard.DUPLICATE_THRESHOLD;

    private final TcpContext context;

    PathSearch(final TcpContext context) {
        this.context = context;
    }

    /** What fits now: no more than both sides agreed on, the path is said to carry, and the search has proven. */
    static int fitting(final TcpContext context, final Connection connection) {
        return Math.max(SegmentSize.LEAST_MSS, Math.min(said(context, connection), connection.path.provenMssBytes));
    }

    private static int said(final TcpContext context, final Connection connection) {
        return Math.min(connection.agreedMssBytes, context.output.pathSegmentBytes(connection));
    }

    /** Takes what fits now. The answer is negative if segments have become shorter, 0 if nothing has changed. */
    int change(final Connection connection) {
        final int before = connection.mssBytes;
        connection.mssBytes = fitting(context, connection);
        if (connection.mssBytes != before) {
            connection.congestion.onSegmentBytes(connection.segmentBytes());
        }
        return connection.mssBytes - before;
    }

    /**
     * The retransmission timer has expired again and again. If what it has sent was long, shorter segments may get
     * through: 1,024 bytes as Linux, then halves of it. What comes again is the caller's business.
     */
    void onTimeout(final Connection connection) {
        final PathState path = connection.path;
        if (isProbing(connection) && connection.sndUna >= path.probeStart) {
            onTooLong(connection); // RFC 4821 7.6.3: and the timeout is one like any other.
        } else {
            onInconclusive(connection);
        }
        final TcpConfiguration configuration = context.configuration;
        final int shorter = path.provenMssBytes > configuration.searchedMssBytes
                ? configuration.searchedMssBytes
                : path.provenMssBytes / 2;
        final int proven = Math.max(configuration.leastSearchedMssBytes, shorter);
        if (configuration.blackHoleRetries == 0
                || connection.retries < configuration.blackHoleRetries
                || proven >= connection.mssBytes
                || connection.flightBytes() <= proven) {
            return;
        }
        if (path.provenMssBytes == UNKNOWN) {
            context.count(TcpCounter.BLACK_HOLES);
            path.blackHoles++;
        }
        final int shift = Math.min(Math.max(0, path.blackHoles - 1), MAX_INTERVAL_SHIFT);
        path.provenMssBytes = proven;
        path.tooLongBytes = UNKNOWN;
        path.probeAtNs = context.nowNs() + (configuration.pathProbeIntervalNs << shift);
        change(connection);
    }

    /** What is said of the path may be new. If it is to carry more than it did, that is to be proven first. */
    void onSaid(final Connection connection) {
        final PathState path = connection.path;
        if (path.provenMssBytes == UNKNOWN && said(context, connection) > connection.mssBytes) {
            path.provenMssBytes = connection.mssBytes;
            path.tooLongBytes = UNKNOWN;
            path.probeAtNs = context.nowNs();
        }
    }

    // Upwards.

    /** A probe is under way. */
    static boolean isProbing(final Connection connection) {
        return connection.path.probeEnd != PathState.NONE;
    }

    /** How long a segment is to be tried now, options included; 0 if none is. */
    int wanted(final Connection connection) {
        final PathState path = connection.path;
        if (path.provenMssBytes == UNKNOWN || context.nowNs() - path.probeAtNs < 0 || isProbing(connection)) {
            return 0;
        }
        final int most = said(context, connection);
        final int proven = connection.mssBytes;
        if (most <= proven) {
            path.provenMssBytes = UNKNOWN; // What is said is proven.
            return 0;
        }
        // RFC 4821 7.3: what the path may well carry first, then between what got through and what did not.
        final int probe = path.tooLongBytes > most ? most : proven + (path.tooLongBytes - proven) / 2;
        if (probe - proven < WORTH_BYTES) {
            path.tooLongBytes = UNKNOWN; // Found. RFC 4821 7.3: from time to time it is searched anew.
            path.probeAtNs = context.nowNs() + context.configuration.pathProbeIntervalNs;
            return 0;
        }
        return probe;
    }

    /**
     * RFC 4821 7.4: whether the probe would tell something, and soon. What is in flight now is known to be on its way,
     * and behind the probe enough can follow, by what is written and by both windows.
     */
    boolean mayTell(final Connection connection, final int payload, final int mss, final long windowBytes) {
        final long needed = payload + (long) SEGMENTS_BEHIND * mss;
        return connection.phase == LossRecovery.Phase.NONE
                && connection.scoreboard == null
                && connection.duplicateAcks == 0
                && !connection.loss.probeOwed
                && !UrgentData.isTelling(connection)
                && connection.unsentBytes() >= needed
                && connection.sendLimit() - connection.sndNxt >= needed
                && windowBytes >= needed;
    }

    /** The probe is the last that was sent. */
    void onSent(final Connection connection, final int probe, final int payload) {
        final PathState path = connection.path;
        path.probeBytes = probe;
        path.probeEnd = connection.sndNxt;
        path.probeStart = connection.sndNxt - payload;
        context.count(TcpCounter.PATH_PROBES);
    }

    /** Where the segment ends that begins at SND.UNA. */
    static long firstSegmentEnd(final Connection connection) {
        return isProbing(connection) && connection.sndUna == connection.path.probeStart
                ? connection.path.probeEnd
                : connection.sndUna + connection.segmentBytes();
    }

    /** SND.UNA has advanced. RFC 4821 7.6.1: what has got through is the length of segments from now on. */
    void onAcknowledged(final Connection connection) {
        final PathState path = connection.path;
        if (!isProbing(connection) || connection.sndUna < path.probeEnd) {
            return;
        }
        path.probeEnd = PathState.NONE;
        path.provenMssBytes = path.probeBytes;
        context.count(TcpCounter.PATH_WIDENED);
        change(connection);
    }

    /**
     * Something has been found to be lost.
     *
     * @return true if it is the probe and nothing else
     */
    boolean isLostAlone(final Connection connection) {
        final PathState path = connection.path;
        if (!isProbing(connection)) {
            return false;
        }
        final SendLog log = connection.sendLog;
        final int first = log.firstLost();
        final long end = log.lostEnd(first);
        return log.start(first) >= path.probeStart && end <= path.probeEnd && log.lostBytes() == end - log.start(first);
    }

    /** What is said of the path has become less than the probe under way. */
    boolean isProbeTooLong(final Connection connection) {
        return isProbing(connection) && connection.path.probeBytes > said(context, connection);
    }

    /** RFC 4821 7.6.2: the probe was lost alone, or a router has said so. */
    void onTooLong(final Connection connection) {
        connection.path.probeEnd = PathState.NONE;
        connection.path.tooLongBytes = connection.path.probeBytes;
        context.count(TcpCounter.PATH_PROBES_LOST);
    }

    /** RFC 4821 7.6.4: others were lost, too, so nothing is known; once more when that is some time ago. */
    void onInconclusive(final Connection connection) {
        if (isProbing(connection)) {
            connection.path.probeEnd = PathState.NONE;
            connection.path.probeAtNs = context.nowNs() + SegmentSize.ASK_NS;
        }
    }
}

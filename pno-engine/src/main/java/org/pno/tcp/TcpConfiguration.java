package org.pno.tcp;

import java.util.concurrent.TimeUnit;
import org.pno.tcp.congestion.CongestionAlgorithm;

/**
 * What can be set of PnO-TCP: name, default and meaning. Copied by the engine when it is built; times are
 * nanoseconds.
 */
public final class TcpConfiguration {
    /** Connections, half-open ones included, at one time. */
    public int maxConnections = 65_536;
    /** Half-open connections of all listeners together. */
    public int maxHalfOpen = 4_096;
    /** What becomes of a SYN when there are as many half open as may be. */
    public SynCookieMode synCookies = SynCookieMode.AUTO;
    /** Connections in TIME-WAIT; beyond it the oldest leaves early. */
    public int maxTimeWait = 65_536;
    /** Separate stretches of one connection that may be received beyond a hole. */
    public int maxHoles = 1_024;
    /** Bytes, and separate stretches, that all connections together may have received beyond holes. */
    public long maxOutOfOrderBytes = 1L << 30;

    public int maxOutOfOrderExtents = 1 << 18;
    /** Separate stretches of one connection that SACK may report. */
    public int maxSackedStretches = 512;

    /** TCP Fast Open, bits as Linux's tcp_fastopen: 1 active, 2 passive; 4, 0x200: without cookie; 0x400: always. */
    public int fastOpen = FastOpen.CLIENT;
    /** How long a key of Fast Open cookies is used for new ones; its cookies are good for as long again. */
    public long fastOpenKeyLifeNs = TimeUnit.HOURS.toNanos(12);

    /** Receive buffer at the start unless a socket sets its own, as what Linux makes of tcp_rmem's second number. */
    public int receiveBufferBytes = 1 << 16;
    /** How far it may grow with what the program reads, as tcp_rmem's third; if less than the first, not at all. */
    public int maxReceiveBufferBytes = 6 << 20;
    /**
     * What a receive S-ring holds: no window reaches beyond rxRead by more. It must be the link's
     * {@code ArenaDescriptor.STREAM_BYTES}.
     */
    public int streamBytes = 127 << 14;
    /** Longest payload of a super-segment. */
    public int maxSuperSegmentBytes = 65_535 - 20 - 60;

    /** RTO before the first measurement (RFC 6298 2.1). */
    public long initialTimeoutNs = TimeUnit.SECONDS.toNanos(1);
    /** Least RTO, as Linux. */
    public long minTimeoutNs = TimeUnit.MILLISECONDS.toNanos(200);
    /** Longest RTO after backing off, as Linux. */
    public long maxTimeoutNs = TimeUnit.SECONDS.toNanos(120);
    /** Timeouts before a connection is given up (RFC 9293 3.8.3, R2), as Linux's tcp_retries2. */
    public int retries = 15;
    /** Retransmissions of a SYN, as Linux's tcp_syn_retries. */
    public int synRetries = 6;
    /** Retransmissions of a SYN-ACK, as Linux's tcp_synack_retries. */
    public int synAckRetries = 5;
    /** Timeouts before a connection that the program has closed is given up, as Linux's tcp_orphan_retries. */
    public int orphanRetries = 8;

    /** Congestion control of sockets that choose none by TCP_CONGESTION. */
    public CongestionAlgorithm congestion = CongestionAlgorithm.CUBIC;
    /** Every connection sends at a rate; else those alone whose controller or SO_MAX_PACING_RATE says one. */
    public boolean pacing;
    /** Explicit congestion notification, as Linux's tcp_ecn. */
    public EcnMode ecn = EcnMode.ACCEPT;
    /** Slow start again after an idle timeout (RFC 5681 4.1), as Linux's tcp_slow_start_after_idle. */
    public boolean slowStartAfterIdle = true;

    /**
     * Timeouts in a row after which shorter segments are tried, as Linux's tcp_retries1 with tcp_mtu_probing 1; 0 for
     * never.
     */
    public int blackHoleRetries = 3;
    /** The MSS tried first then, as Linux's tcp_base_mss, and the least: each further timeout halves it. */
    public int searchedMssBytes = 1_024;

    public int leastSearchedMssBytes = 512;
    /**
     * After this longer segments are tried again, by probes, as Linux's tcp_probe_interval; each black hole that the
     * same connection finds doubles it.
     */
    public long pathProbeIntervalNs = TimeUnit.MINUTES.toNanos(10);

    /** How long an ACK may wait for company (RFC 9293 3.8.6.3: less than 0.5 s), as Linux's least. */
    public long delayedAckNs = TimeUnit.MILLISECONDS.toNanos(40);
    /**
     * Least distance of two challenge ACKs, or ACKs for nothing, of one connection; as Linux's tcp_invalid_ratelimit.
     */
    public long challengeIntervalNs = TimeUnit.MILLISECONDS.toNanos(500);
    /** Challenge ACKs of all connections in a second, roughly, as Linux's tcp_challenge_ack_limit; 0: any number. */
    public int challengesPerSecond = 1_000;
    /** RSTs to segments of no connection in a second, more or less; 0: any number. */
    public int resetsPerSecond = 10_000;
    /** 2 MSL, as Linux. */
    public long timeWaitNs = TimeUnit.SECONDS.toNanos(60);
    /** How long a closed program's FIN-WAIT-2 waits for the peer's FIN, as Linux's tcp_fin_timeout. */
    public long finWait2Ns = TimeUnit.SECONDS.toNanos(60);

    /** First and last ephemeral port, as Linux's ip_local_port_range. */
    public int firstEphemeralPort = 32_768;

    public int lastEphemeralPort = 60_999;

    /** Two words nobody can guess: keys of the flow table's hash, of initial sequence numbers, ports and timestamps. */
    public long secret0;

    public long secret1;

    /** Refuses what cannot work. */
    public TcpConfiguration validate() {
        require(maxConnections > 0, "maxConnections", maxConnections, "1 or more");
        require((fastOpen & ~FastOpen.ALL_BITS) == 0, "fastOpen", fastOpen, "bits 1, 2, 4, 0x200 and 0x400");
        require(fastOpenKeyLifeNs > 0, "fastOpenKeyLifeNs", fastOpenKeyLifeNs, "1 or more");
        require(maxHoles > 0, "maxHoles", maxHoles, "1 or more");
        require(maxSackedStretches > 0, "maxSackedStretches", maxSackedStretches, "1 or more");
        require(
                leastSearchedMssBytes >= SegmentSize.LEAST_MSS,
                "leastSearchedMssBytes",
                leastSearchedMssBytes,
                "48 or more");
        require(receiveBufferBytes >= 2_048, "receiveBufferBytes", receiveBufferBytes, "2048 or more");
        require(streamBytes >= 1 << 16, "streamBytes", streamBytes, "65536 or more");
        require(streamBytes <= 1 << 30, "streamBytes", streamBytes, "2^30 or less (RFC 7323 2.3)");
        require(maxSuperSegmentBytes <= 65_455, "maxSuperSegmentBytes", maxSuperSegmentBytes, "65455 or less");
        require(
                firstEphemeralPort > 0 && firstEphemeralPort <= lastEphemeralPort,
                "firstEphemeralPort",
                firstEphemeralPort,
                "1 to lastEphemeralPort");
        require(lastEphemeralPort < 65_536, "lastEphemeralPort", lastEphemeralPort, "65535 or less");
        return this;
    }

    private static void require(final boolean holds, final String name, final long value, final String allowed) {
        if (!holds) {
            throw new IllegalArgumentException(name + " is " + value + "; set it to " + allowed);
        }
    }
}

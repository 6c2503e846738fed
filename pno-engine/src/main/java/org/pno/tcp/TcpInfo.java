package org.pno.tcp;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.pno.tcp.congestion.CongestionControl;
import org.pno.wire.IpAddress;

/**
 * Writes what getsockopt(TCP_INFO) tells of a connection, laid out as Linux's {@code struct tcp_info}. Linux counts the
 * window, what is in flight and what is lost in segments; ours are bytes divided by the MSS, rounded up. Not for the
 * hot path.
 */
final class TcpInfo {
    /** As far as Linux 6.10 fills it; a program may ask for less. */
    static final int BYTES = 248;

    private static final int STATE = 0; // u8, as the ten behind it
    private static final int CA_STATE = 1;
    private static final int RETRANSMITS = 2;
    private static final int PROBES = 3;
    private static final int BACKOFF = 4;
    private static final int OPTIONS = 5;
    private static final int SCALES = 6; // ours to send below, to receive above
    private static final int RATE_APP_LIMITED = 7; // lowest bit; above it, two bits, why Fast Open failed
    private static final int RTO = 8; // u32, microseconds, as all times without another unit
    private static final int ATO = 12;
    private static final int SND_MSS = 16;
    private static final int RCV_MSS = 20;
    private static final int UNACKED = 24;
    private static final int SACKED = 28;
    private static final int LOST = 32;
    private static final int RETRANS = 36;
    private static final int LAST_DATA_SENT = 44; // milliseconds ago
    private static final int LAST_DATA_RECEIVED = 52;
    private static final int LAST_ACK_RECEIVED = 56;
    private static final int PATH_MTU = 60;
    private static final int RCV_SSTHRESH = 64;
    private static final int RTT = 68;
    private static final int RTT_VARIATION = 72;
    private static final int SND_SSTHRESH = 76;
    private static final int SND_CWND = 80;
    private static final int ADVERTISED_MSS = 84;
    private static final int REORDERING = 88;
    private static final int RCV_RTT = 92;
    private static final int RCV_SPACE = 96;
    private static final int TOTAL_RETRANS = 100;
    private static final int PACING_RATE = 104; // u64
    private static final int MAX_PACING_RATE = 112;
    private static final int BYTES_ACKED = 120;
    private static final int BYTES_RECEIVED = 128;
    private static final int SEGMENTS_OUT = 136; // u32
    private static final int SEGMENTS_IN = 140;
    private static final int NOT_SENT_BYTES = 144;
    private static final int MIN_RTT = 148;
    private static final int DATA_SEGMENTS_IN = 152;
    private static final int DATA_SEGMENTS_OUT = 156;
    private static final int DELIVERY_RATE = 160; // u64
    private static final int BUSY_TIME = 168;
    private static final int PEER_WINDOW_TIME = 176;
    private static final int DELIVERED = 192; // u32
    private static final int BYTES_SENT = 200; // u64
    private static final int BYTES_RESENT = 208;
    private static final int DSACK_DUPLICATES = 216; // u32
    private static final int REORDERINGS_SEEN = 220;
    private static final int OUT_OF_ORDER = 224;
    private static final int SND_WINDOW = 228;
    private static final int RCV_WINDOW = 232;
    private static final int TOTAL_RTO = 240; // u16

    private static final int OPTION_TIMESTAMPS = 1;
    private static final int OPTION_SACK = 2;
    private static final int OPTION_SCALES = 4;
    private static final int OPTION_ECN = 8;
    private static final int OPTION_SYN_DATA = 32;

    private static final int CA_OPEN = 0;
    private static final int CA_DISORDER = 1;
    private static final int CA_REDUCED = 2;
    private static final int CA_RECOVERY = 3;
    private static final int CA_LOSS = 4;

    private static final int INFINITE = 0x7FFF_FFFF;
    /** IP and fixed TCP header. */
    private static final int HEADERS_IPV4 = 40;

    private static final int HEADERS_IPV6 = 60;

    private static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;

    private final TcpContext context;
    private final ReceiveWindow window;
    private MemorySegment target;

    TcpInfo(final TcpContext context, final ReceiveWindow window) {
        this.context = context;
        this.window = window;
    }

    /** Writes {@link #BYTES} bytes. */
    void write(final Connection connection, final MemorySegment memory, final long at) {
        target = memory.asSlice(at, BYTES).fill((byte) 0);
        writeState(connection);
        writeSending(connection);
        writeTimes(connection);
        writeReceiving(connection);
        writeCounts(connection);
    }

    /** For a connection that is forgotten. */
    static void writeClosed(final MemorySegment memory, final long at) {
        memory.asSlice(at, BYTES).fill((byte) 0);
        memory.set(U8, at + STATE, (byte) linuxState(TcpState.CLOSED));
    }

    private static int linuxState(final TcpState state) {
        return switch (state) {
            case ESTABLISHED -> 1;
            case SYN_SENT -> 2;
            case SYN_RECEIVED -> 3;
            case FIN_WAIT_1 -> 4;
            case FIN_WAIT_2 -> 5;
            case CLOSED, TIME_WAIT -> 7; // As Linux, whose TIME-WAIT is no socket of the program's any more.
            case CLOSE_WAIT -> 8;
            case LAST_ACK -> 9;
            case LISTEN -> 10;
            case CLOSING -> 11;
        };
    }

    private void writeState(final Connection connection) {
        u8(STATE, linuxState(connection.shownState()));
        u8(CA_STATE, congestionState(connection));
        u8(RETRANSMITS, connection.retries);
        u8(PROBES, connection.probes + connection.keepProbes);
        u8(BACKOFF, connection.rtt.backoff());
        u8(
                OPTIONS,
                (connection.timestamps ? OPTION_TIMESTAMPS : 0)
                        | (connection.sackPermitted ? OPTION_SACK : 0)
                        | (connection.windowScaling ? OPTION_SCALES : 0)
                        | (connection.ecn ? OPTION_ECN : 0)
                        | (connection.fastOpen.dataTaken ? OPTION_SYN_DATA : 0));
        u8(SCALES, connection.sndScale | connection.rcvScale << 4);
    }

    private static int congestionState(final Connection connection) {
        return switch (connection.phase) {
            case TIMEOUT -> CA_LOSS;
            case FAST -> CA_RECOVERY;
            case NONE -> {
                if (Ecn.isReduced(connection)) {
                    yield CA_REDUCED;
                }
                yield connection.scoreboard != null || connection.duplicateAcks > 0 ? CA_DISORDER : CA_OPEN;
            }
        };
    }

    private void writeSending(final Connection connection) {
        final int mss = connection.segmentBytes();
        final CongestionControl congestion = connection.congestion;
        final long threshold = congestion.thresholdBytes();
        u32(SND_MSS, mss);
        u32(UNACKED, segments(connection.flightBytes(), mss));
        u32(SACKED, connection.scoreboard == null ? 0 : segments(connection.scoreboard.sackedBytes(), mss));
        if (connection.sendLog != null) {
            u32(LOST, segments(connection.sendLog.lostBytes(), mss));
            u32(RETRANS, segments(connection.sendLog.resentBytes(), mss));
        }
        u32(SND_SSTHRESH, threshold == CongestionControl.NO_THRESHOLD ? INFINITE : segments(threshold, mss));
        u32(SND_CWND, Math.max(1, congestion.windowBytes() / mss));
        u32(REORDERING, SackScoreboard.DUPLICATE_THRESHOLD);
        u32(NOT_SENT_BYTES, connection.unsentBytes());
        u32(SND_WINDOW, connection.sndWnd);
        u64(PACING_RATE, rateOrInfinite(connection.pacingRate()));
        u64(MAX_PACING_RATE, rateOrInfinite(connection.settings.maxPacingRate));
        final boolean ipv4 = IpAddress.isIpv4(connection.remoteHi, connection.remoteLo);
        u32(PATH_MTU, context.output.pathSegmentBytes(connection) + (ipv4 ? HEADERS_IPV4 : HEADERS_IPV6));
        u32(ADVERTISED_MSS, SegmentSize.offered(context.output, connection) - connection.mssBytes + mss);
    }

    private static long rateOrInfinite(final long rate) {
        return rate == Pacing.UNLIMITED ? -1 : rate;
    }

    private void writeTimes(final Connection connection) {
        final ConnectionStatistics statistics = connection.statistics;
        u32(RTO, micros(connection.rtt.backedOffNs()));
        u32(RTT, micros(connection.rtt.smoothedNs()));
        u32(RTT_VARIATION, micros(connection.rtt.variationNs()));
        u32(MIN_RTT, connection.rtt.minNs() == 0 ? -1 : micros(connection.rtt.minNs()));
        u32(LAST_DATA_SENT, millisAgo(connection.lastSentNs));
        u32(LAST_ACK_RECEIVED, millisAgo(connection.lastHeardNs));
        u64(BUSY_TIME, micros(statistics.busyNs(context.nowNs())));
        u64(PEER_WINDOW_TIME, micros(statistics.peerWindowNs(context.nowNs())));
        if (statistics.lastDataNs != Connection.NEVER) {
            u32(LAST_DATA_RECEIVED, millisAgo(statistics.lastDataNs));
            u32(ATO, micros(context.configuration.delayedAckNs));
        } else {
            u32(LAST_DATA_RECEIVED, millisAgo(connection.lastHeardNs));
        }
    }

    private void writeReceiving(final Connection connection) {
        u32(RCV_MSS, connection.rcvMssBytes);
        u32(RCV_SSTHRESH, window.bufferBytes(connection));
        u32(RCV_RTT, micros(connection.tuning.rttNs));
        u32(RCV_SPACE, connection.tuning.spaceBytes);
        u32(RCV_WINDOW, connection.receiveWindowBytes());
    }

    private void writeCounts(final Connection connection) {
        final ConnectionStatistics statistics = connection.statistics;
        u32(TOTAL_RETRANS, connection.statistics.retransmittedSegments);
        // As Linux, which counts the SYN of who connects, and the FIN.
        u64(BYTES_ACKED, Math.max(0, connection.sndUna + (statistics.active ? 1 : 0)));
        u64(BYTES_RECEIVED, connection.rcvNxt);
        u32(SEGMENTS_OUT, connection.segmentsOut);
        u32(SEGMENTS_IN, connection.segmentsIn);
        u32(DATA_SEGMENTS_IN, statistics.dataSegmentsIn);
        u32(DATA_SEGMENTS_OUT, statistics.dataSegmentsOut);
        u32(DELIVERED, segments(connection.delivery.deliveredBytes, connection.segmentBytes()));
        u64(DELIVERY_RATE, connection.deliveryRate());
        u8(RATE_APP_LIMITED, (connection.isDeliveryAppLimited() ? 1 : 0) | connection.fastOpen.fail << 1);
        u64(BYTES_SENT, statistics.bytesSent);
        u64(BYTES_RESENT, statistics.bytesResent);
        u32(DSACK_DUPLICATES, statistics.duplicatesReported);
        u32(REORDERINGS_SEEN, statistics.reorderings);
        u32(OUT_OF_ORDER, statistics.outOfOrder);
        target.set(U16, TOTAL_RTO, (short) statistics.timeouts);
    }

    private long millisAgo(final long timeNs) {
        return TimeUnit.NANOSECONDS.toMillis(context.nowNs() - timeNs);
    }

    private static long micros(final long ns) {
        return TimeUnit.NANOSECONDS.toMicros(ns);
    }

    private static long segments(final long bytes, final int mss) {
        return (bytes + mss - 1) / mss;
    }

    private void u8(final int field, final int value) {
        target.set(U8, field, (byte) Math.min(value, 0xFF));
    }

    private void u32(final int field, final long value) {
        target.set(U32, field, (int) value);
    }

    private void u64(final int field, final long value) {
        target.set(U64, field, value);
    }
}

package org.pno.stack;

import java.util.concurrent.TimeUnit;
import org.pno.tcp.ConnectionSettings;
import org.pno.tcp.TcpConfiguration;
import org.pno.tcp.congestion.CongestionAlgorithm;

/** Turns {@link SocketOptions}, in the units of setsockopt(2), into what TCP works with, defaults filled in. */
final class SettingsReader {
    /** Linux's tcp_keepalive_time, _intvl and _probes. */
    private static final int KEEP_IDLE_SECONDS = 7_200;

    private static final int KEEP_INTERVAL_SECONDS = 75;
    private static final int KEEP_COUNT = 9;

    /** As Linux's SOCK_MIN_RCVBUF. */
    private static final int LEAST_RECEIVE_BUFFER_BYTES = 2_304;

    private final CongestionAlgorithm congestion;
    private final long finWait2Ns;
    private final ConnectionSettings settings = new ConnectionSettings();

    SettingsReader(final TcpConfiguration configuration) {
        congestion = configuration.congestion;
        finWait2Ns = configuration.finWait2Ns;
    }

    /** The same object each time, filled anew. */
    ConnectionSettings read(final SocketOptions options) {
        settings.noDelay = options.noDelay;
        settings.cork = options.cork;
        settings.quickAck = options.quickAck;
        settings.keepAlive = options.keepAlive;
        settings.keepIdleNs = TimeUnit.SECONDS.toNanos(orDefault(options.keepIdleSeconds, KEEP_IDLE_SECONDS));
        settings.keepIntervalNs =
                TimeUnit.SECONDS.toNanos(orDefault(options.keepIntervalSeconds, KEEP_INTERVAL_SECONDS));
        settings.keepCount = orDefault(options.keepCount, KEEP_COUNT);
        settings.userTimeoutNs = TimeUnit.MILLISECONDS.toNanos(Math.max(0, options.userTimeoutMillis));
        settings.receiveBufferBytes =
                options.receiveBufferBytes <= 0 ? 0 : Math.max(LEAST_RECEIVE_BUFFER_BYTES, options.receiveBufferBytes);
        settings.maxSegmentBytes = Math.max(0, options.maxSegmentBytes);
        settings.maxPacingRate = Math.max(0, options.maxPacingRate);
        settings.congestion = CongestionAlgorithm.of(options.congestion, congestion);
        readRest(options);
        return settings;
    }

    private void readRest(final SocketOptions options) {
        settings.synRetries = options.synCount;
        settings.finWait2Ns =
                options.linger2Seconds == 0 ? finWait2Ns : TimeUnit.SECONDS.toNanos(options.linger2Seconds);
        settings.deferAccept = options.deferAccept;
        settings.windowClampBytes =
                options.windowClampBytes == 0 ? 0 : Math.max(LEAST_RECEIVE_BUFFER_BYTES / 2, options.windowClampBytes);
        settings.fastOpen = options.fastOpen;
        settings.fastOpenWithoutCookie = options.fastOpenWithoutCookie;
        settings.tellsSent = options.tellsSent;
        settings.fastOpenQueue = options.fastOpenQueue;
        settings.reusePort = options.reusePort;
        settings.owner = options.owner;
        settings.tos = options.tos;
        settings.trafficClass = options.trafficClass;
        settings.timeToLive = options.timeToLive;
        settings.hopLimit = options.hopLimit;
    }

    private static int orDefault(final int value, final int defaultValue) {
        return value > 0 ? value : defaultValue;
    }
}

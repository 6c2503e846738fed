package org.pno.tcp;

import org.pno.tcp.congestion.RateSample;

/**
 * How fast the path delivers: draft-cheng-iccrg-delivery-rate-estimation. Each stretch in flight knows what had been
 * delivered when it was sent; when its delivery is told, the difference over the time it took is a sample of the rate.
 * The time is the longer one of sending and being acknowledged, so that neither a burst of ACKs nor one of segments
 * makes the path look faster than it is.
 */
final class DeliveryRate {
    private final TcpContext context;
    private final RateSample sample = new RateSample();

    DeliveryRate(final TcpContext context) {
        this.context = context;
    }

    /** 3.3, UpdateRateSample (): stretch {@code index} of the log is delivered, or its beginning. */
    void onDelivered(final SendLog log, final int index, final AckSummary ack) {
        final long sentNs = log.timeNs(index);
        if (!log.isResent(index)) {
            final long rttNs = context.nowNs() - sentNs;
            ack.pathRttNs = ack.rttSamples == 0 ? rttNs : Math.min(ack.pathRttNs, rttNs);
            ack.rttSamples++;
        }
        if (sentNs >= ack.sampleSentNs) { // What was sent last tells most of the present.
            ack.sampleSentNs = sentNs;
            ack.sampleDelivered = log.delivered(index);
            ack.sampleDeliveredAtNs = log.deliveredAtNs(index);
            ack.sampleFirstSentNs = log.firstSentNs(index);
            ack.sampleAppLimited = log.isAppLimited(index);
        }
    }

    /** 3.3, GenerateRateSample (): the ACK has been read and judged, and it has delivered something. */
    void onAckEnd(final Connection connection, final AckSummary ack) {
        final DeliveryState state = connection.delivery;
        final long nowNs = context.nowNs();
        state.deliveredBytes += ack.deliveredBytes;
        state.deliveredAtNs = nowNs;
        state.firstSentNs = ack.sampleSentNs;
        if (state.appLimitedUntil != 0 && state.deliveredBytes > state.appLimitedUntil) {
            state.appLimitedUntil = 0; // The bubble has gone through.
        }
        if (ack.rttSamples > 0) {
            connection.rtt.onDelivery(ack.pathRttNs);
        }
        long intervalNs = Math.max(ack.sampleSentNs - ack.sampleFirstSentNs, nowNs - ack.sampleDeliveredAtNs);
        if (intervalNs < connection.rtt.minNs()) { // No round trip: what was acknowledged is an earlier transmission.
            intervalNs = 0;
        }
        if (intervalNs > 0) {
            keep(state, state.deliveredBytes - ack.sampleDelivered, intervalNs, ack.sampleAppLimited);
        }
        if (connection.congestion.controlsRate()) {
            tell(connection, ack, intervalNs);
        }
    }

    /** As Linux for TCP_INFO: what the program limited counts only if it was no slower. */
    private static void keep(
            final DeliveryState state, final long bytes, final long intervalNs, final boolean appLimited) {
        if (!appLimited || (double) bytes * state.rateIntervalNs >= (double) state.rateBytes * intervalNs) {
            state.rateBytes = bytes;
            state.rateIntervalNs = intervalNs;
            state.rateAppLimited = appLimited;
        }
    }

    private void tell(final Connection connection, final AckSummary ack, final long intervalNs) {
        final DeliveryState state = connection.delivery;
        fill(connection);
        sample.priorDelivered = ack.sampleDelivered;
        sample.intervalNs = intervalNs;
        sample.appLimited = ack.sampleAppLimited;
        sample.newlyDelivered = ack.deliveredBytes;
        sample.newlyLost = ack.lostBytes;
        sample.rttNs = ack.rttSamples > 0 ? ack.pathRttNs : -1;
        sample.ackDelayed = state.deliveredBytes - ack.sampleDelivered < connection.segmentBytes();
        sample.priorFlightBytes = ack.pipeBefore;
        sample.phase = switch (connection.phase) {
            case NONE -> RateSample.OPEN;
            case FAST -> RateSample.RECOVERY;
            case TIMEOUT -> RateSample.TIMEOUT;
        };
        connection.congestion.onRateSample(sample);
        if (sample.limitsItself) {
            markAppLimited(connection, sample.flightBytes);
        }
    }

    private void fill(final Connection connection) {
        sample.nowNs = context.nowNs();
        sample.deliveredBytes = connection.delivery.deliveredBytes;
        sample.lostBytes = connection.delivery.lostBytes;
        sample.smoothedRttNs = connection.rtt.smoothedNs();
        sample.minRttNs = connection.rtt.minNs();
        sample.flightBytes = LossRecovery.pipe(connection);
        sample.appLimited = connection.delivery.isAppLimited();
        sample.limitsItself = false;
    }

    /** Sending begins; nothing is in flight. */
    void onTransmitStart(final Connection connection) {
        // Neither a window nor pacing has kept anything back until now.
        if (!connection.persisting && !connection.windowHeld && !connection.paceHeld) {
            markAppLimited(connection, 0);
        }
        if (connection.congestion.controlsRate()) {
            fill(connection);
            connection.congestion.onTransmitStart(sample);
        }
    }

    /**
     * 3.4: all that may be sent has been. If there was too little of it, what is sent next is not a sign of what the
     * path can do, until all that is in flight now has been delivered.
     */
    static void onFlushed(final Connection connection, final long windowBytes) {
        final SendLog log = connection.sendLog;
        final long flight = LossRecovery.pipe(connection);
        if (connection.unsentBytes() < connection.segmentBytes()
                && flight < windowBytes
                && (log == null || log.lostBytes() == 0)) {
            markAppLimited(connection, flight);
        }
    }

    private static void markAppLimited(final Connection connection, final long flight) {
        final DeliveryState state = connection.delivery;
        state.appLimitedUntil = Math.max(1, state.deliveredBytes + flight);
    }
}

package org.pno.tcp;

/**
 * RFC 6937, with the safe ACK of RFC 9937: how much may be sent while fast recovery leads the flight down to the slow
 * start threshold. As long as more than that is in flight, in proportion to what arrives; below it, as much as arrives,
 * or a segment more while nothing further is lost. What the threshold is congestion control says.
 */
final class ProportionalRateReduction {
    /** Fast recovery begins; the ACK that told of the loss is still to be counted. */
    void begin(final Connection connection, final long pipe, final AckSummary ack) {
        final RecoveryState state = connection.loss;
        // RFC 9937 5: what is in flight and not reported, with what this ACK has delivered.
        state.recoverFlight = Math.max(connection.segmentBytes(), inFlight(connection) + ack.deliveredBytes);
        state.prrDelivered = 0;
        state.prrOut = 0;
        state.prrWindow = pipe;
    }

    private static long inFlight(final Connection connection) {
        return connection.sendLog == null ? 0 : connection.sendLog.totalBytes();
    }

    /** RFC 6937 3, upon each ACK in recovery. {@code safe}: it advances SND.UNA and tells of no further loss. */
    void onAck(final Connection connection, final long pipe, final long deliveredBytes, final boolean safe) {
        final RecoveryState state = connection.loss;
        final long threshold = connection.congestion.thresholdBytes();
        final int mss = connection.segmentBytes();
        state.prrDelivered += deliveredBytes;
        long allowed;
        if (pipe > threshold) { // Proportional rate reduction.
            allowed = ceilOfProduct(state.prrDelivered, threshold, state.recoverFlight) - state.prrOut;
        } else { // Slow start reduction bound, or conservative reduction bound.
            allowed = Math.max(state.prrDelivered - state.prrOut, deliveredBytes) + (safe ? mss : 0);
            allowed = Math.min(allowed, threshold - pipe);
        }
        if (state.prrOut == 0) { // The fast retransmit goes out in any case.
            allowed = Math.max(allowed, mss);
        }
        state.prrWindow = pipe + Math.max(0, allowed);
    }

    private static long ceilOfProduct(final long delivered, final long threshold, final long flight) {
        return (delivered * threshold + flight - 1) / flight; // Both below 2^31: SND.WND and the ring bound them.
    }

    /** New or lost data was sent in recovery. */
    void onSent(final Connection connection, final long bytes) {
        connection.loss.prrOut += bytes;
    }
}

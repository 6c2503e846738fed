package org.pno.tcp;

/**
 * How much a connection has delivered, when, and at what rate: the connection's variables of
 * draft-cheng-iccrg-delivery-rate-estimation 2.2. A carrier; {@link DeliveryRate} says what follows.
 */
final class DeliveryState {
    /** C.delivered: bytes that the peer is known to have, in whatever order they came. */
    long deliveredBytes;
    /** Bytes that were found lost, each transmission of them. */
    long lostBytes;
    /** C.delivered_time: when that last became more, or a flight began. */
    long deliveredAtNs;
    /** C.first_sent_time: when that was sent whose delivery was told last, or a flight began. */
    long firstSentNs;
    /** C.app_limited: until so much is delivered, the program was what limited; 0 if it is not. */
    long appLimitedUntil;

    /** The last sample that counts: bytes, over so long, and whether the program was what limited. */
    long rateBytes;

    long rateIntervalNs;
    boolean rateAppLimited;

    void reset() {
        deliveredBytes = 0;
        lostBytes = 0;
        deliveredAtNs = 0;
        firstSentNs = 0;
        appLimitedUntil = 0;
        rateBytes = 0;
        rateIntervalNs = 0;
        rateAppLimited = false;
    }

    /** Something is sent, and nothing was in flight. */
    void beginFlight(final long nowNs) {
        deliveredAtNs = nowNs;
        firstSentNs = nowNs;
    }

    boolean isAppLimited() {
        return appLimitedUntil != 0;
    }

    /** The delivery rate, bytes per second; 0 if it is not known. */
    long bytesPerSecond() {
        return rateIntervalNs == 0 ? 0 : (long) (rateBytes * 1e9 / rateIntervalNs);
    }
}

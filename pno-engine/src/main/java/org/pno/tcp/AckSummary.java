package org.pno.tcp;

import org.pno.wire.TcpOptions;

/** What the ACK under way has told, gathered while it is taken, for loss recovery to judge when it ends. */
final class AckSummary {
    /** SND.UNA has moved. */
    boolean advances;
    /** Bytes acknowledged now that had not been reported before. */
    long newsBytes;
    /** Round-trip time that it measures, or -1. */
    long rttNs;
    /** Positions that are known to have arrived since this ACK: acknowledged or reported. */
    long deliveredBytes;
    /** Positions found lost by this ACK. */
    long lostBytes;
    /** In the network before this ACK. */
    long pipeBefore;
    /** Round-trip times of what was delivered and sent once: how many, and the least; -1 if there is none. */
    int rttSamples;

    long pathRttNs;

    /** Of what was delivered, that sent last: when, and what {@link DeliveryState} was then. */
    long sampleSentNs;

    long sampleDelivered;
    long sampleDeliveredAtNs;
    long sampleFirstSentNs;
    boolean sampleAppLimited;

    /** Something has arrived that was sent once and was in flight when recovery began. */
    boolean originalDelivered;
    /** Something has arrived that was sent more than once. */
    boolean resentDelivered;
    /** One behind the highest position that had arrived before (RFC 8985's RACK.fack). */
    long highestBefore;
    /** SACK reports something new. */
    boolean reports;
    /** It acknowledges, reports and changes nothing (RFC 5681 2). */
    boolean duplicate;

    /** It has a D-SACK (RFC 2883), of {@link #dsackStart} to {@link #dsackEnd}. */
    boolean dsack;

    long dsackStart;
    long dsackEnd;

    /** It echoes a timestamp of ours, which stood then at {@link #echoClock}. */
    boolean echoes;

    int echoClock;

    void begin(final Connection connection, final Segment segment) {
        final TcpOptions options = segment.options();
        advances = segment.ackPosition > connection.sndUna;
        newsBytes = 0;
        rttNs = -1;
        deliveredBytes = 0;
        lostBytes = 0;
        rttSamples = 0;
        pathRttNs = -1;
        sampleSentNs = Long.MIN_VALUE;
        originalDelivered = false;
        resentDelivered = false;
        highestBefore = connection.loss.highestDelivered;
        reports = false;
        duplicate = false;
        dsack = false;
        echoes = connection.timestamps && options.timestamps() && options.timestampEcho() != 0;
        echoClock = options.timestampEcho() - connection.timestampOffset;
    }
}

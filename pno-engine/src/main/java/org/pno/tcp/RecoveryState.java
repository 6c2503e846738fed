package org.pno.tcp;

/** What loss recovery remembers of one connection: a carrier, each group of variables with the class it belongs to. */
final class RecoveryState {
    /** Stands for a position that is not set. */
    static final long NONE = -1;

    // Rack: RFC 8985 5.3.
    /** RACK.xmit_ts and RACK.end_seq: of what was sent last of all that has been delivered. */
    long rackTimeNs;

    long rackEnd;
    /** RACK.rtt. */
    long rackRttNs;
    /** RACK.fack: one behind the highest position delivered. */
    long highestDelivered;
    /** RACK.reordering_seen. */
    boolean reorderingSeen;
    /** RACK.dsack_round: the reordering window has grown, and does so again when this is acknowledged. */
    long dsackRound;
    /** RACK.reo_wnd_mult and RACK.reo_wnd_persist. */
    int windowQuarters;

    int windowPersists;

    // TailLossProbe: RFC 8985 7.1.
    /** TLP.end_seq. */
    long probeEnd;
    /** TLP.is_retrans. */
    boolean probeResent;

    /** The timer of loss detection is set as PTO, not for reordering. */
    boolean probeTimer;
    /** The PTO is to be set anew at the end of the flush. */
    boolean probeTimerDue;

    boolean probeOwed;

    // ProportionalRateReduction: RFC 6937 3.
    long recoverFlight;
    long prrDelivered;
    long prrOut;
    long prrWindow;

    // SpuriousRecovery.
    /** SND.UNA when the congestion window was last reduced, as long as that can be undone. */
    long undoFrom;
    /** Bytes sent again since then that no D-SACK has told to be needless; {@link #NONE} if none were sent again. */
    long undoBytes;
    /** The timestamp clock at the first retransmission since then. */
    int firstResendClock;
    /** F-RTO: the timeout may have been spurious. */
    boolean frto;
    /** F-RTO: new data is sent, and nothing again, until the next ACK. */
    boolean frtoHolds;

    void reset() {
        rackTimeNs = Long.MIN_VALUE;
        rackEnd = NONE;
        rackRttNs = 0;
        highestDelivered = NONE;
        reorderingSeen = false;
        dsackRound = NONE;
        windowQuarters = 1;
        windowPersists = 0;
        probeEnd = NONE;
        probeResent = false;
        probeTimer = false;
        probeTimerDue = false;
        probeOwed = false;
        recoverFlight = 0;
        prrDelivered = 0;
        prrOut = 0;
        prrWindow = 0;
        undoFrom = NONE;
        undoBytes = NONE;
        firstResendClock = 0;
        frto = false;
        frtoHolds = false;
    }
}

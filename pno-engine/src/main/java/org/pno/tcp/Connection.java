package org.pno.tcp;

import org.pno.tcp.congestion.CongestionControl;
import org.pno.wire.IpAddress;
import org.pno.wire.SeqNum;
import org.pno.wire.TcpOptions;

/**
 * One connection: the variables of RFC 9293 3.3.1, counted in stream positions (0 is the first byte behind the SYN,
 * so the SYN stands at -1, and a FIN behind n bytes at n), and what the other duties remember of it. It decides
 * nothing but which state may follow which. Pooled: {@link #reset} makes it new. The engine's thread.
 */
public final class Connection extends Flow {
    /** A timer that is not set. */
    static final long NEVER = Long.MAX_VALUE;
    /** No FIN yet. */
    static final long NO_FIN = -1;
    /** No position. */
    static final long NOWHERE = -1;

    final int number;
    private TcpState state = TcpState.CLOSED;

    // Send sequence space: SND.UNA, SND.NXT, SND.WND and their company.
    long sndUna;
    /** One behind the highest position sent; it never goes back, not even to retransmit. */
    long sndNxt;

    long sndWnd;
    long sndWl1;
    long sndWl2;
    long maxSndWnd;
    /** Written by the host. */
    long txWritten;
    /** If this is what was written, more is about to follow (MSG_MORE). */
    long moreFollowsAt;
    /** Where our FIN stands, once the host has asked for it. */
    long finPosition;
    /** End of the last segment that was sent less than full: what Minshall's form of Nagle's algorithm waits for. */
    long smallSegmentEnd;

    // Receive sequence space: RCV.NXT, and how the window stands to it.
    long rcvNxt;
    /** What the host can see; acknowledgements reach no further. */
    long rcvPublished;

    boolean finPublished;
    /** Last.ACK.sent of RFC 7323. */
    long rcvAcked;
    /** The window's right edge, as far as it was ever advertised. */
    long rcvEdge;
    /** The widest window that was ever advertised. */
    long maxRcvWnd;
    /** Read by the host. */
    long rxRead;
    /** How large the buffer is, unless the program has said it. */
    final ReceiveTuning.State tuning = new ReceiveTuning.State();
    /** Where the peer's FIN stands, once it was seen; data up to it may still be missing. */
    long peerFin;
    /** Null while there is no hole. */
    Reassembly reassembly;
    /** What was received twice and is to be reported with the next ACK (RFC 2883); empty if nothing is. */
    long dsackStart;

    long dsackEnd;

    // Fixed by the handshake.
    int iss;
    int irs;
    /** What both sides take: no path makes segments longer. */
    int agreedMssBytes;

    byte sndScale;
    byte rcvScale;
    boolean windowScaling;
    boolean sackPermitted;
    boolean timestamps;
    int timestampOffset;
    int tsRecent;
    long tsRecentAtNs;

    // Path.
    /** What our segments may be long now, options included. */
    int mssBytes;

    final PathState path = new PathState();

    // Loss recovery.
    LossRecovery.Phase phase = LossRecovery.Phase.NONE;
    int duplicateAcks;
    long recoveryPoint;
    long renoSackedBytes;
    final RecoveryState loss = new RecoveryState();
    final DeliveryState delivery = new DeliveryState();
    final UrgentState urgent = new UrgentState();
    /** Null while nothing is in flight. */
    SendLog sendLog;
    /** Null while nothing is reported by SACK. */
    SackScoreboard scoreboard;

    CongestionControl congestion;
    final RttEstimator rtt;
    boolean rttTimed;
    long rttEnd;
    long rttSentNs;
    /** The last flush left data behind because of the congestion window. */
    boolean windowHeld;

    final WindowUsage usage = new WindowUsage();
    /** Pacing: when the rate allows to send again; the last flush had to wait for it. */
    long nextSendNs;

    boolean paceHeld;
    long lastSentNs;
    /** Up to when pauses have been told to the congestion control. */
    long pauseToldNs;

    /** Explicit congestion notification: asked for, then agreed on. */
    boolean ecn;
    /** What was received last came marked, or RFC 3168's echo goes on. */
    boolean ecnEcho;
    /** Up to here what held was the opposite of {@link #ecnEcho}. */
    long echoChange;
    /** Changes before that one that no ACK has told of yet; null until there was one. */
    EchoChanges earlierChanges;
    /** No ACK goes further while this one is split. */
    long ackLimit;

    boolean cwrOwed;
    /** SND.NXT when the window last gave way to an echo. */
    long ecnPoint;

    // Acknowledging.
    int rcvMssBytes;
    int quickAcks;
    boolean interactive;
    boolean ackWhenPublished;
    /** Duplicate ACKs that the peer waits for. */
    int duplicatesOwed;

    // What the next flush has to send besides data.
    boolean synOwed;
    boolean ackOwed;
    boolean resetOwed;
    boolean probeOwed;
    boolean partialOwed;
    boolean retransmitOwed;

    // Timers, as deadlines.
    long retransmitAtNs;
    /** The retransmission timer was set as persist timer. */
    boolean persisting;

    /** The reordering timer of RACK, or the PTO. */
    long lossAtNs;

    long ackAtNs;
    long lifeAtNs;
    /** When what pacing holds back may go. */
    long paceAtNs;
    /** For what the wheel is set; never later than the first of the five above. */
    long wheelAtNs;

    int retries;
    int probes;
    int keepProbes;
    long firstRetryNs;
    long lastHeardNs;
    long lastChallengeNs;
    /** When the layer below was last told that the peer is there. */
    long confirmedNs;

    // Life.
    final ConnectionSettings settings = new ConnectionSettings();
    /** The listener of a passive open, as long as it is half open. */
    Listener listener;

    Connection nextHalfOpen;
    Connection previousHalfOpen;
    /** Of its handshake, as long as it is half open. */
    FinalAck finalAck = FinalAck.AWAITED;
    /** The host was told of it, so it must be told of its end. */
    boolean announced;
    /** The last holder is gone. */
    boolean orphan;

    int error;
    int softError;
    /** How often it was made new: the number is used again, this is not. */
    private int life;

    boolean inUse;
    boolean dirty;
    Connection nextDirty;

    final FastOpenState fastOpen = new FastOpenState();
    final ConnectionStatistics statistics = new ConnectionStatistics();
    long segmentsIn;
    long segmentsOut;

    Connection(final int number, final TcpConfiguration configuration) {
        this.number = number;
        rtt = new RttEstimator(configuration);
    }

    /** As new, closed, with initial values that no handshake has changed yet. */
    void reset(final long nowNs) {
        resetSending();
        resetReceiving(nowNs);
        resetRecovery();
        resetTimers(nowNs);
        resetLife();
    }

    private void resetSending() {
        urgent.reset();
        sndUna = -1;
        sndNxt = -1;
        sndWnd = 0;
        sndWl1 = -1;
        sndWl2 = -1;
        maxSndWnd = 0;
        txWritten = 0;
        moreFollowsAt = NOWHERE;
        finPosition = NO_FIN;
        smallSegmentEnd = -1;
        synOwed = false;
        resetOwed = false;
        probeOwed = false;
        partialOwed = false;
    }

    private void resetReceiving(final long nowNs) {
        rcvNxt = 0;
        rcvPublished = 0;
        finPublished = false;
        rcvAcked = 0;
        rcvEdge = 0;
        maxRcvWnd = 0;
        rxRead = 0;
        dsackStart = 0;
        dsackEnd = 0;
        peerFin = NO_FIN;
        timestamps = false;
        sackPermitted = false;
        windowScaling = false;
        sndScale = 0;
        rcvScale = 0;
        tsRecent = 0;
        tsRecentAtNs = nowNs;
        rcvMssBytes = 0;
        quickAcks = 0;
        interactive = false;
        ecn = false;
        ecnEcho = false;
        echoChange = -1;
        if (earlierChanges != null) {
            earlierChanges.clear();
        }
        ackLimit = Long.MAX_VALUE;
        cwrOwed = false;
        ecnPoint = -1;
        ackWhenPublished = false;
        ackOwed = false;
        duplicatesOwed = 0;
    }

    private void resetRecovery() {
        path.reset();
        phase = LossRecovery.Phase.NONE;
        duplicateAcks = 0;
        recoveryPoint = -1;
        renoSackedBytes = 0;
        loss.reset();
        delivery.reset();
        retransmitOwed = false;
        rtt.reset();
        rttTimed = false;
        windowHeld = false;
    }

    private void resetTimers(final long nowNs) {
        retransmitAtNs = NEVER;
        persisting = false;
        lossAtNs = NEVER;
        ackAtNs = NEVER;
        lifeAtNs = NEVER;
        paceAtNs = NEVER;
        nextSendNs = nowNs;
        paceHeld = false;
        wheelAtNs = NEVER;
        retries = 0;
        probes = 0;
        keepProbes = 0;
        firstRetryNs = NEVER;
        lastHeardNs = nowNs;
        lastSentNs = nowNs;
        pauseToldNs = nowNs;
        usage.reset(nowNs);
        lastChallengeNs = NEVER;
        confirmedNs = nowNs;
    }

    private void resetLife() {
        life++;
        finalAck = FinalAck.AWAITED;
        announced = false;
        orphan = false;
        error = 0;
        softError = 0;
        segmentsIn = 0;
        segmentsOut = 0;
        statistics.reset();
        fastOpen.reset();
    }

    /** The only place where the state changes. */
    void changeState(final TcpState next) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException("connection " + number + " cannot go from " + state + " to " + next);
        }
        state = next;
    }

    public int number() {
        return number;
    }

    public TcpState state() {
        return state;
    }

    /** As {@link #state}, or SYN-RECEIVED where Fast Open is ahead of the handshake: what Linux tells. */
    public TcpState shownState() {
        return isUnproven() && state == TcpState.ESTABLISHED ? TcpState.SYN_RECEIVED : state;
    }

    /** RFC 7413: opened by a SYN with data, of which no ACK has proved yet that it came from where it says. */
    boolean isUnproven() {
        return fastOpen.unprovenOf != null;
    }

    boolean isClosed() {
        return state == TcpState.CLOSED;
    }

    /** The sequence number of a position of ours. */
    int sequenceOf(final long position) {
        return SeqNum.ofPosition(iss, position);
    }

    /** The peer's sequence number of a position of its stream. */
    int peerSequenceOf(final long position) {
        return SeqNum.ofPosition(irs, position);
    }

    /** RCV.NXT on the wire: what we have, acknowledged or not. */
    int sequenceExpected() {
        return peerSequenceOf(rcvNxt);
    }

    /** How far we may acknowledge: no further than the host can see. */
    long ackablePosition() {
        return Math.min(ackLimit, rcvPublished + (finPublished ? 1 : 0));
    }

    /** SEG.ACK of what we send. */
    int acknowledgment() {
        return peerSequenceOf(ackablePosition());
    }

    /** FlightSize of RFC 5681, in sequence numbers. */
    long flightBytes() {
        return sndNxt - sndUna;
    }

    /** The first position that the peer's window does not allow. */
    long sendLimit() {
        return sndUna + sndWnd;
    }

    /** Payload of a full segment beside {@code optionsLength} bytes of options. */
    int segmentBytes(final int optionsLength) {
        return Math.max(SegmentSize.LEAST_MSS, mssBytes - optionsLength);
    }

    /** Payload of a full segment with the options that every segment has. */
    int segmentBytes() {
        return segmentBytes(timestamps ? TcpOptions.TIMESTAMPS_BYTES : 0);
    }

    boolean isMoreToCome() {
        return moreFollowsAt == txWritten;
    }

    boolean finRequested() {
        return finPosition != NO_FIN;
    }

    /** Our FIN has not been sent although it was asked for. */
    boolean finUnsent() {
        return finRequested() && sndNxt <= finPosition;
    }

    boolean finAcknowledged() {
        return finRequested() && sndUna > finPosition;
    }

    /** Bytes written that were never sent. */
    long unsentBytes() {
        return Math.max(0, (finRequested() ? finPosition : txWritten) - sndNxt);
    }

    /** SACK has something to say. */
    boolean hasReports() {
        return sackPermitted && (reassembly != null || dsackStart < dsackEnd);
    }

    boolean finReceived() {
        return peerFin != NO_FIN && rcvNxt > peerFin;
    }

    /** Bytes received in order, as a position. */
    public long rxCommittable() {
        return finReceived() ? peerFin : rcvNxt;
    }

    /** Where the peer's FIN stands, once all before it was received; -1 until then. */
    public long finReceivedAt() {
        return finReceived() ? peerFin : NO_FIN;
    }

    /** Bytes that the peer has acknowledged, as a position. */
    public long txAcked() {
        return Math.max(0, finAcknowledged() ? finPosition : sndUna);
    }

    /** Bytes that were sent, as a position; 0 unless the settings want it told. */
    public long txSent() {
        return settings.tellsSent ? Math.clamp(sndNxt, 0, txWritten) : 0;
    }

    /** True once all that was written and our FIN are acknowledged, or nothing can be any more. */
    public boolean isTxDone() {
        return finAcknowledged() || state == TcpState.CLOSED || state == TcpState.TIME_WAIT;
    }

    @Override
    public int typeOfService() {
        return IpAddress.isIpv4(remoteHi, remoteLo) ? settings.tos : settings.trafficClass;
    }

    @Override
    public int hops() {
        return IpAddress.isIpv4(remoteHi, remoteLo) ? settings.timeToLive : settings.hopLimit;
    }

    public UrgentState urgent() {
        return urgent;
    }

    /** errno that ended the connection, or 0. */
    public int error() {
        return error;
    }

    /** With the number it tells this connection from all that had the number before. */
    public int life() {
        return life;
    }

    // What ss -ti and the journal want to know.

    public int initialSendSequence() {
        return iss;
    }

    public int initialReceiveSequence() {
        return irs;
    }

    public int mssBytes() {
        return segmentBytes();
    }

    public int sendWindowScale() {
        return sndScale;
    }

    public int receiveWindowScale() {
        return rcvScale;
    }

    public boolean sackPermitted() {
        return sackPermitted;
    }

    public boolean timestamps() {
        return timestamps;
    }

    public int timestampOffset() {
        return timestampOffset;
    }

    /** SND.UNA. */
    public long sendUnacknowledged() {
        return sndUna;
    }

    /** SND.NXT. */
    public long sendNext() {
        return sndNxt;
    }

    /** RCV.NXT. */
    public long receiveNext() {
        return rcvNxt;
    }

    /** The window's right edge as advertised. */
    public long receiveEdge() {
        return rcvEdge;
    }

    /** SND.WND. */
    public long sendWindowBytes() {
        return sndWnd;
    }

    /** RCV.WND. */
    public long receiveWindowBytes() {
        return Math.max(0, rcvEdge - rcvNxt);
    }

    /** Written and not acknowledged. */
    public long sendQueueBytes() {
        return txWritten - txAcked();
    }

    /** Received in order and not read. */
    public long receiveQueueBytes() {
        return rxCommittable() - rxRead;
    }

    public CongestionControl congestionControl() {
        return congestion;
    }

    public long smoothedRttNs() {
        return rtt.smoothedNs();
    }

    /** How fast it sends, or would if it were paced: bytes per second, 0 while that is not known. */
    public long pacingRate() {
        return Pacing.rate(this);
    }

    /** Bytes that the peer is known to have, in whatever order they came. */
    public long deliveredBytes() {
        return delivery.deliveredBytes;
    }

    /** How fast the path delivers, bytes per second; 0 if that is not known. */
    public long deliveryRate() {
        return delivery.bytesPerSecond();
    }

    /** The program, not the path, limited {@link #deliveryRate}. */
    public boolean isDeliveryAppLimited() {
        return delivery.rateAppLimited;
    }

    public long rttVariationNs() {
        return rtt.variationNs();
    }

    public long retransmissionTimeoutNs() {
        return rtt.backedOffNs();
    }

    public long retransmittedSegments() {
        return statistics.retransmittedSegments;
    }

    public long segmentsIn() {
        return segmentsIn;
    }

    public long segmentsOut() {
        return segmentsOut;
    }

    @Override
    public String toString() {
        return "connection " + number + " " + state + " snd " + sndUna + ".." + sndNxt + "/" + sendLimit() + " rcv "
                + rcvPublished + ".." + rcvNxt + "/" + rcvEdge;
    }
}

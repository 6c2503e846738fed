package org.pno.bridge;

import org.pno.link.DpuLine;
import org.pno.link.HostMemory;
import org.pno.link.RecordDescriptor;

/**
 * The private state of one record: what its host was granted and has said, what was published, where its bytes stand.
 * Fields are plain and package-private, because the duties of the bridge are split over its classes; each group of them
 * names the class that alone changes it.
 */
final class BridgeSocket {
    static final int NONE = -1;

    /** What a record is used for. */
    enum Role {
        /** The DPU holds nothing of it. */
        FREE,
        /** Offered by a listener's credit, not yet taken by a handshake. */
        CREDIT,
        CONNECTION,
        LISTENER
    }

    /** How far the one publication is that a record may have under way. */
    enum Publication {
        NONE,
        /** Levels are taken; what was posted before is not yet complete. */
        WAITING,
        /** Positions and addresses are posted, status and answer follow. */
        POSITIONS,
        /** All is posted. */
        POSTED
    }

    final HostArena arena;
    final int record;
    /** Of the record in the arena. */
    final long offset;

    Role role = Role.FREE;

    int generation;
    /** The generation that a CREDIT will have. */
    int creditGeneration;
    /** The stack's number of the connection, or NONE: not connected yet, or the stack has forgotten it. */
    int connection = NONE;

    /** A LISTEN that waits for the record to be read, or null. */
    ListenRequest listenRequest;
    /** The listener side of a LISTENER, else null. */
    ListenerSide listenerSide;
    /** The listener that a CREDIT or an accepted connection belongs to until the host has taken it, else null. */
    BridgeSocket acceptedBy;
    /** Its record has been published, so its listener may tell of it. */
    boolean isIntroduced;
    /** Counts in its user's quota. */
    boolean isCounted;
    /** A connect is under way. */
    boolean isConnecting;
    /** No process holds the record any more. */
    boolean isClosed;
    /** Some process let go of it before its listener's rxRead was seen to have passed its entry. */
    boolean isReleasedEarly;
    /** What stands for it outside the arena and is open: while there is any, it counts as held. */
    int anchors;
    /** The version of the holder slots' states in which no slot was found to hold it, or NONE. */
    long unheldVersion = NONE;
    /** Stands in the {@link HolderQueue}. */
    boolean isCheckWanted;

    // The host's levels, judged (HostLevels).
    long txWritten;
    long rxRead;
    long txFin;
    long txWait;
    long txUrgent;
    /** The most that was said to be written, which counts once the txUrgent before it has been read. */
    long txTold;

    int eventChannel;
    int requestNumber;
    long infoAsked;

    // Record reads (RecordReads).
    int wantedFlags;
    boolean isReadUnderWay;
    /** txTold when the read under way was posted. */
    long readTold;

    boolean isReadLater;

    // Publication (Publisher).
    final DpuLine line = new DpuLine();
    Publication publication = Publication.NONE;
    boolean isDirty;
    boolean isAddressPosted;
    /** Until they are posted, of a connection that the stack has forgotten before. */
    ConnectionAddresses addresses;

    /** Something that a waiting host wants to know rose. */
    boolean hasRisen;
    /** The publication raises rxCommitted or rxFin. */
    boolean raisesReceived;

    long nextTxAcked;
    long nextTxSent;
    long nextRxCommitted;
    long nextRxFin;
    long nextRxUrgent;
    long nextStatus;
    /** Everything posted before the levels were taken is complete at this ticket. */
    long levelsTicket;

    long postingStatus;
    /** The publication under way is the last: the record becomes FREE. */
    boolean isEnding;
    /** A request is to be answered with the next publication, or is answered with the one under way. */
    boolean isAnswerDue;

    boolean isAnswerPosting;
    int answer;

    /** TCP_INFO is to be told with the next publication, or is told with the one under way: so often it was asked. */
    boolean isInfoDue;

    boolean isInfoPosting;
    long infoPosting;

    // Receive S-ring (ReceivePath).
    ChunkMap rxMap;
    /** End of the furthest byte placed and not discarded. */
    long rxPlaced;
    /** Ticket of the last write into what was discarded: until it is complete, nothing is placed. */
    long discardTicket;

    /** Number among {@link Holdings}, or NONE while it holds no chunk. */
    int holding = NONE;

    long receivedAtNs;
    long holdingAfterNs;

    // Transmit S-ring (TransmitPath).
    ChunkMap txMap;
    /** Frames that wait for map entries. */
    int deferredFrames;
    /** Ticket of the last read of payload: until it is complete, txAcked may give none of those bytes back. */
    long payloadTicket;
    /** The last map read for frames: its ticket, and the position up to which it brings entries. */
    long mapReadTicket;

    long mapReadWritten;

    BridgeSocket(final HostArena arena, final int record) {
        this.arena = arena;
        this.record = record;
        offset = arena.geometry().recordOffset(record);
    }

    /** Leaves FREE or CREDIT for a new life; the line is zero, as its last life left it. */
    void begin(final Role newRole, final int newGeneration, final HostMemory memory) {
        role = newRole;
        generation = newGeneration;
        line.wrap(memory, arena.region(), offset, line.status());
        nextStatus = line.status();
        arena.socketBegins();
    }

    /** What txWait asks for is posted. */
    boolean isWaitOver() {
        final boolean ofSent = (txWait & RecordDescriptor.TX_WAIT_SENT) != 0;
        final long level = ofSent ? line.txSent() : line.txAcked();
        return txWait != 0 && level - (txWait & ~RecordDescriptor.TX_WAIT_SENT) >= 0;
    }

    /** Counts it for its user; false if his quota does not allow it. */
    boolean takeQuota() {
        isCounted = arena.tenant().takeSocket();
        return isCounted;
    }

    void giveQuota() {
        if (isCounted) {
            isCounted = false;
            arena.tenant().giveSocket();
        }
    }

    /** Its FREE status is published: the host may take the record again. */
    void free() {
        if (isConnecting) {
            isConnecting = false;
            arena.tenant().giveHalfOpen();
        }
        giveQuota();
        role = Role.FREE;
        arena.socketEnds();
        listenerSide = null;
        acceptedBy = null;
        isIntroduced = false;
        isReleasedEarly = false;
        isClosed = false;
        anchors = 0;
        unheldVersion = NONE;
        isEnding = false;
        isDirty = false;
        isAddressPosted = false;
        addresses = null;
        txWritten = 0;
        rxRead = 0;
        txFin = 0;
        txWait = 0;
        txUrgent = 0;
        txTold = 0;
        readTold = 0;
        requestNumber = 0;
        infoAsked = 0;
        rxPlaced = 0;
        discardTicket = 0;
        nextTxAcked = 0;
        nextTxSent = 0;
        nextRxCommitted = 0;
        nextRxFin = 0;
        nextRxUrgent = 0;
        mapReadWritten = 0;
    }
}

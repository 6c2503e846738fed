package org.pno.link;

/**
 * Writes the DPU line of one record, word by word, and only words that change. Remembers what was posted, which is what
 * the host may by now have seen: judge the host's positions by it. Two writes of one word must not be under way at
 * once, as they could land in the wrong order: the caller changes a word again only when its last write is complete.
 */
public final class DpuLine {
    private HostMemory memory;
    private int region;
    private long recordOffset;

    private long txAcked;
    private long rxCommitted;
    private long rxFin;
    private long status;
    private long requestDone;
    private long infoTold;
    private long rxUrgent;
    private long txSent;

    /** Takes up a record whose line is zero but for its status, as it is whenever the record is FREE. */
    public DpuLine wrap(final HostMemory memory, final int region, final long recordOffset, final long status) {
        this.memory = memory;
        this.region = region;
        this.recordOffset = recordOffset;
        this.status = status;
        txAcked = 0;
        rxCommitted = 0;
        rxFin = 0;
        requestDone = 0;
        infoTold = 0;
        rxUrgent = 0;
        txSent = 0;
        return this;
    }

    /** Posts txAcked. Every read of the bytes before it must be complete. */
    public boolean txAcked(final long position) {
        if (position == txAcked) {
            return false;
        }
        txAcked = position;
        return post(RecordDescriptor.TX_ACKED_OFFSET, position);
    }

    /** Posts txSent; one that is not beyond the last is nothing new. */
    public boolean txSent(final long position) {
        if (position <= txSent) {
            return false;
        }
        txSent = position;
        return post(RecordDescriptor.TX_SENT_OFFSET, position);
    }

    /** Posts rxCommitted. The bytes before it and their map entries must be complete. */
    public boolean rxCommitted(final long position) {
        if (position == rxCommitted) {
            return false;
        }
        rxCommitted = position;
        return post(RecordDescriptor.RX_COMMITTED_OFFSET, position);
    }

    /** Posts 1 + where the peer's urgent byte stands, with URGENT_HERE. Complete before rxCommitted passes it. */
    public boolean rxUrgent(final long word) {
        if (word == rxUrgent) {
            return false;
        }
        rxUrgent = word;
        return post(RecordDescriptor.RX_URGENT_OFFSET, word);
    }

    /** Posts where the peer's FIN stands. */
    public boolean rxFinAt(final long position) {
        if (position + 1 == rxFin) {
            return false;
        }
        rxFin = position + 1;
        return post(RecordDescriptor.RX_FIN_OFFSET, rxFin);
    }

    /** Posts a {@link SocketStatus} word. What it implies (address line, last bytes) must be complete. */
    public boolean status(final long word) {
        if (word == status) {
            return false;
        }
        status = word;
        return post(RecordDescriptor.STATUS_OFFSET, word);
    }

    /** Posts the answer to a request. */
    public boolean requestDone(final int number, final int errno) {
        final long word = Integer.toUnsignedLong(number) | ((long) errno << 32);
        if (word == requestDone) {
            return false;
        }
        requestDone = word;
        return post(RecordDescriptor.REQUEST_DONE_OFFSET, word);
    }

    /** Posts that TCP_INFO is told. Its bytes must be complete. */
    public boolean infoTold(final long asked) {
        if (asked == infoTold) {
            return false;
        }
        infoTold = asked;
        return post(RecordDescriptor.INFO_TOLD_OFFSET, asked);
    }

    /** Posts zeroes for all words but the status. When they have completed, the status may become FREE. */
    public void clear() {
        txAcked = 0;
        rxCommitted = 0;
        rxFin = 0;
        requestDone = 0;
        infoTold = 0;
        rxUrgent = 0;
        txSent = 0;
        post(RecordDescriptor.TX_ACKED_OFFSET, 0);
        post(RecordDescriptor.RX_COMMITTED_OFFSET, 0);
        post(RecordDescriptor.RX_FIN_OFFSET, 0);
        post(RecordDescriptor.REQUEST_DONE_OFFSET, 0);
        post(RecordDescriptor.INFO_TOLD_OFFSET, 0);
        post(RecordDescriptor.RX_URGENT_OFFSET, 0);
        post(RecordDescriptor.TX_SENT_OFFSET, 0);
    }

    private boolean post(final int wordOffset, final long word) {
        memory.writeWord(region, recordOffset + wordOffset, word);
        return true;
    }

    public long txAcked() {
        return txAcked;
    }

    public long txSent() {
        return txSent;
    }

    public long rxCommitted() {
        return rxCommitted;
    }

    /** 0, or 1 + the position of the peer's FIN. */
    public long rxFin() {
        return rxFin;
    }

    public long rxUrgent() {
        return rxUrgent;
    }

    public long status() {
        return status;
    }
}

package org.pno.sim;

import static org.pno.link.ArenaDescriptor.CHUNK_BYTES;
import static org.pno.link.ArenaDescriptor.CHUNK_SHIFT;
import static org.pno.link.ArenaDescriptor.MAP_ENTRIES;
import static org.pno.link.ArenaDescriptor.STREAM_BYTES;
import static org.pno.link.RecordDescriptor.NO_CHUNK;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.pno.link.AddressLine;
import org.pno.link.RecordDescriptor;
import org.pno.link.SocketStatus;
import org.pno.link.SubmissionDescriptor;
import org.pno.memory.Words;

/**
 * The host's side of one socket: its record and its two S-rings. What is true is read from the record's levels each
 * time; events only say when to look. A level that no honest DPU can show throws.
 */
public final class HostSocket {
    private final SimulatedHost host;
    private HostChannel channel;
    private final MemorySegment memory;
    private final int record;
    private final int generation;
    private final long offset;
    private final int[] txChunks = new int[MAP_ENTRIES];

    private long txWritten;
    /** Behind the last urgent byte. */
    private long txUrgent;

    private long txAckedSeen;
    /** Chunks of the stream before this one have been given back. */
    private long firstHeldChunk;

    private long rxRead;
    private long rxCommittedSeen;
    private long rxReadSubmitted;
    /** A reader submits after that many bytes: the peer may be waiting for window. */
    private int readHintBytes = CHUNK_BYTES;

    private int requests;
    private long infoAsked;
    private int events;
    private boolean isClosed;

    /** Takes the record: zeroes the host's lines, then stores the new generation. */
    HostSocket(final SimulatedHost host, final HostChannel channel, final int record, final int generation) {
        this.host = host;
        this.channel = channel;
        this.memory = host.memory();
        this.record = record;
        this.generation = generation;
        this.offset = host.geometry().recordOffset(record);
        Arrays.fill(txChunks, NO_CHUNK);
        for (int word = RecordDescriptor.TX_WRITTEN_OFFSET;
                word < RecordDescriptor.EV_CHANNEL_OFFSET;
                word += Long.BYTES) {
            Words.setPlain(memory, offset + word, 0);
        }
        memory.asSlice(offset + RecordDescriptor.OPTIONS_LINE_OFFSET, AddressLine.BYTES)
                .fill((byte) 0);
        memory.asSlice(offset + RecordDescriptor.HOST_ADDRESS_LINE_OFFSET, AddressLine.BYTES)
                .fill((byte) 0);
        Words.setPlain(memory, offset + RecordDescriptor.INFO_ASKED_OFFSET, 0);
        Words.setPlain(memory, offset + RecordDescriptor.TX_URGENT_OFFSET, 0);
        store(RecordDescriptor.EV_CHANNEL_OFFSET, channel.number() | (long) generation << Integer.SIZE);
    }

    /** From now on another channel takes the events. */
    public void moveTo(final HostChannel other) {
        channel = other;
        store(RecordDescriptor.EV_CHANNEL_OFFSET, channel.number() | (long) generation << Integer.SIZE);
        submit(SubmissionDescriptor.FLAG_HOST_LINE);
    }

    /** Events go to every channel that a process has, as a family wants it of what its processes share. */
    public void tellAllChannels() {
        store(
                RecordDescriptor.EV_CHANNEL_OFFSET,
                Integer.toUnsignedLong(RecordDescriptor.ALL_CHANNELS) | (long) generation << Integer.SIZE);
        submit(SubmissionDescriptor.FLAG_HOST_LINE);
    }

    public int record() {
        return record;
    }

    public int generation() {
        return generation;
    }

    /** Asks for a connection; addresses as in {@code org.pno.stack.Sockets}, 0/0 and port 0 for the DPU's choice. */
    public void connect(
            final long localHi,
            final long localLo,
            final int localPort,
            final long remoteHi,
            final long remoteLo,
            final int remotePort) {
        new AddressLine()
                .wrap(memory, offset + RecordDescriptor.HOST_ADDRESS_LINE_OFFSET)
                .family(remoteHi == 0 && remoteLo >>> 32 == 0xFFFF ? 4 : 6)
                .local(localHi, localLo, localPort)
                .remote(remoteHi, remoteLo, remotePort);
        host.hold(record, true);
        requests++;
        store(RecordDescriptor.REQUEST_OFFSET, requests | (long) RecordDescriptor.REQUEST_CONNECT << Integer.SIZE);
        submit(SubmissionDescriptor.FLAG_HOST_LINE | SubmissionDescriptor.FLAG_OPTIONS);
    }

    /** True once the last request was answered; {@link #requestError} says how. */
    public boolean isRequestDone() {
        return requests > 0 && (int) level(RecordDescriptor.REQUEST_DONE_OFFSET) == requests;
    }

    /** errno of the last request, 0 if it succeeded. */
    public int requestError() {
        return (int) (level(RecordDescriptor.REQUEST_DONE_OFFSET) >>> Integer.SIZE);
    }

    /** Asks for TCP_INFO. */
    public void askInfo() {
        infoAsked++;
        store(RecordDescriptor.INFO_ASKED_OFFSET, infoAsked);
        submit(SubmissionDescriptor.FLAG_HOST_LINE);
    }

    /** True once the last {@link #askInfo} was answered. */
    public boolean isInfoTold() {
        return level(RecordDescriptor.INFO_TOLD_OFFSET) == infoAsked;
    }

    /** A field of TCP_INFO, of four bytes. */
    public int infoField(final int field) {
        return memory.get(ValueLayout.JAVA_INT, offset + RecordDescriptor.TCP_INFO_OFFSET + field);
    }

    /** The DPU's address line: the ends of the connection. */
    public AddressLine info() {
        return new AddressLine().wrap(memory, offset + RecordDescriptor.INFO_LINE_OFFSET);
    }

    /** One of the {@link SocketStatus} states; FREE while the DPU has not taken the record up. */
    public int state() {
        return SocketStatus.state(status());
    }

    /** errno that ended the connection. */
    public int soError() {
        return SocketStatus.soError(status());
    }

    /** Bytes the peer has acknowledged. Frees the chunks before it. */
    public long txAcked() {
        final long acked = level(RecordDescriptor.TX_ACKED_OFFSET);
        check(acked >= txAckedSeen && acked <= txWritten, "txAcked", acked, "from " + txAckedSeen + " to " + txWritten);
        txAckedSeen = acked;
        for (; (firstHeldChunk + 1) << CHUNK_SHIFT <= acked; firstHeldChunk++) {
            giveUpChunk((int) firstHeldChunk & (MAP_ENTRIES - 1));
        }
        return acked;
    }

    public long txWritten() {
        return txWritten;
    }

    /** Bytes that {@link #send} would take, were there chunks. */
    public long sendRoom() {
        return STREAM_BYTES - (txWritten - txAcked());
    }

    /**
     * Writes to the stream and tells the DPU.
     *
     * @return bytes taken: fewer if the S-ring or the pool is full
     */
    public int send(final byte[] bytes, final int from, final int length) {
        return send(bytes, from, length, false);
    }

    /** As {@link #send}, with MSG_OOB: the last byte taken is urgent. */
    public int sendUrgent(final byte[] bytes) {
        return send(bytes, 0, bytes.length, true);
    }

    private int send(final byte[] bytes, final int from, final int length, final boolean urgent) {
        final int take = (int) Math.min(length, sendRoom());
        int done = 0;
        while (done < take) {
            final int entry = SimulatedHost.mapIndex(txWritten + done);
            if (txChunks[entry] == NO_CHUNK && !mapChunk(entry)) {
                break;
            }
            final int at = (int) (txWritten + done) & (CHUNK_BYTES - 1);
            final int piece = Math.min(take - done, CHUNK_BYTES - at);
            final long chunk = host.geometry().txChunkOffset(txChunks[entry]);
            MemorySegment.copy(bytes, from + done, memory, ValueLayout.JAVA_BYTE, chunk + at, piece);
            done += piece;
        }
        if (done > 0) {
            txWritten += done;
            if (urgent) {
                txUrgent = txWritten;
                store(RecordDescriptor.TX_URGENT_OFFSET, txUrgent); // Before what reaches it.
            }
            store(RecordDescriptor.TX_WRITTEN_OFFSET, txWrittenWord());
            submit(0);
        }
        return done;
    }

    /** True if {@link #send} would take a byte at least, and the rest of what a word needs with it. */
    boolean hasRoom() {
        return sendRoom() >= Long.BYTES
                && (txChunks[SimulatedHost.mapIndex(txWritten)] != NO_CHUNK || host.freeTxChunks() > 0);
    }

    private long txWrittenWord() {
        return txUrgent > txAckedSeen ? txWritten | RecordDescriptor.WRITTEN_URGENT : txWritten;
    }

    /** What the DPU has said of the peer's urgent data. */
    public long rxUrgent() {
        return level(RecordDescriptor.RX_URGENT_OFFSET);
    }

    private boolean mapChunk(final int entry) {
        final int chunk = host.takeTxChunk();
        if (chunk < 0) {
            return false;
        }
        txChunks[entry] = chunk;
        memory.set(ValueLayout.JAVA_INT, offset + RecordDescriptor.TX_MAP_OFFSET + (long) entry * Integer.BYTES, chunk);
        return true;
    }

    /** Gives the last chunk of a drained stream back, as for a socket that has not sent for a while. */
    public void releaseIdle() {
        if (txAcked() == txWritten) {
            giveUpChunks();
        }
    }

    /** Bytes that were sent, once {@link RecordDescriptor#OPTION_TX_SENT} is set. */
    public long txSent() {
        final long sent = level(RecordDescriptor.TX_SENT_OFFSET);
        check(sent >= 0 && sent <= txWritten, "txSent", sent, "from 0 to " + txWritten);
        return sent;
    }

    /** Asks for an event once txSent has reached {@code position}. */
    public void waitForSent(final long position) {
        waitForAcked(RecordDescriptor.TX_WAIT_SENT | position);
    }

    /** Asks for an event once txAcked has reached {@code position}; 0 for none. */
    public void waitForAcked(final long position) {
        store(RecordDescriptor.TX_WAIT_OFFSET, position);
        submit(SubmissionDescriptor.FLAG_HOST_LINE);
    }

    /** Bytes that can be read now. */
    public int readable() {
        final long committed = level(RecordDescriptor.RX_COMMITTED_OFFSET);
        check(
                committed >= rxCommittedSeen && committed - rxRead <= STREAM_BYTES,
                "rxCommitted",
                committed,
                "from " + rxCommittedSeen + " to " + (rxRead + STREAM_BYTES));
        rxCommittedSeen = committed;
        return (int) (committed - rxRead);
    }

    /** Bytes that the host can see, read or not. */
    public long rxCommitted() {
        return level(RecordDescriptor.RX_COMMITTED_OFFSET);
    }

    /** True once the host can see the peer's FIN. */
    public boolean isEndVisible() {
        return level(RecordDescriptor.RX_FIN_OFFSET) != 0;
    }

    /** Reads what there is. */
    public byte[] receive(final int limit) {
        final byte[] bytes = peek(limit);
        consume(bytes.length);
        return bytes;
    }

    /** Copies out of the receive S-ring and leaves it there. */
    public byte[] peek(final int limit) {
        final byte[] bytes = new byte[Math.min(limit, readable())];
        int done = 0;
        while (done < bytes.length) {
            final int at = (int) (rxRead + done) & (CHUNK_BYTES - 1);
            final int piece = Math.min(bytes.length - done, CHUNK_BYTES - at);
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, rxChunk(rxRead + done) + at, bytes, done, piece);
            done += piece;
        }
        return bytes;
    }

    private long rxChunk(final long position) {
        final long entry = (long) SimulatedHost.mapIndex(position) * Integer.BYTES;
        final int chunk = memory.get(ValueLayout.JAVA_INT, offset + RecordDescriptor.RX_MAP_OFFSET + entry);
        check(
                chunk >= 0 && chunk < host.geometry().rxChunkCount(),
                "rxMap at " + position,
                chunk,
                "below " + host.geometry().rxChunkCount());
        return host.geometry().rxChunkOffset(chunk);
    }

    /** Gives bytes that were read back to the window. */
    public void consume(final int length) {
        rxRead += length;
        store(RecordDescriptor.RX_READ_OFFSET, rxRead);
        if (rxRead - rxReadSubmitted >= readHintBytes) {
            submit(0);
        }
    }

    public long rxRead() {
        return rxRead;
    }

    /** True if the peer's FIN stands where the reader is. */
    public boolean isAtEnd() {
        final long fin = level(RecordDescriptor.RX_FIN_OFFSET);
        return fin != 0 && rxRead == fin - 1;
    }

    /** SHUT_WR. */
    public void shutdownWrite() {
        store(RecordDescriptor.TX_FIN_OFFSET, txWritten + 1);
        submit(SubmissionDescriptor.FLAG_HOST_LINE);
    }

    /** Reset, as SO_LINGER {1,0} does. */
    public void abort() {
        store(RecordDescriptor.TX_FIN_OFFSET, RecordDescriptor.TX_FIN_ABORT);
        submit(SubmissionDescriptor.FLAG_HOST_LINE);
    }

    /** Sets an option's field and its submission. */
    public void option(final int fieldOffset, final int value) {
        memory.set(ValueLayout.JAVA_INT, offset + fieldOffset, value);
        if (fieldOffset == RecordDescriptor.RCVBUF_OFFSET && value != 0) { // As libpno.so.
            readHintBytes = Math.min(CHUNK_BYTES, value / 4);
        }
        submit(SubmissionDescriptor.FLAG_OPTIONS);
    }

    /** The process's last descriptor of this socket is closed. The record is reused once the DPU has freed it. */
    public void close() {
        host.hold(record, false);
        retire();
        submit(SubmissionDescriptor.FLAG_RELEASED);
    }

    /** From here on the record is reclaimed as soon as the DPU has freed it. */
    public void retire() {
        isClosed = true;
        host.closing(this);
    }

    /** A child closes what it has inherited; for the parent it is closed, or the parent is dead. */
    void releaseInherited(final HostChannel own) {
        host.hold(record, false);
        if (!isClosed) {
            retire();
        }
        channel = own;
        store(RecordDescriptor.EV_CHANNEL_OFFSET, channel.number() | (long) generation << Integer.SIZE);
        submit(SubmissionDescriptor.FLAG_HOST_LINE | SubmissionDescriptor.FLAG_RELEASED);
    }

    /** True if the socket was closed and the DPU needs its record no more. */
    public boolean isFreed() {
        final long word = load(RecordDescriptor.STATUS_OFFSET);
        return isClosed && SocketStatus.generation(word) == generation && SocketStatus.state(word) == SocketStatus.FREE;
    }

    /** Events that named this socket. */
    public int events() {
        return events;
    }

    void onEvent() {
        events++;
    }

    /** A submission with these flags and the positions as they are. */
    public void submit(final int flags) {
        rxReadSubmitted = rxRead;
        channel.submit(this, txWrittenWord(), rxRead, lastChunk(), flags);
    }

    private int lastChunk() {
        return txWritten == 0 ? NO_CHUNK : txChunks[SimulatedHost.mapIndex(txWritten - 1)];
    }

    void giveUpChunks() {
        for (int entry = 0; entry < MAP_ENTRIES; entry++) {
            giveUpChunk(entry);
        }
    }

    private void giveUpChunk(final int entry) {
        if (txChunks[entry] != NO_CHUNK) {
            host.giveTxChunk(txChunks[entry]);
            txChunks[entry] = NO_CHUNK;
        }
    }

    /** The status word, 0 while it is another generation's. */
    private long status() {
        final long word = load(RecordDescriptor.STATUS_OFFSET);
        return SocketStatus.generation(word) == generation ? word : 0;
    }

    /** A word of the DPU line, 0 while the line is another generation's. */
    private long level(final int wordOffset) {
        return status() == 0 ? 0 : load(wordOffset);
    }

    /** Pairs with the DPU's word writes, whose batches are ordered by tickets. */
    private long load(final int wordOffset) {
        return Words.getAcquire(memory, offset + wordOffset);
    }

    /** Pairs with the DPU's reads of the host line. */
    private void store(final int wordOffset, final long value) {
        Words.setRelease(memory, offset + wordOffset, value);
    }

    @Override
    public String toString() {
        return "record " + record + " generation " + generation + (isClosed ? " closed" : "") + " state " + state()
                + " error " + soError() + " written " + txWritten + " acknowledged "
                + level(RecordDescriptor.TX_ACKED_OFFSET) + " received " + level(RecordDescriptor.RX_COMMITTED_OFFSET)
                + " read " + rxRead + (isEndVisible() ? " ended" : "") + " request " + requests + " answered "
                + (int) level(RecordDescriptor.REQUEST_DONE_OFFSET);
    }

    private void check(final boolean holds, final String what, final long value, final String allowed) {
        if (!holds) {
            throw new IllegalStateException("record " + record + " generation " + generation + ": " + what + " is "
                    + value + ", must be " + allowed);
        }
    }
}

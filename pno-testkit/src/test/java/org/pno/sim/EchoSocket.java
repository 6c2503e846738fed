package org.pno.sim;

import static org.pno.link.ArenaDescriptor.CHUNK_BYTES;
import static org.pno.link.ArenaDescriptor.CHUNK_SHIFT;
import static org.pno.link.ArenaDescriptor.MAP_ENTRIES;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pno.link.AddressLine;
import org.pno.link.DpuLine;
import org.pno.link.RecordDescriptor;
import org.pno.link.RecordHostLine;
import org.pno.link.SocketStatus;
import org.pno.link.SubmissionDescriptor;

/** One record of {@link EchoDpu}: each step posts, and the next is taken when its ticket is complete. */
final class EchoSocket {
    /** What the socket waits for. */
    private enum Step {
        IDLE,
        HOST_LINE,
        HOLDER,
        ADDRESS,
        TX_MAP,
        PAYLOAD_IN,
        PAYLOAD_OUT,
        LEVELS,
        CLEARED,
        FREED
    }

    private static final int PIECE_BYTES = 40_000;
    private static final int TX_MAP_AT = 64;
    private static final int RX_MAP_AT = TX_MAP_AT + MAP_ENTRIES * Integer.BYTES;
    private static final int ADDRESS_AT = RX_MAP_AT + MAP_ENTRIES * Integer.BYTES;
    private static final int HOLDER_AT = ADDRESS_AT + AddressLine.BYTES;
    private static final int PAYLOAD_AT = HOLDER_AT + Long.BYTES;
    private static final int NO_CHUNK = -1;

    private final EchoDpu dpu;
    private final int record;
    private final long offset;
    private final MemorySegment own = Arena.ofAuto().allocate(PAYLOAD_AT + PIECE_BYTES, 8);
    private final RecordHostLine hostLine = new RecordHostLine().wrap(own, 0);
    private final DpuLine line = new DpuLine();

    private Step step = Step.IDLE;
    private long ticket;
    private boolean isLineWanted;
    private boolean isReleased;

    private int generation;
    private int freedGeneration;
    private int requestSeen;
    private long txWritten;
    private long txFin;
    private long rxRead;
    private long echoed;
    private int pieceBytes;
    private long firstRxChunk;

    EchoSocket(final EchoDpu dpu, final int record) {
        this.dpu = dpu;
        this.record = record;
        this.offset = dpu.geometry.recordOffset(record);
        forgetRxChunks();
    }

    int generation() {
        return generation;
    }

    void onSubmission(final int submittedGeneration, final long written, final long read, final int flags) {
        if (submittedGeneration != generation || flags != 0) {
            isLineWanted = true;
        }
        if (submittedGeneration == generation) {
            txWritten = Math.max(txWritten, written);
            rxRead = Math.max(rxRead, read);
        }
        isReleased |= (flags & SubmissionDescriptor.FLAG_RELEASED) != 0;
    }

    void onSweep() {
        isLineWanted = true;
        isReleased |= generation != 0;
    }

    /** Takes the next step if its turn has come. True if something was posted. */
    boolean cycle() {
        if (step != Step.IDLE && !dpu.isComplete(ticket)) {
            return false;
        }
        final Step next = next();
        if (next == Step.IDLE && step == Step.IDLE) {
            return false;
        }
        step = next;
        ticket = dpu.openTicket();
        return step != Step.IDLE;
    }

    private Step next() {
        return switch (step) {
            case IDLE -> start();
            case HOST_LINE -> onHostLine();
            case HOLDER -> onHolder();
            case ADDRESS -> onAddress();
            case TX_MAP -> readPayload();
            case PAYLOAD_IN -> writePayload();
            case PAYLOAD_OUT -> publish();
            case LEVELS, FREED -> notifyHost();
            case CLEARED -> free();
        };
    }

    private Step start() {
        if (isLineWanted) {
            isLineWanted = false;
            RecordHostLine.post(dpu.memory, dpu.region, offset, own, 0);
            return Step.HOST_LINE;
        }
        if (isReleased) {
            isReleased = false;
            dpu.memory.readWords(dpu.region, dpu.holderWord(record), own, HOLDER_AT, 1);
            return Step.HOLDER;
        }
        final boolean hasRoom = echoed - rxRead <= CHUNK_BYTES * (MAP_ENTRIES - 1L) - PIECE_BYTES;
        if (echoed < txWritten && hasRoom) {
            dpu.memory.read(
                    dpu.region, offset + RecordDescriptor.TX_MAP_OFFSET, own, TX_MAP_AT, MAP_ENTRIES * Integer.BYTES);
            return Step.TX_MAP;
        }
        if (txFin > 0 && echoed == txFin - 1 && line.rxFinAt(echoed)) {
            return Step.LEVELS;
        }
        return Step.IDLE;
    }

    private Step onHolder() {
        final boolean isHeld = (own.get(ValueLayout.JAVA_LONG, HOLDER_AT) & 1L << record) != 0;
        if (isHeld || generation == 0) {
            return Step.IDLE;
        }
        line.clear();
        return Step.CLEARED;
    }

    private Step onHostLine() {
        if (generation == 0) {
            if (hostLine.generation() != freedGeneration && hostLine.requestNumber() == 1) {
                // Seen for the first time, perhaps beside words of before: only the next read of the line counts.
                generation = hostLine.generation();
                isLineWanted = true;
                line.wrap(dpu.memory, dpu.region, offset, 0);
            }
            return Step.IDLE;
        }
        txWritten = Math.max(txWritten, hostLine.txWritten());
        rxRead = Math.max(rxRead, hostLine.rxRead());
        txFin = hostLine.txFin();
        if (requestSeen != hostLine.requestNumber()) {
            requestSeen = hostLine.requestNumber();
            final AddressLine address = new AddressLine().wrap(own, ADDRESS_AT).family(4);
            address.local(0, 0xFFFF_0A4D_0001L, 7).remote(0, 0xFFFF_0A4D_0002L, 40_000 + record);
            dpu.memory.write(
                    dpu.region, offset + RecordDescriptor.INFO_LINE_OFFSET, own, ADDRESS_AT, AddressLine.BYTES);
            return Step.ADDRESS;
        }
        return Step.IDLE;
    }

    private Step onAddress() {
        line.status(SocketStatus.encode(SocketStatus.ESTABLISHED, 0, generation));
        line.requestDone(requestSeen, 0);
        return Step.LEVELS;
    }

    private Step readPayload() {
        pieceBytes = (int) Math.min(PIECE_BYTES, txWritten - echoed);
        for (int done = 0; done < pieceBytes; ) {
            final int at = (int) (echoed + done) & (CHUNK_BYTES - 1);
            final int length = Math.min(pieceBytes - done, CHUNK_BYTES - at);
            final int chunk = own.get(ValueLayout.JAVA_INT, TX_MAP_AT + mapOffset(echoed + done));
            dpu.memory.read(dpu.region, dpu.geometry.txChunkOffset(chunk) + at, own, PAYLOAD_AT + done, length);
            done += length;
        }
        return Step.PAYLOAD_IN;
    }

    private Step writePayload() {
        returnRxChunks();
        for (int done = 0; done < pieceBytes; ) {
            final long position = echoed + done;
            final int at = (int) position & (CHUNK_BYTES - 1);
            final int length = Math.min(pieceBytes - done, CHUNK_BYTES - at);
            final long entry = mapOffset(position);
            if (own.get(ValueLayout.JAVA_INT, RX_MAP_AT + entry) == NO_CHUNK) {
                own.set(ValueLayout.JAVA_INT, RX_MAP_AT + entry, dpu.takeRxChunk());
                dpu.memory.write(
                        dpu.region,
                        offset + RecordDescriptor.RX_MAP_OFFSET + entry,
                        own,
                        RX_MAP_AT + entry,
                        Integer.BYTES);
            }
            final int chunk = own.get(ValueLayout.JAVA_INT, RX_MAP_AT + entry);
            dpu.memory.write(dpu.region, dpu.geometry.rxChunkOffset(chunk) + at, own, PAYLOAD_AT + done, length);
            done += length;
        }
        return Step.PAYLOAD_OUT;
    }

    private void returnRxChunks() {
        for (; (firstRxChunk + 1) << CHUNK_SHIFT <= rxRead; firstRxChunk++) {
            final long entry = mapOffset(firstRxChunk << CHUNK_SHIFT);
            dpu.giveRxChunk(own.get(ValueLayout.JAVA_INT, RX_MAP_AT + entry));
            own.set(ValueLayout.JAVA_INT, RX_MAP_AT + entry, NO_CHUNK);
        }
    }

    private Step publish() {
        echoed += pieceBytes;
        line.rxCommitted(echoed);
        line.txAcked(echoed);
        return Step.LEVELS;
    }

    private Step notifyHost() {
        dpu.notifyHost(record);
        if (step == Step.FREED) {
            reset();
        }
        return Step.IDLE;
    }

    private Step free() {
        line.status(SocketStatus.encode(SocketStatus.FREE, 0, generation));
        return Step.FREED;
    }

    private void reset() {
        for (int entry = 0; entry < MAP_ENTRIES; entry++) {
            final int chunk = own.get(ValueLayout.JAVA_INT, RX_MAP_AT + entry * 4L);
            if (chunk != NO_CHUNK) {
                dpu.giveRxChunk(chunk);
            }
        }
        forgetRxChunks();
        freedGeneration = generation;
        generation = 0;
        requestSeen = 0;
        txWritten = 0;
        txFin = 0;
        rxRead = 0;
        echoed = 0;
        firstRxChunk = 0;
        isReleased = false;
        isLineWanted = true;
    }

    private void forgetRxChunks() {
        own.asSlice(RX_MAP_AT, MAP_ENTRIES * 4L).fill((byte) NO_CHUNK);
    }

    private static long mapOffset(final long position) {
        return (long) SimulatedHost.mapIndex(position) * Integer.BYTES;
    }
}

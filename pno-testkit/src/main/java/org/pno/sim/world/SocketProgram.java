package org.pno.sim.world;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.pno.link.AddressLine;
import org.pno.link.RecordDescriptor;
import org.pno.link.SocketStatus;
import org.pno.sim.HostChannel;
import org.pno.sim.HostSocket;
import org.pno.sim.net.StreamPattern;
import org.pno.wire.IpAddress;

/**
 * A program with one socket: does what its {@link Plan} says, checks every byte that it reads, and remembers what
 * became of it. It runs when an event names its socket or its own time has come, never otherwise: a hint that gets lost
 * is noticed.
 */
public final class SocketProgram {
    static final long NEVER = Long.MAX_VALUE;

    private static final long NO_MEMORY_RETRY_NS = 1_000_000;
    private static final long MOST_BYTES_OF_A_POINTER = 0xFFFF;

    private final HostProcess process;
    private final HostSocket socket;
    private final Plan plan;
    private final Dialogue dialogue;
    private final SplittableRandom random;

    private boolean isConnecting;
    private boolean isDone;
    private boolean isShut;
    private boolean hasSeenEnd;
    private boolean hasLeftEarly;
    private boolean hasDied;
    private int unreadAtDeath;
    private boolean isPausing;
    private long flow = -1;
    private int connectError;
    private int error;
    private int eventsSeen;
    private long nextNs;

    /** @param isConnecting its connect is under way; else it was accepted */
    SocketProgram(
            final HostProcess process,
            final HostSocket socket,
            final Dialogue dialogue,
            final Plan plan,
            final boolean isConnecting,
            final long seed) {
        this.process = process;
        this.socket = socket;
        this.dialogue = dialogue;
        this.plan = plan;
        this.isConnecting = isConnecting;
        random = new SplittableRandom(seed);
    }

    /** True if it has something to do at this time. */
    boolean isDue(final long nowNs) {
        return !isDone && (nextNs <= nowNs || !isPausing && socket.events() != eventsSeen);
    }

    long nextNs() {
        return isDone ? NEVER : nextNs;
    }

    /** Does what can be done now. */
    void run(final long nowNs) {
        eventsSeen = socket.events();
        nextNs = NEVER;
        isPausing = false;
        if (isConnecting && !connected()) {
            return;
        }
        final int read = read();
        final boolean isAtEnd = socket.isAtEnd();
        hasSeenEnd |= isAtEnd;
        if (socket.state() == SocketStatus.CLOSED && socket.readable() == 0) {
            error = socket.soError();
            close();
            return;
        }
        if (hasEnough()) {
            leaveEarly();
            return;
        }
        final long blockedAt = socket.state() == SocketStatus.ESTABLISHED ? write(isAtEnd) : -1;
        if (isFinished(isAtEnd)) {
            close();
            return;
        }
        if (blockedAt >= 0) {
            socket.waitForAcked(blockedAt);
        }
        schedule(nowNs, read > 0, isAtEnd, blockedAt >= 0);
    }

    private boolean connected() {
        if (!socket.isRequestDone()) {
            return false;
        }
        isConnecting = false;
        connectError = socket.requestError();
        if (connectError != 0) {
            close();
            return false;
        }
        learnFlow();
        return true;
    }

    /** The addresses are known: from now on the world knows whose socket this is. */
    void learnFlow() {
        final AddressLine info = socket.info();
        flow = process.flowOf(socket);
        process.bind(flow, socket);
        final IpAddress own = Addresses.of(process.node(), FlowKey.isIpv6(flow));
        if (info.localHi() != own.hi() || info.localLo() != own.lo()) {
            throw new OracleFailure("node " + process.node() + ": a socket with another node's address");
        }
    }

    /** As libpno.so with TCP_FASTOPEN_CONNECT: the first write stands in the S-ring when the connect is asked for. */
    void writeAhead(final long flowWithoutPort) {
        final int length = (int) plan.mayWrite(0, false);
        final byte[] bytes = process.buffer(length);
        StreamPattern.fill(FlowKey.salt(flowWithoutPort), 0, length, MemorySegment.ofArray(bytes), 0);
        socket.send(bytes, 0, length);
    }

    private int read() {
        checkUrgent();
        final long from = socket.rxRead();
        final byte[] bytes = socket.receive(plan.readBytes());
        if (bytes.length > 0) {
            final long wrong = StreamPattern.mismatch(
                    FlowKey.salt(FlowKey.reverse(flow)), from, bytes.length, MemorySegment.ofArray(bytes), 0);
            if (wrong >= 0) {
                throw new OracleFailure("wrong byte read at " + wrong + ": " + this);
            }
        }
        return bytes.length;
    }

    /** Who sees bytes sees the mark of the last urgent one among them; and no mark stands where none was set. */
    private void checkUrgent() {
        final long mark = socket.rxUrgent() & ~RecordDescriptor.URGENT_HERE;
        final int every = dialogue.options().urgentEvery();
        final boolean isRight =
                every == 0 ? mark == 0 : mark % every == 0 && mark >= socket.rxCommitted() / every * every;
        if (!isRight) {
            throw new OracleFailure("urgent mark " + mark + " of " + socket.rxCommitted() + " bytes: " + this);
        }
    }

    /** Writes what it may; the answer is the position of acknowledgement that it must wait for, or -1. */
    private long write(final boolean isAtEnd) {
        final long may = plan.mayWrite(socket.rxRead(), isAtEnd) - socket.txWritten();
        if (may <= 0 || isShut) {
            shutIfWritten();
            return -1;
        }
        final long buffered = socket.txWritten() - socket.txAcked();
        final long room = Math.min(bufferBytes(), socket.sendRoom() + buffered) - buffered;
        final int most = (int) Math.min(Math.min(may, room), 1 + random.nextInt(plan.pieceBytes()));
        if (most <= 0) {
            return socket.txAcked() + 1 + buffered / 2;
        }
        if (socket.txWritten() - sent() >= lowBytes()) {
            return RecordDescriptor.TX_WAIT_SENT | socket.txWritten() - lowBytes() + 1;
        }
        final int every = dialogue.options().urgentEvery();
        final int toMark = every == 0 ? Integer.MAX_VALUE : every - (int) (socket.txWritten() % every);
        final int length = Math.min(most, Math.max(1, toMark - 1));
        final byte[] bytes = process.buffer(length);
        StreamPattern.fill(FlowKey.salt(flow), socket.txWritten(), length, MemorySegment.ofArray(bytes), 0);
        if (toMark == 1) {
            socket.sendUrgent(new byte[] {bytes[0]});
        } else {
            socket.send(bytes, 0, length);
        }
        shutIfWritten();
        return -1;
    }

    /** An urgent pointer reaches 64 KiB far, and of several marks the peer is told the last: so none is further. */
    private long bufferBytes() {
        return dialogue.options().urgentEvery() == 0
                ? plan.sendBufferBytes()
                : Math.min(plan.sendBufferBytes(), MOST_BYTES_OF_A_POINTER);
    }

    /** TCP_NOTSENT_LOWAT: it writes while less than that is unsent. */
    private long lowBytes() {
        return dialogue.options().has(RecordDescriptor.OPTION_TX_SENT)
                ? 1 + plan.sendBufferBytes() / 4
                : Long.MAX_VALUE;
    }

    private long sent() {
        return dialogue.options().has(RecordDescriptor.OPTION_TX_SENT) ? socket.txSent() : 0;
    }

    private void shutIfWritten() {
        final boolean mayEnd = hasSeenEnd || !plan.turns().onlyAfterEnd();
        if (!isShut
                && mayEnd
                && socket.txWritten() == plan.totalBytes()
                && plan.end().manner() == Plan.Manner.ORDERLY) {
            isShut = true;
            socket.shutdownWrite();
        }
    }

    private boolean isFinished(final boolean isAtEnd) {
        if (plan.end().manner() == Plan.Manner.CLOSES_FIRST) {
            return isAtEnd
                    || socket.txWritten() == plan.totalBytes()
                            && socket.rxRead() >= plan.end().answerBytes();
        }
        // Nothing more comes; if the other side has died, that may be before it was this one's turn.
        return isAtEnd && (isShut || plan.mayWrite(socket.rxRead(), true) <= socket.txWritten());
    }

    /** As much was written and read as it does before it leaves. */
    private boolean hasEnough() {
        return socket.txWritten() + socket.rxRead() >= plan.end().afterBytes();
    }

    private void leaveEarly() {
        hasLeftEarly = true;
        if (plan.end().manner() == Plan.Manner.ABORTS) {
            socket.abort();
        }
        close();
    }

    private void schedule(final long nowNs, final boolean hasRead, final boolean isAtEnd, final boolean isBlocked) {
        if (plan.pauseNs() > 0 && random.nextInt(20) == 0) {
            isPausing = true;
            nextNs = nowNs + 1 + random.nextLong(plan.pauseNs());
        } else if (socket.readable() > 0 || hasRead && !isAtEnd) {
            nextNs = nowNs + plan.paceNs();
        } else if (random.nextInt(3) == 0) {
            socket.releaseIdle();
        }
        if (nextNs == NEVER && hasEnough()) { // By what it has written just now, upon which no event need follow.
            nextNs = nowNs + plan.paceNs();
        }
        if (nextNs == NEVER
                && !isBlocked
                && socket.state() == SocketStatus.ESTABLISHED
                && plan.mayWrite(socket.rxRead(), isAtEnd) > socket.txWritten()) {
            nextNs = nowNs + Math.max(plan.paceNs(), process.isOutOfChunks() ? NO_MEMORY_RETRY_NS : 0);
        }
    }

    private void close() {
        isDone = true;
        process.closing(flow);
        socket.close();
    }

    /** Its process has died: what it had written is the DPU's to send. */
    void die() {
        hasDied = true;
        isDone = true;
        unreadAtDeath = flow < 0 ? 0 : socket.readable();
        process.died(flow);
    }

    /** Another process of the family goes on with it. */
    void moveTo(final HostChannel channel) {
        socket.moveTo(channel);
        nextNs = 0;
    }

    HostSocket socket() {
        return socket;
    }

    boolean hasDied() {
        return hasDied;
    }

    /** True if it died with bytes before it that it had not read, and its stream was not ended: Linux resets then. */
    boolean mustHaveReset() {
        return unreadAtDeath > 0 && !isShut;
    }

    boolean isDone() {
        return isDone;
    }

    Dialogue dialogue() {
        return dialogue;
    }

    HostProcess process() {
        return process;
    }

    Plan plan() {
        return plan;
    }

    /** Its direction of the connection, or -1 if it never had one. */
    long flow() {
        return flow;
    }

    int connectError() {
        return connectError;
    }

    /** errno that ended the connection, or 0. */
    int error() {
        return error;
    }

    boolean hasSeenEnd() {
        return hasSeenEnd;
    }

    boolean hasLeftEarly() {
        return hasLeftEarly;
    }

    long written() {
        return socket.txWritten();
    }

    long bytesRead() {
        return socket.rxRead();
    }

    @Override
    public String toString() {
        return "node " + process.node() + " record " + socket.record() + " "
                + (flow < 0 ? "unconnected" : FlowKey.text(flow)) + " "
                + plan.end().manner() + " wrote "
                + socket.txWritten() + "/" + plan.totalBytes() + " acked " + (isDone ? -1 : socket.txAcked()) + " read "
                + socket.rxRead() + (hasSeenEnd ? " to the end" : "") + (hasDied ? " died" : isDone ? " done" : "")
                + " errors "
                + connectError + "/" + error;
    }
}

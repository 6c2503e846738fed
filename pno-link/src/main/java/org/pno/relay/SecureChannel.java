package org.pno.relay;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.pno.link.ProtocolException;
import org.pno.sys.Descriptors;
import org.pno.sys.Errno;
import org.pno.sys.StreamSocket;
import org.pno.sys.UnixSocket;

/**
 * Records over TLS over a non-blocking TCP socket. The handshake, whose arithmetic takes milliseconds, is made by a
 * thread that may wait; from then on the owner's loop has it, and nothing waits: what is sent is queued, and a peer
 * that takes no more than the queue holds is given up. One thread at a time.
 */
public final class SecureChannel implements AutoCloseable {
    /** Bytes that may wait for the peer; more means that it does not read. */
    static final int MAX_QUEUED_BYTES = 4 << 20;

    private static final int FIRST_QUEUE_BYTES = 1 << 16;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final StreamSocket socket;
    private final SSLEngine engine;
    private final MemorySegment received;
    private final MemorySegment records;
    private final MemorySegment outgoing;
    /** Views of the same memory, as the engine wants them: from their position to their limit is free room. */
    private final ByteBuffer receivedBytes;

    private final ByteBuffer recordBytes;
    private final ByteBuffer outgoingBytes;

    private final RelayDecoder decoder = new RelayDecoder();
    /** What waits to be encrypted, from {@link #head} to {@link #tail}. */
    private byte[] queue = new byte[FIRST_QUEUE_BYTES];

    private int head;
    private int tail;
    /** Of {@link #outgoing}, how much the socket has taken. */
    private int written;

    private boolean isClosed;

    /** @param socket connected, from now on this channel's */
    public SecureChannel(final StreamSocket socket, final RelayKeys keys) {
        this.socket = socket;
        engine = keys.engine();
        final SSLSession session = engine.getSession();
        received = Arena.ofAuto().allocate(session.getPacketBufferSize() * 2L, Long.BYTES);
        records = Arena.ofAuto()
                .allocate(RelayDescriptor.MAX_BYTES + session.getApplicationBufferSize() * 2L, Long.BYTES);
        outgoing = Arena.ofAuto().allocate(session.getPacketBufferSize() * 2L, Long.BYTES);
        receivedBytes = received.asByteBuffer();
        recordBytes = records.asByteBuffer();
        outgoingBytes = outgoing.asByteBuffer();
    }

    /** For who waits until the channel can be read, or written if {@link #isWaitingForRoom()}. */
    public int descriptor() {
        return socket.descriptor();
    }

    /**
     * Makes the handshake, waiting for the peer.
     *
     * @throws RelayException if the peer is not who it must be, says so of us, or takes too long
     */
    public void handshake(final long patienceMillis) throws RelayException {
        final long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMillis);
        try {
            engine.beginHandshake();
            HandshakeStatus status = engine.getHandshakeStatus();
            while (status != HandshakeStatus.NOT_HANDSHAKING && status != HandshakeStatus.FINISHED) {
                status = step(status, untilNs);
            }
            writeAll(untilNs);
        } catch (final SSLException e) {
            sayWhy(untilNs);
            throw new RelayException(explain(e), e);
        }
    }

    private HandshakeStatus step(final HandshakeStatus status, final long untilNs) throws SSLException, RelayException {
        switch (status) {
            case NEED_TASK -> runTasks();
            case NEED_WRAP -> {
                engine.wrap(NOTHING, outgoingBytes);
                writeAll(untilNs);
            }
            default -> {
                writeAll(untilNs);
                if (unwrap().getStatus() == Status.BUFFER_UNDERFLOW) {
                    await(Descriptors.POLLIN, untilNs);
                    if (!fill()) {
                        throw new RelayException("the other side ended the connection during the handshake");
                    }
                }
            }
        }
        return engine.getHandshakeStatus();
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    /** The engine has an alert for the peer, which then knows what was wrong. */
    private void sayWhy(final long untilNs) {
        try {
            while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP
                    && engine.wrap(NOTHING, outgoingBytes).bytesProduced() > 0) {
                writeAll(untilNs);
            }
        } catch (final SSLException | RelayException e) {
            return; // It is gone, or does not read: it will not know.
        }
    }

    private static String explain(final SSLException e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        final String text = String.valueOf(cause.getMessage());
        if (text.contains("bad_certificate") || text.contains("certificate_unknown")) {
            return "the other side does not accept our certificate: both sides need files of one 'pno certificates'"
                    + " (" + text + ")";
        }
        return "TLS failed: " + text;
    }

    private void await(final int events, final long untilNs) throws RelayException {
        final long leftMillis = TimeUnit.NANOSECONDS.toMillis(untilNs - System.nanoTime());
        if (leftMillis <= 0 || Descriptors.poll(descriptor(), events, (int) leftMillis) == 0) {
            throw new RelayException("the other side took too long for the handshake");
        }
    }

    private void writeAll(final long untilNs) throws RelayException {
        while (!write()) {
            await(Descriptors.POLLOUT, untilNs);
        }
    }

    /**
     * Sends a record, now or when there is room; {@link #flush} must follow.
     *
     * @throws RelayException if the peer has not taken what was sent before
     */
    public void send(final MemorySegment memory, final int length) throws RelayException {
        if (tail - head + length > MAX_QUEUED_BYTES) {
            throw new RelayException("the other side does not read: " + (tail - head) + " bytes wait for it");
        }
        if (tail + length > queue.length) {
            makeRoom(length);
        }
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, queue, tail, length);
        tail += length;
    }

    private void makeRoom(final int length) {
        final int waiting = tail - head;
        if (2 * (waiting + length) > queue.length) {
            queue = Arrays.copyOfRange(queue, head, head + Integer.highestOneBit(waiting + length) * 4);
        } else {
            System.arraycopy(queue, head, queue, 0, waiting);
        }
        head = 0;
        tail = waiting;
    }

    /** Bytes that wait to be encrypted and sent. */
    public int queuedBytes() {
        return tail - head;
    }

    /**
     * Sends what is queued, as far as there is room.
     *
     * @throws RelayException if the connection is over
     */
    public void flush() throws RelayException {
        try {
            while (write() && (head < tail || engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP)) {
                final SSLEngineResult result = engine.wrap(ByteBuffer.wrap(queue, head, tail - head), outgoingBytes);
                head += result.bytesConsumed();
                if (result.getStatus() == Status.CLOSED) {
                    throw new RelayException("the other side has ended the connection");
                }
            }
        } catch (final SSLException e) {
            throw new RelayException(explain(e), e);
        }
        if (head == tail) {
            head = 0;
            tail = 0;
        }
    }

    /** True if {@link #flush} has something that waits for room in the socket. */
    public boolean isWaitingForRoom() {
        return outgoingBytes.position() > written;
    }

    /** Writes what is encrypted; true if all of it is gone. */
    private boolean write() throws RelayException {
        while (written < outgoingBytes.position()) {
            final int result = UnixSocket.send(descriptor(), outgoing, written, outgoingBytes.position() - written);
            if (result == -Errno.EAGAIN) {
                return false;
            }
            if (result < 0) {
                throw new RelayException("the connection to the other side broke: " + Errno.describe(-result));
            }
            written += result;
        }
        written = 0;
        outgoingBytes.clear();
        return true;
    }

    /**
     * Takes what has come and hands out the records in it.
     *
     * @return false if the peer has ended the connection
     * @throws RelayException if the connection broke, or what came is not what it should be
     */
    public boolean receive(final RelayHandler handler) throws RelayException {
        try {
            final boolean isOpen = fill();
            SSLEngineResult result = unwrap();
            handOut(handler);
            while (!isClosed && result.getStatus() == Status.OK && result.bytesConsumed() > 0) {
                result = unwrap();
                handOut(handler);
            }
            if (!isClosed) {
                flush();
            }
            return isOpen && result.getStatus() != Status.CLOSED;
        } catch (final SSLException e) {
            throw new RelayException(explain(e), e);
        } catch (final ProtocolException e) {
            throw new RelayException("the other side sent what cannot be: " + e.getMessage(), e);
        }
    }

    /** Reads from the socket; false at its end. */
    private boolean fill() throws RelayException {
        final int room = receivedBytes.remaining();
        if (room == 0) {
            return true;
        }
        final int count = Descriptors.read(descriptor(), received, receivedBytes.position(), room);
        if (count == -Errno.EAGAIN || count == -Errno.EINTR) {
            return true;
        }
        if (count < 0) {
            throw new RelayException("the connection to the other side broke: " + Errno.describe(-count));
        }
        receivedBytes.position(receivedBytes.position() + count);
        return count > 0;
    }

    private SSLEngineResult unwrap() throws SSLException {
        receivedBytes.flip();
        try {
            final SSLEngineResult result = engine.unwrap(receivedBytes, recordBytes);
            if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
                runTasks();
            }
            return result;
        } finally {
            receivedBytes.compact();
        }
    }

    private void handOut(final RelayHandler handler) throws ProtocolException {
        int at = 0;
        final int end = recordBytes.position();
        while (!isClosed && at < end) {
            final int length = decoder.wrap(records, at, end - at);
            if (length == 0) {
                break;
            }
            handler.onRecord(decoder, records);
            at += length;
        }
        if (!isClosed && at > 0) {
            recordBytes.flip().position(at);
            recordBytes.compact();
        }
    }

    /** Says good-bye, if the socket takes it at once, and closes. */
    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        engine.closeOutbound();
        try {
            if (write()) {
                engine.wrap(NOTHING, outgoingBytes);
                write();
            }
        } catch (final SSLException | RelayException e) {
            written = 0; // Nobody is there to hear it.
        }
        socket.close();
    }
}

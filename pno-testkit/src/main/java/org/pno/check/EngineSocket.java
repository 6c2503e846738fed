package org.pno.check;

import java.util.ArrayDeque;
import java.util.Deque;
import org.pno.stack.NetworkStack;
import org.pno.stack.SocketOptions;
import org.pno.sys.Errno;

/** A socket as a program would have it over our stack: the calls turned into positions, levels into answers. */
final class EngineSocket {
    private static final int NONE = -1;

    private final SocketOptions options = new SocketOptions();
    private final Deque<EngineSocket> waiting = new ArrayDeque<>();
    private int backlog;
    private int listener = NONE;
    private int connection = NONE;
    private boolean released;
    private boolean shut;
    private long written;
    private long readable;
    private long consumed;
    private final EngineUrgent urgent = new EngineUrgent();
    private boolean fin;
    private int error;

    SocketOptions options() {
        return options;
    }

    int connection() {
        return connection;
    }

    boolean isConnected() {
        return connection != NONE && !released;
    }

    void set(final Option option, final int value) {
        switch (option) {
            case NO_DELAY -> options.noDelay = value != 0;
            case CORK -> options.cork = value != 0;
            case QUICK_ACK -> options.quickAck = (options.quickAck | 1) + 1 + (value != 0 ? 1 : 0);
            case KEEP_ALIVE -> options.keepAlive = value != 0;
            case KEEP_IDLE -> options.keepIdleSeconds = value;
            case KEEP_INTERVAL -> options.keepIntervalSeconds = value;
            case KEEP_COUNT -> options.keepCount = value;
            case USER_TIMEOUT -> options.userTimeoutMillis = value;
            case MAX_SEGMENT -> options.maxSegmentBytes = value;
            case RECEIVE_BUFFER -> options.receiveBufferBytes = value;
            case FAST_OPEN -> options.fastOpenQueue = value;
            case FAST_OPEN_CONNECT -> options.fastOpen = value != 0;
            case FAST_OPEN_NO_COOKIE -> options.fastOpenWithoutCookie = value != 0;
            case URGENT_INLINE -> urgent.inline(value != 0);
        }
    }

    void listens(final int number, final int length) {
        listener = number;
        backlog = length;
    }

    void connects(final int number) {
        connection = number;
    }

    /** As Linux: one more than the backlog may wait to be accepted. */
    EngineSocket take(final int number) {
        if (waiting.size() > backlog) {
            return null;
        }
        final EngineSocket accepted = new EngineSocket();
        accepted.urgent.inherit(urgent);
        accepted.connection = number;
        waiting.add(accepted);
        return accepted;
    }

    EngineSocket accept() {
        return waiting.poll();
    }

    /** What is received is shown to the program, and the stack told so. */
    void publish(final NetworkStack stack) {
        readLevels(stack);
        stack.onPublished(connection, readable, fin);
    }

    private void readLevels(final NetworkStack stack) {
        readable = Math.max(readable, stack.rxCommittable(connection));
        consumed += urgent.observe(
                stack.urgentReceived(connection), stack.isUrgentByteHere(connection), consumed, readable);
        fin |= stack.finReceived(connection) >= 0;
        error = error == 0 ? stack.socketError(connection) : error;
    }

    void release(final NetworkStack stack) {
        readLevels(stack);
        released = true;
    }

    int takeError() {
        final int taken = error;
        error = 0;
        return taken;
    }

    int write(final NetworkStack stack, final int bytes) {
        if (error != 0) {
            return -takeError();
        }
        if (shut || released) {
            return -Errno.EPIPE;
        }
        written += bytes;
        stack.onTxWritten(connection, written);
        return bytes;
    }

    int writeUrgent(final NetworkStack stack, final int bytes) {
        stack.onTxUrgent(connection, written + bytes);
        return write(stack, bytes);
    }

    EngineUrgent urgent() {
        return urgent;
    }

    boolean isAtMark() {
        return urgent.isAt(consumed);
    }

    int read(final NetworkStack stack, final int bytes) {
        if (urgent.isLeftOut(consumed) && consumed < readable) {
            consumed++;
        }
        final int count = (int) Math.min(bytes, urgent.end(consumed, readable) - consumed);
        urgent.onConsumed(consumed + count);
        stack.onRxRead(connection, consumed + count);
        if (count > 0) {
            consumed += count;
            return count;
        }
        if (error != 0) {
            return -takeError();
        }
        return fin || released ? 0 : -Errno.EAGAIN;
    }

    int shutdown(final NetworkStack stack) {
        if (released) {
            return -Errno.ENOTCONN;
        }
        shut = true;
        stack.shutdown(connection);
        return 0;
    }

    void close(final NetworkStack stack) {
        if (listener != NONE) {
            stack.unlisten(listener);
            waiting.forEach(socket -> socket.abort(stack));
        } else {
            stack.close(connection);
        }
    }

    void abort(final NetworkStack stack) {
        stack.abort(connection);
    }
}

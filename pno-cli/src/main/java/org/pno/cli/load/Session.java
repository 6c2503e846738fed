package org.pno.cli.load;

import java.lang.foreign.MemorySegment;

/**
 * One connection of the load generator: its stream both ways, by positions. One thread, the engine's.
 *
 * <pre>
 *   sent ring      acked … written        what the stack may have to send again stays in it
 *   received ring  read … received        what the user has not taken yet
 * </pre>
 */
class Session {
    static final int NONE = -1;

    final StreamRing sent;
    final StreamRing received;

    private final LoadEngine engine;
    private final SessionHandler handler;
    private int connection = NONE;
    private long written;
    private long read;
    private long arrived;
    private boolean established;
    /** True while it stands in the engine's list of those to which something has happened. */
    boolean isMarked;

    Session(final LoadEngine engine, final SessionHandler handler, final int sendBytes, final int receiveBytes) {
        this.engine = engine;
        this.handler = handler;
        sent = new StreamRing(sendBytes);
        received = new StreamRing(receiveBytes);
    }

    /** It is that connection of the stack from now on, and its stream begins. */
    void begin(final int number) {
        connection = number;
        written = 0;
        read = 0;
        arrived = 0;
        established = false;
    }

    /** The stack's number, or {@link #NONE}. */
    int connection() {
        return connection;
    }

    SessionHandler handler() {
        return handler;
    }

    boolean isOpen() {
        return connection != NONE;
    }

    boolean isEstablished() {
        return established;
    }

    void established() {
        established = true;
    }

    /** The stack has forgotten the connection. */
    void forget() {
        connection = NONE;
    }

    /** Bytes that have come and were not taken. */
    int available() {
        return (int) (arrived - read);
    }

    /** How far the stream has come. Returns true if that is news. */
    boolean arrived(final long position) {
        final boolean isNews = position > arrived;
        arrived = Math.max(arrived, position);
        return isNews;
    }

    long arrived() {
        return arrived;
    }

    long read() {
        return read;
    }

    /** What has come, in one piece: in {@link StreamRing#memory} from {@link StreamRing#offset} on. */
    StreamRing look() {
        return received.lay(read, available());
    }

    /** The user has taken so many bytes. */
    void take(final int bytes) {
        read += bytes;
    }

    /** Bytes that may be written now. */
    int room() {
        return (int) (sent.capacity() - (written - engine.acked(this)));
    }

    /** Appends to what is to be sent; {@link #push} lets it go. */
    void write(final MemorySegment from, final long offset, final int length) {
        if (length > room()) {
            throw new IllegalStateException(length + " bytes, and room for " + room());
        }
        sent.write(written, from, offset, length);
        written += length;
    }

    /** Tells the stack what was written. */
    void push() {
        engine.stack().onTxWritten(connection, written);
    }

    /** Ends our direction; the connection ends when the peer has ended its own. */
    void close() {
        engine.stack().close(connection);
    }
}

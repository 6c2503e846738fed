package org.pno.cli.load;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** A server of one file on our own stack, for proxies between it and the load generator: each GET gets that file. */
final class HttpResponder implements SessionHandler {
    private static final int ROOM_FOR_ANSWERS = 4;
    private static final int LEAST_ROOM = 1 << 14;

    private final LoadEngine engine;
    private final MemorySegment answer;
    private final int sendBytes;

    /** @param bytes of the file, which is the pattern's beginning */
    HttpResponder(final LoadEngine engine, final int bytes) {
        this.engine = engine;
        final byte[] head = ("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: " + bytes
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        final byte[] whole = new byte[head.length + bytes];
        System.arraycopy(head, 0, whole, 0, head.length);
        System.arraycopy(PayloadPattern.bytes(bytes), 0, whole, head.length, bytes);
        answer = MemorySegment.ofArray(whole);
        sendBytes = roundUp(Math.max(LEAST_ROOM, ROOM_FOR_ANSWERS * whole.length));
    }

    private static int roundUp(final int bytes) {
        return Integer.highestOneBit(bytes - 1) << 1;
    }

    /** For a connection that comes. */
    Session newSession() {
        return new Session(engine, this, sendBytes, LoadEngine.receiveBytes());
    }

    @Override
    public void onEstablished(final Session session, final long nowNs) {}

    @Override
    public void onReceived(final Session session, final long nowNs) {
        int length = requestLength(session);
        while (length > 0 && session.room() >= answer.byteSize()) {
            session.take(length);
            session.write(answer, 0, (int) answer.byteSize());
            length = requestLength(session);
        }
        session.push();
    }

    /** Of the request that has come first, up to its blank line; 0 if that has not come. */
    private static int requestLength(final Session session) {
        final int available = session.available();
        if (available < 4) {
            return 0;
        }
        final StreamRing bytes = session.look();
        final MemorySegment memory = bytes.memory();
        for (long end = bytes.offset() + 4; end <= bytes.offset() + available; end++) {
            if (memory.get(ValueLayout.JAVA_BYTE, end - 1) == '\n'
                    && memory.get(ValueLayout.JAVA_BYTE, end - 2) == '\r'
                    && memory.get(ValueLayout.JAVA_BYTE, end - 3) == '\n') {
                return (int) (end - bytes.offset());
            }
        }
        return 0;
    }

    @Override
    public void onEnded(final Session session, final int errno, final long nowNs) {
        if (session.isOpen()) {
            session.close();
        }
    }
}

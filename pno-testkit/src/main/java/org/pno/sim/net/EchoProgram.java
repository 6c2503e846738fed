package org.pno.sim.net;

/** Writes back as many bytes as it reads, and closes when the peer does. */
public final class EchoProgram extends StreamProgram {
    private static final long SEND_BUFFER_BYTES = 1 << 20;

    @Override
    protected long run() {
        if (isClosed()) {
            return WHEN_CHANGED;
        }
        final long room = SEND_BUFFER_BYTES - (written() - (isReleased() ? written() : stack().txAcked(connection())));
        final long length = read(Math.max(0, room));
        write(length, SEND_BUFFER_BYTES);
        if (isAtEnd() || isReleased()) {
            close();
        }
        return WHEN_CHANGED;
    }
}

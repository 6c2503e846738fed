package org.pno.sim.net;

/** Writes a request, waits for an answer of the same length, and again, so many times; then closes. */
public final class RequestProgram extends StreamProgram {
    private final int requestBytes;
    private long requestsLeft;

    public RequestProgram(final int requestBytes, final long requests) {
        this.requestBytes = requestBytes;
        requestsLeft = requests;
    }

    @Override
    protected long run() {
        if (isClosed() || !isEstablished() && !isReleased()) {
            return WHEN_CHANGED;
        }
        if (isReleased()) {
            close();
            return WHEN_CHANGED;
        }
        read(Long.MAX_VALUE);
        if (bytesRead() < written()) {
            return WHEN_CHANGED;
        }
        if (requestsLeft == 0) {
            close();
            return WHEN_CHANGED;
        }
        requestsLeft--;
        write(requestBytes, requestBytes);
        return WHEN_CHANGED;
    }

    /** Requests that have not been sent. */
    public long requestsLeft() {
        return requestsLeft;
    }
}

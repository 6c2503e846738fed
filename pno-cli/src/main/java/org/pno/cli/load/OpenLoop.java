package org.pno.cli.load;

import java.util.ArrayDeque;

/**
 * Requests at a fixed rate, whatever becomes of those before. One that finds no free connection waits, and its latency
 * counts from when it was due: so a server that stalls is seen by all requests that it kept waiting (coordinated
 * omission avoided).
 */
final class OpenLoop implements Schedule {
    private static final double NANOS_PER_SECOND = 1e9;

    private final Sender sender;
    private final double requestsPerSecond;
    private final ArrayDeque<Exchange> free = new ArrayDeque<>();
    private long startNs;
    private long sent = -1;

    OpenLoop(final Sender sender, final double requestsPerSecond) {
        this.sender = sender;
        this.requestsPerSecond = requestsPerSecond;
    }

    @Override
    public void free(final Exchange exchange, final long nowNs) {
        free.add(exchange);
    }

    @Override
    public void step(final long nowNs) {
        if (sent < 0) {
            sent = 0;
            startNs = nowNs;
        }
        while (!free.isEmpty() && nextNs() - nowNs <= 0) {
            final long dueNs = nextNs();
            sent++;
            sender.send(free.poll(), dueNs);
        }
    }

    @Override
    public long nextNs() {
        if (sent < 0) {
            return 0; // at once
        }
        return free.isEmpty() ? Long.MAX_VALUE : startNs + (long) (sent * NANOS_PER_SECOND / requestsPerSecond);
    }
}

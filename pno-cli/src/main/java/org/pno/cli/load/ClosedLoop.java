package org.pno.cli.load;

/** A connection that can take a request gets one at once: as fast as answers come. */
final class ClosedLoop implements Schedule {
    private final Sender sender;

    ClosedLoop(final Sender sender) {
        this.sender = sender;
    }

    @Override
    public void free(final Exchange exchange, final long nowNs) {
        sender.send(exchange, nowNs);
    }

    @Override
    public void step(final long nowNs) {}

    @Override
    public long nextNs() {
        return Long.MAX_VALUE;
    }
}

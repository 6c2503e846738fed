package org.pno.cli.load;

/** When requests are sent. */
interface Schedule {
    /** A connection can take one request more. */
    void free(Exchange exchange, long nowNs);

    /** Sends what is due. */
    void step(long nowNs);

    /** When something is due next; Long.MAX_VALUE if that depends on answers. */
    long nextNs();

    /** Sends a request on a connection. */
    @FunctionalInterface
    interface Sender {
        /** @param beganNs from when on its latency counts */
        void send(Exchange exchange, long beganNs);
    }
}

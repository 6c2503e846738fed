package org.pno.port;

/** What a port has moved and dropped. Plain counts, one writer: the thread that drives the port. */
public final class PortCounters {
    public long rxFrames;
    public long rxBytes;
    public long txFrames;
    public long txBytes;
    /** No free frame in the pool: left with the kernel, or dropped where the port has no queue. */
    public long rxNoFrame;
    /** Longer than a frame can be, or truncated by the kernel. */
    public long rxTooLong;
    /** The kernel or peer would not take it (queue full, interface down). */
    public long txRefused;
}

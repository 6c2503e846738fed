package org.pno.port;

/**
 * What a port and its decorators have moved and dropped. Plain counts, one writer: the thread that drives the port. The
 * sentences are in {@link PortCount}.
 */
public final class PortCounters {
    public long rxFrames;
    public long rxBytes;
    public long txFrames;
    public long txBytes;
    /** No free frame in the pool: left with the kernel, or dropped where the port has no queue. */
    public long rxNoFrame;
    /** Longer than a frame can be, or truncated by the kernel. */
    public long rxTooLong;
    /** A receive call failed. */
    public long rxFailed;
    /** Meant for another station. */
    public long rxOtherStation;
    /** TCP checksum verified here and wrong. */
    public long rxBadChecksum;
    /** Received marks that do not fit the headers. */
    public long rxMalformed;
    /** The kernel or peer would not take it (queue full, interface down, no peer). */
    public long txRefused;
    /** Marks that do not fit the headers. */
    public long txMalformed;
    /** No free frame to build a segment in. */
    public long txNoFrame;
    /** The process at the other end has gone. */
    public long peersLost;
    /** The process at the other end wrote what cannot be. */
    public long peersBroken;

    /** What was done on purpose by {@code FaultPort}, per segment, both directions together. */
    public long faultLost;

    public long faultCorrupted;
    public long faultDuplicated;
    public long faultReordered;
    public long faultOverflow;
    public long faultQueueFull;

    /** Counts a frame handed over. */
    public void onReceived(final int length) {
        rxFrames++;
        rxBytes += length;
    }

    /** Counts a frame sent. */
    public void onSent(final int length) {
        txFrames++;
        txBytes += length;
    }
}

package org.pno.link;

/** What crossed the bus so far. Plain counts, one writer: the thread that owns the {@link HostMemory}. */
public final class HostMemoryCounters {
    private long reads;
    private long readBytes;
    private long writes;
    private long writtenBytes;
    private long batches;

    public void onRead(final long bytes) {
        reads++;
        readBytes += bytes;
    }

    public void onWrite(final long bytes) {
        writes++;
        writtenBytes += bytes;
    }

    public void onBatch() {
        batches++;
    }

    public long reads() {
        return reads;
    }

    public long readBytes() {
        return readBytes;
    }

    public long writes() {
        return writes;
    }

    public long writtenBytes() {
        return writtenBytes;
    }

    public long batches() {
        return batches;
    }
}

package org.pno.link;

import java.lang.foreign.MemorySegment;

/**
 * The DPU's way to host memory, and every crossing of the bus (rule 1). Operations are posted; a batch of them is
 * closed by {@link #post()}, which returns a ticket; the batch's operations complete in any order, and none is known
 * to have happened before {@link #completed()} has reached the ticket. Whoever needs "B after A" posts B once A's
 * ticket is complete, unless the bus declares an order that makes up for it ({@link #writesInOrder},
 * {@link #readsBehindWrites}). There is no other ordering, and no atomic read-modify-write.
 *
 * <p>The source of a write and the target of a read belong to the operation until its ticket is complete, except that
 * {@link #writeWord} takes its value at once. Used by one thread, the bridge's.
 */
public interface HostMemory extends AutoCloseable {
    /**
     * Makes host memory reachable.
     *
     * @return the region's number, used in all operations
     * @throws IllegalArgumentException if it cannot be used safely, or is of a kind that this bus does not reach
     */
    int addRegion(RegionSource source);

    /** Makes a sealed memfd of this machine reachable. */
    default int addRegion(final int descriptor, final long bytes) {
        return addRegion(new RegionSource.Local(descriptor, bytes));
    }

    /** Ends a region. Its operations must have completed, or are abandoned; later ones on it are refused. */
    void removeRegion(int region);

    /** Reads {@code length} bytes, in no particular order and width. */
    void read(int region, long offset, MemorySegment target, long targetOffset, int length);

    /** Writes {@code length} bytes, in no particular order and width. */
    void write(int region, long offset, MemorySegment source, long sourceOffset, int length);

    /** Reads aligned 8-byte words, each of them whole; the words in no order among themselves. */
    void readWords(int region, long offset, MemorySegment target, long targetOffset, int words);

    /** Writes one aligned 8-byte word whole. The value is taken now. */
    void writeWord(int region, long offset, long value);

    /**
     * Closes the batch of all operations posted since the last call.
     *
     * @return its ticket, 1 more than the last; without operations, the last ticket again
     */
    long post();

    /**
     * Drives progress.
     *
     * @return the greatest ticket up to which every batch is complete
     */
    long completed();

    /** True if a posted batch is still under way, so that the owner must keep calling {@link #completed()}. */
    boolean pending();

    /** Nanoseconds until progress can be expected when {@link #pending()}, so that a waiting owner need not spin. */
    long progressInNs();

    /**
     * True once an operation on the region has failed for good (its host is gone). Later operations on it are dropped;
     * tickets complete all the same, but what they name on this region may not have happened.
     */
    boolean hasFailed(int region);

    /**
     * Says that a region's host is gone, so that nobody waits for it: what is under way on it is abandoned, and it has
     * failed.
     */
    void failRegion(int region);

    /**
     * True if a word that is written takes effect behind every write that was posted before it, in the same batch too.
     * So a position may follow its data without a ticket between them. Says nothing of bytes written by {@link #write}
     * behind a word, nor of reads.
     */
    default boolean writesInOrder() {
        return false;
    }

    /** True if a read sees every write that was posted before it, in the same batch too. Not the other way round. */
    default boolean readsBehindWrites() {
        return false;
    }

    /** Operations and bytes so far, for the crossings per request. */
    HostMemoryCounters counters();

    /** Ends all regions. */
    @Override
    void close();
}

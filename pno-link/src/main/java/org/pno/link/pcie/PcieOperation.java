package org.pno.link.pcie;

import java.lang.foreign.MemorySegment;

/** One operation of the emulated engine, of a piece at most: what it moves, and when. Reused. */
final class PcieOperation implements Comparable<PcieOperation> {
    /** What it does to host memory. */
    enum Kind {
        READ,
        READ_WORDS,
        WRITE,
        WRITE_WORD;

        boolean isRead() {
            return this == READ || this == READ_WORDS;
        }
    }

    Kind kind;
    int region;
    /** Which life of the region it belongs to: what is under way when a region is removed is abandoned. */
    int regionLife;

    long hostOffset;
    MemorySegment local;
    long localOffset;
    int length;
    long word;
    long ticket;

    /** Its place in the staging memory while it is under way. */
    int slot;
    /** When host memory is read or written. */
    long effectNs;
    /** When its completion is seen. */
    long doneNs;
    /** The effect is behind it. */
    boolean hasEffect;
    /** In the order of start, so that what is due at one moment keeps it. */
    long number;

    private long nextNs() {
        return hasEffect ? doneNs : effectNs;
    }

    /** True if its next step is due. */
    boolean isDue(final long nowNs) {
        return nextNs() - nowNs <= 0;
    }

    /** Nanoseconds from then to its next step. */
    long dueIn(final long nowNs) {
        return nextNs() - nowNs;
    }

    @Override
    public int compareTo(final PcieOperation other) {
        final int byTime = Long.compare(nextNs() - other.nextNs(), 0);
        return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
}

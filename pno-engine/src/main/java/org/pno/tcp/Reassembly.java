package org.pno.tcp;

/**
 * What was received beyond a hole: it stands in the receive S-ring already, in place, so only its extent is kept here
 * (rule 6). Also tells which of it to report by SACK. Belongs to a connection only while it has holes.
 */
final class Reassembly {
    /** As many as fit into a header without timestamps (RFC 2018 3). */
    static final int MAX_BLOCKS = 4;

    private final IntervalSet extents;
    /** A position in each extent that was added to lately, the latest first. */
    private final long[] recent = new long[MAX_BLOCKS];

    private final ReassemblyTotals totals;
    private int recentCount;

    Reassembly(final int limit, final ReassemblyTotals totals) {
        extents = new IntervalSet(limit);
        this.totals = totals;
    }

    void clear() {
        totals.change(-extents.totalBytes(), -extents.count());
        extents.clear();
        recentCount = 0;
    }

    boolean isEmpty() {
        return extents.isEmpty();
    }

    /** Bytes beyond the first hole that have been received. */
    long bytes() {
        return extents.totalBytes();
    }

    /** True if something beyond {@code position} has been received. */
    boolean reaches(final long position) {
        return !extents.isEmpty() && extents.end(extents.count() - 1) > position;
    }

    /** Where the farthest of it ends; there is some. */
    long end() {
        return extents.end(extents.count() - 1);
    }

    boolean hasRoomFor(final long start, final long end) {
        return extents.hasRoomFor(start, end) && totals.haveRoomFor(end - start);
    }

    /** The first position of {@code from} to {@code to} that was received before; {@code to} if none was. */
    long firstReceived(final long from, final long to) {
        final int extent = extents.firstEndingAfter(from);
        return extent == extents.count() ? to : Math.min(to, Math.max(from, extents.start(extent)));
    }

    /** Where what was received from {@code position} on without a gap ends, {@code to} at most. */
    long receivedEnd(final long position, final long to) {
        final int extent = extents.indexOf(position);
        return extent < 0 ? position : Math.min(to, extents.end(extent));
    }

    /** Adds a segment that has been placed; {@link #hasRoomFor} was true. */
    void add(final long start, final long end) {
        final int before = extents.count();
        totals.change(Math.max(0, extents.add(start, end)), extents.count() - before);
        reportFirst(start);
    }

    /** The extent that holds {@code start} is the one to report first. */
    void reportFirst(final long start) {
        final int extent = extents.indexOf(start);
        int kept = 0;
        for (int i = 0; i < recentCount && kept < MAX_BLOCKS - 1; i++) {
            if (extents.indexOf(recent[i]) != extent) { // What the segment has joined is reported once, as the latest.
                recent[kept++] = recent[i];
            }
        }
        System.arraycopy(recent, 0, recent, 1, kept);
        recent[0] = start;
        recentCount = kept + 1;
    }

    /**
     * The stream is complete up to {@code position}.
     *
     * @return how far it is complete with what was received before
     */
    long advance(final long position) {
        final int extent = extents.indexOf(position);
        final long complete = extent < 0 ? position : extents.end(extent);
        final int before = extents.count();
        final long gone = extents.removeBelow(complete);
        totals.change(-gone, extents.count() - before);
        return complete;
    }

    /**
     * RFC 2018 4: the blocks to report, the one with the latest segment first, then those reported lately.
     *
     * @param blocks takes start and end of each in turn
     * @param already blocks that are there already
     * @param limit blocks that there is room for
     * @return blocks
     */
    int report(final long[] blocks, final int already, final int limit) {
        int count = already;
        for (int i = 0; i < recentCount && count < limit; i++) {
            final int extent = extents.indexOf(recent[i]);
            if (extent >= 0) {
                blocks[2 * count] = extents.start(extent);
                blocks[2 * count + 1] = extents.end(extent);
                count++;
            }
        }
        return count;
    }
}

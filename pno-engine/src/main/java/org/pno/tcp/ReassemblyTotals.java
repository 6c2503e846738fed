package org.pno.tcp;

/** What all connections together have received beyond holes. It stands in their hosts' memory, so it is bounded. */
final class ReassemblyTotals {
    private final long maxBytes;
    private final int maxExtents;
    private long bytes;
    private int extents;

    ReassemblyTotals(final long maxBytes, final int maxExtents) {
        this.maxBytes = maxBytes;
        this.maxExtents = maxExtents;
    }

    /** True if a segment may be added, even if it should need an extent of its own. */
    boolean haveRoomFor(final long more) {
        return bytes + more <= maxBytes && extents < maxExtents;
    }

    void change(final long byBytes, final int byExtents) {
        bytes += byBytes;
        extents += byExtents;
    }

    long bytes() {
        return bytes;
    }

    int extents() {
        return extents;
    }
}

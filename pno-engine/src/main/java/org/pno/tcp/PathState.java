package org.pno.tcp;

/** What a connection knows of its path's MTU beside the MSS of now: a carrier for {@link SegmentSize}. */
final class PathState {
    /** The bound that black-hole detection has set, and how long it holds. */
    int searchedMssBytes;

    long searchedUntilNs;
    int blackHoles;
    /** When to ask next what the path carries. */
    long askNs;

    void reset() {
        searchedMssBytes = SegmentSize.NOT_SEARCHED;
        searchedUntilNs = 0;
        blackHoles = 0;
        askNs = 0;
    }
}

package org.pno.tcp;

/** What a connection knows of its path's MTU beside the MSS of now: a carrier for {@link PathSearch}. */
final class PathState {
    /** Stands for a position that is not set. */
    static final long NONE = -1;

    /** While the path is searched, the longest segment that is known to get through; else unknown. */
    int provenMssBytes;
    /** The shortest one that was lost since the search began, or unknown. */
    int tooLongBytes;

    int blackHoles;
    /** When longer ones are tried next. */
    long probeAtNs;

    /** The probe under way: where it stands, its end NONE if there is none, and its length with options. */
    long probeStart;

    long probeEnd;
    int probeBytes;

    /** When {@link SegmentSize} asks next what the path is said to carry. */
    long askNs;

    void reset() {
        provenMssBytes = PathSearch.UNKNOWN;
        tooLongBytes = PathSearch.UNKNOWN;
        blackHoles = 0;
        probeAtNs = 0;
        probeStart = NONE;
        probeEnd = NONE;
        probeBytes = 0;
        askNs = 0;
    }
}

package org.pno.sim;

import java.lang.foreign.MemorySegment;

/** One piece of a simulated operation: what takes effect at one moment. Reused. */
final class DmaPiece implements Comparable<DmaPiece> {
    /** What the piece does when its time has come. */
    enum Action {
        /** Takes bytes or a word from host memory; the same piece then becomes a FILL. */
        CAPTURE,
        /** Delivers what was captured. */
        FILL,
        /** Takes bytes from the source, now, and puts them into host memory. */
        COPY_OUT,
        /** Puts a word into host memory. */
        STORE_WORD
    }

    Action action;
    DmaBatch batch;
    int region;
    long hostOffset;
    MemorySegment local;
    long localOffset;
    int length;
    boolean isWord;
    long word;
    byte[] captured = {};

    long dueNs;
    /** Of a CAPTURE: how long after it the FILL comes. */
    long fillDelayNs;
    /** Random, so that pieces due at the same time are in no order either. */
    int tieBreak;

    @Override
    public int compareTo(final DmaPiece other) {
        final int byTime = Long.compare(dueNs, other.dueNs);
        return byTime != 0 ? byTime : Integer.compare(tieBreak, other.tieBreak);
    }
}

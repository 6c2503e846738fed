package org.pno.sim;

/** The operations between two calls of {@code post}. */
final class DmaBatch {
    int piecesLeft;
    long lastEffectNs;
    long lagNs;

    DmaBatch(final long nowNs) {
        lastEffectNs = nowNs;
    }

    boolean isComplete(final long nowNs) {
        return piecesLeft == 0 && nowNs - completeAtNs() >= 0;
    }

    long completeAtNs() {
        return lastEffectNs + lagNs;
    }
}

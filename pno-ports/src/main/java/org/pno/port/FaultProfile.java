package org.pno.port;

/**
 * What befalls the segments of one direction. Probabilities are per segment on the wire.
 *
 * @param loss probability of being dropped
 * @param corrupt probability that one bit of an IP packet flips
 * @param duplicate probability of arriving twice
 * @param reorder probability of being overtaken
 * @param reorderBy how many later segments overtake it
 * @param delayNs that every segment takes
 * @param jitterNs most that is added to the delay, uniformly; segments may overtake each other by it
 * @param rateBitsPerSecond of the wire, 0 for no limit
 * @param queueNs most that a segment waits for the wire to be free before it is dropped, 0 for no limit
 */
record FaultProfile(
        double loss,
        double corrupt,
        double duplicate,
        double reorder,
        int reorderBy,
        long delayNs,
        long jitterNs,
        long rateBitsPerSecond,
        long queueNs) {
    static final int DEFAULT_REORDER_BY = 3;
    static final FaultProfile NONE = new FaultProfile(0, 0, 0, 0, DEFAULT_REORDER_BY, 0, 0, 0, 0);

    /** True if segments leave in the order in which they came. */
    boolean keepsOrder() {
        return reorder == 0 && jitterNs == 0;
    }
}

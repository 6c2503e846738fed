package org.pno.sim;

/**
 * How unpleasant a {@link SimulatedDma} is. Each piece of an operation takes effect after a delay of its own, so with
 * different bounds everything that is not ordered by a ticket is reordered.
 *
 * @param minDelayNs least time from an operation's call to its effect
 * @param maxDelayNs greatest time
 * @param maxCompletionLagNs greatest time from a batch's last effect to the completion that tells of it
 * @param maxPieces into how many pieces one copy is torn at most; words are never torn
 */
public record DmaTiming(long minDelayNs, long maxDelayNs, long maxCompletionLagNs, int maxPieces) {
    /** About what an off-path SmartNIC's DMA engine takes. */
    public static final DmaTiming DEFAULT = new DmaTiming(300, 3_000, 1_000, 4);

    public DmaTiming {
        if (minDelayNs < 0 || maxDelayNs < minDelayNs || maxCompletionLagNs < 0 || maxPieces < 1) {
            throw new IllegalArgumentException("delays " + minDelayNs + " to " + maxDelayNs + " ns, lag "
                    + maxCompletionLagNs + " ns, pieces " + maxPieces);
        }
    }
}

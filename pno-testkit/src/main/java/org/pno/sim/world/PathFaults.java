package org.pno.sim.world;

/**
 * What one direction between two nodes does to packets. Chances are per frame on the wire; times are nanoseconds, 0
 * means none. Changed while a run goes on.
 */
public final class PathFaults {
    public double lossChance;
    /** Gilbert and Elliott's two states: chance to fall into the bad one, to leave it, and to lose a frame in it. */
    public double burstBeginChance;

    public double burstEndChance = 1;
    public double burstLossChance;

    public double duplicateChance;
    public double corruptChance;
    /** Chance that a frame is held back by up to {@link #reorderNs} more. */
    public double reorderChance;

    public long reorderNs;
    public long delayNs = 20_000;
    public long jitterNs;

    /** Rate of the slowest link; behind it a queue of so many bytes, above the threshold with ECN marks. */
    public long bitsPerSecond;

    public long queueBytes = Long.MAX_VALUE;
    public long markBytes = Long.MAX_VALUE;

    /** TCP segments are cut into fragments of so many bytes, a multiple of 8; 0: they are not. */
    public int fragmentBytes;

    public double fragmentLossChance;
    /** When the last fragment has left. */
    long fragmentsUntilNs;

    /** The longest IP packet that passes; longer ones are lost, with an ICMP error if {@link #tellsMtu}. */
    public int mtuBytes;

    public boolean tellsMtu;
    public boolean isCut;

    /** Nothing is lost, changed or held back any more; the delay remains. */
    public void heal() {
        lossChance = 0;
        burstBeginChance = 0;
        burstEndChance = 1;
        burstLossChance = 0;
        duplicateChance = 0;
        corruptChance = 0;
        reorderChance = 0;
        jitterNs = 0;
        bitsPerSecond = 0;
        mtuBytes = 0;
        fragmentBytes = 0;
        isCut = false;
    }
}

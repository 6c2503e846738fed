package org.pno.sim.net;

import java.util.concurrent.TimeUnit;

/** What a simulated wire does to packets, with what chance. Chances are per packet, not per super-segment. */
public final class WireFaults {
    public double lossChance;
    public double duplicateChance;
    /** Chance that a packet is held back by up to {@link #reorderNs} more. */
    public double reorderChance;

    public double corruptChance;
    /** One way. */
    public long delayNs = TimeUnit.MICROSECONDS.toNanos(50);

    public long jitterNs;
    public long reorderNs = TimeUnit.MILLISECONDS.toNanos(1);
    /**
     * Frames pass whole, marks included, as between two ends of a veth; else they are cut into packets as on a cable.
     */
    public boolean superSegments;
    /** Of a bottleneck in each direction, bytes per second; 0 for none. */
    public long bytesPerSecond;
    /** How much may wait before the bottleneck; more is lost. */
    public long bottleneckBytes = 1 << 20;
    /** Packets that fit on the wire; more are lost. */
    public int queuePackets = 4_096;

    public static WireFaults none() {
        return new WireFaults();
    }

    @Override
    public String toString() {
        return "loss " + lossChance + ", duplicates " + duplicateChance + ", reordering " + reorderChance + " by "
                + reorderNs
                + " ns, corruption " + corruptChance + ", delay " + delayNs + "+" + jitterNs + " ns"
                + (bytesPerSecond > 0 ? ", " + bytesPerSecond + " bytes/s behind " + bottleneckBytes : "")
                + (superSegments ? ", super-segments" : "");
    }
}

package org.pno.sim.net;

/** How a simulated node's host and bridge behave, faults included. Times are nanoseconds. */
public final class NodeBehaviour {
    /** Longest time between payload being placed and the host seeing it. */
    public long publishDelayNs;
    /** Chance that there is no frame to send. */
    public double noFrameChance;
    /** Chance that there is no memory to place payload. */
    public double noMemoryChance;
    /** Chance that a listener has no credit. */
    public double noCreditChance;
    /** The nodes speak IPv6 with each other. */
    public boolean ipv6;
    /** Payload is filled in and checked; without it positions alone are. */
    public boolean verifyingPayload = true;

    @Override
    public String toString() {
        return (ipv6 ? "IPv6, " : "") + "published after " + publishDelayNs + " ns, no frame " + noFrameChance
                + ", no memory " + noMemoryChance + ", no credit " + noCreditChance;
    }
}

package org.pno.link.pcie;

import java.util.SplittableRandom;

/**
 * When an operation that starts now takes effect and completes. The request travels half of the latency, the answer the
 * other half; the bytes occupy the link of their direction, one operation after the other:
 *
 * <pre>
 *   read    start ──latency/2──► host memory is read ──(link)── bytes ──latency/2──► completion
 *   write   start ──(link)── bytes ──latency/2──► host memory is written ──latency/2──► completion
 * </pre>
 */
final class PcieTimetable {
    private final PcieTiming timing;
    private final SplittableRandom random;
    /** When the link is free again, by direction. */
    private long inboundFreeNs;

    private long outboundFreeNs;
    /** When the last write that was started lands. */
    private long lastLandingNs;

    PcieTimetable(final PcieTiming timing, final long nowNs, final long seed) {
        this.timing = timing;
        random = new SplittableRandom(seed);
        inboundFreeNs = nowNs;
        outboundFreeNs = nowNs;
        lastLandingNs = nowNs;
    }

    /** Sets the operation's times; operations come in the order of their start. */
    void plan(final PcieOperation operation, final long startNs) {
        if (operation.kind.isRead()) {
            planRead(operation, startNs);
        } else {
            planWrite(operation, startNs);
        }
        operation.hasEffect = false;
    }

    private void planRead(final PcieOperation operation, final long startNs) {
        final long latencyNs = latency(timing.readNs());
        final long there = inOrder(startNs + latencyNs / 2);
        inboundFreeNs = later(there, inboundFreeNs) + timing.transferNs(operation.length);
        operation.effectNs = there;
        operation.doneNs = inboundFreeNs + (latencyNs - latencyNs / 2);
    }

    private void planWrite(final PcieOperation operation, final long startNs) {
        final long latencyNs = latency(timing.writeNs());
        outboundFreeNs = later(startNs, outboundFreeNs) + timing.transferNs(operation.length);
        final long there = inOrder(outboundFreeNs + latencyNs / 2);
        lastLandingNs = later(there, lastLandingNs);
        operation.effectNs = there;
        operation.doneNs = there + (latencyNs - latencyNs / 2);
    }

    /** Not before the writes that were started before: operations due at one time take effect in the order of start. */
    private long inOrder(final long timeNs) {
        return timing.order() == PcieOrder.QUEUE ? later(timeNs, lastLandingNs) : timeNs;
    }

    private long latency(final long meanNs) {
        return timing.jitter() == 0
                ? meanNs
                : Math.round(meanNs * (1 + timing.jitter() * (2 * random.nextDouble() - 1)));
    }

    private static long later(final long one, final long other) {
        return one - other > 0 ? one : other;
    }
}

package org.pno.cli.bench;

import org.pno.cli.measure.Shape;
import org.pno.cli.measure.Spread;

/**
 * What one workload did over one bus.
 *
 * @param app the workload's name
 * @param bus what was measured over
 * @param requestsPerSecond of all rounds
 * @param p50Micros of the middle round
 * @param crossings of the middle round
 */
public record BusPoint(
        String app, Shape shape, Bus bus, Spread requestsPerSecond, double p50Micros, Crossings crossings) {
    /** How the DPU goes about it. */
    public enum Way {
        /** As it always does: batches, overlaps, and what the bus keeps in order follows without a wait. */
        BATCHED,
        /** One operation at a time, each waited for. */
        ALONE
    }

    /**
     * A bus of the series.
     *
     * @param spec as {@code --bus} takes it
     * @param micros its latency, or NaN for what stands beside the series
     * @param way null for what stands beside the series
     */
    public record Bus(String spec, double micros, Way way) {
        static Bus of(final double micros, final Way way) {
            final String plain = "pcie:read=" + micros + "us,write=" + micros + "us";
            return new Bus(way == Way.BATCHED ? plain : plain + ",outstanding=1,order=none", micros, way);
        }

        static Bus named(final String spec) {
            return new Bus(spec, Double.NaN, null);
        }
    }

    /** What crossed the bus for each request, by the DPU's own counters; polls that found nothing included. */
    public record Crossings(double reads, double writes, double batches, double bytes) {
        /** From the counters' growth. */
        static Crossings of(final BusCounters before, final BusCounters after, final double requests) {
            return new Crossings(
                    (after.reads() - before.reads()) / requests,
                    (after.writes() - before.writes()) / requests,
                    (after.batches() - before.batches()) / requests,
                    (after.bytes() - before.bytes()) / requests);
        }
    }
}

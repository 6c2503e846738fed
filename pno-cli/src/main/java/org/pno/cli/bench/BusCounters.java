package org.pno.cli.bench;

import org.pno.cli.measure.DpuView;

/** The bus' counters of a DPU, at one moment. */
record BusCounters(long reads, long writes, long batches, long bytes) {
    static BusCounters of(final DpuView dpu) {
        return new BusCounters(
                dpu.counter("bus.reads"),
                dpu.counter("bus.writes"),
                dpu.counter("bus.batches"),
                dpu.counter("bus.read-bytes") + dpu.counter("bus.written-bytes"));
    }
}

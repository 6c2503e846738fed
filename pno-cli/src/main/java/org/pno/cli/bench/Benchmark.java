package org.pno.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.pno.cli.bench.Cell.Load;
import org.pno.cli.lab.Lab;
import org.pno.cli.machine.Cores;
import org.pno.cli.machine.Programs;
import org.pno.cli.measure.Shape;
import org.pno.cli.run.Shim;

/** Measures workloads by one kind of client. Workloads stand by name in {@link Workloads}. */
public final class Benchmark implements AutoCloseable {
    private final Setting setting;
    private final Bed bed;
    private final CellRun run;

    private Benchmark(final Setting setting, final Bed bed, final CellRun run) {
        this.setting = setting;
        this.bed = bed;
        this.run = run;
    }

    /**
     * How a benchmark runs.
     *
     * @param port the kind of the DPU's, or null for what is best for the client
     * @param bus between the DPU and the host's memory
     * @param warmUpSeconds that a route is loaded at most before what counts
     * @param seconds that a run lasts, about
     * @param rounds that must be good
     */
    public record Setting(
            ClientKind client, String port, String bus, double warmUpSeconds, double seconds, int rounds) {}

    /**
     * What is measured.
     *
     * @param payloads a cell each; empty for the workload's own
     * @param connections at one time, or null for the workload's own
     * @param requestsPerSecond of an open loop, or 0: as fast as answers come
     */
    public record Wanted(
            String workload, List<Integer> payloads, Integer connections, int pipeline, double requestsPerSecond) {}

    /**
     * Makes the lab, and starts the DPUs.
     *
     * @param say tells people how far it is
     * @param dpuOptions of {@code pno dpu} beside port, address and socket
     */
    public static Benchmark open(final Setting setting, final Consumer<String> say, final String... dpuOptions) {
        Programs.need("taskset", "util-linux");
        Shim.library();
        final Bed bed = Bed.open(setting.client(), setting.port(), dpuOptions);
        final CellRun run = new CellRun(bed, setting.warmUpSeconds(), setting.seconds(), setting.rounds(), say);
        return new Benchmark(setting, bed, run);
    }

    /** Measures a workload, all cells of it. */
    public List<Cell> measure(final Wanted wanted) {
        final List<Cell> cells = new ArrayList<>();
        for (final Workload workload : Workloads.named(wanted.workload())) {
            workload.needs().forEach(Programs::need);
            final List<Integer> payloads =
                    wanted.payloads().isEmpty() ? List.of(workload.defaultPayloadBytes()) : wanted.payloads();
            final int connections = wanted.connections() == null ? workload.defaultConnections() : wanted.connections();
            bed.rate(wanted.requestsPerSecond());
            final Load load = new Load(setting.client(), setting.bus(), wanted.requestsPerSecond());
            for (final int bytes : payloads) {
                cells.addAll(run.measure(workload, new Shape(bytes, connections, wanted.pipeline()), load));
            }
        }
        return cells;
    }

    public Lab lab() {
        return bed.lab();
    }

    public Cores cores() {
        return bed.cores();
    }

    @Override
    public void close() {
        bed.close();
    }
}

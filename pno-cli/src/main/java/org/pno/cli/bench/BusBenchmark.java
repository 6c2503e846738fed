package org.pno.cli.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.pno.cli.bench.BusPoint.Bus;
import org.pno.cli.bench.BusPoint.Crossings;
import org.pno.cli.bench.BusPoint.Way;
import org.pno.cli.machine.Programs;
import org.pno.cli.measure.DpuView;
import org.pno.cli.measure.LoadClient;
import org.pno.cli.measure.Route;
import org.pno.cli.measure.Shape;
import org.pno.cli.measure.Spread;
import org.pno.cli.measure.ToolReport;
import org.pno.cli.measure.WarmUp;
import org.pno.cli.run.Shim;

/** What the bus costs: workloads over PnO, the same for each bus, a fresh DPU for each. */
public final class BusBenchmark {
    private final double warmUpSeconds;
    private final double seconds;
    private final int rounds;
    private final Consumer<String> say;

    /**
     * Prepares for points.
     *
     * @param warmUpSeconds that a DPU is loaded at most before what counts, anew for each point
     * @param seconds that a run lasts, about
     * @param rounds of each point
     * @param say tells people how far it is
     */
    public BusBenchmark(
            final double warmUpSeconds, final double seconds, final int rounds, final Consumer<String> say) {
        this.warmUpSeconds = warmUpSeconds;
        this.seconds = seconds;
        this.rounds = rounds;
        this.say = say;
    }

    /** The buses of a benchmark: the mapped one and the presets, then a series by latency, each both ways. */
    public static List<Bus> buses(final List<Double> latencies, final List<String> beside) {
        final List<Bus> buses = new ArrayList<>();
        beside.forEach(spec -> buses.add(Bus.named(spec)));
        for (final Way way : Way.values()) {
            latencies.forEach(micros -> buses.add(Bus.of(micros, way)));
        }
        return buses;
    }

    /** Measures workloads in shapes over buses. */
    public List<BusPoint> measure(final List<Bus> buses, final List<String> apps, final List<Integer> connections) {
        Programs.need("taskset", "util-linux");
        Shim.library();
        final List<Workload> workloads =
                apps.stream().flatMap(app -> Workloads.named(app).stream()).toList();
        workloads.forEach(workload -> workload.needs().forEach(Programs::need));
        final List<BusPoint> points = new ArrayList<>();
        for (final Bus bus : buses) {
            try (Bed bed = Bed.open(ClientKind.REAL, null, "--bus", bus.spec())) {
                points.addAll(bed.watch(() -> measure(bed, bus, workloads, connections)));
            }
        }
        return points;
    }

    private List<BusPoint> measure(
            final Bed bed, final Bus bus, final List<Workload> workloads, final List<Integer> connections) {
        final List<BusPoint> points = new ArrayList<>();
        WarmUp warmUp = WarmUp.cold(warmUpSeconds, say);
        for (final Workload workload : workloads) {
            for (final int count : connections) {
                final Shape shape = new Shape(workload.defaultPayloadBytes(), count, 1);
                points.add(measure(bed, bus, workload, shape, warmUp));
                warmUp = WarmUp.again(warmUpSeconds, say);
            }
        }
        return points;
    }

    private record Run(ToolReport report, Crossings crossings) {
        private double rate() {
            return report.requests() / report.seconds();
        }
    }

    private BusPoint measure(
            final Bed bed, final Bus bus, final Workload workload, final Shape shape, final WarmUp warmUp) {
        final Route route = bed.comparisons().getFirst().pno();
        final List<Run> runs = new ArrayList<>();
        try (Service service = workload.serve(bed, route, shape)) {
            final LoadClient client = service.client().get();
            warmUp.run(route.name(), client, bed.jit(route));
            for (int round = 0; round < rounds; round++) {
                runs.add(run(route, client));
                service.verify().run();
            }
        }
        runs.sort(Comparator.comparingDouble(Run::rate));
        final Run middle = runs.get(runs.size() / 2);
        final BusPoint point = new BusPoint(
                workload.name(),
                shape,
                bus,
                Spread.of(runs.stream().map(Run::rate).toList()),
                middle.report().p50Micros(),
                middle.crossings());
        say.accept("%s, %d connections, %s: %.0f requests per second, %.1f µs"
                .formatted(point.app(), shape.connections(), bus.spec(), middle.rate(), point.p50Micros()));
        return point;
    }

    private Run run(final Route route, final LoadClient client) {
        final DpuView dpu = new DpuView(route.dpuSocket());
        final BusCounters before = BusCounters.of(dpu);
        final ToolReport report = client.run(seconds);
        return new Run(report, Crossings.of(before, BusCounters.of(dpu), report.requests()));
    }
}

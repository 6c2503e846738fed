package org.pno.cli.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.pno.cli.bench.Cell.Load;
import org.pno.cli.measure.Figure;
import org.pno.cli.measure.HostMeter;
import org.pno.cli.measure.JitTime;
import org.pno.cli.measure.LoadClient;
import org.pno.cli.measure.Reading;
import org.pno.cli.measure.Route;
import org.pno.cli.measure.Shape;
import org.pno.cli.measure.WarmUp;
import org.pno.cli.measure.Warmth;

/** Measures cells on a bed: servers of all routes stand, and each round loads one after the other. */
final class CellRun {
    private final Bed bed;
    private final double seconds;
    private final int rounds;
    private final Consumer<String> say;
    private final double warmUpSeconds;
    private WarmUp warmUp;

    /**
     * Prepares for cells.
     *
     * @param warmUpSeconds that a route is loaded at most before what counts
     * @param seconds that a run lasts, about
     * @param rounds that must be good
     * @param say tells people how far it is
     */
    CellRun(
            final Bed bed,
            final double warmUpSeconds,
            final double seconds,
            final int rounds,
            final Consumer<String> say) {
        this.bed = bed;
        this.warmUpSeconds = warmUpSeconds;
        warmUp = WarmUp.cold(warmUpSeconds, say);
        this.seconds = seconds;
        this.rounds = rounds;
        this.say = say;
    }

    /** A route that was loaded and can be measured. */
    private record Warm(Service service, LoadClient client, JitTime jit, Warmth warmth) {}

    /** Measures a workload in a shape over all routes. */
    List<Cell> measure(final Workload workload, final Shape shape, final Load load) {
        return bed.watch(() -> {
            final Map<Route, Service> services = new HashMap<>();
            try {
                for (final Route route : bed.routes()) {
                    services.put(route, workload.serve(bed, route, shape));
                }
                return measure(workload.name(), shape, load, services);
            } finally {
                services.values().forEach(Service::close);
            }
        });
    }

    private List<Cell> measure(
            final String app, final Shape shape, final Load load, final Map<Route, Service> services) {
        final Map<Route, Warm> routes = new LinkedHashMap<>();
        bed.routes().forEach(route -> routes.put(route, warmUp(route, services.get(route))));
        warmUp = WarmUp.again(warmUpSeconds, say);
        final Map<Route, Warmth> warmths = new HashMap<>();
        routes.forEach((route, warm) -> warmths.put(route, warm.warmth));
        final Rounds measured = new Rounds();
        measured.run(rounds, bed.routes(), route -> read(routes.get(route)));
        final List<Cell> cells = new ArrayList<>();
        for (final Comparison compared : bed.comparisons()) {
            final Cell cell = new Cell(app, shape, load, compared, warmths, measured);
            cells.add(cell);
            tell(cell);
        }
        return cells;
    }

    private Warm warmUp(final Route route, final Service service) {
        final LoadClient client = service.client().get();
        final JitTime jit = bed.jit(route);
        return new Warm(service, client, jit, warmUp.run(route.name(), client, jit));
    }

    private Reading read(final Warm route) {
        final Reading reading =
                route.client.read(seconds, () -> new HostMeter(bed.cores(), route.service.programs(), route.jit));
        route.service.verify().run();
        return reading;
    }

    private void tell(final Cell cell) {
        cell.rounds().voided().forEach(why -> say.accept("a round was void: " + why));
        say.accept("%s, %d bytes, port %s: %.2f of the kernel's requests per second, %.2f of its host CPU"
                .formatted(
                        cell.app(),
                        cell.shape().payloadBytes(),
                        cell.compared().port(),
                        cell.ratio(Figure.RATE).median(),
                        cell.ratio(Figure.HOST_CPU).median()));
    }
}

package org.pno.cli.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.pno.cli.bench.Cell.Load;
import org.pno.cli.machine.UserError;
import org.pno.cli.measure.Figure;
import org.pno.cli.measure.HostMeter;
import org.pno.cli.measure.LoadClient;
import org.pno.cli.measure.Reading;
import org.pno.cli.measure.Route;
import org.pno.cli.measure.Shape;
import org.pno.cli.measure.VoidRound;

/** Measures cells on a bed: servers of all routes stand, and each round loads one after the other. */
final class CellRun {
    private static final double WARM_UP_SECONDS = 3;
    private static final double LATER_WARM_UP_SECONDS = 0.3;

    private final Bed bed;
    private final double seconds;
    private final int rounds;
    private final Consumer<String> say;
    private boolean isWarm;

    /**
     * Prepares for cells.
     *
     * @param seconds that a run lasts, about
     * @param rounds that must be good
     * @param say tells people how far it is
     */
    CellRun(final Bed bed, final double seconds, final int rounds, final Consumer<String> say) {
        this.bed = bed;
        this.seconds = seconds;
        this.rounds = rounds;
        this.say = say;
    }

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
        final Map<Route, LoadClient> clients = new HashMap<>();
        for (final Route route : bed.routes()) {
            final LoadClient client = services.get(route).client().get();
            warmUp(route, client);
            clients.put(route, client);
        }
        isWarm = true;
        final Rounds measured = new Rounds();
        measured.run(rounds, bed.routes(), route -> read(services.get(route), clients.get(route)));
        final List<Cell> cells = new ArrayList<>();
        for (final Comparison compared : bed.comparisons()) {
            final Cell cell = new Cell(app, shape, load, compared, measured);
            cells.add(cell);
            tell(cell);
        }
        return cells;
    }

    private void warmUp(final Route route, final LoadClient client) {
        try {
            client.warmUp(Math.min(seconds, isWarm ? LATER_WARM_UP_SECONDS : WARM_UP_SECONDS));
        } catch (final VoidRound e) {
            throw new UserError("by route " + route.name() + ": " + e.getMessage(), e);
        }
    }

    private Reading read(final Service service, final LoadClient client) {
        final Reading reading = client.read(seconds, () -> new HostMeter(bed.cores(), service.programs()));
        service.verify().run();
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

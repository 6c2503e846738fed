package org.pno.cli.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.pno.cli.bench.Cell.Load;
import org.pno.cli.measure.HostUse;
import org.pno.cli.measure.Reading;
import org.pno.cli.measure.Route;
import org.pno.cli.measure.Sample;
import org.pno.cli.measure.Shape;
import org.pno.cli.measure.Transport;
import org.pno.cli.measure.Warmth;

/** Routes and readings for tests. */
final class Readings {
    static final Route STEERED = new Route("kernel-steered", Transport.KERNEL, "10.78.0.1", "10.78.0.2", null);
    static final Route UNSTEERED = new Route("kernel-unsteered", Transport.KERNEL, "10.79.0.1", "10.79.0.2", null);
    static final Route PNO = new Route("pno", Transport.PNO, "10.77.0.1", "10.77.0.2", Path.of("dpu.sock"));

    private static final Warmth IDLE = new Warmth(3, 0, 0);

    private Readings() {}

    static Reading of(final double rate, final double hostMicros, final double ownMicros) {
        return of(rate, hostMicros, ownMicros, 0.5, 0.5);
    }

    static Reading of(
            final double rate,
            final double hostMicros,
            final double ownMicros,
            final double hostBusy,
            final double otherBusy) {
        return new Reading(
                new Sample(rate, 1e6 / rate, 2e6 / rate, hostMicros),
                ownMicros,
                new HostUse(0, 0, hostBusy, otherBusy, 0.01));
    }

    /** A cell of rounds, in each of which these were read of the three routes. */
    static Cell cell(final List<Map<Route, Reading>> readings) {
        final Rounds rounds = new Rounds();
        final int[] round = {0, 0};
        rounds.run(readings.size(), List.of(STEERED, UNSTEERED, PNO), route -> {
            final Reading reading = readings.get(round[0]).get(route);
            if (++round[1] % 3 == 0) {
                round[0]++;
            }
            return reading;
        });
        return new Cell(
                "redis",
                new Shape(64, 32, 1),
                new Load(ClientKind.REAL, "mapped", 0),
                new Comparison("tap", List.of(STEERED, UNSTEERED), PNO),
                Map.of(STEERED, IDLE, UNSTEERED, IDLE, PNO, new Warmth(6, 3, 0.25)),
                rounds);
    }
}

package org.pno.cli.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.pno.cli.machine.UserError;
import org.pno.cli.measure.Reading;
import org.pno.cli.measure.Route;
import org.pno.cli.measure.Spread;
import org.pno.cli.measure.VoidRound;

/**
 * Measurements over all routes in turn, so that what drifts (clock rates, neighbours of a virtual machine) meets all
 * alike. Every second round takes the routes in the opposite order. A round in which anything was wrong counts nothing
 * and is run again.
 */
public final class Rounds {
    private final List<Map<Route, Reading>> good = new ArrayList<>();
    private final List<String> voided = new ArrayList<>();

    /** Runs rounds until so many are good; as many voided ones are too many. */
    void run(final int count, final List<Route> routes, final Function<Route, Reading> measurement) {
        while (good.size() < count) {
            try {
                good.add(round(routes, measurement));
            } catch (final VoidRound e) {
                voided.add(e.getMessage());
                if (voided.size() >= Math.max(2, count)) {
                    throw new UserError(voided.size() + " rounds were void; the last: " + e.getMessage(), e);
                }
            }
        }
    }

    private Map<Route, Reading> round(final List<Route> routes, final Function<Route, Reading> measurement) {
        final List<Route> order = new ArrayList<>(routes);
        if ((good.size() + voided.size()) % 2 == 1) {
            Collections.reverse(order);
        }
        final Map<Route, Reading> round = new LinkedHashMap<>();
        order.forEach(route -> round.put(route, measurement.apply(route)));
        return round;
    }

    /** Those that count. */
    public List<Map<Route, Reading>> good() {
        return Collections.unmodifiableList(good);
    }

    /** Why others were voided. */
    public List<String> voided() {
        return Collections.unmodifiableList(voided);
    }

    /** Of one route's figures. */
    Spread figures(final Route route, final ToDoubleFunction<Reading> figure) {
        return Spread.of(good.stream()
                .map(round -> figure.applyAsDouble(round.get(route)))
                .toList());
    }

    /** Of the rounds' own values. */
    Spread each(final Function<Map<Route, Reading>, Double> value) {
        return Spread.of(good.stream().map(value).toList());
    }
}

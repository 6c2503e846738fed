package org.pno.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pno.cli.machine.UserError;
import org.pno.cli.measure.Reading;
import org.pno.cli.measure.Route;
import org.pno.cli.measure.Spread;
import org.pno.cli.measure.VoidRound;

class RoundsTest {
    private static final List<Route> ROUTES = List.of(Readings.STEERED, Readings.UNSTEERED, Readings.PNO);

    private final List<Route> order = new ArrayList<>();
    private final Rounds rounds = new Rounds();

    @Test
    void shouldTakeTheRoutesInTheOppositeOrderEverySecondRound() {
        rounds.run(2, ROUTES, this::measure);
        final List<Route> expected = new ArrayList<>(ROUTES);
        expected.addAll(ROUTES.reversed());
        assertEquals(expected, order);
    }

    @Test
    void shouldRunAnotherRoundForAVoidOneAndCountNothingOfIt() {
        rounds.run(2, ROUTES, route -> {
            final Reading reading = measure(route);
            if (order.size() == 2) {
                throw new VoidRound("a wrong answer");
            }
            return reading;
        });
        assertEquals(2, rounds.good().size());
        assertEquals(List.of("a wrong answer"), rounds.voided());
        assertEquals(
                new Spread(100, 100, 100),
                rounds.figures(Readings.PNO, r -> r.sample().requestsPerSecond()));
    }

    @Test
    void shouldGiveUpWhenAsManyRoundsAreVoidAsAreWanted() {
        assertThrows(
                UserError.class,
                () -> rounds.run(3, ROUTES, route -> {
                    throw new VoidRound("a wrong answer");
                }));
        assertEquals(3, rounds.voided().size());
    }

    @Test
    void shouldTakeTheMiddleOfAnOddNumberAndTheMeanOfTwoMiddles() {
        assertEquals(new Spread(2, 1, 9), Spread.of(List.of(9.0, 1.0, 2.0)));
        assertEquals(new Spread(2.5, 1, 9), Spread.of(List.of(9.0, 1.0, 2.0, 3.0)));
    }

    private Reading measure(final Route route) {
        order.add(route);
        return Readings.of(100, 10, 1);
    }
}

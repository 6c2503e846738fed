package org.pno.cli.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundsTest {
    private final List<Transport> order = new ArrayList<>();

    @Test
    void shouldBeginEverySecondRoundWithTheOtherTransport() {
        final Rounds rounds = new Rounds();
        rounds.run(this::measure);
        rounds.run(this::measure);
        assertEquals(List.of(Transport.KERNEL, Transport.PNO, Transport.PNO, Transport.KERNEL), order);
    }

    @Test
    void shouldKeepTheSidesApart() {
        final Rounds rounds = new Rounds();
        rounds.run(this::measure);
        rounds.run(this::measure);
        assertEquals(new Spread(2, 2, 2), rounds.ratio(Sample::requestsPerSecond));
        assertEquals(new Spread(100, 100, 100), rounds.figures(Rounds.Pair::kernel, Sample::requestsPerSecond));
    }

    @Test
    void shouldTakeTheMiddleOfAnOddNumberAndTheMeanOfTwoMiddles() {
        assertEquals(new Spread(2, 1, 9), Spread.of(List.of(9.0, 1.0, 2.0)));
        assertEquals(new Spread(2.5, 1, 9), Spread.of(List.of(9.0, 1.0, 2.0, 3.0)));
    }

    private Sample measure(final Transport transport) {
        order.add(transport);
        return new Sample(transport == Transport.KERNEL ? 100 : 200, 1, 1, 1);
    }
}

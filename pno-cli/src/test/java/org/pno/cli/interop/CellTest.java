package org.pno.cli.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.pno.cli.machine.Side;
import org.pno.port.FaultSpec;

class CellTest {
    private static final Cell CELL = new Cell(Workload.BULK, Side.HOST, true, Cell.Rtt.HUNDRED, Cell.Trouble.LOSS_ONE);

    @Test
    void shouldNameEachCellOnce() {
        final List<String> names = Cell.all().stream().map(Cell::name).toList();

        assertEquals(4 * 2 * 2 * 3 * 5, names.size());
        assertEquals(names.size(), names.stream().distinct().count());
        assertTrue(names.contains("bulk-out-ipv6-100ms-loss1"));
    }

    @Test
    void shouldMakeTheRoundTripOfBothWays() {
        assertEquals("delay=50000us,rate=50mbit,queue=100000us,loss=1%,seed=3", CELL.faults(3));
    }

    @Test
    void shouldAskForFaultsThatThereAre() {
        for (final Cell cell : Cell.all()) {
            assertEquals(3, FaultSpec.parse(cell.faults(3)).seed());
        }
    }

    @Test
    void shouldGiveLongRoundTripsAndFlowsThatShareMoreTime() {
        final Cell shared = new Cell(Workload.SHARE, Side.HOST, true, Cell.Rtt.TEN, Cell.Trouble.NONE);
        final Cell quick = new Cell(Workload.BULK, Side.HOST, true, Cell.Rtt.TEN, Cell.Trouble.NONE);

        assertEquals(6, CELL.seconds(2));
        assertEquals(6, shared.seconds(2));
        assertEquals(2, quick.seconds(2));
    }

    @Test
    void shouldSetPnoBesideLinuxSeedBySeed() {
        final CellResult result = new CellResult(CELL, List.of(10.0, 20.0, 40.0), List.of(9.0, 20.0, 20.0));

        assertEquals(0.9, result.score().median(), 1e-9);
        assertEquals(0.5, result.score().min(), 1e-9);
        assertEquals(1, result.score().max(), 1e-9);
    }

    @Test
    void shouldCallTwoThatMoveNothingAlike() {
        final CellResult result = new CellResult(CELL, List.of(0.0), List.of(0.0));

        assertEquals(1, result.score().median());
    }

    @Test
    void shouldTellByJainsIndexWhoSharesFairly() {
        final Cell shared = new Cell(Workload.SHARE, Side.HOST, false, Cell.Rtt.TEN, Cell.Trouble.NONE);

        assertEquals(
                1, new CellResult(shared, List.of(20.0), List.of(20.0)).score().median());
        assertEquals(
                0.5, new CellResult(shared, List.of(20.0), List.of(0.0)).score().median());
        assertEquals(
                0.9,
                new CellResult(shared, List.of(10.0), List.of(20.0)).score().median(),
                1e-9);
    }
}

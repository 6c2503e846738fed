package org.pno.cli.interop;

import java.util.ArrayList;
import java.util.List;
import org.pno.cli.measure.Spread;

/**
 * What came of a cell: rates by seed, in the unit of its workload.
 *
 * @param linuxRates of the runs, or flows, whose host's end was Linux
 * @param pnoRates of their counterparts with PnO
 */
public record CellResult(Cell cell, List<Double> linuxRates, List<Double> pnoRates) {
    public Spread linux() {
        return Spread.of(linuxRates);
    }

    public Spread pno() {
        return Spread.of(pnoRates);
    }

    /** By seed, PnO's rate as a multiple of Linux's; of flows that share, Jain's index. */
    public Spread score() {
        final List<Double> scores = new ArrayList<>();
        for (int i = 0; i < linuxRates.size(); i++) {
            final double linux = linuxRates.get(i);
            final double pno = pnoRates.get(i);
            scores.add(cell.workload() == Workload.SHARE ? jain(linux, pno) : ratio(pno, linux));
        }
        return Spread.of(scores);
    }

    /** Two flows that move nothing are alike. */
    private static double ratio(final double pno, final double linux) {
        return pno == linux ? 1 : pno / linux;
    }

    /** 1 if both have the same, 0.5 if one has all. */
    static double jain(final double a, final double b) {
        final double sum = a + b;
        return sum == 0 ? 1 : sum * sum / (2 * (a * a + b * b));
    }
}

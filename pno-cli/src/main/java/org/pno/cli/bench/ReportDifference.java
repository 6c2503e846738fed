package org.pno.cli.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Two reports, cell by cell: how PnO against the kernel has changed. Ratios are compared, not figures, so that another
 * machine, or another day of the same, says as little as it can. A ratio is worse if it lies beyond what the rounds of
 * the earlier report reached, and a tolerance more.
 */
public final class ReportDifference {
    /** The ratios that are compared; true for those of which more is better. */
    private static final Map<String, Boolean> RATIOS = ratios();

    private ReportDifference() {}

    private static Map<String, Boolean> ratios() {
        final Map<String, Boolean> ratios = new LinkedHashMap<>();
        ratios.put("requestsPerSecond", true);
        ratios.put("hostCpu", false);
        ratios.put("removableHostCpu", false);
        return ratios;
    }

    /**
     * One ratio of one cell.
     *
     * @param isWorse beyond what chance is taken to explain
     */
    public record Change(String cell, String ratio, double before, double after, boolean isWorse) {}

    /** What has changed in the cells that both have, in the order of the later. */
    public static List<Change> between(final Object earlier, final Object later, final double tolerance) {
        final Map<String, CellView> before = new LinkedHashMap<>();
        CellView.all(earlier).forEach(cell -> before.put(cell.key(), cell));
        final List<Change> changes = new ArrayList<>();
        for (final CellView cell : CellView.all(later)) {
            final CellView old = before.get(cell.key());
            if (old != null) {
                RATIOS.forEach((ratio, isMoreBetter) -> changes.add(change(old, cell, ratio, isMoreBetter, tolerance)));
            }
        }
        return changes;
    }

    private static Change change(
            final CellView old,
            final CellView cell,
            final String ratio,
            final boolean isMoreBetter,
            final double tolerance) {
        final double after = cell.number("ratio", ratio);
        final boolean isWorse = isMoreBetter
                ? after < old.number("spread", ratio, "min") * (1 - tolerance)
                : after > old.number("spread", ratio, "max") * (1 + tolerance);
        return new Change(cell.key(), ratio, old.number("ratio", ratio), after, isWorse);
    }
}

package org.pno.cli;

import java.io.PrintWriter;
import java.util.Locale;
import org.pno.cli.bench.Cell;
import org.pno.cli.measure.Figure;
import org.pno.cli.measure.Route;
import org.pno.cli.measure.Shape;
import org.pno.cli.measure.Spread;
import org.pno.cli.measure.Warmth;

/** Cells for people: the figures side by side, the kernel's variants, and which core was short. */
final class CellTable {
    private final PrintWriter out;
    private final Table table;

    CellTable(final PrintWriter out) {
        this.out = out;
        table = new Table(out);
    }

    void print(final Cell cell) {
        final Shape shape = cell.shape();
        out.println(
                "%s, %d bytes, %d connections, pipeline %d, %s client, DPU at a port of kind %s; medians of %d rounds"
                        .formatted(
                                cell.app(),
                                shape.payloadBytes(),
                                shape.connections(),
                                shape.pipeline(),
                                cell.load().client().name().toLowerCase(Locale.ROOT),
                                cell.compared().port(),
                                cell.rounds().good().size()));
        out.println();
        table.row("", "kernel TCP", "PnO", "PnO/kernel", "least", "most");
        for (final Figure figure : Figure.ALL) {
            row(
                    figure.label(),
                    figure.text(cell.kernelMedian(figure)),
                    figure.text(cell.pnoMedian(figure)),
                    cell.ratio(figure));
        }
        row(
                "  without the program's own",
                text(cell, cell.kernelMedian(Figure.HOST_CPU)),
                text(cell, cell.pnoMedian(Figure.HOST_CPU)),
                cell.removableHostCpu());
        variants(cell);
        out.println();
    }

    private static String text(final Cell cell, final double hostCpu) {
        return Figure.HOST_CPU.text(hostCpu - cell.ownMicros());
    }

    private void row(final String name, final String kernel, final String pno, final Spread ratio) {
        table.row(
                name,
                kernel,
                pno,
                Table.number("%.2f", ratio.median()),
                Table.number("%.2f", ratio.min()),
                Table.number("%.2f", ratio.max()));
    }

    private void variants(final Cell cell) {
        for (final Route route : cell.compared().kernel()) {
            variant(cell, route);
        }
        variant(cell, cell.compared().pno());
        if (!cell.rounds().voided().isEmpty()) {
            out.println("Void rounds, run again: " + cell.rounds().voided().size());
        }
    }

    private void variant(final Cell cell, final Route route) {
        out.println("%s: %s/s at %s µs of the host; saturated core: %s"
                .formatted(
                        route.name(),
                        Figure.RATE.text(cell.median(route, Figure.RATE)),
                        Figure.HOST_CPU.text(cell.median(route, Figure.HOST_CPU)),
                        cell.saturatedCore(route)));
        final Warmth warmth = cell.warmth(route);
        out.println("  " + warmth.text() + "; while measured, %.1f %% of a core".formatted(cell.jitBusy(route) * 100));
        if (!warmth.isAtRest()) {
            out.println("  " + warmth.warning(route.name()));
        }
    }
}

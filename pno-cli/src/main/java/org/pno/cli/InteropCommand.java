package org.pno.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.pno.cli.interop.Cell;
import org.pno.cli.interop.CellResult;
import org.pno.cli.interop.InteropPath;
import org.pno.cli.interop.Matrix;
import org.pno.cli.interop.Transfers;
import org.pno.cli.interop.Workload;
import org.pno.cli.json.Json;
import org.pno.cli.machine.UserError;
import org.pno.cli.run.Shim;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pno bench interop}: PnO and the kernel, each against the kernel, over one bad wire. */
@Command(
        name = "interop",
        description = {
            "PnO against Linux beside Linux against Linux, over one wire with delay, rate, queue and faults, with the",
            "same seeds. Contents are verified. Fails where PnO does worse than it may.",
        },
        footer = {
            "",
            "A cell is WORKLOAD-WAY-FAMILY-RTT-TROUBLE: bulk, ask, short or share; out (from PnO) or in; ipv4 or ipv6;",
            "0.1ms, 10ms or 100ms; loss0, loss0.1, loss1, loss5 or reorder. An example: bulk-out-ipv4-10ms-loss1.",
        })
final class InteropCommand implements Callable<Integer> {
    private static final double SECONDS = 2;

    @Mixin
    private MeasureOptions options;

    @Option(
            names = "--cells",
            paramLabel = "PATTERN",
            defaultValue = "",
            description = "Only cells in whose names this regular expression is found.")
    private String cells;

    @Option(names = "--list", description = "Only tell the names of the cells.")
    private boolean list;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "7",
            description = "Pairs of runs for each cell, by seeds 1 to N; default: ${DEFAULT-VALUE}.")
    private int seeds;

    @Option(
            names = "--bytes",
            paramLabel = "N",
            description = "Bulk is just as many bytes, all of which must arrive; 20 s are enough for that.")
    private Long bytes;

    @Option(
            names = "--min-ratio",
            paramLabel = "RATIO",
            defaultValue = "0.95",
            description = "Fail if PnO's median is less than this share of Linux's; default: ${DEFAULT-VALUE}.")
    private double minRatio;

    @Option(
            names = "--min-fairness",
            paramLabel = "INDEX",
            defaultValue = "0.9",
            description = "Fail if the median of Jain's index is less where flows share; default: ${DEFAULT-VALUE}.")
    private double minFairness;

    @Override
    public Integer call() {
        final double seconds = options.seconds(SECONDS);
        Arguments.positive("--seeds", seeds);
        final List<Cell> chosen = chosen();
        if (list) {
            chosen.forEach(cell -> options.out().println(cell));
            return 0;
        }
        Shim.library();
        Transfers.program();
        final List<CellResult> results = new ArrayList<>();
        try (InteropPath path = InteropPath.open()) {
            final Matrix matrix = new Matrix(path, seconds, bytes);
            options.say("one run over each first, not counted: wire and DPU compile what is hot");
            path.dpu().watch(matrix::warmUp);
            for (final Cell cell : chosen) {
                final CellResult result = path.dpu().watch(() -> matrix.run(cell, seeds));
                options.say(result.cell() + ": " + (isShared(result) ? "Jain " : "ratio ")
                        + Table.number("%.3f", result.score().median()));
                results.add(result);
            }
        }
        if (!options.tellJson(report(results))) {
            print(results);
        }
        return judge(results);
    }

    private List<Cell> chosen() {
        try {
            final Pattern pattern = Pattern.compile(cells);
            final List<Cell> chosen = Cell.all().stream()
                    .filter(cell -> pattern.matcher(cell.name()).find())
                    .toList();
            if (chosen.isEmpty()) {
                throw new UserError("--cells " + cells + ": there is no such cell; --list tells all.");
            }
            return chosen;
        } catch (final PatternSyntaxException e) {
            throw new UserError("--cells " + cells + ": no regular expression: " + e.getDescription(), e);
        }
    }

    private static boolean isShared(final CellResult result) {
        return result.cell().workload() == Workload.SHARE;
    }

    private boolean isKept(final CellResult result) {
        return result.score().median() >= (isShared(result) ? minFairness : minRatio);
    }

    private int judge(final List<CellResult> results) {
        final List<CellResult> failed =
                results.stream().filter(result -> !isKept(result)).toList();
        failed.forEach(result -> options.say("under budget: " + result.cell()));
        options.say("budget: PnO at least %.2f of Linux, Jain's index at least %.2f: %s"
                .formatted(minRatio, minFairness, failed.isEmpty() ? "kept" : "NOT KEPT"));
        return failed.isEmpty() ? 0 : 1;
    }

    private void print(final List<CellResult> results) {
        options.out()
                .println("Medians of " + seeds + " paired seeds; the path's rate is " + Cell.RATE_MBIT
                        + " Mbit/s; contents verified");
        options.out().println();
        final Table table = new Table(options.out());
        table.row("", "Linux", "PnO", "", "ratio, Jain", "least", "most");
        for (final CellResult result : results) {
            table.row(
                    result.cell().name(),
                    Table.number("%.2f", result.linux().median()),
                    Table.number("%.2f", result.pno().median()),
                    result.cell().workload().unit(),
                    Table.number("%.3f", result.score().median()),
                    Table.number("%.3f", result.score().min()),
                    Table.number("%.3f", result.score().max()) + (isKept(result) ? "" : " !"));
        }
    }

    private static Map<String, Object> report(final List<CellResult> results) {
        final List<Object> told = new ArrayList<>();
        for (final CellResult result : results) {
            told.add(Json.object(
                    "cell",
                    result.cell().name(),
                    "unit",
                    result.cell().workload().unit(),
                    "linux",
                    result.linuxRates(),
                    "pno",
                    result.pnoRates(),
                    isShared(result) ? "jain" : "ratio",
                    Json.object(
                            "median", result.score().median(),
                            "min", result.score().min(),
                            "max", result.score().max())));
        }
        return Json.object("rateMbit", Cell.RATE_MBIT, "cells", told);
    }
}

package org.pno.cli.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A report as a table for the docs. */
public final class MarkdownReport {
    private static final String KERNEL = "kernel-";

    static final List<String> COLUMNS = List.of(
            "workload",
            "payload",
            "client, port",
            "kernel, requests/s",
            "PnO",
            "ratio",
            "kernel, host CPU µs",
            "PnO",
            "ratio",
            "removable",
            "p99 ratio",
            "saturated: kernel, PnO",
            "kernel's variants, requests/s at host CPU µs",
            "derived: 1 / host CPU, ratio");

    private MarkdownReport() {}

    /** All cells of a report, a row each, with the machine above. */
    public static String of(final Map<?, ?> report) {
        final StringBuilder text = new StringBuilder(machine(report)).append("\n\n");
        text.append(line(COLUMNS)).append("|---".repeat(COLUMNS.size())).append("|\n");
        CellView.all(report).forEach(cell -> text.append(line(row(cell))));
        return text.toString();
    }

    /** Where and when. */
    static String machine(final Map<?, ?> report) {
        return report.get("machine") instanceof final Map<?, ?> machine
                ? "%s, %.0f CPUs, Linux %s, Java %s, commit %s, %s"
                        .formatted(
                                machine.get("processor"),
                                ((Number) machine.get("cores")).doubleValue(),
                                machine.get("kernel"),
                                machine.get("java"),
                                machine.get("commit"),
                                machine.get("date"))
                : "";
    }

    private static String line(final List<String> columns) {
        return "| " + String.join(" | ", columns) + " |\n";
    }

    /** What stands in the columns. */
    static List<String> row(final CellView cell) {
        return List.of(
                cell.text("app") + (cell.isOpenLoop() ? " at " + rate(cell.number("offeredPerSecond")) + "/s" : ""),
                cell.payload(),
                cell.kind(),
                rate(cell.number("kernel", "requestsPerSecond")),
                rate(cell.number("pno", "requestsPerSecond")),
                spread(cell, "requestsPerSecond"),
                micros(cell.number("kernel", "hostCpuMicrosPerRequest")),
                micros(cell.number("pno", "hostCpuMicrosPerRequest")),
                spread(cell, "hostCpu"),
                spread(cell, "removableHostCpu"),
                micros(cell.number("ratio", "p99")),
                cell.text("saturatedCore", "kernel") + ", " + cell.text("saturatedCore", "pno"),
                variants(cell),
                derived(cell));
    }

    private static String variants(final CellView cell) {
        return cell.routes().stream()
                .filter(route -> route.text("name").startsWith(KERNEL))
                .map(route -> route.text("name").substring(KERNEL.length()) + " "
                        + rate(route.number("requestsPerSecond")) + " at "
                        + micros(route.number("hostCpuMicrosPerRequest")))
                .collect(Collectors.joining(", "));
    }

    /** Only where another core was short: not measured. */
    private static String derived(final CellView cell) {
        return cell.isHostBound() ? "–" : micros(cell.number("derived", "requestsPerHostCoreSecond", "ratio"));
    }

    /** The median, and how far the rounds reach. */
    static String spread(final CellView cell, final String ratio) {
        return micros(cell.number("ratio", ratio)) + " (" + micros(cell.number("spread", ratio, "min")) + "–"
                + micros(cell.number("spread", ratio, "max")) + ")";
    }

    static String rate(final double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%,.0f", value);
    }

    static String micros(final double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.2f", value);
    }
}

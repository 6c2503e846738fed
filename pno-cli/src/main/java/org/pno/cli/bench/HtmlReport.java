package org.pno.cli.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.pno.cli.bench.Chart.Series;

/** A report as a page that needs nothing else: charts by payload for each workload and client, and all cells. */
public final class HtmlReport {
    private static final String KERNEL = "kernel";
    private static final String PNO = "pno";

    private static final String HEAD = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>PnO and the kernel's TCP</title>
            <style>
            :root { --ink: #222; --dim: #666; --rule: #ddd; --paper: #fff; --kernel: #c0562b; --pno: #1f6fb2;
                --third: #4a8f3c; --fourth: #8a5fb0 }
            @media (prefers-color-scheme: dark) { :root { --ink: #ddd; --dim: #999; --rule: #444; --paper: #1b1b1b;
                --kernel: #e58a5e; --pno: #6cb2ee; --third: #86c579; --fourth: #b995dd } }
            body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper);
                max-width: 1280px; margin: 24px auto; padding: 0 16px }
            h1 { font-size: 24px } h2 { font-size: 19px; margin: 32px 0 4px } h3 { font-size: 15px; margin: 12px 0 0 }
            p, li { max-width: 80ch } .dim { color: var(--dim) }
            .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(290px, 1fr)); gap: 8px }
            svg { width: 100%; height: auto } svg text { fill: var(--ink); font: 12px system-ui, sans-serif }
            svg text.title { font-weight: 600; font-size: 13px } svg text.tick { fill: var(--dim); font-size: 11px }
            .grid { stroke: var(--rule); stroke-width: 1 } .mark { stroke: var(--dim); stroke-dasharray: 4 3 }
            .kernel { stroke: var(--kernel) } .kernel.fill { fill: var(--kernel) }
            .pno { stroke: var(--pno) } .pno.fill { fill: var(--pno) }
            .third { stroke: var(--third) } .third.fill { fill: var(--third) }
            .fourth { stroke: var(--fourth) } .fourth.fill { fill: var(--fourth) }
            .line { fill: none; stroke-width: 2 }
            .scroll { overflow-x: auto } table { border-collapse: collapse; font-size: 13px; margin: 8px 0 }
            th, td { border-bottom: 1px solid var(--rule); padding: 3px 8px; text-align: right; white-space: nowrap }
            th:first-child, td:first-child, td:nth-child(3) { text-align: left } .bad { color: var(--kernel) }
            </style></head><body>
            <h1>PnO and the kernel's TCP</h1>
            """;

    private static final String METHOD = """
            <p>The server has one core, the host's; clients and the DPU share the others. All routes stand at once and
            are loaded in turn; lines are medians of the rounds, whiskers reach from the least to the most. The kernel's
            rates and latencies are those of the faster of its variants (receive work steered to the server's core, or
            not), its host CPU that of the steered one. Host CPU is user, system and softirqs of the host's core.
            <b>Removable</b> is host CPU without the program's own user time, PnO against kernel. <b>Derived</b> is
            1 / host CPU where another core than the host's was saturated: not measured.</p>
            <ul><li><b>lean, ring</b>: our own load generator, at what is best for each side: a ring of shared memory
            to PnO's DPU, a TAP with all offloads to the kernel.</li>
            <li><b>lean, packet</b>: the same with the same port on both sides, AF_PACKET on a veth.</li>
            <li><b>real</b>: a client of the distribution over the peer's kernel, which shares its core with the
            DPU.</li></ul>
            """;

    private HtmlReport() {}

    /** The page of a report, see {@link CellJson#report}. */
    public static String of(final Map<?, ?> report) {
        final StringBuilder page = new StringBuilder(HEAD);
        page.append("<p class=\"dim\">")
                .append(escape(MarkdownReport.machine(report)))
                .append("</p>\n");
        page.append(METHOD);
        final List<CellView> cells = CellView.all(report);
        groups(cells, cell -> cell.text("app")).forEach((app, ofApp) -> section(page, app, ofApp));
        page.append("<h2>All cells</h2>\n");
        table(page, cells);
        return page.append("</body></html>\n").toString();
    }

    private static Map<String, List<CellView>> groups(final List<CellView> cells, final Function<CellView, String> by) {
        return cells.stream().collect(Collectors.groupingBy(by, LinkedHashMap::new, Collectors.toList()));
    }

    private static void section(final StringBuilder page, final String app, final List<CellView> cells) {
        page.append("<h2>").append(escape(app)).append("</h2>\n");
        groups(cells, CellView::kind).forEach((kind, ofKind) -> {
            final List<CellView> closed = sorted(ofKind, false);
            final List<CellView> open = sorted(ofKind, true);
            page.append("<h3>").append(escape(kind)).append("</h3>\n");
            if (!closed.isEmpty()) {
                page.append("<div class=\"charts\">\n");
                charts(closed).forEach(chart -> page.append(chart.svg()));
                page.append("</div>\n");
            }
            open.forEach(cell -> page.append(latency(cell)));
        });
    }

    private static List<CellView> sorted(final List<CellView> cells, final boolean isOpenLoop) {
        return cells.stream()
                .filter(cell -> cell.isOpenLoop() == isOpenLoop)
                .sorted(Comparator.comparingInt(CellView::payloadBytes))
                .toList();
    }

    private static List<Chart> charts(final List<CellView> cells) {
        final List<String> places = cells.stream().map(CellView::payload).toList();
        final List<Chart> charts = new ArrayList<>();
        charts.add(both(new Chart("Requests per second", places, false), cells, "requestsPerSecond"));
        charts.add(both(new Chart("Host CPU per request, µs", places, true), cells, "hostCpuMicrosPerRequest"));
        if (cells.stream().anyMatch(cell -> !Double.isNaN(cell.number(KERNEL, "p50Micros")))) {
            charts.add(new Chart("Latency under full load, µs", places, true)
                    .add(plain("kernel p50", "third", cells, KERNEL, "p50Micros"))
                    .add(plain("kernel p99", KERNEL, cells, KERNEL, "p99Micros"))
                    .add(plain("PnO p50", "fourth", cells, PNO, "p50Micros"))
                    .add(plain("PnO p99", PNO, cells, PNO, "p99Micros")));
        }
        charts.add(new Chart("PnO / kernel", places, false)
                .add(ratio("requests/s", PNO, cells, "requestsPerSecond"))
                .add(ratio("host CPU", KERNEL, cells, "hostCpu"))
                .add(ratio("removable", "third", cells, "removableHostCpu"))
                .mark(1));
        return charts;
    }

    private static Chart both(final Chart chart, final List<CellView> cells, final String figure) {
        return chart.add(plain("kernel", KERNEL, cells, KERNEL, figure)).add(plain("PnO", PNO, cells, PNO, figure));
    }

    private static Series plain(
            final String name, final String style, final List<CellView> cells, final String side, final String figure) {
        return Series.plain(name, style, values(cells, side, figure));
    }

    private static Series ratio(final String name, final String style, final List<CellView> cells, final String ratio) {
        return new Series(
                name,
                style,
                values(cells, "ratio", ratio),
                values(cells, "spread", ratio, "min"),
                values(cells, "spread", ratio, "max"));
    }

    private static List<Double> values(final List<CellView> cells, final String... path) {
        return cells.stream().map(cell -> cell.number(path)).toList();
    }

    private static String latency(final CellView cell) {
        return ("<p>%s at %s requests per second, sent when due: p50 %s µs by PnO, %s by the kernel; p99 %s and"
                        + " %s.</p>\n")
                .formatted(
                        cell.payload(),
                        MarkdownReport.rate(cell.number("offeredPerSecond")),
                        MarkdownReport.rate(cell.number(PNO, "p50Micros")),
                        MarkdownReport.rate(cell.number(KERNEL, "p50Micros")),
                        MarkdownReport.rate(cell.number(PNO, "p99Micros")),
                        MarkdownReport.rate(cell.number(KERNEL, "p99Micros")));
    }

    private static void table(final StringBuilder page, final List<CellView> cells) {
        page.append("<div class=\"scroll\"><table>\n<tr>");
        MarkdownReport.COLUMNS.forEach(
                column -> page.append("<th>").append(escape(column)).append("</th>"));
        page.append("</tr>\n");
        for (final CellView cell : cells) {
            page.append("<tr>");
            MarkdownReport.row(cell)
                    .forEach(value -> page.append("<td>").append(escape(value)).append("</td>"));
            page.append("</tr>\n");
        }
        page.append("</table></div>\n");
    }

    private static String escape(final String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}

package org.pno.cli;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.pno.cli.bench.BusBenchmark;
import org.pno.cli.bench.BusPoint;
import org.pno.cli.bench.BusReport;
import org.pno.cli.bench.Workloads;
import org.pno.cli.machine.UserError;
import org.pno.dpu.Buses;
import org.pno.dpu.DpuException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pno bench bus}: rate and latency by the latency of the bus, and what crosses it for each request. */
@Command(
        name = "bus",
        description = {
            "Requests per second, latency and crossings per request over emulated PCIe buses of several latencies,",
            "each as the DPU always goes about it and with one operation at a time, beside the mapped bus and the",
            "presets.",
        })
final class BusCommand implements Callable<Integer> {
    private static final double SECONDS = 2;
    private static final double MOST_MICROS = 1_000;

    @Mixin
    private MeasureOptions options;

    @Mixin
    private WarmUpOption warmUp;

    @Option(
            names = "--latency",
            paramLabel = "MICROS",
            split = ",",
            defaultValue = "0,1,2,3,4,5",
            description = "Of a small read and of a small write; default: ${DEFAULT-VALUE}.")
    private List<Double> latencies;

    @Option(
            names = "--beside",
            paramLabel = "BUS",
            description = "Other buses to measure, as --bus takes them; may be given again; default: mapped,"
                    + " pcie:bluefield2 and pcie:bluefield3.")
    private List<String> beside = List.of("mapped", "pcie:bluefield2", "pcie:bluefield3");

    @Option(
            names = "--app",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "echo,redis",
            description = "Programs; default: ${DEFAULT-VALUE}.")
    private List<String> apps;

    @Option(
            names = "--connections",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,32",
            description = "At one time; default: ${DEFAULT-VALUE}.")
    private List<Integer> connections;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "1",
            description = "Runs of each point; default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--html", paramLabel = "FILE", description = "Write the result as a page with charts.")
    private Path html;

    @Override
    public Integer call() {
        validate();
        final BusBenchmark benchmark =
                new BusBenchmark(warmUp.mostSeconds(), options.seconds(SECONDS), rounds, options::say);
        final List<BusPoint> points = benchmark.measure(BusBenchmark.buses(latencies, beside), apps, connections);
        final BusReport report = new BusReport(points);
        if (html != null) {
            MeasureOptions.write(html, report.html());
        }
        if (!options.tellJson(report.json())) {
            print(points, report);
        }
        return 0;
    }

    private void validate() {
        Arguments.positive("--rounds", rounds);
        connections.forEach(count -> Arguments.positive("--connections", count));
        for (final double micros : latencies) {
            if (!(micros >= 0 && micros <= MOST_MICROS)) {
                throw new UserError("--latency " + micros + ": must be from 0 to " + MOST_MICROS + " microseconds.");
            }
        }
        for (final String app : apps) {
            if (!Workloads.names().contains(app)) {
                throw new UserError("--app " + app + ": must be one of " + String.join(", ", Workloads.names()) + ".");
            }
        }
        try {
            beside.forEach(Buses::judge);
        } catch (final DpuException e) {
            throw new UserError(e.getMessage().replaceFirst("^--bus", "--beside"), e);
        }
    }

    private void print(final List<BusPoint> points, final BusReport report) {
        final Table table = new Table(options.out());
        String kind = "";
        for (final BusPoint point :
                points.stream().sorted(Comparator.comparing(BusCommand::kind)).toList()) {
            if (!kind(point).equals(kind)) {
                kind = kind(point);
                options.out().println();
                options.out().println(kind + ", " + point.shape().payloadBytes() + " bytes; crossings per request");
                table.row("", "requests/s", "of mapped", "p50 µs", "reads", "writes", "batches", "bytes");
            }
            table.row(
                    name(point),
                    Table.number("%.0f", point.requestsPerSecond().median()),
                    Table.number("%.2f", report.ofMapped(point)),
                    Table.number("%.1f", point.p50Micros()),
                    Table.number("%.2f", point.crossings().reads()),
                    Table.number("%.2f", point.crossings().writes()),
                    Table.number("%.2f", point.crossings().batches()),
                    Table.number("%.0f", point.crossings().bytes()));
        }
    }

    private static String kind(final BusPoint point) {
        return point.app() + ", " + point.shape().connections() + " connections";
    }

    private static String name(final BusPoint point) {
        return point.bus().way() == null
                ? point.bus().spec()
                : point.bus().micros() + " µs, " + point.bus().way().name().toLowerCase(Locale.ROOT);
    }
}

package org.pno.cli.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.pno.cli.bench.BusPoint.Way;
import org.pno.cli.bench.LineChart.Line;
import org.pno.cli.json.Json;
import org.pno.cli.measure.Shape;

/** Points of {@link BusBenchmark} as JSON and as charts. */
public final class BusReport {
    private static final String MAPPED = "mapped";

    private final List<BusPoint> points;

    public BusReport(final List<BusPoint> points) {
        this.points = List.copyOf(points);
    }

    /** A point's rate as a share of the mapped bus' in the same shape; NaN if that was not measured. */
    public double ofMapped(final BusPoint point) {
        return points.stream()
                .filter(other -> other.bus().spec().equals(MAPPED)
                        && other.app().equals(point.app())
                        && other.shape().equals(point.shape()))
                .mapToDouble(other -> point.requestsPerSecond().median()
                        / other.requestsPerSecond().median())
                .findFirst()
                .orElse(Double.NaN);
    }

    /** All of it, in the order of measurement. */
    public Map<String, Object> json() {
        final List<Object> all = new ArrayList<>();
        points.forEach(point -> all.add(json(point)));
        return Json.object("points", all);
    }

    private Map<String, Object> json(final BusPoint point) {
        return Json.object(
                "app",
                point.app(),
                "payloadBytes",
                point.shape().payloadBytes(),
                "connections",
                point.shape().connections(),
                "bus",
                point.bus().spec(),
                "latencyMicros",
                point.bus().micros(),
                "way",
                point.bus().way() == null ? null : point.bus().way().name().toLowerCase(Locale.ROOT),
                "requestsPerSecond",
                Json.object(
                        "median", point.requestsPerSecond().median(),
                        "min", point.requestsPerSecond().min(),
                        "max", point.requestsPerSecond().max()),
                "ofMapped",
                ofMapped(point),
                "p50Micros",
                point.p50Micros(),
                "crossingsPerRequest",
                Json.object(
                        "reads", point.crossings().reads(),
                        "writes", point.crossings().writes(),
                        "batches", point.crossings().batches(),
                        "bytes", point.crossings().bytes()));
    }

    /** A page of its own: for each workload and shape its rate and its latency by the bus' latency. */
    public String html() {
        final StringBuilder charts = new StringBuilder();
        for (final Map.Entry<String, List<BusPoint>> kind : kinds().entrySet()) {
            charts.append(chart(
                    kind.getKey() + ": requests per second",
                    kind.getValue(),
                    point -> point.requestsPerSecond().median()));
            charts.append(chart(kind.getKey() + ": p50 latency, µs", kind.getValue(), BusPoint::p50Micros));
        }
        return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>PnO: what the bus costs</title>"
                + "</head>\n<body style=\"font-family: sans-serif\">\n<h1>What the bus costs</h1>\n" + charts
                + "</body></html>\n";
    }

    private Map<String, List<BusPoint>> kinds() {
        final Map<String, List<BusPoint>> kinds = new LinkedHashMap<>();
        for (final BusPoint point : points) {
            final Shape shape = point.shape();
            final String kind = point.app() + ", " + shape.connections() + " connections";
            kinds.computeIfAbsent(kind, name -> new ArrayList<>()).add(point);
        }
        return kinds;
    }

    private static String chart(
            final String title, final List<BusPoint> points, final ToDoubleFunction<BusPoint> figure) {
        final List<Line> lines = new ArrayList<>();
        for (final Way way : Way.values()) {
            final Line line = new Line(way == Way.BATCHED ? "batched" : "one at a time");
            points.stream()
                    .filter(point -> point.bus().way() == way)
                    .forEach(point -> line.add(point.bus().micros(), figure.applyAsDouble(point)));
            lines.add(line);
        }
        final double most = points.stream()
                .mapToDouble(point -> point.bus().micros())
                .filter(Double::isFinite)
                .max()
                .orElse(1);
        points.stream().filter(point -> point.bus().way() == null).forEach(point -> {
            final Line line = new Line(point.bus().spec());
            line.add(0, figure.applyAsDouble(point));
            line.add(most, figure.applyAsDouble(point));
            lines.add(line);
        });
        return new LineChart(title, "latency of a crossing, µs", lines).svg();
    }
}

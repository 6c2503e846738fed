package org.pno.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.pno.cli.json.Json;
import org.pno.cli.measure.Figure;
import org.pno.cli.measure.Reading;
import org.pno.cli.measure.Route;
import org.pno.cli.measure.Sample;
import org.pno.cli.measure.Spread;

/** Cells as JSON: the names of {@code ./pno demo --json}, and more. */
public final class CellJson {
    private static final double MICROS_PER_SECOND = 1e6;

    private CellJson() {}

    /** All that a benchmark tells, {@code {"machine":{…},"cells":[…]}}. */
    public static Map<String, Object> report(final List<Cell> cells) {
        return Json.object(
                "machine",
                Machine.describe(),
                "cells",
                cells.stream().map(CellJson::of).toList());
    }

    public static Map<String, Object> of(final Cell cell) {
        final Map<String, Object> json = Json.object(
                "app",
                cell.app(),
                "payloadBytes",
                cell.shape().payloadBytes(),
                "connections",
                cell.shape().connections(),
                "pipeline",
                cell.shape().pipeline(),
                "client",
                cell.load().client().name().toLowerCase(Locale.ROOT),
                "port",
                cell.compared().port(),
                "bus",
                cell.load().bus(),
                "offeredPerSecond",
                cell.load().requestsPerSecond() == 0 ? null : cell.load().requestsPerSecond(),
                "rounds",
                cell.rounds().good().size(),
                "voided",
                cell.rounds().voided());
        json.put("kernel", Figure.json(cell.kernelMedians()));
        json.put("pno", Figure.json(cell.medians(cell.compared().pno())));
        json.put("ratio", ratios(cell, false));
        json.put("spread", ratios(cell, true));
        json.put("ownMicrosPerRequest", cell.ownMicros());
        json.put(
                "saturatedCore",
                Json.object(
                        "kernel", cell.saturatedCore(cell.fastestKernel()),
                        "pno", cell.saturatedCore(cell.compared().pno())));
        json.put("warmup", cell.warmth(cell.compared().pno()).json());
        json.put("derived", derived(cell));
        json.put("kernelBest", cell.fastestKernel().name());
        json.put("routes", routes(cell));
        return json;
    }

    private static Map<String, Object> ratios(final Cell cell, final boolean spread) {
        final Map<String, Object> json = Json.object();
        json.put("requestsPerSecond", told(cell.ratio(Figure.RATE), spread));
        json.put("hostCpu", told(cell.ratio(Figure.HOST_CPU), spread));
        json.put("removableHostCpu", told(cell.removableHostCpu(), spread));
        json.put("p50", told(cell.ratio(Figure.P50), spread));
        json.put("p99", told(cell.ratio(Figure.P99), spread));
        return json;
    }

    private static Object told(final Spread of, final boolean spread) {
        return spread ? Json.object("median", of.median(), "min", of.min(), "max", of.max()) : of.median();
    }

    /** Not measured: what one host core would serve if nothing else were short. */
    private static Map<String, Object> derived(final Cell cell) {
        final double kernel = MICROS_PER_SECOND / cell.kernelMedian(Figure.HOST_CPU);
        final double pno = MICROS_PER_SECOND / cell.pnoMedian(Figure.HOST_CPU);
        return Json.object(
                "requestsPerHostCoreSecond", Json.object("kernel", kernel, "pno", pno, "ratio", pno / kernel));
    }

    private static List<Object> routes(final Cell cell) {
        final List<Object> told = new ArrayList<>();
        for (final Route route : cell.compared().kernel()) {
            told.add(route(cell, route));
        }
        told.add(route(cell, cell.compared().pno()));
        return told;
    }

    private static Map<String, Object> route(final Cell cell, final Route route) {
        final Sample medians = cell.medians(route);
        final Map<String, Object> json = Json.object("name", route.name());
        json.putAll(Figure.json(medians));
        json.put("ownMicrosPerRequest", cell.median(route, Reading::userMicrosPerRequest));
        json.put("hostBusy", cell.median(route, reading -> reading.use().hostBusy()));
        json.put("otherBusy", cell.median(route, reading -> reading.use().otherBusy()));
        json.put("saturatedCore", cell.saturatedCore(route));
        json.put("jitBusy", cell.jitBusy(route));
        json.put("warmup", cell.warmth(route).json());
        json.put(
                "each",
                cell.rounds().good().stream()
                        .map(round -> Figure.json(round.get(route).sample()))
                        .toList());
        return json;
    }
}

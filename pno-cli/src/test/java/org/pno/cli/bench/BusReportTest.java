package org.pno.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.pno.cli.bench.BusPoint.Bus;
import org.pno.cli.bench.BusPoint.Crossings;
import org.pno.cli.bench.BusPoint.Way;
import org.pno.cli.json.Json;
import org.pno.cli.measure.Shape;
import org.pno.cli.measure.Spread;
import org.pno.dpu.Buses;

class BusReportTest {
    private static final Shape SHAPE = new Shape(64, 32, 1);

    private static BusPoint point(final Bus bus, final double rate) {
        return new BusPoint("echo", SHAPE, bus, Spread.of(List.of(rate)), 100, new Crossings(2, 4, 1.5, 300));
    }

    @Test
    void shouldMeasureEachLatencyBothWaysBesideTheOthers() {
        final List<Bus> buses = BusBenchmark.buses(List.of(0.0, 1.5), List.of("mapped"));
        assertEquals(
                List.of(
                        "mapped",
                        "pcie:read=0.0us,write=0.0us",
                        "pcie:read=1.5us,write=1.5us",
                        "pcie:read=0.0us,write=0.0us,outstanding=1,order=none",
                        "pcie:read=1.5us,write=1.5us,outstanding=1,order=none"),
                buses.stream().map(Bus::spec).toList());
        buses.forEach(bus -> Buses.judge(bus.spec()));
    }

    @Test
    void shouldCountCrossingsByTheCountersGrowth() {
        final Crossings crossings =
                Crossings.of(new BusCounters(100, 10, 5, 1_000), new BusCounters(400, 410, 105, 31_000), 100);
        assertEquals(new Crossings(3, 4, 1, 300), crossings);
    }

    @Test
    void shouldCompareWithTheMappedBusInTheSameShape() {
        final BusPoint slow = point(Bus.of(5, Way.BATCHED), 30_000);
        final BusReport report = new BusReport(List.of(point(Bus.named("mapped"), 40_000), slow));
        assertEquals(0.75, report.ofMapped(slow));
        assertTrue(Double.isNaN(new BusReport(List.of(slow)).ofMapped(slow)));
    }

    @Test
    void shouldTellAllOfAPointAsJson() {
        final Map<String, Object> report = new BusReport(List.of(point(Bus.of(1, Way.ALONE), 10_000))).json();
        assertEquals(
                "{\"points\":[{\"app\":\"echo\",\"payloadBytes\":64,\"connections\":32,"
                        + "\"bus\":\"pcie:read=1.0us,write=1.0us,outstanding=1,order=none\",\"latencyMicros\":1,"
                        + "\"way\":\"alone\",\"requestsPerSecond\":{\"median\":10000,\"min\":10000,\"max\":10000},"
                        + "\"ofMapped\":null,\"p50Micros\":100,"
                        + "\"crossingsPerRequest\":{\"reads\":2,\"writes\":4,\"batches\":1.5,\"bytes\":300}}]}",
                Json.write(report));
    }

    @Test
    void shouldDrawALineForEachWayAndForWhatStandsBeside() {
        final String page = new BusReport(List.of(
                        point(Bus.named("mapped"), 40_000),
                        point(Bus.of(0, Way.BATCHED), 39_000),
                        point(Bus.of(5, Way.BATCHED), 30_000),
                        point(Bus.of(0, Way.ALONE), 38_000),
                        point(Bus.of(5, Way.ALONE), 10_000)))
                .html();
        assertEquals(2, page.split("<svg", -1).length - 1, "a chart for the rate and one for the latency");
        assertEquals(6, page.split("<polyline", -1).length - 1);
        assertTrue(page.contains(">one at a time</text>") && page.contains(">mapped</text>"), page);
    }
}

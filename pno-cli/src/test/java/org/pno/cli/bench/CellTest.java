package org.pno.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.pno.cli.json.Json;
import org.pno.cli.json.JsonReader;
import org.pno.cli.measure.Figure;
import org.pno.cli.measure.Reading;
import org.pno.cli.measure.Route;
import org.pno.cli.measure.Spread;

class CellTest {
    private static final List<Map<Route, Reading>> TWO_ROUNDS = List.of(
            Map.of(
                    Readings.STEERED, Readings.of(100_000, 10, 2, 0.99, 0.4),
                    Readings.UNSTEERED, Readings.of(125_000, 6, 2, 0.7, 0.95),
                    Readings.PNO, Readings.of(250_000, 3, 1, 0.95, 0.97)),
            Map.of(
                    Readings.STEERED, Readings.of(100_000, 10, 2, 0.99, 0.4),
                    Readings.UNSTEERED, Readings.of(125_000, 6, 2, 0.7, 0.95),
                    Readings.PNO, Readings.of(150_000, 4, 1, 0.95, 0.97)));

    private final Cell cell = Readings.cell(TWO_ROUNDS);

    @Test
    void shouldCompareRatesWithTheKernelsFastestVariant() {
        assertEquals(Readings.UNSTEERED, cell.fastestKernel());
        assertEquals(new Spread(1.6, 1.2, 2), cell.ratio(Figure.RATE));
    }

    @Test
    void shouldCompareHostCpuWithTheVariantThatHasAllOfTheHostsWork() {
        assertEquals(10, cell.kernelMedian(Figure.HOST_CPU));
        assertEquals(new Spread(0.35, 0.3, 0.4), cell.ratio(Figure.HOST_CPU));
    }

    @Test
    void shouldTakeTheProgramsOwnWorkInTheKernelsRunFromBothSides() {
        assertEquals(new Spread((0.125 + 0.25) / 2, 0.125, 0.25), cell.removableHostCpu());
    }

    @Test
    void shouldNameTheSaturatedCore() {
        assertEquals("host", cell.saturatedCore(Readings.STEERED));
        assertEquals("other", cell.saturatedCore(Readings.UNSTEERED));
        assertEquals("both", cell.saturatedCore(Readings.PNO));
    }

    @Test
    void shouldTellJsonWithTheNamesOfTheDemoAndMore() {
        final String json = Json.write(CellJson.of(cell));
        assertTrue(
                json.startsWith("{\"app\":\"redis\",\"payloadBytes\":64,\"connections\":32,\"pipeline\":1,"
                        + "\"client\":\"real\",\"port\":\"tap\",\"bus\":\"mapped\","
                        + "\"offeredPerSecond\":null,\"rounds\":2,\"voided\":[],"
                        + "\"kernel\":{\"requestsPerSecond\":125000,\"p50Micros\":8,\"p99Micros\":16,"
                        + "\"hostCpuMicrosPerRequest\":10},\"pno\":{\"requestsPerSecond\":200000,"),
                json);
        assertTrue(
                json.contains("\"ratio\":{\"requestsPerSecond\":1.6,\"hostCpu\":0.35,\"removableHostCpu\":0.188,"),
                json);
        assertTrue(json.contains("\"spread\":{\"requestsPerSecond\":{\"median\":1.6,\"min\":1.2,\"max\":2},"), json);
        assertTrue(json.contains("\"saturatedCore\":{\"kernel\":\"other\",\"pno\":\"both\"}"), json);
    }

    @Test
    void shouldTellHowEachRouteWasWarmedUp() {
        final String json = Json.write(CellJson.of(cell));
        final String pno = "\"warmup\":{\"seconds\":6,\"jitCpuSeconds\":3,\"jitShareAtEnd\":0.25,\"atRest\":false},";
        assertTrue(json.contains(pno + "\"derived\""), json);
        assertTrue(json.contains("\"jitBusy\":0.01," + pno + "\"each\""), json);
        assertTrue(json.contains("\"warmup\":{\"seconds\":3,\"jitCpuSeconds\":0,\"jitShareAtEnd\":0,\"atRest\":true}"));
    }

    @Test
    void shouldTellEachRoundOfEachRoute() {
        final Map<?, ?> read = (Map<?, ?>) JsonReader.read(Json.write(CellJson.of(cell)));
        final List<Map<String, Object>> routes = JsonReader.objects(read, "routes");
        assertEquals(
                List.of("kernel-steered", "kernel-unsteered", "pno"),
                routes.stream().map(route -> route.get("name")).toList());
        final List<Map<String, Object>> each = JsonReader.objects(routes.getLast(), "each");
        assertEquals(
                List.of(250_000.0, 150_000.0),
                each.stream().map(round -> round.get("requestsPerSecond")).toList());
    }
}

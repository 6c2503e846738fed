package org.pno.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.pno.cli.bench.ReportDifference.Change;
import org.pno.cli.json.JsonReader;

class ReportDifferenceTest {
    private static final String KEY = "redis, 64 bytes, 32 connections, pipeline 1, real, tap, bus mapped";

    private static Object report(final int payload, final double rate, final double hostCpu) {
        return JsonReader.read(("{\"cells\":[{\"app\":\"redis\",\"payloadBytes\":%d,\"connections\":32,\"pipeline\":1,"
                        + "\"client\":\"real\",\"port\":\"tap\",\"bus\":\"mapped\",\"offeredPerSecond\":null,"
                        + "\"ratio\":{\"requestsPerSecond\":%s,\"hostCpu\":%s,\"removableHostCpu\":0.1},"
                        + "\"spread\":{\"requestsPerSecond\":{\"min\":%s,\"max\":9},"
                        + "\"hostCpu\":{\"min\":0,\"max\":%s},\"removableHostCpu\":{\"min\":0,\"max\":0.1}}}]}")
                .formatted(payload, rate, hostCpu, rate * 0.9, hostCpu * 1.1));
    }

    @Test
    void shouldTellChangesOfCellsThatBothHave() {
        final List<Change> changes = ReportDifference.between(report(64, 1, 0.3), report(64, 1.2, 0.25), 0.1);
        assertEquals(new Change(KEY, "requestsPerSecond", 1, 1.2, false), changes.get(0));
        assertEquals(new Change(KEY, "hostCpu", 0.3, 0.25, false), changes.get(1));
        assertEquals(3, changes.size());
    }

    @Test
    void shouldCallWorseOnlyWhatLiesBeyondRoundsAndTolerance() {
        assertEquals(
                false,
                ReportDifference.between(report(64, 1, 0.3), report(64, 0.82, 0.36), 0.1)
                        .get(0)
                        .isWorse());
        assertEquals(
                true,
                ReportDifference.between(report(64, 1, 0.3), report(64, 0.8, 0.3), 0.1)
                        .get(0)
                        .isWorse());
        assertEquals(
                true,
                ReportDifference.between(report(64, 1, 0.3), report(64, 1, 0.37), 0.1)
                        .get(1)
                        .isWorse());
    }

    @Test
    void shouldNotCompareCellsOfDifferentShapes() {
        assertEquals(List.of(), ReportDifference.between(report(64, 1, 0.3), report(128, 1, 0.3), 0.1));
    }
}

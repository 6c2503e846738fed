package org.pno.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.pno.cli.machine.UserError;
import org.pno.cli.measure.ToolReport;
import org.pno.cli.measure.VoidRound;

/** What tools of the distribution write is read; what tells of errors or wrong answers voids the round. */
class ToolReportsTest {
    private static final String WRK = """
            Running 1s test @ http://10.78.0.1:8080/f
              1 threads and 32 connections
              Thread Stats   Avg      Stdev     Max   +/- Stdev
                Latency     2.92ms    7.11ms  60.31ms   93.45%
                Req/Sec    20.98k     5.10k   29.42k    70.00%
              Latency Distribution
                 50%  255.00us
                 75%    1.55ms
                 90%    6.82ms
                 99%    1.25s
              20861 requests in 1.50s, 4.66MB read
            Requests/sec:  20841.17
            Transfer/sec:      4.65MB
            """;

    private static final String MEMCASLAP = """
            cmd_get: 20723
            cmd_set: 2304
            get_misses: 0
            verify_misses: 0
            verify_failed: 0
            written_bytes: 1779802

            Run time: 2.0s Ops: 23027 TPS: 11513 Net_rate: 4.6M/s
            """;

    @Test
    void shouldReadEcho() {
        assertEquals(
                new ToolReport(1_000, 0.5, 12.5, 80),
                EchoProgram.parse("requests=1000 seconds=0.500 p50=12.5 p99=80.0\n"));
    }

    @Test
    void shouldRefuseAnythingElseOfEcho() {
        assertThrows(UserError.class, () -> EchoProgram.parse("echo: connect: Connection refused"));
    }

    @Test
    void shouldReadWrkInItsUnits() {
        assertEquals(new ToolReport(20_861, 1.5, 255, 1_250_000), Wrk.parse(WRK, 64));
    }

    @Test
    void shouldVoidWrkWithErrors() {
        assertThrows(VoidRound.class, () -> Wrk.parse(WRK + "  Socket errors: connect 0, read 3, write 0\n", 64));
        assertThrows(VoidRound.class, () -> Wrk.parse(WRK + "  Non-2xx or 3xx responses: 7\n", 64));
    }

    @Test
    void shouldVoidWrkThatReadLessThanItsAnswersHold() {
        assertThrows(VoidRound.class, () -> Wrk.parse(WRK, 1_024));
    }

    @Test
    void shouldReadMemcaslapWhichTellsNoPercentiles() {
        assertEquals(new ToolReport(23_027, 2, Double.NaN, Double.NaN), MemcachedWorkload.parse(MEMCASLAP));
    }

    @Test
    void shouldVoidMemcaslapWithMissesOrWrongValues() {
        assertThrows(
                VoidRound.class,
                () -> MemcachedWorkload.parse(MEMCASLAP.replace("verify_failed: 0", "verify_failed: 1")));
        assertThrows(
                VoidRound.class, () -> MemcachedWorkload.parse(MEMCASLAP.replace("get_misses: 0", "get_misses: 12")));
    }

    @Test
    void shouldCountWhatIperfReceivedInPayloads() {
        final String report = "{\"start\":{},\"end\":{\"sum_sent\":{\"bytes\":9999999,\"seconds\":2.0},"
                + "\"sum_received\":{\"seconds\":2.5,\"bytes\":655360}}}\n";
        assertEquals(new ToolReport(10, 2.5, Double.NaN, Double.NaN), BulkWorkload.parse(report, 65_536));
    }

    @Test
    void shouldVoidIperfWithAnError() {
        assertThrows(VoidRound.class, () -> BulkWorkload.parse("{\"error\":\"control socket has closed\"}", 65_536));
    }
}

package org.pno.cli.compat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;

/** iperf3 as server and as client on the host, both ways, one stream and several. */
final class Iperf implements RealProgram {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Override
    public String name() {
        return "iperf3";
    }

    @Override
    public Map<String, String> needs() {
        return Map.of("iperf3", "iperf3");
    }

    @Override
    public List<String> versionCommand() {
        return List.of("iperf3", "--version");
    }

    @Override
    public void run(final Bench bench) {
        for (final Side serving : Side.values()) {
            final LabProcess server =
                    bench.start(serving, "iperf3", "-s", "--forceflush", "-B", bench.address(serving));
            int test = 0;
            for (final String options : List.of("-P1", "-R", "-P4", "-P4 -R")) {
                awaitListener(server, ++test);
                check(bench, serving, options);
            }
            server.kill();
        }
    }

    /** It listens anew for each test. */
    private static void awaitListener(final LabProcess server, final int test) {
        server.await("listen", PATIENCE, () -> server.output().contains("(test #" + test + ")"));
    }

    private static void check(final Bench bench, final Side serving, final String options) {
        final Side asking = serving == Side.HOST ? Side.PEER : Side.HOST;
        final String report = bench.shell(asking, "iperf3 -c " + bench.address(serving) + " -t 1 " + options);
        bench.check(
                "iperf3 " + options + " from the " + asking,
                report.contains("iperf Done.") && !report.contains("error"),
                () -> report);
    }
}

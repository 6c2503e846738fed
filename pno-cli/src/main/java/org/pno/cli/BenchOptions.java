package org.pno.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.pno.cli.bench.Benchmark.Setting;
import org.pno.cli.bench.Benchmark.Wanted;
import org.pno.cli.bench.ClientKind;
import org.pno.cli.bench.HtmlReport;
import org.pno.cli.json.Json;
import org.pno.cli.json.JsonReader;
import org.pno.cli.machine.UserError;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What all benchmarks of programs take. */
final class BenchOptions extends MeasureOptions {
    private static final double SECONDS = 3;
    private static final List<String> PORTS = List.of("tap", "packet", "ring");

    @Option(
            names = "--payload",
            paramLabel = "BYTES",
            split = ",",
            description = "Bytes of each value, file or message; several, separated by commas, make a cell each.")
    private List<Integer> payloads = List.of();

    @Option(names = "--connections", paramLabel = "N", description = "At one time; default: 32, of bulk 1.")
    private Integer connections;

    @Option(
            names = "--pipeline",
            paramLabel = "N",
            defaultValue = "1",
            description = "Requests under way on each connection; default: ${DEFAULT-VALUE}.")
    private int pipeline;

    @Option(
            names = "--client",
            paramLabel = "WHO",
            defaultValue = "REAL",
            description =
                    "'real': a program of the distribution, over the peer's kernel; 'lean': our own load generator"
                            + " on our own engine, which checks every answer; default: ${DEFAULT-VALUE}.")
    private ClientKind client;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "0",
            description = "Requests per second, sent when they are due whatever becomes of those before (lean client);"
                    + " default: as fast as answers come.")
    private double rate;

    @Option(
            names = "--port",
            paramLabel = "KIND",
            description =
                    "The DPU's: tap or packet with the real client (default tap), ring or packet with the lean one"
                            + " (default both: ring, and packet on both sides beside it).")
    private String port;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Rounds, each over all routes; default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--html", paramLabel = "FILE", description = "Write the result as a page with charts.")
    private Path html;

    @Option(
            names = "--max-host-cpu",
            paramLabel = "RATIO",
            defaultValue = "0.5",
            description = "Fail if the median of PnO's host CPU per request is more than this share of the"
                    + " kernel's; default: ${DEFAULT-VALUE}.")
    private double maxHostCpu;

    @Mixin
    private BusOption bus;

    @Mixin
    private WarmUpOption warmUp;

    /** Refuses what cannot be measured. */
    BenchOptions validate() {
        Arguments.positive("--rounds", rounds);
        Arguments.positive("--pipeline", pipeline);
        payloads.forEach(bytes -> Arguments.positive("--payload", bytes));
        if (connections != null) {
            Arguments.positive("--connections", connections);
        }
        if (rate < 0 || rate > 0 && client != ClientKind.LEAN) {
            throw new UserError("--rate " + rate + ": a number of requests per second, with --client lean only.");
        }
        if (port != null && !PORTS.contains(port)) {
            throw new UserError("--port " + port + ": must be one of " + String.join(", ", PORTS) + ".");
        }
        if (port != null && port.equals(client == ClientKind.REAL ? "ring" : "tap")) {
            throw new UserError("--port " + port + ": there is none with the "
                    + (client == ClientKind.REAL ? "real" : "lean") + " client.");
        }
        return this;
    }

    Setting setting() {
        return new Setting(client, port, bus.text(), warmUp.mostSeconds(), seconds(SECONDS), rounds);
    }

    /** What {@code pno dpu} is told. */
    String[] dpuOptions() {
        return bus.dpuOptions();
    }

    Wanted wanted(final String workload) {
        return new Wanted(workload, payloads, connections, pipeline, rate);
    }

    /** Writes the page where it is wanted. */
    void writeHtml(final Map<String, Object> report) {
        if (html != null) {
            write(html, HtmlReport.of((Map<?, ?>) JsonReader.read(Json.write(report))));
        }
    }

    double maxHostCpu() {
        return maxHostCpu;
    }
}

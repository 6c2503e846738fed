package org.pno.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.pno.cli.bench.Benchmark.Setting;
import org.pno.cli.bench.CellJson;
import org.pno.cli.bench.ClientKind;
import org.pno.cli.bench.HtmlReport;
import org.pno.cli.bench.MarkdownReport;
import org.pno.cli.bench.Paper;
import org.pno.cli.json.Json;
import org.pno.cli.json.JsonReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pno bench paper}: the whole figure set. */
@Command(
        name = "paper",
        description = {
            "The figures of the paper's evaluation: redis, lighttpd, HAProxy and echo by payload, by our load",
            "generator and by real clients, with latencies, short connections and bulk. Some 20 minutes.",
        })
final class PaperCommand implements Callable<Integer> {
    private static final double SECONDS = 1;

    @Mixin
    private MeasureOptions options;

    @Mixin
    private BusOption bus;

    @Mixin
    private WarmUpOption warmUp;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Rounds, each over all routes; default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            defaultValue = "performance.html",
            description = "Where the page with charts is to be; default: ${DEFAULT-VALUE}.")
    private Path html;

    @Option(
            names = "--markdown",
            paramLabel = "FILE",
            description = "Where the table is to be; default: standard output.")
    private Path markdown;

    @Override
    public Integer call() {
        Arguments.positive("--rounds", rounds);
        final Setting setting =
                new Setting(ClientKind.LEAN, null, bus.text(), warmUp.mostSeconds(), options.seconds(SECONDS), rounds);
        final Map<String, Object> report =
                CellJson.report(new Paper(setting, options::say, bus.dpuOptions()).measure());
        final boolean isOutputTaken = options.tellJson(report);
        final Map<?, ?> read = (Map<?, ?>) JsonReader.read(Json.write(report));
        MeasureOptions.write(html, HtmlReport.of(read));
        options.say("the page is " + html.toAbsolutePath());
        if (markdown != null) {
            MeasureOptions.write(markdown, MarkdownReport.of(read));
        } else if (!isOutputTaken) {
            options.out().print(MarkdownReport.of(read));
            options.out().flush();
        }
        return 0;
    }
}

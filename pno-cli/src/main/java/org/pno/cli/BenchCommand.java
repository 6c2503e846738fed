package org.pno.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.pno.cli.lab.Lab;
import org.pno.cli.lab.Labs;
import org.pno.cli.machine.Cores;
import org.pno.cli.machine.Programs;
import org.pno.cli.measure.DpuProcess;
import org.pno.cli.measure.EchoComparison;
import org.pno.cli.measure.RedisComparison;
import org.pno.cli.measure.RedisServer;
import org.pno.cli.measure.Rounds;
import org.pno.cli.measure.Rounds.Pair;
import org.pno.cli.measure.Sample;
import org.pno.cli.measure.Spread;
import org.pno.cli.measure.Transport;
import org.pno.cli.run.Shim;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pno bench}: programs over PnO and over the kernel's TCP in alternating rounds. */
@Command(
        name = "bench",
        description = "Measures programs over PnO and over the kernel's TCP in alternating rounds.",
        subcommands = InteropCommand.class,
        footer = {
            "",
            "pno bench micro [JMH options] measures the engine, the rings and the shim by themselves.",
        })
final class BenchCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    /** What all benchmarks of programs take. */
    static final class Options {
        @Option(
                names = "--rounds",
                paramLabel = "N",
                defaultValue = "5",
                description = "Rounds, each over both; default: ${DEFAULT-VALUE}.")
        private int rounds;

        @Option(
                names = "--seconds",
                paramLabel = "S",
                defaultValue = "3",
                description = "How long each measurement lasts, about; default: ${DEFAULT-VALUE}.")
        private double seconds;

        @Option(names = "--json", description = "Tell the result as JSON, and nothing else on standard output.")
        private boolean json;

        @Option(
                names = "--max-host-cpu",
                paramLabel = "RATIO",
                defaultValue = "0.5",
                description = "Fail if the median of PnO's host CPU per request is more than this share of the"
                        + " kernel's; default: ${DEFAULT-VALUE}.")
        private double maxHostCpu;

        @Mixin
        private BusOption bus;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name one of redis, echo, interop, micro.");
    }

    @Command(name = "redis", description = "redis-server: GET of 64 bytes on 32 connections.")
    int redis(@Mixin final Options options) {
        RedisServer.needPrograms();
        return measure("redis", 64, 32, options, (lab, cores) -> {
            final RedisComparison comparison = new RedisComparison(lab, cores, options.seconds);
            return comparison::measureGet;
        });
    }

    @Command(name = "echo", description = "An echo server: messages there and back.")
    int echo(
            @Mixin final Options options,
            @Option(
                            names = "--bytes",
                            paramLabel = "N",
                            defaultValue = "64",
                            description = "Per message; default: ${DEFAULT-VALUE}.")
                    final int bytes,
            @Option(
                            names = "--connections",
                            paramLabel = "N",
                            defaultValue = "32",
                            description = "Default: ${DEFAULT-VALUE}.")
                    final int connections) {
        Programs.need("taskset", "util-linux");
        EchoComparison.program();
        return measure("echo", bytes, connections, options, (lab, cores) -> {
            final EchoComparison comparison = new EchoComparison(lab, cores, connections, bytes, options.seconds);
            return comparison::measure;
        });
    }

    private int measure(
            final String app,
            final int bytes,
            final int connections,
            final Options options,
            final BiFunction<Lab, Cores, Function<Transport, Sample>> workload) {
        Arguments.positive("--seconds", options.seconds);
        Arguments.positive("--rounds", options.rounds);
        final String[] dpuOptions = options.bus.dpuOptions();
        Shim.library();
        final Cores cores = Cores.ofThisProcess();
        try (Lab lab = Labs.open("bench-" + ProcessHandle.current().pid());
                DpuProcess dpu = DpuProcess.start(lab, cores, dpuOptions)) {
            say("one round over PnO first, not counted: the DPU compiles what is hot");
            dpu.watch(() -> workload.apply(lab, cores).apply(Transport.PNO));
            final Rounds rounds = new Rounds();
            for (int i = 1; i <= options.rounds; i++) {
                final Pair pair = dpu.watch(() -> rounds.run(workload.apply(lab, cores)));
                say("round %d of %d: %s requests per second against the kernel's, %s of its host CPU"
                        .formatted(i, options.rounds, ratio(pair, Figure.RATE), ratio(pair, Figure.HOST_CPU)));
            }
            if (options.json) {
                out().println(Json.write(report(app, bytes, connections, rounds)));
            } else {
                print(app + ", " + bytes + " bytes, " + connections + " connections", rounds);
                new Table(out()).remarks(lab, cores);
            }
            return judge(rounds.ratio(Figure.HOST_CPU.of()).median(), options.maxHostCpu, cores);
        }
    }

    /** The budget of the house: fails the benchmark when it is exceeded. */
    private int judge(final double hostCpu, final double maximum, final Cores cores) {
        if (!cores.areSeparate()) {
            say("one CPU for all, so the budget of host CPU cannot be judged");
            return 0;
        }
        final boolean isKept = hostCpu <= maximum;
        say("budget: host CPU per request at most %.2f of the kernel's; %.2f: %s"
                .formatted(maximum, hostCpu, isKept ? "kept" : "EXCEEDED"));
        return isKept ? 0 : 1;
    }

    static Map<String, Object> report(final String app, final int bytes, final int connections, final Rounds rounds) {
        final List<Object> each = new ArrayList<>();
        rounds.pairs()
                .forEach(pair ->
                        each.add(Json.object("kernel", Figure.json(pair.kernel()), "pno", Figure.json(pair.pno()))));
        final Map<String, Object> ratios = Json.object();
        for (final Figure figure : Figure.ALL) {
            final Spread spread = rounds.ratio(figure.of());
            ratios.put(
                    figure.jsonName(),
                    Json.object("median", spread.median(), "min", spread.min(), "max", spread.max()));
        }
        return Json.object(
                "app", app, "payloadBytes", bytes, "connections", connections, "rounds", each, "ratio", ratios);
    }

    private void print(final String title, final Rounds rounds) {
        out().println(title + ", medians of " + rounds.pairs().size() + " rounds");
        out().println();
        final Table table = new Table(out());
        table.row("", "kernel TCP", "PnO", "PnO/kernel", "least", "most");
        for (final Figure figure : Figure.ALL) {
            final Spread ratio = rounds.ratio(figure.of());
            table.row(
                    figure.label(),
                    figure.text(rounds.figures(Pair::kernel, figure.of()).median()),
                    figure.text(rounds.figures(Pair::pno, figure.of()).median()),
                    Table.number("%.2f", ratio.median()),
                    Table.number("%.2f", ratio.min()),
                    Table.number("%.2f", ratio.max()));
        }
    }

    private static String ratio(final Pair pair, final Figure figure) {
        return Table.number("%.2f", pair.ratio(figure.of()));
    }

    private void say(final String what) {
        spec.commandLine().getErr().println("pno: " + what);
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}

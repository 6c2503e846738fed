package org.pno.cli;

import java.util.List;
import org.pno.cli.bench.Benchmark;
import org.pno.cli.bench.Cell;
import org.pno.cli.bench.CellJson;
import org.pno.cli.bench.Workloads;
import org.pno.cli.machine.Cores;
import org.pno.cli.measure.Figure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pno bench}: programs over PnO and over the kernel's TCP in alternating rounds. */
@Command(
        name = "bench",
        description = "Measures programs over PnO and over the kernel's TCP in alternating rounds.",
        subcommands = {
            PaperCommand.class,
            CompareCommand.class,
            InteropCommand.class,
            BusCommand.class,
            IdleCommand.class
        },
        footer = {
            "",
            "pno bench micro [JMH options] measures the engine, the rings and the shim by themselves.",
        })
final class BenchCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "Name one of " + String.join(", ", Workloads.names()) + ", paper, compare, interop, bus, idle, micro.");
    }

    @Command(name = "redis", description = "redis-server: GET of keys that exist.")
    int redis(@Mixin final BenchOptions options) {
        return measure("redis", options);
    }

    @Command(name = "lighttpd", description = "lighttpd: GET of a file, connections kept.")
    int lighttpd(@Mixin final BenchOptions options) {
        return measure("lighttpd", options);
    }

    @Command(
            name = "haproxy",
            description = "HAProxy before a server on the peer: GET, connections kept on both sides.")
    int haproxy(@Mixin final BenchOptions options) {
        return measure("haproxy", options);
    }

    @Command(name = "nginx", description = "nginx: GET of a file, connections kept.")
    int nginx(@Mixin final BenchOptions options) {
        return measure("nginx", options);
    }

    @Command(name = "memcached", description = "memcached: nine GETs to a SET; only GETs by the lean client.")
    int memcached(@Mixin final BenchOptions options) {
        return measure("memcached", options);
    }

    @Command(name = "echo", description = "An echo server: messages there and back.")
    int echo(@Mixin final BenchOptions options) {
        return measure("echo", options);
    }

    @Command(name = "bulk", description = "iperf3, each way; a request is a payload's worth of bytes.")
    int bulk(@Mixin final BenchOptions options) {
        return measure("bulk", options);
    }

    @Command(name = "connect", description = "An echo server: a connection for each message.")
    int connect(@Mixin final BenchOptions options) {
        return measure("connect", options);
    }

    private int measure(final String workload, final BenchOptions options) {
        options.validate();
        try (Benchmark benchmark = Benchmark.open(options.setting(), options::say, options.dpuOptions())) {
            options.say("runs that are not counted come first, until the JIT compilers rest");
            final List<Cell> cells = benchmark.measure(options.wanted(workload));
            options.writeHtml(CellJson.report(cells));
            if (!options.tellJson(CellJson.report(cells))) {
                final CellTable table = new CellTable(options.out());
                cells.forEach(table::print);
                new Table(options.out()).remarks(benchmark.lab(), benchmark.cores());
            }
            return judge(cells, benchmark.cores(), options);
        }
    }

    /** The budget of the house: fails the benchmark when it is exceeded. */
    private static int judge(final List<Cell> cells, final Cores cores, final BenchOptions options) {
        if (!cores.areSeparate()) {
            options.say("one CPU for all, so the budget of host CPU cannot be judged");
            return 0;
        }
        int exceeded = 0;
        for (final Cell cell : cells) {
            final double hostCpu = cell.ratio(Figure.HOST_CPU).median();
            if (hostCpu > options.maxHostCpu()) {
                exceeded = 1;
                options.say("budget EXCEEDED: %s, %d bytes: %.2f of the kernel's host CPU per request, at most %.2f"
                        .formatted(cell.app(), cell.shape().payloadBytes(), hostCpu, options.maxHostCpu()));
            }
        }
        return exceeded;
    }
}

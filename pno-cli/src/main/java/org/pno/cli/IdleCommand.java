package org.pno.cli;

import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.pno.cli.bench.IdleBenchmark;
import org.pno.cli.bench.IdleBenchmark.Pair;
import org.pno.cli.bench.IdleCost;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pno bench idle}: memory and CPU of connections that do nothing. */
@Command(
        name = "idle",
        description = {
            "Opens connections to an echo server, holds them, and tells what memory came with each, of the program,",
            "the DPU and the kernel, and what CPU they take while they do nothing; over PnO and over the kernel's TCP.",
        })
final class IdleCommand implements Callable<Integer> {
    private static final double SECONDS = 5;
    private static final double PERCENT = 100;

    @Mixin
    private MeasureOptions options;

    @Mixin
    private BusOption bus;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "10000",
            description = "At one time; default: ${DEFAULT-VALUE}.")
    private int connections;

    @Override
    public Integer call() {
        Arguments.positive("--connections", connections);
        final Pair pair =
                new IdleBenchmark(connections, options.seconds(SECONDS), options::say).measure(bus.dpuOptions());
        if (!options.tellJson(pair.json(bus.text()))) {
            print(pair);
        }
        return 0;
    }

    private void print(final Pair pair) {
        options.out().println("%,d connections that do nothing, for each".formatted(connections));
        options.out().println();
        final Table table = new Table(options.out());
        table.row("", "kernel TCP", "PnO");
        row(table, "bytes, all together", "%,.0f", pair, IdleCost::bytes);
        row(table, "  the program's", "%,.0f", pair, IdleCost::programBytes);
        row(table, "  the DPU's", "%,.0f", pair, IdleCost::dpuBytes);
        row(table, "  the kernel's slabs", "%,.0f", pair, IdleCost::kernelBytes);
        row(table, "CPU of the program, % of a core", "%.1f", pair, cost -> cost.programShare() * PERCENT);
        row(table, "CPU of the DPU, % of a core", "%.1f", pair, cost -> cost.dpuShare() * PERCENT);
    }

    private static void row(
            final Table table,
            final String name,
            final String format,
            final Pair pair,
            final ToDoubleFunction<IdleCost> figure) {
        table.row(
                name,
                Table.number(format, figure.applyAsDouble(pair.kernel())),
                Table.number(format, figure.applyAsDouble(pair.pno())));
    }
}

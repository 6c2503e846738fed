package org.pno.cli;

import java.io.PrintWriter;
import java.util.Map;
import org.pno.cli.lab.Lab;
import org.pno.cli.lab.Labs;
import org.pno.cli.machine.Cores;
import org.pno.cli.measure.DpuProcess;
import org.pno.cli.measure.RedisComparison;
import org.pno.cli.measure.RedisComparison.Round;
import org.pno.cli.measure.RedisServer;
import org.pno.cli.measure.Rounds.Pair;
import org.pno.cli.measure.Transport;
import org.pno.cli.run.Shim;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pno demo}: redis over PnO and over the kernel's TCP, side by side. */
@Command(
        name = "demo",
        description = "Runs redis-server over PnO and over the kernel's TCP, and shows both side by side.")
final class DemoCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "Tell the result as JSON, and nothing else on standard output.")
    private boolean json;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "5",
            description = "How long each measurement lasts, about; default: ${DEFAULT-VALUE}.")
    private double seconds;

    @Mixin
    private BusOption bus;

    @Override
    public void run() {
        Arguments.positive("--seconds", seconds);
        final String[] dpuOptions = bus.dpuOptions();
        RedisServer.needPrograms();
        Shim.library();
        final Cores cores = Cores.ofThisProcess();
        try (Lab lab = Labs.open("demo-" + ProcessHandle.current().pid())) {
            final RedisComparison comparison = new RedisComparison(lab, cores, seconds);
            say("redis-server over the kernel's TCP");
            final Round kernel = comparison.measure(Transport.KERNEL);
            say("redis-server over PnO, DPU at " + lab.port() + ", bus " + bus.text());
            final Round pno = measureOffloaded(comparison, lab, cores, dpuOptions);
            if (json) {
                out().println(Json.write(report(new Pair(kernel.get(), pno.get()))));
            } else {
                print(new Pair(kernel.set(), pno.set()), new Pair(kernel.get(), pno.get()));
                new Table(out()).remarks(lab, cores);
            }
        }
    }

    private static Round measureOffloaded(
            final RedisComparison comparison, final Lab lab, final Cores cores, final String... dpuOptions) {
        try (DpuProcess dpu = DpuProcess.start(lab, cores, dpuOptions)) {
            return dpu.watch(() -> comparison.measure(Transport.PNO));
        }
    }

    static Map<String, Object> report(final Pair get) {
        return Json.object(
                "app",
                "redis",
                "payloadBytes",
                RedisComparison.PAYLOAD_BYTES,
                "connections",
                RedisComparison.CONNECTIONS,
                "kernel",
                Figure.json(get.kernel()),
                "pno",
                Figure.json(get.pno()),
                "ratio",
                Json.object(
                        "requestsPerSecond", get.ratio(Figure.RATE.of()),
                        "hostCpu", get.ratio(Figure.HOST_CPU.of())));
    }

    private void print(final Pair set, final Pair get) {
        out().println("redis-server, values of " + RedisComparison.PAYLOAD_BYTES + " bytes, "
                + RedisComparison.CONNECTIONS + " connections");
        out().println();
        final Table table = new Table(out());
        table.row("", "kernel TCP", "PnO", "PnO/kernel");
        printTest(table, "SET", set);
        printTest(table, "GET", get);
    }

    private static void printTest(final Table table, final String test, final Pair pair) {
        for (final Figure figure : Figure.ALL) {
            table.row(
                    (figure == Figure.RATE ? test + " " : "    ") + figure.label(),
                    figure.text(figure.of().applyAsDouble(pair.kernel())),
                    figure.text(figure.of().applyAsDouble(pair.pno())),
                    Table.number("%.2f", pair.ratio(figure.of())));
        }
    }

    private void say(final String what) {
        spec.commandLine().getErr().println("pno: " + what);
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}

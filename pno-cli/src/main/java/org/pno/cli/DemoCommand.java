package org.pno.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.pno.cli.lab.Lab;
import org.pno.cli.lab.Labs;
import org.pno.cli.machine.Cores;
import org.pno.cli.measure.DpuProcess;
import org.pno.cli.measure.RedisComparison;
import org.pno.cli.measure.RedisComparison.Round;
import org.pno.cli.measure.RedisServer;
import org.pno.cli.measure.Sample;
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
    @Mixin
    private HelpOption help;

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

    @Override
    public void run() {
        Arguments.positive("--seconds", seconds);
        RedisServer.needPrograms();
        Shim.library();
        final Cores cores = Cores.ofThisProcess();
        try (Lab lab = Labs.open("demo-" + ProcessHandle.current().pid())) {
            final RedisComparison comparison = new RedisComparison(lab, cores, seconds);
            say("redis-server over the kernel's TCP");
            final Round kernel = comparison.measure(Transport.KERNEL);
            say("redis-server over PnO, DPU at " + lab.port());
            final Round pno = measureOffloaded(comparison, lab, cores);
            if (json) {
                out().println(Json.write(report(kernel.get(), pno.get())));
            } else {
                print(kernel, pno);
                remarks(lab, cores);
            }
        }
    }

    private static Round measureOffloaded(final RedisComparison comparison, final Lab lab, final Cores cores) {
        try (DpuProcess dpu = DpuProcess.start(lab, cores)) {
            return dpu.watch(() -> comparison.measure(Transport.PNO));
        }
    }

    static Map<String, Object> report(final Sample kernel, final Sample pno) {
        return Json.object(
                "app",
                "redis",
                "payloadBytes",
                RedisComparison.PAYLOAD_BYTES,
                "connections",
                RedisComparison.CONNECTIONS,
                "kernel",
                report(kernel),
                "pno",
                report(pno),
                "ratio",
                Json.object(
                        "requestsPerSecond", pno.requestsPerSecond() / kernel.requestsPerSecond(),
                        "hostCpu", pno.hostCpuMicrosPerRequest() / kernel.hostCpuMicrosPerRequest()));
    }

    private static Map<String, Object> report(final Sample sample) {
        return Json.object(
                "requestsPerSecond", sample.requestsPerSecond(),
                "p50Micros", sample.p50Micros(),
                "p99Micros", sample.p99Micros(),
                "hostCpuMicrosPerRequest", sample.hostCpuMicrosPerRequest());
    }

    private void print(final Round kernel, final Round pno) {
        out().println("redis, values of %d bytes, %d connections%n"
                .formatted(RedisComparison.PAYLOAD_BYTES, RedisComparison.CONNECTIONS));
        row("", "kernel TCP", "PnO", "PnO / kernel");
        printTest("SET", kernel.set(), pno.set());
        printTest("GET", kernel.get(), pno.get());
    }

    private void printTest(final String test, final Sample kernel, final Sample pno) {
        figures(test + " requests per second", "%,.0f", kernel, pno, Sample::requestsPerSecond);
        figures("    p50 latency, µs", "%,.0f", kernel, pno, Sample::p50Micros);
        figures("    p99 latency, µs", "%,.0f", kernel, pno, Sample::p99Micros);
        figures("    host CPU per request, µs", "%,.2f", kernel, pno, Sample::hostCpuMicrosPerRequest);
    }

    private void figures(
            final String name,
            final String format,
            final Sample kernel,
            final Sample pno,
            final ToDoubleFunction<Sample> figure) {
        final double ofKernel = figure.applyAsDouble(kernel);
        final double ofPno = figure.applyAsDouble(pno);
        row(name, format(format, ofKernel), format(format, ofPno), format("%.2f", ofPno / ofKernel));
    }

    private void row(final String name, final String kernel, final String pno, final String ratio) {
        out().println("%-30s %12s %12s %14s".formatted(name, kernel, pno, ratio));
    }

    private static String format(final String format, final double value) {
        return String.format(Locale.ROOT, format, value);
    }

    /** What a reader must know to judge the figures. */
    private void remarks(final Lab lab, final Cores cores) {
        out().println();
        out().println("Host CPU is all that the server's core (" + cores.hostCore() + ") did, softirqs included.");
        if (!cores.areSeparate()) {
            out().println("There is one CPU for all, so it counts the peer and the DPU too.");
        }
        if (!lab.isSteered()) {
            out().println(
                            "This kernel cannot steer receive work here, so part of the kernel's host CPU is not counted.");
        }
        if (!lab.tapRefusal().isEmpty()) {
            out().println("No TAP (" + lab.tapRefusal() + "): the DPU's wire was a veth pair, which is slower.");
        }
    }

    private void say(final String what) {
        spec.commandLine().getErr().println("pno: " + what);
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}

package org.pno.cli;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.pno.cli.json.Json;
import org.pno.cli.lab.Lab;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.lab.Labs;
import org.pno.cli.machine.Cores;
import org.pno.cli.machine.UserError;
import org.pno.cli.measure.DpuProcess;
import org.pno.cli.measure.Figure;
import org.pno.cli.measure.HostMeter;
import org.pno.cli.measure.JitTime;
import org.pno.cli.measure.Pair;
import org.pno.cli.measure.RedisBenchmark;
import org.pno.cli.measure.RedisServer;
import org.pno.cli.measure.Route;
import org.pno.cli.measure.Sample;
import org.pno.cli.measure.Shape;
import org.pno.cli.measure.VoidRound;
import org.pno.cli.measure.WarmUp;
import org.pno.cli.measure.Warmth;
import org.pno.cli.run.Shim;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code pno demo}: redis over PnO and over the kernel's TCP, side by side. */
@Command(
        name = "demo",
        description = {
            "Runs redis-server over PnO and over the kernel's TCP, and shows both side by side. Each is loaded for",
            "some seconds before what counts; over PnO until the DPU's JIT compilers rest, 25 seconds at most.",
        })
final class DemoCommand implements Runnable {
    private static final Shape SHAPE = new Shape(64, 32, 1);
    private static final double SECONDS = 5;
    private static final double MOST_WARM_UP_SECONDS = 20;
    private static final double MOST_WARM_UP_SECONDS_OF_GET = 5;

    @Mixin
    private MeasureOptions options;

    @Mixin
    private BusOption bus;

    /** What one transport measured. */
    private record Tests(Sample set, Sample get, Warmth warmth) {}

    @Override
    public void run() {
        final double seconds = options.seconds(SECONDS);
        final String[] dpuOptions = bus.dpuOptions();
        RedisServer.needPrograms();
        Shim.library();
        final Cores cores = Cores.ofThisProcess();
        try (Lab lab = Labs.open("demo-" + ProcessHandle.current().pid())) {
            options.say("redis-server over the kernel's TCP");
            final Tests kernel = measure(lab, cores, Route.kernel(), List.of(), seconds);
            options.say("redis-server over PnO, DPU at " + lab.port() + ", bus " + bus.text());
            final Tests pno = measureOffloaded(lab, cores, seconds, dpuOptions);
            final Pair get = new Pair(kernel.get(), pno.get());
            if (!options.tellJson(report(get, pno.warmth()))) {
                print(new Pair(kernel.set(), pno.set()), get, pno.warmth());
                new Table(options.out()).remarks(lab, cores);
            }
        }
    }

    private Tests measureOffloaded(final Lab lab, final Cores cores, final double seconds, final String... dpuOptions) {
        try (DpuProcess dpu = DpuProcess.start(lab, cores, dpuOptions)) {
            return dpu.watch(() -> measure(lab, cores, Route.offloaded(lab), dpu.machines(), seconds));
        }
    }

    /**
     * A fresh server; SET, then GET of keys that exist.
     *
     * @param machines the route's virtual machines
     */
    private Tests measure(
            final Lab lab,
            final Cores cores,
            final Route route,
            final List<LabProcess> machines,
            final double seconds) {
        try (RedisServer server = RedisServer.start(lab, cores, route)) {
            server.fill(RedisBenchmark.keys(SHAPE), SHAPE.payloadBytes());
            final JitTime jit = JitTime.of(machines);
            final Supplier<HostMeter> meter = () -> new HostMeter(cores, List.of(server.process()), jit);
            final RedisBenchmark set = new RedisBenchmark(lab, server, "set", SHAPE);
            final Warmth cold = WarmUp.cold(MOST_WARM_UP_SECONDS, options::say).run(route.name(), set, jit);
            final Sample ofSet = set.read(seconds, meter).sample();
            final RedisBenchmark get = new RedisBenchmark(lab, server, "get", SHAPE);
            final Warmth again =
                    WarmUp.again(MOST_WARM_UP_SECONDS_OF_GET, options::say).run(route.name(), get, jit);
            final Sample ofGet = get.read(seconds, meter).sample();
            server.checkHits();
            return new Tests(ofSet, ofGet, cold.then(again));
        } catch (final VoidRound e) {
            throw new UserError(e.getMessage(), e);
        }
    }

    /** @param warmth of PnO's route */
    static Map<String, Object> report(final Pair get, final Warmth warmth) {
        return Json.object(
                "app",
                "redis",
                "payloadBytes",
                SHAPE.payloadBytes(),
                "connections",
                SHAPE.connections(),
                "kernel",
                Figure.json(get.kernel()),
                "pno",
                Figure.json(get.pno()),
                "ratio",
                Json.object(
                        "requestsPerSecond", get.ratio(Figure.RATE.of()),
                        "hostCpu", get.ratio(Figure.HOST_CPU.of())),
                "warmup",
                warmth.json());
    }

    private void print(final Pair set, final Pair get, final Warmth warmth) {
        options.out()
                .println("redis-server, values of " + SHAPE.payloadBytes() + " bytes, " + SHAPE.connections()
                        + " connections");
        options.out().println();
        final Table table = new Table(options.out());
        table.row("", "kernel TCP", "PnO", "PnO/kernel");
        printTest(table, "SET", set);
        printTest(table, "GET", get);
        options.out().println();
        options.out().println("PnO was " + warmth.text() + ".");
        if (!warmth.isAtRest()) {
            options.out().println(warmth.warning("pno"));
        }
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
}

package org.pno.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.pno.cli.bench.Benchmark.Setting;
import org.pno.cli.bench.Benchmark.Wanted;
import org.pno.cli.measure.Figure;

/**
 * The figure set of the paper's evaluation: redis, lighttpd, HAProxy and the echo server by payload, by our load
 * generator and by real clients; what else the instrument knows, at one payload; latency at half of the kernel's rate.
 */
public final class Paper {
    private static final List<String> APPS = List.of("redis", "lighttpd", "haproxy", "echo");
    private static final List<Integer> PAYLOADS = List.of(64, 256, 1_024, 4_096, 16_384, 65_536);
    private static final List<Integer> REAL_PAYLOADS = List.of(64, 1_024, 16_384);
    private static final List<String> LEAN_MORE = List.of("memcached", "connect");
    private static final List<String> REAL_MORE = List.of("bulk");
    private static final double LOAD = 0.5;

    private final Setting setting;
    private final Consumer<String> say;
    private final String[] dpuOptions;
    private final List<Cell> cells = new ArrayList<>();

    /**
     * Prepares.
     *
     * @param setting whose client and port are not looked at
     * @param say tells people how far it is
     */
    public Paper(final Setting setting, final Consumer<String> say, final String... dpuOptions) {
        this.setting = setting;
        this.say = say;
        this.dpuOptions = dpuOptions.clone();
    }

    /** Measures all of it: some twenty minutes with three rounds of a second each. */
    public List<Cell> measure() {
        try (Benchmark lean = open(ClientKind.LEAN)) {
            for (final String app : APPS) {
                final List<Cell> closed = measure(lean, app, PAYLOADS, 0);
                final double rate = closed.getFirst().kernelMedian(Figure.RATE) * LOAD;
                say.accept("%s at half of the kernel's rate".formatted(app));
                measure(lean, app, PAYLOADS.subList(0, 1), Math.rint(rate));
            }
            LEAN_MORE.forEach(app -> measure(lean, app, List.of(), 0));
        }
        try (Benchmark real = open(ClientKind.REAL)) {
            APPS.forEach(app -> measure(real, app, REAL_PAYLOADS, 0));
            REAL_MORE.forEach(app -> measure(real, app, List.of(), 0));
        }
        return cells;
    }

    private Benchmark open(final ClientKind client) {
        return Benchmark.open(
                new Setting(client, null, setting.bus(), setting.warmUpSeconds(), setting.seconds(), setting.rounds()),
                say,
                dpuOptions);
    }

    private List<Cell> measure(
            final Benchmark benchmark, final String app, final List<Integer> payloads, final double rate) {
        final List<Cell> measured = benchmark.measure(new Wanted(app, payloads, null, 1, rate));
        cells.addAll(measured);
        return measured;
    }
}

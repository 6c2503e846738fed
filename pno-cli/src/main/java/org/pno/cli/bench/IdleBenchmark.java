package org.pno.cli.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.pno.cli.json.Json;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.load.LoadJob;
import org.pno.cli.machine.Programs;
import org.pno.cli.machine.UserError;
import org.pno.cli.measure.Footprint;
import org.pno.cli.measure.Route;
import org.pno.cli.measure.Shape;
import org.pno.cli.measure.VoidRound;
import org.pno.cli.run.Shim;

/**
 * What idle connections cost: an echo server, and connections to it from our load generator, whose own ends are not the
 * kernel's and so are not counted. On each a fresh server, and the kernel's first; the DPU has served some before.
 */
public final class IdleBenchmark {
    private static final Shape FEW = new Shape(64, 16, 1);
    private static final double FEW_SECONDS = 3;
    /** Between the last connection and what counts: what opening has left to do is done then. */
    private static final double SETTLE_SECONDS = 3;
    /** One request, and the next is not due before all is over. */
    private static final double RATE = 1e-6;

    private final int connections;
    private final double seconds;
    private final Consumer<String> say;

    /**
     * Prepares.
     *
     * @param connections that are held
     * @param seconds that they are
     * @param say tells people how far it is
     */
    public IdleBenchmark(final int connections, final double seconds, final Consumer<String> say) {
        this.connections = connections;
        this.seconds = seconds;
        this.say = say;
    }

    /** What was measured. */
    public record Pair(IdleCost kernel, IdleCost pno) {
        /** A report, {@code {"machine":{…},"cells":[…]}}, with one cell. */
        public Map<String, Object> json(final String bus) {
            final Map<String, Object> cell = Json.object(
                    "app", "idle",
                    "connections", kernel.connections(),
                    "seconds", kernel.seconds(),
                    "bus", bus,
                    "kernel", kernel.json(),
                    "pno", pno.json());
            return Json.object("machine", Machine.describe(), "cells", List.of(cell));
        }
    }

    /**
     * Measures both.
     *
     * @param dpuOptions of {@code pno dpu} beside port, address and socket
     */
    public Pair measure(final String... dpuOptions) {
        Programs.need("taskset", "util-linux");
        Shim.library();
        EchoProgram.program();
        try (Bed bed = Bed.open(ClientKind.LEAN, "ring", dpuOptions)) {
            final Comparison compared = bed.comparisons().getFirst();
            return bed.watch(() -> new Pair(measure(bed, compared.kernel().getFirst()), measure(bed, compared.pno())));
        }
    }

    private IdleCost measure(final Bed bed, final Route route) {
        say.accept("%,d connections by route %s".formatted(connections, route.name()));
        final LabProcess server =
                bed.serve(route, "idle", EchoProgram.PORT, EchoProgram.serverLine(route, EchoProgram.PORT));
        try {
            return measure(bed, route, server);
        } catch (final VoidRound e) {
            throw new UserError("by route " + route.name() + ": " + e.getMessage(), e);
        } finally {
            server.kill();
        }
    }

    private IdleCost measure(final Bed bed, final Route route, final LabProcess server) {
        final Generator generator = bed.generator(route);
        final LoadJob few = Jobs.of("echo", route, EchoProgram.PORT, FEW).with("seconds", FEW_SECONDS);
        generator.run(few, () -> {}, () -> {});
        final Footprint before = footprint(bed, route, server);
        final Footprint[] held = new Footprint[2];
        final LoadJob many = Jobs.of("echo", route, EchoProgram.PORT, new Shape(FEW.payloadBytes(), connections, 1))
                .with("rate", RATE)
                .with("warmup", SETTLE_SECONDS)
                .with("seconds", seconds);
        generator.run(
                many,
                () -> {
                    checkAccepted(server);
                    held[0] = footprint(bed, route, server);
                },
                () -> held[1] = footprint(bed, route, server));
        return new IdleCost(connections, held[0].since(before), held[1].since(held[0]), seconds);
    }

    private static Footprint footprint(final Bed bed, final Route route, final LabProcess server) {
        return Footprint.of(List.of(server), bed.dpu(route));
    }

    /** That the client's end stands does not mean that the server's does. */
    private void checkAccepted(final LabProcess server) {
        final Path descriptors = Path.of("/proc", Long.toString(server.program().pid()), "fd");
        try (Stream<Path> open = Files.list(descriptors)) {
            final long count = open.count();
            if (count < connections) {
                throw new UserError("the server has " + count + " descriptors, not " + connections
                        + " connections; see 'ulimit -n'.");
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

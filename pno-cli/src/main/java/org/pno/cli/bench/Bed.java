package org.pno.cli.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.pno.cli.bench.Ways.Compared;
import org.pno.cli.bench.Ways.Way;
import org.pno.cli.lab.Lab;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.lab.Labs;
import org.pno.cli.load.LoadJob;
import org.pno.cli.machine.Cores;
import org.pno.cli.machine.Side;
import org.pno.cli.machine.UserError;
import org.pno.cli.measure.DpuProcess;
import org.pno.cli.measure.DpuView;
import org.pno.cli.measure.JitTime;
import org.pno.cli.measure.LoadClient;
import org.pno.cli.measure.Route;
import org.pno.cli.measure.Transport;

/** Where workloads run: a lab with the routes that are compared, and a DPU for each that is PnO's. */
public final class Bed implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(20);

    private final Lab lab;
    private final Cores cores = Cores.ofThisProcess();
    private final Map<Route, Way> ways = new LinkedHashMap<>();
    private double rate;
    private final Map<Route, Generator> generators = new LinkedHashMap<>();
    private final Map<Route, DpuProcess> dpus = new LinkedHashMap<>();
    private final List<Comparison> comparisons = new ArrayList<>();

    private Bed(final Lab lab) {
        this.lab = lab;
    }

    /**
     * Makes it, in a lab that ends with this process or when the bed is closed.
     *
     * @param port the kind of the DPU's, or null for what is best for the client
     * @param dpuOptions of {@code pno dpu} beside port, address and socket
     */
    static Bed open(final ClientKind client, final String port, final String... dpuOptions) {
        final Bed bed = new Bed(Labs.open("bench-" + ProcessHandle.current().pid()));
        try {
            final Ways ways = new Ways(bed.lab, bed.cores.mask(Side.HOST));
            if (client == ClientKind.REAL) {
                bed.add(ways.real(port == null ? "tap" : port), dpuOptions);
            }
            if (client == ClientKind.LEAN && !"packet".equals(port)) {
                bed.add(ways.lean(), dpuOptions);
            }
            if (client == ClientKind.LEAN && !"ring".equals(port)) {
                bed.add(ways.leanSamePort(), dpuOptions);
            }
            return bed;
        } catch (final RuntimeException | Error e) {
            bed.close();
            throw e;
        }
    }

    private void add(final Compared compared, final String... dpuOptions) {
        final Way pno = compared.pno();
        dpus.put(pno.route(), DpuProcess.startFor(pno.route(), lab, cores, pno.dpuPort(), dpuOptions));
        compared.kernel().forEach(this::add);
        add(pno);
        comparisons.add(new Comparison(
                compared.port(), compared.kernel().stream().map(Way::route).toList(), pno.route()));
    }

    private void add(final Way way) {
        ways.put(way.route(), way);
        if (way.clientPort() != null) {
            generators.put(way.route(), Generator.start(lab, cores, way));
        }
    }

    /** True if our own load generators load. */
    boolean isLean() {
        return !generators.isEmpty();
    }

    /**
     * The load generator of a route as a client.
     *
     * @param fill what is stored before, or null
     */
    LoadClient lean(final Route route, final LoadJob fill, final LoadJob job) {
        return new LeanClient(generators.get(route), fill, job.with("rate", rate));
    }

    /** From now on load generators send so many requests per second; 0: as fast as answers come. */
    void rate(final double requestsPerSecond) {
        rate = requestsPerSecond;
    }

    /** What is compared with what. */
    List<Comparison> comparisons() {
        return List.copyOf(comparisons);
    }

    Lab lab() {
        return lab;
    }

    Cores cores() {
        return cores;
    }

    /** All that are compared, the kernel's first. */
    List<Route> routes() {
        return List.copyOf(ways.keySet());
    }

    /** The load generator of a route. */
    Generator generator(final Route route) {
        return generators.get(route);
    }

    /** The virtual machines of a route's DPU; none on a kernel's route. */
    List<LabProcess> dpu(final Route route) {
        return dpus.containsKey(route) ? dpus.get(route).machines() : List.of();
    }

    /** How much has been compiled so far in the virtual machines of a route: its DPU, and the load generator. */
    JitTime jit(final Route route) {
        final List<LabProcess> machines = new ArrayList<>(dpu(route));
        if (generators.containsKey(route)) {
            machines.add(generators.get(route).process());
        }
        return JitTime.of(machines);
    }

    /** Starts a server of a route on the host's core and waits until it listens. */
    LabProcess serve(final Route route, final String name, final int port, final List<String> command) {
        if (route.transport() == Transport.PNO) {
            awaitNoListener(route); // a DPU hears of the end of the program before a moment after we do
        }
        final LabProcess server = lab.start(Side.HOST, name + "-" + route.name(), route.onHost(cores, command));
        try {
            server.await("listen on port " + port, START, () -> listens(route, port));
        } catch (final RuntimeException e) {
            server.kill();
            throw e;
        }
        return server;
    }

    private boolean listens(final Route route, final int port) {
        if (route.transport() == Transport.PNO) {
            return new DpuView(route.dpuSocket()).count("LISTEN") > 0;
        }
        final LabProcess ss =
                lab.start(Side.HOST, "ss", List.of("ss", "-Hltn", "src", route.hostAddress() + ":" + port));
        ss.awaitEnd(START);
        return !ss.output().isBlank();
    }

    private static void awaitNoListener(final Route route) {
        final DpuView dpu = new DpuView(route.dpuSocket());
        final long deadlineNs = System.nanoTime() + START.toNanos();
        while (dpu.count("LISTEN") > 0) {
            if (System.nanoTime() > deadlineNs) {
                throw new UserError(
                        "the DPU of route " + route.name() + " still has a listener of a server that ended.");
            }
            Thread.onSpinWait();
        }
    }

    /** Starts a program on the peer's cores. */
    LabProcess onPeer(final String name, final List<String> command) {
        return lab.start(Side.PEER, name, cores.confine(Side.PEER, command));
    }

    /** Writes a file that goes with the lab. */
    Path file(final String name, final byte[] content) {
        final Path file = lab.directory().resolve(name);
        try {
            Files.createDirectories(file.getParent());
            return Files.write(file, content);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Does what needs the DPUs; if that fails and one has ended, this is the failure. */
    <T> T watch(final Supplier<T> work) {
        Supplier<T> watched = work;
        for (final DpuProcess dpu : dpus.values()) {
            final Supplier<T> inner = watched;
            watched = () -> dpu.watch(inner);
        }
        return watched.get();
    }

    @Override
    public void close() {
        lab.close();
    }
}

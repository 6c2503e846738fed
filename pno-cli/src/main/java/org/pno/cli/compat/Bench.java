package org.pno.cli.compat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.pno.cli.lab.Lab;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.lab.Labs;
import org.pno.cli.machine.Cores;
import org.pno.cli.machine.Side;
import org.pno.cli.measure.DpuProcess;
import org.pno.cli.measure.DpuView;
import org.pno.cli.measure.Transport;
import org.pno.cli.run.Shim;

/**
 * Where one program is tried: a lab, with a DPU unless the kernel's TCP is asked for, and what was started in it. What
 * runs on the host runs under the shim, what runs on the peer on its kernel. Counts the checks that held.
 */
public final class Bench implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final long POLL_NS = 10_000_000;
    /** With "until" or "while" before it. */
    private static final String REACHED = " (exec 3<> /dev/tcp/%s/%d) 2> /dev/null; do sleep 0.02; done";

    private final Lab lab;
    private final Transport transport;
    private final DpuView dpu;
    private int processes;
    private int checks;

    private Bench(final Lab lab, final Transport transport) {
        this.lab = lab;
        this.transport = transport;
        dpu = new DpuView(lab.controlSocket());
    }

    /** Makes a lab of that name, at most 12 letters, and starts its DPU. */
    static Bench open(final String name, final Transport transport, final String... dpuOptions) {
        final Bench bench =
                new Bench(Labs.open("c-" + name + "-" + ProcessHandle.current().pid()), transport);
        try {
            if (transport == Transport.PNO) {
                final List<String> options = new ArrayList<>(List.of(dpuOptions));
                options.addAll(List.of("--ip", Side.HOST.offloadedAddressIpv6() + "/64"));
                DpuProcess.start(bench.lab, Cores.ofThisProcess(), options.toArray(String[]::new));
            }
            return bench;
        } catch (final RuntimeException | Error e) {
            bench.close();
            throw e;
        }
    }

    /** Goes with the bench; every user may read it. */
    public Path directory() {
        return lab.directory();
    }

    /** Of a side, as the other reaches it. */
    public String address(final Side side) {
        return transport.address(side);
    }

    public String addressIpv6(final Side side) {
        return transport.addressIpv6(side);
    }

    /** Starts a command, on the host under the shim; its output is its own until the bench ends. */
    public LabProcess start(final Side side, final String... command) {
        final List<String> line = new ArrayList<>(List.of("setsid")); // some programs send signals to their group
        if (side == Side.HOST) {
            line.addAll(
                    Shim.prefix(transport == Transport.PNO, lab.controlSocket().toString()));
        }
        line.addAll(List.of(command));
        return lab.start(side, ++processes + "-" + Path.of(command[0]).getFileName(), line);
    }

    /**
     * Starts a server and waits until the peer reaches it. Nobody listens there when it starts: a DPU hears of the end
     * of the program before a moment after we do.
     */
    public LabProcess serve(final Side side, final int port, final String... command) {
        final String reached = REACHED.formatted(address(side), port);
        shell(Side.PEER, "while" + reached);
        final LabProcess server = start(side, command);
        final LabProcess probe = start(Side.PEER, "bash", "-c", "until" + reached);
        server.await("listen on port " + port, PATIENCE, () -> !probe.isAlive());
        return server;
    }

    /** Runs a command to its end, which must be a good one, and returns what it said. */
    public String run(final Side side, final String... command) {
        final LabProcess process = start(side, command);
        final int status = process.awaitEnd(PATIENCE);
        if (status != 0) {
            throw new CheckFailure(String.join(" ", command) + " ended with status " + status + ": " + process.tail());
        }
        return process.output();
    }

    /** Runs lines of bash to their good end; a command of a pipe that fails is a failure. */
    public String shell(final Side side, final String script) {
        return run(side, "bash", "-euo", "pipefail", "-c", script);
    }

    /** Counts a check that holds; one that does not ends the run. */
    public void check(final String what, final boolean holds, final Supplier<String> seen) {
        if (!holds) {
            throw new CheckFailure(what + ": not so; seen: " + seen.get());
        }
        checks++;
    }

    public void expect(final String what, final Object expected, final Object seen) {
        check(what, expected.equals(seen), () -> "'" + seen + "' and not '" + expected + "'");
    }

    /** Waits until something is so, which is a check. */
    public void await(final String what, final BooleanSupplier condition, final Supplier<String> seen) {
        final long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
        boolean holds = condition.getAsBoolean();
        while (!holds && System.nanoTime() < deadlineNs) {
            LockSupport.parkNanos(POLL_NS);
            holds = condition.getAsBoolean();
        }
        check(what + " within " + PATIENCE.toSeconds() + " s", holds, seen);
    }

    /** Asks a program to end (SIGTERM), which it must do with that exit status. */
    public void stop(final LabProcess program, final int status) {
        stop(program, "TERM", status);
    }

    /** Asks a program to end by that signal, which it must do with that exit status. */
    public void stop(final LabProcess program, final String signal, final int status) {
        signal(program, signal);
        final int ended = program.awaitEnd(PATIENCE);
        check("end with status " + status, ended == status, () -> ended + ", " + program.tail());
    }

    /** Sends a signal, by its name without SIG, to a program. */
    public void signal(final LabProcess program, final String signal) {
        final String pid = Long.toString(program.program().pid());
        try {
            new ProcessBuilder("kill", "-" + signal, pid).inheritIO().start().waitFor();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Writes a file of that many bytes that look random and are the same each time. Returns its path. */
    public Path file(final String name, final int bytes) {
        final byte[] content = new byte[bytes];
        new Random(bytes).nextBytes(content);
        return write(name, content);
    }

    /** Writes a file of text. Returns its path. */
    public Path text(final String name, final String content) {
        return write(name, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes a script that stands beside this class, maybe with .txt behind its name. Returns its path. */
    public Path script(final String name) {
        try (InputStream script = Bench.class.getResourceAsStream(name)) {
            return write(name.replaceFirst("\\.txt$", ""), script.readAllBytes());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path write(final String name, final byte[] content) {
        final Path file = directory().resolve(name);
        try {
            Files.createDirectories(file.getParent());
            return Files.write(file, content);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The last check of each run: it was our TCP that carried it, and nothing stays when all programs have ended. */
    void checkOffloaded() {
        if (transport == Transport.PNO) {
            final long opened = dpu.counter("tcp.passive-opens") + dpu.counter("tcp.active-opens");
            check("connections over PnO", opened > 0, () -> "none");
            await(
                    "nothing held by the DPU for programs that have ended",
                    () -> dpu.held().isEmpty(),
                    dpu::held);
        }
    }

    int checks() {
        return checks;
    }

    @Override
    public void close() {
        lab.close();
    }
}

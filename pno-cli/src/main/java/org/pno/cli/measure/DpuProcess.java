package org.pno.cli.measure;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.pno.cli.lab.Lab;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Cores;
import org.pno.cli.machine.Side;
import org.pno.cli.machine.UserError;
import org.pno.link.ControlClient;
import org.pno.link.HandshakeDescriptor;

/** A DPU in a lab: a process on the peer's cores, its port on the peer's wire. */
public final class DpuProcess implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);

    private final LabProcess process;

    private DpuProcess(final LabProcess process) {
        this.process = process;
    }

    /**
     * Starts it and waits until it answers.
     *
     * @param options of {@code pno dpu} beside port, address and socket
     */
    public static DpuProcess start(final Lab lab, final Cores cores, final String... options) {
        return startAt(lab, cores, lab.port(), List.of(Side.HOST.offloadedAddress() + "/24"), options);
    }

    /** Starts it on another wire, with other addresses, and waits until it answers. */
    public static DpuProcess startAt(
            final Lab lab,
            final Cores cores,
            final String port,
            final List<String> addresses,
            final String... options) {
        return start(lab, cores, lab.controlSocket(), port, addresses, options);
    }

    /** Starts the DPU of a route, beside others of the lab, and waits until it answers. */
    public static DpuProcess startFor(
            final Route route, final Lab lab, final Cores cores, final String port, final String... options) {
        return start(lab, cores, route.dpuSocket(), port, List.of(route.hostAddress() + "/24"), options);
    }

    private static DpuProcess start(
            final Lab lab,
            final Cores cores,
            final Path socket,
            final String port,
            final List<String> addresses,
            final String... options) {
        final List<String> line = new ArrayList<>(
                List.of(Path.of(System.getProperty("pno.home"), "pno").toString(), "dpu"));
        line.addAll(List.of("--port", port));
        addresses.forEach(address -> line.addAll(List.of("--ip", address)));
        line.addAll(List.of("--socket", socket.toString()));
        line.addAll(List.of(options));
        final String log = socket.getFileName().toString().replace(".sock", "");
        final DpuProcess dpu = new DpuProcess(lab.start(Side.PEER, log, cores.confine(Side.PEER, line)));
        dpu.process.await("answer", START, () -> answers(socket.toString()));
        return dpu;
    }

    private static boolean answers(final String socket) {
        try {
            ControlClient.connect(socket, HandshakeDescriptor.KIND_TOOL).close();
            return true;
        } catch (final IOException e) {
            return false;
        }
    }

    /** Does what needs a DPU; if that fails and the DPU has ended, this is the failure. */
    public <T> T watch(final Supplier<T> work) {
        try {
            return work.get();
        } catch (final UserError e) {
            if (process.isAlive()) {
                throw e;
            }
            throw new UserError("the DPU ended while it was needed: " + process.tail(), e);
        }
    }

    public LabProcess process() {
        return process;
    }

    @Override
    public void close() {
        process.kill();
    }
}

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
    /** The host's side, if it shares no memory with the DPU; else null. */
    private final LabProcess host;

    private DpuProcess(final LabProcess process, final LabProcess host) {
        this.process = process;
        this.host = host;
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
        final String pno = Path.of(System.getProperty("pno.home"), "pno").toString();
        final String log = socket.getFileName().toString().replace(".sock", "");
        final FarHost far = FarHost.of(lab, List.of(options));
        final Path own = far == null ? socket : socket.resolveSibling(log + "-own.sock");
        final List<String> line = new ArrayList<>(List.of(pno, "dpu", "--port", port, "--socket", own.toString()));
        addresses.forEach(address -> line.addAll(List.of("--ip", address)));
        line.addAll(far == null ? List.of(options) : far.dpuOptions(List.of(options)));
        final List<String> placed = cores.confine(Side.PEER, far == null ? line : FarHost.apart(line));
        final LabProcess process = lab.start(Side.PEER, log, placed);
        process.await("answer", START, () -> answers(own.toString()));
        if (far == null) {
            return new DpuProcess(process, null);
        }
        final List<String> hostLine = cores.confine(Side.HOST, far.hostLine(pno, socket));
        final LabProcess host = lab.start(Side.HOST, log + "-host", hostLine);
        host.await("answer", START, () -> answers(socket.toString()));
        return new DpuProcess(process, host);
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

    /** {@code pno host}, if host and DPU share no memory; else null. */
    public LabProcess host() {
        return host;
    }

    /** The virtual machines of both. */
    public List<LabProcess> machines() {
        return host == null ? List.of(process) : List.of(process, host);
    }

    @Override
    public void close() {
        process.kill();
        if (host != null) {
            host.kill();
        }
    }
}

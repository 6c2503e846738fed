package org.pno.cli.measure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.pno.cli.lab.Lab;
import org.pno.cli.machine.Side;
import org.pno.cli.machine.UserError;
import org.pno.relay.RelayCertificates;
import org.pno.relay.RelayException;

/**
 * What a lab does where host and DPU share no memory: the DPU is in mount, IPC and network namespaces of its own, and
 * {@code pno host} on the host's side finds it by the network between the two kernels.
 *
 * @param dpu where the DPU listens for its host
 * @param keys both sides' keys
 */
record FarHost(String dpu, Path keys) {
    private static final String FABRIC = "fabric:";
    private static final int FIRST_PORT = 7700;

    /** Several DPUs of a lab listen beside each other. */
    private static final AtomicInteger STARTED = new AtomicInteger();

    /** Null unless a DPU with these options is to have a host elsewhere and is not told where. */
    static FarHost of(final Lab lab, final List<String> dpuOptions) {
        final String bus = bus(dpuOptions);
        if (!bus.startsWith(FABRIC) || bus.contains("listen=")) {
            return null;
        }
        final Path keys = lab.directory().resolve("keys");
        try {
            if (!Files.exists(keys)) {
                RelayCertificates.make(keys);
            }
        } catch (final RelayException e) {
            throw new UserError(e.getMessage(), e);
        }
        return new FarHost(Side.PEER.kernelAddress() + ":" + (FIRST_PORT + STARTED.getAndIncrement()), keys);
    }

    private static String bus(final List<String> options) {
        final int at = options.lastIndexOf("--bus");
        return at < 0 ? "" : options.get(at + 1);
    }

    /** The DPU's options, with where it listens. */
    List<String> dpuOptions(final List<String> given) {
        final List<String> options = new ArrayList<>(given);
        final int bus = options.lastIndexOf("--bus") + 1;
        final String address =
                options.get(bus).startsWith("fabric:tcp") && !options.get(bus).contains("address=")
                        ? ",address=" + Side.PEER.kernelAddress()
                        : "";
        options.set(bus, options.get(bus) + address + ",listen=" + dpu + ",keys=" + keys);
        return options;
    }

    /** The DPU's command line, in namespaces of its own. */
    static List<String> apart(final List<String> line) {
        final List<String> apart = new ArrayList<>(List.of("unshare", "--mount", "--ipc", "--"));
        apart.addAll(line);
        return apart;
    }

    /** The command line of the host's side. */
    List<String> hostLine(final String pno, final Path socket) {
        return List.of(pno, "host", "--dpu", dpu, "--keys", keys.toString(), "--socket", socket.toString());
    }
}

package org.pno.cli.interop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;
import org.pno.cli.machine.UserError;
import org.pno.cli.measure.Transport;
import org.pno.cli.run.Shim;

/**
 * Runs the transfer program over a path, PnO's shim before it where the host's end is PnO. The program looks at every
 * byte, and a wrong one is an error here.
 */
public final class Transfers {
    /** Of bulk without an end. */
    public static final long ENDLESS = Long.MAX_VALUE;

    private static final String PROGRAM = ".pno/transfer";
    private static final int FIRST_PORT = 20_000;
    private static final int PORTS = 10_000;
    private static final int ASKERS = 4;
    private static final int CONNECTORS = 16;
    private static final Duration SLACK = Duration.ofSeconds(60);
    private static final Pattern RESULT = Pattern.compile("(?:bytes|exchanges)=(\\d+) seconds=([0-9.]+)");

    private final InteropPath path;
    private int started;

    public Transfers(final InteropPath path) {
        this.path = path;
    }

    /** The program, which ./pno has built for us. */
    public static Path program() {
        final Path program =
                Path.of(System.getProperty("pno.home", "."), PROGRAM).toAbsolutePath();
        if (!Files.isExecutable(program)) {
            throw new UserError(program + " is missing; './pno bench interop' builds it.");
        }
        return program;
    }

    /** What was moved: bytes or exchanges. */
    public record Moved(long count, double seconds) {
        /** Megabits or exchanges per second. */
        public double rate(final Workload workload) {
            final boolean inBytes = workload == Workload.BULK || workload == Workload.SHARE;
            return count * (inBytes ? 8e-6 : 1) / seconds;
        }
    }

    /** A server and its client that run. */
    private record Running(Cell cell, LabProcess server, LabProcess client) {}

    /**
     * Runs a cell once, on a wire that starts anew with the seed.
     *
     * @param host whose TCP the host's end is
     * @param bytes that bulk ends with if the time is not over before
     */
    public Moved run(final Cell cell, final long seed, final Transport host, final double seconds, final long bytes) {
        path.lay(cell.faults(seed));
        final Running running = start(cell, host, seconds, bytes);
        try {
            return await(running, seconds);
        } finally {
            end(running);
        }
    }

    /**
     * Runs bulk of Linux and of PnO at the same time over the same wire, with an even seed PnO a moment before; the
     * figures in this order.
     */
    public List<Moved> share(final Cell cell, final long seed, final double seconds) {
        path.lay(cell.faults(seed));
        final List<Transport> order = new ArrayList<>(List.of(Transport.KERNEL, Transport.PNO));
        if (seed % 2 == 0) {
            Collections.reverse(order);
        }
        final Map<Transport, Running> both = new EnumMap<>(Transport.class);
        try {
            order.forEach(host -> both.put(host, start(cell, host, seconds, ENDLESS)));
            return both.values().stream()
                    .map(running -> await(running, seconds))
                    .toList();
        } finally {
            both.values().forEach(Transfers::end);
        }
    }

    private Running start(final Cell cell, final Transport host, final double seconds, final long bytes) {
        final Side serverSide = cell.client() == Side.HOST ? Side.PEER : Side.HOST;
        final String address = InteropPath.address(serverSide, host, cell.ipv6());
        final String port = Integer.toString(FIRST_PORT + started++ % PORTS);
        final LabProcess server = start("server" + started, serverSide, host, List.of("serve", address, port));
        final String mode =
                cell.workload() == Workload.ASK ? "ask" : cell.workload() == Workload.SHORT ? "short" : "bulk";
        final long count = switch (cell.workload()) {
            case ASK -> ASKERS;
            case SHORT -> CONNECTORS;
            default -> bytes;
        };
        final List<String> drive = List.of(mode, address, port, Double.toString(seconds), Long.toString(count));
        return new Running(cell, server, start("client" + started, cell.client(), host, drive));
    }

    private LabProcess start(final String name, final Side side, final Transport host, final List<String> arguments) {
        final boolean isOffloaded = side == Side.HOST && host == Transport.PNO;
        final List<String> line = new ArrayList<>(
                Shim.prefix(isOffloaded, path.lab().controlSocket().toString()));
        line.add(program().toString());
        line.addAll(arguments);
        return path.lab().start(side, name, line);
    }

    /** The server tells what has arrived in bulk, the client how many exchanges it has seen completed. */
    private static Moved await(final Running running, final double seconds) {
        final Workload workload = running.cell.workload();
        final Duration patience = SLACK.plusMillis((long) (seconds * 1_000));
        if (workload == Workload.BULK || workload == Workload.SHARE) {
            running.server.await(
                    "tell its result",
                    patience,
                    () -> RESULT.matcher(running.server.output()).find());
            return parse(running, running.server.output());
        }
        if (running.client.awaitEnd(patience) != 0) {
            throw new UserError(running.cell + ": " + running.client.tail() + running.server.tail());
        }
        return parse(running, running.client.output());
    }

    private static Moved parse(final Running running, final String output) {
        final Matcher result = RESULT.matcher(output);
        if (!result.find()) {
            throw new UserError(running.cell + " did not tell what it moved: " + output);
        }
        return new Moved(Long.parseLong(result.group(1)), Double.parseDouble(result.group(2)));
    }

    private static void end(final Running running) {
        running.client.kill();
        running.server.kill();
    }
}

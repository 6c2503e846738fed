package org.pno.cli.measure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pno.cli.lab.Lab;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Cores;
import org.pno.cli.machine.Side;
import org.pno.cli.machine.UserError;
import org.pno.cli.run.Shim;

/** The echo program over one transport and over the other: TCP with next to nothing behind it. */
public final class EchoComparison {
    private static final String PROGRAM = ".pno/echo";
    private static final String PORT = "7007";
    private static final double WARM_UP_SECONDS = 0.5;
    private static final Duration START = Duration.ofSeconds(20);
    private static final Duration SLACK = Duration.ofSeconds(30);
    private static final Pattern RESULT =
            Pattern.compile("requests=(\\d+) seconds=([0-9.]+) p50=([0-9.]+) p99=([0-9.]+)");

    private final Lab lab;
    private final Cores cores;
    private final int connections;
    private final int payloadBytes;
    private final double seconds;

    /** @param seconds that each measurement lasts */
    public EchoComparison(
            final Lab lab, final Cores cores, final int connections, final int payloadBytes, final double seconds) {
        this.lab = lab;
        this.cores = cores;
        this.connections = connections;
        this.payloadBytes = payloadBytes;
        this.seconds = seconds;
    }

    /** The program, which ./pno has built for us. */
    public static Path program() {
        final Path program =
                Path.of(System.getProperty("pno.home", "."), PROGRAM).toAbsolutePath();
        if (!Files.isExecutable(program)) {
            throw new UserError(program + " is missing; './pno bench echo' builds it.");
        }
        return program;
    }

    /** Measures once. Over PnO a DPU of this lab must run. */
    public Sample measure(final Transport transport) {
        final LabProcess server = lab.start(Side.HOST, "echo-server", serverLine(transport));
        try {
            server.await(
                    "answer", START, () -> drive(transport, WARM_UP_SECONDS).awaitEnd(SLACK) == 0);
            final long busyBefore = CoreTime.busyMicros(cores.hostCore());
            final LabProcess client = drive(transport, seconds);
            final int status = client.awaitEnd(SLACK.plusMillis((long) (seconds * 1_000)));
            final long busyMicros = CoreTime.busyMicros(cores.hostCore()) - busyBefore;
            if (status != 0) {
                throw new UserError("the echo client failed (exit status " + status + "): " + client.output());
            }
            return parse(client.output(), busyMicros);
        } finally {
            server.kill();
        }
    }

    private List<String> serverLine(final Transport transport) {
        final List<String> line = new ArrayList<>(List.of("taskset", "-c", cores.list(Side.HOST)));
        line.addAll(Shim.prefix(transport == Transport.PNO, lab.controlSocket().toString()));
        line.addAll(List.of(program().toString(), "serve", transport.hostAddress(), PORT));
        return line;
    }

    private LabProcess drive(final Transport transport, final double forSeconds) {
        final List<String> line = new ArrayList<>(List.of("taskset", "-c", cores.list(Side.PEER)));
        line.addAll(List.of(program().toString(), "drive", transport.hostAddress(), PORT));
        line.addAll(
                List.of(Integer.toString(connections), Integer.toString(payloadBytes), Double.toString(forSeconds)));
        return lab.start(Side.PEER, "echo-client", line);
    }

    static Sample parse(final String output, final long busyMicros) {
        final Matcher result = RESULT.matcher(output);
        if (!result.find()) {
            throw new UserError("the echo client did not tell what it measured: " + output);
        }
        final double requests = Double.parseDouble(result.group(1));
        return new Sample(
                requests / Double.parseDouble(result.group(2)),
                Double.parseDouble(result.group(3)),
                Double.parseDouble(result.group(4)),
                busyMicros / requests);
    }
}

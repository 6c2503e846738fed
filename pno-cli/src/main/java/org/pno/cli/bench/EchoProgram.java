package org.pno.cli.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pno.cli.machine.UserError;
import org.pno.cli.measure.LoadClient;
import org.pno.cli.measure.Route;
import org.pno.cli.measure.Shape;
import org.pno.cli.measure.ToolReport;

/**
 * The echo program of this tree, server and client: TCP with next to nothing behind it. Its client compares each byte.
 * {@code echo} keeps messages under way on connections that stay, {@code connect} makes one for each message.
 */
final class EchoProgram implements Workload {
    static final int PORT = 7007;

    private static final String PROGRAM = ".pno/echo";
    private static final Pattern RESULT =
            Pattern.compile("requests=(\\d+) seconds=([0-9.]+) p50=([0-9.]+) p99=([0-9.]+)");

    private final String name;
    private final String mode;

    private EchoProgram(final String name, final String mode) {
        this.name = name;
        this.mode = mode;
    }

    static EchoProgram messages() {
        return new EchoProgram("echo", "drive");
    }

    static EchoProgram shortConnections() {
        return new EchoProgram("connect", "connect");
    }

    /** The program, which ./pno has built for us. */
    static Path program() {
        final Path program =
                Path.of(System.getProperty("pno.home", "."), PROGRAM).toAbsolutePath();
        if (!Files.isExecutable(program)) {
            throw new UserError(program + " is missing; './pno bench' builds it.");
        }
        return program;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Map<String, String> needs() {
        program();
        return Map.of();
    }

    @Override
    public Service serve(final Bed bed, final Route route, final Shape shape) {
        return Service.of(bed.serve(route, name, PORT, serverLine(route, PORT)), () -> client(bed, route, shape));
    }

    static List<String> serverLine(final Route route, final int port) {
        return List.of(program().toString(), "serve", route.hostAddress(), Integer.toString(port));
    }

    private LoadClient client(final Bed bed, final Route route, final Shape shape) {
        if (bed.isLean()) {
            final boolean reconnects = mode.equals("connect");
            return bed.lean(route, null, Jobs.of("echo", route, PORT, shape).with("reconnect", reconnects));
        }
        return new PeerTool(
                bed,
                "echo-client",
                seconds -> List.of(
                        program().toString(),
                        mode,
                        route.hostAddress(),
                        Integer.toString(PORT),
                        Integer.toString(shape.connections()),
                        Integer.toString(shape.payloadBytes()),
                        Integer.toString(shape.pipeline()),
                        Double.toString(seconds)),
                EchoProgram::parse,
                () -> {});
    }

    static ToolReport parse(final String output) {
        final Matcher result = RESULT.matcher(output);
        if (!result.find()) {
            throw new UserError("the echo client did not tell what it measured: " + output);
        }
        return new ToolReport(
                Double.parseDouble(result.group(1)),
                Double.parseDouble(result.group(2)),
                Double.parseDouble(result.group(3)),
                Double.parseDouble(result.group(4)));
    }
}

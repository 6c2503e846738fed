package org.pno.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import org.pno.cli.json.JsonReader;
import org.pno.cli.machine.UserError;
import org.pno.link.ControlClient;
import org.pno.link.HandshakeDescriptor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pno ss}: what a running DPU has open, as ss(8) shows what the kernel has. */
@Command(name = "ss", description = "Shows the connections of a running DPU; users see their own, root sees all.")
final class SsCommand implements Runnable {
    @Mixin
    private SocketOption socket;

    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "Tell it as JSON.")
    private boolean json;

    @Option(
            names = "--counters",
            description = "Show the DPU's counters instead, with what each means; those that are not 0.")
    private boolean counters;

    @Option(
            names = "--calls",
            description = "Show instead what programs asked for in vain of offloaded sockets: calls, options, flags.")
    private boolean calls;

    @Override
    public void run() {
        if (calls && counters) {
            throw new UserError("--calls and --counters: one of them at a time");
        }
        final String answer = ask(
                calls
                        ? HandshakeDescriptor.QUERY_CALLS
                        : counters ? HandshakeDescriptor.QUERY_COUNTERS : HandshakeDescriptor.QUERY_CONNECTIONS);
        final PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(answer);
        } else if (counters) {
            JsonReader.objects(JsonReader.read(answer), "counters").forEach(counter -> printCounter(out, counter));
        } else if (calls) {
            out.println(CallLine.HEADER);
            JsonReader.objects(JsonReader.read(answer), "calls").forEach(call -> out.println(CallLine.of(call)));
        } else {
            out.println(SocketLine.HEADER);
            JsonReader.objects(JsonReader.read(answer), "connections")
                    .forEach(connection -> out.println(new SocketLine(connection)));
        }
    }

    private String ask(final int what) {
        try (ControlClient dpu = ControlClient.connect(socket.path(), HandshakeDescriptor.KIND_TOOL)) {
            return dpu.query(what);
        } catch (final IOException e) {
            throw new UserError(e.getMessage(), e);
        }
    }

    private static void printCounter(final PrintWriter out, final Map<String, Object> counter) {
        final double value = (Double) counter.get("value");
        if (value != 0) {
            out.println("%,16.0f  %-32s %s".formatted(value, counter.get("name"), counter.get("meaning")));
        }
    }
}

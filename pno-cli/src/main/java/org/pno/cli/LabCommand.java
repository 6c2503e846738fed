package org.pno.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.pno.cli.json.Json;
import org.pno.cli.lab.Lab;
import org.pno.cli.lab.Labs;
import org.pno.cli.machine.Side;
import org.pno.cli.machine.UserError;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pno lab}: two hosts in network namespaces, for trying things by hand. */
@Command(name = "lab", description = "Two hosts on this machine, in network namespaces, for trying things by hand.")
final class LabCommand implements Runnable {
    private static final String DEFAULT_NAME = "lab";

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name one of up, down, exec.");
    }

    @Command(name = "up", description = "Makes a lab.")
    int up(
            @Option(names = "--json", description = "Tell of it as JSON.") final boolean json,
            @Parameters(arity = "0..1", paramLabel = "NAME", defaultValue = DEFAULT_NAME, description = "Default: lab.")
                    final String name) {
        final Lab lab = Labs.raise(name);
        spec.commandLine().getOut().println(json ? toJson(lab) : toText(lab));
        return 0;
    }

    @Command(name = "down", description = "Ends a lab and all that runs in it.")
    int down(
            @Parameters(arity = "0..1", paramLabel = "NAME", defaultValue = DEFAULT_NAME, description = "Default: lab.")
                    final String name) {
        find(name).close();
        return 0;
    }

    @Command(
            name = "exec",
            description = "Runs a command on one side of a lab.",
            customSynopsis = "pno lab exec [--name=NAME] host|peer -- CMD [ARGS]")
    int exec(
            @Option(
                            names = "--name",
                            paramLabel = "NAME",
                            defaultValue = DEFAULT_NAME,
                            description = "Of the lab; default: lab.")
                    final String name,
            @Parameters(index = "0", paramLabel = "host|peer", description = "The side.") final Side side,
            @Parameters(index = "1..*", arity = "1..*", paramLabel = "CMD", description = "The command.")
                    final List<String> command) {
        Successor.become(Map.of(), find(name).commandLine(side, Path.of("").toAbsolutePath(), command));
        return 0;
    }

    private static Lab find(final String name) {
        return Labs.find(name)
                .orElseThrow(() -> new UserError("there is no lab '" + name + "'; './pno lab up' makes one."));
    }

    private static String toJson(final Lab lab) {
        return Json.write(Json.object(
                "name", lab.name(),
                "port", lab.port(),
                "controlSocket", lab.controlSocket(),
                "steered", lab.isSteered()));
    }

    private static String toText(final Lab lab) {
        final String refusal = lab.tapRefusal().isEmpty()
                ? ""
                : "No TAP here (" + lab.tapRefusal() + "), so the DPU takes a veth pair's end: slower.\n";
        final String name = lab.name().equals(DEFAULT_NAME) ? "" : " " + lab.name();
        final String exec = "./pno lab exec" + (name.isEmpty() ? "" : " --name" + name);
        return refusal + """
                The lab is up: host 10.78.0.1, peer 10.78.0.2 by the kernel; DPU 10.77.0.1, peer 10.77.0.2.
                By IPv6: host fd78::1, peer fd78::2 by the kernel; DPU fd77::1, peer fd77::2.
                  %1$s peer -- ./pno dpu --port %2$s --ip 10.77.0.1/24 --ip fd77::1/64
                  %1$s host -- ./pno run -- redis-server --bind 10.77.0.1 --protected-mode no
                  %1$s peer -- redis-cli -h 10.77.0.1 ping
                  ./pno lab down%3$s""".formatted(exec, lab.port(), name);
    }
}

package org.pno.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.pno.cli.run.OffloadRules;
import org.pno.cli.run.ProgramCheck;
import org.pno.cli.run.Shim;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pno run}: becomes a program under the shim, once it is sure that this can work. */
@Command(
        name = "run",
        description = "Runs a program with its TCP offloaded.",
        customSynopsis = "pno run [OPTIONS] -- PROGRAM [ARGS]",
        footer = {
            "",
            "RULE is [listen=|connect=]WHERE[:PORT[-PORT]][@PROGRAM], WHERE one of ADDRESS[/PREFIX], [IPV6[/PREFIX]],",
            "dpu (its own networks), localhost (127.0.0.0/8 and ::1), * (all but localhost). Of the rules that match,",
            "the most exact decides: the longest prefix, then the fewest ports, a program, a direction, an exclusion."
        })
final class RunCommand implements Runnable {
    @Mixin
    private SocketOption socket;

    @Option(
            names = "--offload",
            paramLabel = "RULE",
            description = "Offload this and nothing that no rule names; default: dpu. May be given often.")
    private List<String> offload = List.of();

    @Option(names = "--exclude", paramLabel = "RULE", description = "Leave this to the kernel. May be given often.")
    private List<String> exclude = List.of();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Further rules: lines 'offload RULE' and 'exclude RULE'; '#' begins a comment.")
    private Path config;

    @Option(names = "--fallback", description = "Where no DPU answers, warn and run the program on the kernel's TCP.")
    private boolean fallback;

    @Parameters(arity = "1..*", paramLabel = "PROGRAM", description = "The program and its arguments.")
    private List<String> command;

    @Override
    public void run() {
        final OffloadRules rules = OffloadRules.check(offload, exclude, config, System.getenv());
        final List<String> commandLine = new ArrayList<>(command);
        commandLine.set(0, ProgramCheck.check(command.getFirst()).toString());
        final Map<String, String> environment = Shim.environment(socket.path(), rules);
        if (fallback) {
            environment.put("PNO_FALLBACK", "1"); // the shim warns, where there is no DPU
        } else {
            Shim.checkDpu(socket.path());
        }
        Successor.become(environment, commandLine);
    }
}

package org.pno.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.pno.cli.run.OffloadRule;
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
        customSynopsis = "pno run [--socket=PATH] [--offload=CIDR[:PORTS]]... -- PROGRAM [ARGS]")
final class RunCommand implements Runnable {
    @Mixin
    private SocketOption socket;

    @Option(
            names = "--offload",
            paramLabel = "CIDR[:PORTS]",
            description = "Offload these addresses (and ports) and no others; default: the DPU's own networks.")
    private List<String> offload = List.of();

    @Parameters(arity = "1..*", paramLabel = "PROGRAM", description = "The program and its arguments.")
    private List<String> command;

    @Override
    public void run() {
        final List<OffloadRule> rules = offload.stream().map(OffloadRule::parse).toList();
        final List<String> commandLine = new ArrayList<>(command);
        commandLine.set(0, ProgramCheck.check(command.getFirst()).toString());
        Shim.checkDpu(socket.path());
        Successor.become(
                Shim.environment(
                        socket.path(), rules.stream().map(Object::toString).collect(Collectors.joining(","))),
                commandLine);
    }
}

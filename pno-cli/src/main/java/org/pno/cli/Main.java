package org.pno.cli;

import org.pno.cli.lab.Labs;
import org.pno.cli.machine.UserError;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** Entry of {@code ./pno}: finds the sub-command, turns a {@link UserError} into one line and exit status 1. */
@Command(
        name = "pno",
        description = "Takes the TCP stack of unmodified programs away from the host.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        version = "pno 0.1.0",
        subcommands = {
            DemoCommand.class,
            DpuCommand.class,
            HostCommand.class,
            RunCommand.class,
            LabCommand.class,
            WireCommand.class,
            SsCommand.class,
            PcapCommand.class,
            BenchCommand.class,
            LoadCommand.class,
            CompatCommand.class,
            CertificatesCommand.class
        })
public final class Main implements Runnable {
    /** What the script does by itself. */
    private static final String[] SCRIPT_COMMANDS = {
        "",
        "./pno test     runs all tests, the unprivileged ones first",
        "./pno format   formats the sources",
        "./pno sim      whole systems under one virtual clock and one seed, with faults and oracles",
    };

    @Spec
    private CommandSpec spec;

    private Main() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a command.");
    }

    /** Runs the command line and returns its exit status. */
    static int execute(final String... args) {
        final CommandLine line = new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, failed, parsed) -> fail(e, failed));
        line.getCommandSpec().usageMessage().footer(SCRIPT_COMMANDS);
        // what follows the program's name is the program's
        line.getSubcommands().get("run").setStopAtPositional(true);
        return line.execute(args);
    }

    private static int fail(final Exception e, final CommandLine line) throws Exception {
        if (!Labs.areEnding()) {
            if (!(e instanceof UserError)) {
                throw e;
            }
            line.getErr().println("pno: " + e.getMessage());
        }
        return 1;
    }

    public static void main(final String[] args) {
        System.exit(execute(args));
    }
}

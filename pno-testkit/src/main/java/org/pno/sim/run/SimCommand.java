package org.pno.sim.run;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.pno.sim.mutant.MutantHunt;
import org.pno.sim.world.Coverage;
import org.pno.sim.world.SeedRun;
import org.pno.sim.world.Workspace;

/**
 * {@code pno sim}. Exit code 0 if all went well, 1 if a run failed or a mutant survived, 2 if it was typed wrongly.
 */
public final class SimCommand {
    private static final int FAILED = 1;
    private static final int MISUSED = 2;

    private SimCommand() {}

    public static void main(final String[] arguments) {
        System.exit(run(arguments, System.out, System.err));
    }

    static int run(final String[] arguments, final PrintStream out, final PrintStream progress) {
        final SimOptions options;
        try {
            options = SimOptions.parse(arguments);
        } catch (final IllegalArgumentException e) {
            progress.println("pno sim: " + e.getMessage() + "; see pno sim --help.");
            return MISUSED;
        }
        if (options.isHelp()) {
            out.println(SimOptions.HELP);
            return 0;
        }
        if (options.isMutants()) {
            return new MutantHunt(home(), out, progress).all() ? 0 : FAILED;
        }
        return options.isReplay() ? replay(options, out) : series(options, out, progress);
    }

    /** The root of the tree, where the mutants' sources are. */
    private static Path home() {
        return Path.of(System.getProperty("pno.home", "."));
    }

    private static int series(final SimOptions options, final PrintStream out, final PrintStream progress) {
        final SeedSeries series = new SeedSeries(options.from(), options.seeds());
        series.play(Runtime.getRuntime().availableProcessors(), progress);
        if (options.isJson()) {
            out.println(SimReport.json(series.runs(), series.virtualNs(), series.failures()));
        } else {
            SimReport.print(out, series);
        }
        return series.failures().isEmpty() ? 0 : FAILED;
    }

    private static int replay(final SimOptions options, final PrintStream out) {
        final Path file = options.pcap();
        if (file != null
                && file.toAbsolutePath().getParent() != null
                && !Files.isDirectory(file.toAbsolutePath().getParent())) {
            out.println("pno sim: --pcap " + file + ": there is no such folder");
            return MISUSED;
        }
        final SeedRun.Outcome outcome = SeedRun.play(options.from(), new Workspace(), new Coverage(), file);
        if (options.isJson()) {
            out.println(SimReport.json(
                    1, outcome.virtualNs(), outcome.isFailure() ? java.util.List.of(outcome) : java.util.List.of()));
        } else {
            SimReport.print(out, outcome);
        }
        return outcome.isFailure() ? FAILED : 0;
    }
}

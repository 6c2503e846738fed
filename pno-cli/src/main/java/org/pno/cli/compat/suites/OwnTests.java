package org.pno.cli.compat.suites;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.pno.cli.compat.Bench;
import org.pno.cli.compat.RealProgram;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;

/**
 * Another project's own tests, unit by unit, all on loopback: on the peer's kernel, and on the host with loopback
 * offloaded, the tests' own programs as well as the tested. What fails on the kernel may fail here, nothing else; and
 * as many tests run.
 */
abstract class OwnTests implements RealProgram {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final int TRIES = 2;
    private static final Duration GRACE = Duration.ofSeconds(30);

    /** Of units that differ. */
    private static final String LOGS = ".pno/compat";

    /** The exit status of timeout(1) for a command that it ended, and for one that it had to kill. */
    private static final Set<Integer> CUT_OFF = Set.of(124, 137);

    /** Makes the tests ready, at {@link Workplace#tests}. */
    abstract void prepare(Workplace place);

    /** What is run and compared at a time. */
    abstract List<String> units();

    /** The command line that runs a unit, in the directory of the tests. */
    abstract List<String> command(String unit);

    /** Reads what a unit has written. */
    abstract Outcome outcome(String output, boolean ended);

    /** Tests that may fail over PnO only, for a reason that is told there. */
    Set<String> known() {
        return Set.of();
    }

    @Override
    public final void run(final Bench bench) {
        try (Workplace place = new Workplace()) {
            prepare(place);
            for (final Side side : Side.values()) {
                place.shell("cp -a tests \"$1\"", copy(side));
            }
            final List<String> differences = new ArrayList<>();
            for (final String unit : units()) {
                final List<String> worse = compare(bench, place, unit);
                if (worse.isEmpty()) {
                    bench.check(unit, true, String::new);
                }
                worse.forEach(difference -> differences.add(unit + ": " + difference));
            }
            bench.check(
                    "what fails is what fails on the kernel",
                    differences.isEmpty(),
                    () -> "(outputs: " + LOGS + "/" + name() + ")\n" + String.join("\n", differences));
        }
    }

    /** A unit that differs is run over PnO once more: some tests give an answer milliseconds, on a busy machine too. */
    private List<String> compare(final Bench bench, final Workplace place, final String unit) {
        final LabProcess onKernel = run(bench, Side.PEER, place, unit);
        final Outcome kernel = outcome(onKernel);
        List<String> worse = List.of();
        for (int tries = 0; tries == 0 || tries < TRIES && !worse.isEmpty(); tries++) {
            final LabProcess overPno = run(bench, Side.HOST, place, unit);
            final Outcome ours = outcome(overPno);
            System.err.println("pno: " + unit + ": kernel " + kernel + "; PnO " + ours);
            worse = ours.worseThan(kernel, known());
            if (!worse.isEmpty()) {
                keep(unit + ".kernel", onKernel);
                keep(unit + ".pno", overPno);
            }
        }
        return worse;
    }

    private LabProcess run(final Bench bench, final Side side, final Workplace place, final String unit) {
        final Path tests = place.directory().resolve(copy(side));
        final List<String> line =
                new ArrayList<>(List.of("env", "--chdir=" + tests, "TERM=dumb", "PNO_OFFLOAD=localhost,dpu"));
        line.addAll(List.of("timeout", "--kill-after=5", Long.toString(PATIENCE.toSeconds())));
        line.addAll(command(unit));
        final LabProcess run = bench.start(side, line.toArray(String[]::new));
        run.awaitEnd(PATIENCE.plus(GRACE));
        return run;
    }

    private Outcome outcome(final LabProcess run) {
        return outcome(run.output(), !CUT_OFF.contains(run.awaitEnd(GRACE)));
    }

    private static String copy(final Side side) {
        return side.name().toLowerCase(Locale.ROOT);
    }

    /** For who wants to know why. */
    private void keep(final String what, final LabProcess run) {
        final Path file = Path.of(System.getProperty("pno.home", "."), LOGS, name(), what.replace('/', '-') + ".log");
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, run.output());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

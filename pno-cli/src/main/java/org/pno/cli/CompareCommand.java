package org.pno.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.pno.cli.bench.ReportDifference;
import org.pno.cli.bench.ReportDifference.Change;
import org.pno.cli.json.JsonReader;
import org.pno.cli.machine.UserError;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pno bench compare}: two reports. */
@Command(
        name = "compare",
        description = "Compares PnO against the kernel in two reports of --json, and fails where the later is worse.")
final class CompareCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "A.json", description = "The earlier report.")
    private Path earlier;

    @Parameters(index = "1", paramLabel = "B.json", description = "The later one.")
    private Path later;

    @Option(
            names = "--tolerance",
            paramLabel = "SHARE",
            defaultValue = "0.1",
            description = "How far a median may lie beyond the worst round of the earlier report; default:"
                    + " ${DEFAULT-VALUE}.")
    private double tolerance;

    @Override
    public Integer call() {
        final List<Change> changes = ReportDifference.between(read(earlier), read(later), tolerance);
        if (changes.isEmpty()) {
            throw new UserError(earlier + " and " + later + " have no cell in common.");
        }
        final PrintWriter out = spec.commandLine().getOut();
        String cell = "";
        for (final Change change : changes) {
            if (!change.cell().equals(cell)) {
                cell = change.cell();
                out.println(cell);
            }
            out.println("  %-20s %s -> %s%s"
                    .formatted(
                            change.ratio(),
                            Table.number("%.2f", change.before()),
                            Table.number("%.2f", change.after()),
                            change.isWorse() ? "  WORSE" : ""));
        }
        return changes.stream().anyMatch(Change::isWorse) ? 1 : 0;
    }

    private static Object read(final Path file) {
        try {
            return JsonReader.read(Files.readString(file));
        } catch (final IOException e) {
            throw new UserError("cannot read " + file + ": " + e.getMessage(), e);
        } catch (final IllegalArgumentException e) {
            throw new UserError(file + ": " + e.getMessage(), e);
        }
    }
}

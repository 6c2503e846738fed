package org.pno.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.pno.cli.json.Json;
import org.pno.cli.machine.UserError;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What all commands that measure take, and how they speak: results on standard output, progress on the other. */
class MeasureOptions {
    private static final String STANDARD_OUTPUT = "-";

    @Spec(Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "How long each measurement lasts, about; default: 3, of interop 2, of demo 5.")
    private Double seconds;

    @Option(
            names = "--json",
            arity = "0..1",
            paramLabel = "FILE",
            fallbackValue = STANDARD_OUTPUT,
            description = "Tell the result as JSON: in a file, or, by '-' or without a name, on standard output, and"
                    + " nothing else there.")
    private String json;

    /** What was given, or {@code byDefault}. */
    final double seconds(final double byDefault) {
        final double given = seconds == null ? byDefault : seconds;
        Arguments.positive("--seconds", given);
        return given;
    }

    /** Tells a result as JSON where it is wanted; true if nothing else may stand on standard output. */
    final boolean tellJson(final Object result) {
        final boolean takesOutput = STANDARD_OUTPUT.equals(json);
        if (takesOutput) {
            out().println(Json.write(result));
        } else if (json != null) {
            write(Path.of(json), Json.write(result) + "\n");
        }
        return takesOutput;
    }

    static void write(final Path file, final String text) {
        try {
            Files.writeString(file, text);
        } catch (final IOException e) {
            throw new UserError("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    final void say(final String what) {
        spec.commandLine().getErr().println("pno: " + what);
    }

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }
}

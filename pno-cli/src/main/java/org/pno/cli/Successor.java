package org.pno.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.pno.cli.machine.UserError;

/**
 * The program that {@code ./pno} becomes when we have ended. The script execs it, so that it has the same pid and
 * nothing of a JVM (signal mask, descriptors, limits) is left in it. Told through descriptor 3, each word ended by NUL.
 */
final class Successor {
    private static final Path CHANNEL = Path.of("/dev/fd/3");

    private Successor() {}

    /** @param environment variables to be added to ours */
    static void become(final Map<String, String> environment, final List<String> commandLine) {
        final StringBuilder words = new StringBuilder();
        environment.forEach(
                (name, value) -> words.append(name).append('=').append(value).append('\0'));
        commandLine.forEach(word -> words.append(word).append('\0'));
        try (OutputStream script = Files.newOutputStream(CHANNEL)) {
            script.write(words.toString().getBytes(StandardCharsets.UTF_8));
        } catch (final IOException e) {
            throw new UserError("this command works through ./pno only: " + e.getMessage(), e);
        }
    }
}

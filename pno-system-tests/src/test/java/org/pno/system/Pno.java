package org.pno.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** {@code ./pno} of the tree that is tested. */
final class Pno {
    private static boolean built;

    private Pno() {}

    /** Builds what is stale, before anything is started that would have to wait for it. */
    static synchronized void build() {
        if (!built) {
            try {
                final Process build = new ProcessBuilder(command("--version"))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                if (build.waitFor() != 0) {
                    throw new IllegalStateException("./pno cannot be built, see above");
                }
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while building", e);
            }
            built = true;
        }
    }

    /** A command line of ours. */
    static String[] command(final String... arguments) {
        final List<String> command =
                new ArrayList<>(List.of(Testbed.HOME.resolve("pno").toString()));
        command.addAll(List.of(arguments));
        return command.toArray(String[]::new);
    }
}

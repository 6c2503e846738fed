package org.pno.cli.compat.suites;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.pno.cli.machine.RunDirectory;
import org.pno.cli.machine.UserError;

/**
 * Where a suite is made ready to run: packages of the distribution, unpacked and not installed, outside of the lab,
 * which reaches no mirror. Its directory goes with it; it is not below /run, where some machines execute nothing, and
 * its name is short, since paths of UNIX sockets must be.
 */
final class Workplace implements AutoCloseable {
    /**
     * Unpacks a source package as its authors wrote it, without the distribution's patches. The lists of sources are
     * asked of the archives that serve the package of that name, and kept here: apt's own are left alone. An archive
     * may list a version whose files another one has.
     */
    private static final String SOURCE = """
            mkdir -p apt/lists/partial apt/cache/archives/partial apt/parts tests
            apt-cache policy "$1" |
                sed -nE 's|^ *[0-9]+ ([a-z+-]+:[^ ]*) ([^ /]+)/([^ ]+) .* Packages$|deb-src \\1 \\2 \\3|p' |
                sort -u > apt/sources.list
            apart() {
                "$@" -qq -o APT::Sandbox::User=root -o Dir::Etc::SourceList="$PWD/apt/sources.list" \\
                    -o Dir::Etc::SourceParts="$PWD/apt/parts" -o Dir::State::Lists="$PWD/apt/lists" \\
                    -o Dir::Cache="$PWD/apt/cache"
            }
            apart apt-get update
            for version in $(apart apt-cache madison "$1" | cut -d '|' -f 2); do
                if apart apt-get source --download-only --tar-only "$1=$version"; then break; fi
            done
            tar -x -f "$1"_*.orig.tar.?z --strip-components=1 -C tests
            """;

    private final Path directory;

    Workplace() {
        final String name = "pno-suite-" + ProcessHandle.current().pid();
        try {
            directory = Files.createDirectory(Path.of(System.getProperty("java.io.tmpdir"), name));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Absolute. */
    Path directory() {
        return directory;
    }

    /** Where a suite stands when it is ready. */
    Path tests() {
        return directory.resolve("tests");
    }

    /** Unpacks that source package as {@link #tests}. */
    void source(final String sourcePackage) {
        shell(SOURCE, sourcePackage);
    }

    /** Runs lines of bash in the directory, to their good end. */
    void shell(final String script, final String... arguments) {
        final List<String> line = new ArrayList<>(List.of("bash", "-euo", "pipefail", "-c", script, "bash"));
        line.addAll(List.of(arguments));
        final Path log = directory.resolve("log");
        try {
            final int status = new ProcessBuilder(line)
                    .directory(directory.toFile())
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new UserError("the tests " + String.join(" ", arguments) + " were not made ready: "
                        + Files.readString(log).strip());
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a suite was made ready", e);
        }
    }

    @Override
    public void close() {
        RunDirectory.remove(directory);
    }
}

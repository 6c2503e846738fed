package org.pno.cli.machine;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.pno.sys.Cpu;

/** Programs of other people that the lab and the demo need: found on the PATH, or installed by root, which is said. */
public final class Programs {
    private Programs() {}

    /** Makes sure that the program is there; the Debian package that brings it is known. */
    public static Path need(final String program, final String debianPackage) {
        final Optional<Path> found = find(program);
        if (found.isPresent()) {
            return found.get();
        }
        if (Cpu.effectiveUserId() == 0 && find("apt-get").isPresent()) {
            install(debianPackage);
        }
        return find(program)
                .orElseThrow(() -> new UserError("'" + program + "' is needed and was not found; install "
                        + debianPackage + " (Debian's name of the package)."));
    }

    /** Looks for a program as execvp(3) would, and in the directories of root's programs. */
    public static Optional<Path> find(final String program) {
        if (program.contains("/")) {
            return Optional.of(Path.of(program)).filter(Files::exists);
        }
        final List<String> directories =
                new ArrayList<>(Arrays.asList(System.getenv("PATH").split(File.pathSeparator)));
        directories.addAll(List.of("/usr/sbin", "/sbin"));
        return directories.stream()
                .map(directory -> Path.of(directory.isEmpty() ? "." : directory, program))
                .filter(path -> Files.isExecutable(path) && !Files.isDirectory(path))
                .findFirst();
    }

    private static void install(final String debianPackage) {
        System.err.println("pno: installing " + debianPackage + " (apt-get install)");
        if (aptGet("install", debianPackage) != 0) {
            aptGet("update");
            aptGet("install", debianPackage);
        }
    }

    private static int aptGet(final String... arguments) {
        final List<String> line = new ArrayList<>(List.of("apt-get", "-qq", "-y"));
        line.addAll(List.of(arguments));
        final ProcessBuilder builder = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectInput(new File("/dev/null"));
        builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
        try {
            return builder.start().waitFor();
        } catch (final IOException e) {
            throw new UserError("apt-get cannot be started: " + e.getMessage(), e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while installing", e);
        }
    }
}

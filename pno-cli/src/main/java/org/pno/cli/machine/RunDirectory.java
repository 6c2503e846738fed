package org.pno.cli.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.pno.sys.Cpu;

/** Where files live that are worth nothing once their process is gone: /run/pno, or a place of the user's. */
public final class RunDirectory {
    private RunDirectory() {}

    /** The user's directory, made if it does not exist; nobody else may write to it. */
    public static Path ofUser() {
        final int uid = Cpu.effectiveUserId();
        final Path directory = place(uid, System.getenv("XDG_RUNTIME_DIR"));
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            if ((int) Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS) != uid) {
                throw new UserError(directory + " belongs to another user; remove it, or set XDG_RUNTIME_DIR.");
            }
        } catch (final IOException e) {
            throw new UserError("cannot make " + directory + ": " + e.getMessage(), e);
        }
        return directory;
    }

    static Path place(final int uid, final String xdgRuntimeDirectory) {
        if (uid == 0 && Files.isWritable(Path.of("/run"))) {
            return Path.of("/run/pno");
        }
        return xdgRuntimeDirectory == null || xdgRuntimeDirectory.isEmpty()
                ? Path.of("/tmp/pno-" + uid)
                : Path.of(xdgRuntimeDirectory, "pno");
    }

    /** Removes a directory and all in it; what is gone already is no error. */
    public static void remove(final Path directory) {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> below = Files.walk(directory)) {
            final List<Path> deepestFirst =
                    below.sorted(Comparator.reverseOrder()).toList();
            for (final Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (final IOException e) {
            throw new UncheckedIOException("removing " + directory, e);
        }
    }
}

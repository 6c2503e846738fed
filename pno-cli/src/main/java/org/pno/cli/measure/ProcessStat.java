package org.pno.cli.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What /proc tells of a process or of a thread in its file {@code stat} (proc_pid_stat(5)). Times count in hundredths
 * of a second.
 *
 * @param name cut at 15 characters
 */
record ProcessStat(String name, long userMicros, long systemMicros) {
    private static final long TICK_MICROS = 10_000; // USER_HZ is 100 on every architecture we run on
    private static final int FIELDS_BEFORE_USER_TIME = 11; // after the name, which may hold blanks and brackets

    /** Reads the file; nothing if who it is about has ended. */
    static Optional<ProcessStat> read(final Path file) {
        try {
            return Optional.of(parse(Files.readString(file)));
        } catch (final IOException e) {
            return Optional.empty();
        }
    }

    static ProcessStat parse(final String line) {
        final int end = line.lastIndexOf(')');
        final String[] fields = line.substring(end + 2).split(" ");
        return new ProcessStat(
                line.substring(line.indexOf('(') + 1, end),
                Long.parseLong(fields[FIELDS_BEFORE_USER_TIME]) * TICK_MICROS,
                Long.parseLong(fields[FIELDS_BEFORE_USER_TIME + 1]) * TICK_MICROS);
    }
}

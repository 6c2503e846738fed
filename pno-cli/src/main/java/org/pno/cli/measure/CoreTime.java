package org.pno.cli.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.pno.cli.machine.UserError;

/**
 * How long a core has been busy, whoever kept it so: user, nice, system, irq and softirq of /proc/stat
 * (proc_stat(5)). Counts in hundredths of a second, so a measurement of a second is good to a percent.
 */
public final class CoreTime {
    private static final Path STAT = Path.of("/proc/stat");
    private static final long TICK_MICROS = 10_000; // USER_HZ is 100 on every architecture we run on
    private static final int[] BUSY_FIELDS = {1, 2, 3, 6, 7};

    private CoreTime() {}

    /** Microseconds since boot. */
    public static long busyMicros(final int core) {
        try {
            return busyMicros(Files.readAllLines(STAT), core);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static long busyMicros(final List<String> stat, final int core) {
        final String[] fields = stat.stream()
                .filter(line -> line.startsWith("cpu" + core + " "))
                .findFirst()
                .orElseThrow(() -> new UserError(STAT + " knows no core " + core + "."))
                .split(" +");
        long ticks = 0;
        for (final int field : BUSY_FIELDS) {
            ticks += Long.parseLong(fields[field]);
        }
        return ticks * TICK_MICROS;
    }
}

package org.pno.cli.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Cores;

/** Reads what the host's core and the others did between two moments, and what of it was the programs' own work. */
public final class HostMeter {
    private static final long TICK_MICROS = 10_000; // USER_HZ is 100 on every architecture we run on
    private static final int FIELDS_BEFORE_USER_TIME = 11; // of proc_pid_stat(5), after the name
    private static final double NANOS_PER_MICRO = 1_000;

    private final Cores cores;
    private final List<LabProcess> programs;
    private final long startNs = System.nanoTime();
    private final long hostMicros;
    private final long[] otherMicros;
    private final long userMicros;

    /** @param programs whose user time is told, with their children's */
    public HostMeter(final Cores cores, final List<LabProcess> programs) {
        this.cores = cores;
        this.programs = programs;
        hostMicros = CoreTime.busyMicros(cores.hostCore());
        otherMicros = othersBusy();
        userMicros = userMicros();
    }

    /** What was used since this meter was made. */
    public HostUse use() {
        final double wallMicros = (System.nanoTime() - startNs) / NANOS_PER_MICRO;
        final long host = CoreTime.busyMicros(cores.hostCore()) - hostMicros;
        final long[] others = othersBusy();
        long busiest = 0;
        for (int i = 0; i < others.length; i++) {
            busiest = Math.max(busiest, others[i] - otherMicros[i]);
        }
        return new HostUse(host, userMicros() - userMicros, host / wallMicros, busiest / wallMicros);
    }

    private long[] othersBusy() {
        return cores.otherCores().stream().mapToLong(CoreTime::busyMicros).toArray();
    }

    private long userMicros() {
        return programs.stream()
                .map(LabProcess::program)
                .flatMap(program -> Stream.concat(Stream.of(program), program.descendants()))
                .mapToLong(process -> userMicros(process.pid()))
                .sum();
    }

    private static long userMicros(final long pid) {
        try {
            return userMicros(Files.readString(Path.of("/proc/" + pid + "/stat")));
        } catch (final IOException e) {
            return 0; // it has ended
        }
    }

    static long userMicros(final String stat) {
        final String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[FIELDS_BEFORE_USER_TIME]) * TICK_MICROS;
    }
}

package org.pno.cli.measure;

import java.nio.file.Path;
import java.util.List;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Cores;

/**
 * Reads what the host's core and the others did between two moments, and what of it was the programs' own work, and
 * what the compilers'.
 */
public final class HostMeter {
    private static final double NANOS_PER_MICRO = 1_000;
    private static final double MICROS_PER_SECOND = 1e6;

    private final Cores cores;
    private final List<LabProcess> programs;
    private final JitTime jit;
    private final long startNs = System.nanoTime();
    private final long hostMicros;
    private final long[] otherMicros;
    private final long userMicros;
    private final double jitSeconds;

    /**
     * Begins.
     *
     * @param programs whose user time is told, with their children's
     * @param jit of the route's virtual machines
     */
    public HostMeter(final Cores cores, final List<LabProcess> programs, final JitTime jit) {
        this.cores = cores;
        this.programs = programs;
        this.jit = jit;
        hostMicros = CoreTime.busyMicros(cores.hostCore());
        otherMicros = othersBusy();
        userMicros = userMicros();
        jitSeconds = jit.seconds();
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
        final double compiling = (jit.seconds() - jitSeconds) * MICROS_PER_SECOND / wallMicros;
        return new HostUse(host, userMicros() - userMicros, host / wallMicros, busiest / wallMicros, compiling);
    }

    private long[] othersBusy() {
        return cores.otherCores().stream().mapToLong(CoreTime::busyMicros).toArray();
    }

    private long userMicros() {
        return programs.stream()
                .flatMap(LabProcess::pids)
                .mapToLong(HostMeter::userMicros)
                .sum();
    }

    private static long userMicros(final long pid) {
        return ProcessStat.read(Path.of("/proc", Long.toString(pid), "stat"))
                .map(ProcessStat::userMicros)
                .orElse(0L);
    }
}

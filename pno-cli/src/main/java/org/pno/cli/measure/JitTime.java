package org.pno.cli.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.pno.cli.lab.LabProcess;

/**
 * How much the just-in-time compilers of Java virtual machines have worked: the CPU time of their threads, which
 * HotSpot names "C1 CompilerThread0" and the like. A thread that a compiler has given up counts as it was last seen.
 */
public final class JitTime {
    private static final List<String> COMPILERS = List.of("C1 Compiler", "C2 Compiler");
    private static final double MICROS_PER_SECOND = 1e6;

    private final Path proc;
    private final List<Long> pids;
    private final Map<Path, Long> microsByThread = new HashMap<>();

    JitTime(final Path proc, final List<Long> pids) {
        this.proc = proc;
        this.pids = List.copyOf(pids);
    }

    /** Of those virtual machines, which have come so far that they answer; of none it is 0. */
    public static JitTime of(final Collection<LabProcess> machines) {
        return new JitTime(
                Path.of("/proc"), machines.stream().flatMap(LabProcess::pids).toList());
    }

    /** CPU seconds so far, good to a hundredth for each thread. */
    public double seconds() {
        pids.forEach(this::look);
        return microsByThread.values().stream().mapToLong(Long::longValue).sum() / MICROS_PER_SECOND;
    }

    private void look(final long pid) {
        try (Stream<Path> threads = Files.list(proc.resolve(pid + "/task"))) {
            threads.forEach(this::lookAtThread);
        } catch (final IOException e) {
            return; // it has ended, and what it has used has been seen
        }
    }

    private void lookAtThread(final Path thread) {
        ProcessStat.read(thread.resolve("stat"))
                .filter(stat -> COMPILERS.stream().anyMatch(stat.name()::startsWith))
                .ifPresent(stat -> microsByThread.merge(thread, stat.userMicros() + stat.systemMicros(), Math::max));
    }
}

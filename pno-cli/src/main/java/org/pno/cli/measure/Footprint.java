package org.pno.cli.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.UserError;

/**
 * Memory of programs and of the kernel at one moment, and the programs' CPU time until then. A page that several
 * processes map counts in parts (PSS), so what the DPU and a program share is counted once.
 *
 * @param programBytes of the server's programs
 * @param dpuBytes of the DPU, and of {@code pno host} if there is one
 * @param slabBytes of the kernel's objects, whoever caused them
 * @param programMicros of CPU, in user mode and in the kernel
 * @param dpuMicros the same
 */
public record Footprint(long programBytes, long dpuBytes, long slabBytes, long programMicros, long dpuMicros) {
    private static final int KIB = 1 << 10;

    /** Of now. */
    public static Footprint of(final List<LabProcess> programs, final List<LabProcess> dpu) {
        return of(Path.of("/proc"), pids(programs), pids(dpu));
    }

    static Footprint of(final Path proc, final List<Long> programs, final List<Long> dpu) {
        return new Footprint(
                pss(proc, programs),
                pss(proc, dpu),
                bytes(proc.resolve("meminfo"), "Slab"),
                micros(proc, programs),
                micros(proc, dpu));
    }

    private static long pss(final Path proc, final List<Long> pids) {
        return pids.stream()
                .mapToLong(pid -> bytes(process(proc, pid).resolve("smaps_rollup"), "Pss"))
                .sum();
    }

    private static long micros(final Path proc, final List<Long> pids) {
        return pids.stream().mapToLong(pid -> micros(process(proc, pid))).sum();
    }

    private static List<Long> pids(final List<LabProcess> processes) {
        return processes.stream().flatMap(LabProcess::pids).toList();
    }

    private static Path process(final Path proc, final long pid) {
        return proc.resolve(Long.toString(pid));
    }

    private static long micros(final Path process) {
        return ProcessStat.read(process.resolve("stat"))
                .map(stat -> stat.userMicros() + stat.systemMicros())
                .orElseThrow(() -> new UserError(process + ": a program ended while it was measured."));
    }

    /** The value of a line such as "Slab:   284168 kB". */
    private static long bytes(final Path file, final String name) {
        try {
            final Matcher line = Pattern.compile("^" + name + ": +(\\d+) kB$", Pattern.MULTILINE)
                    .matcher(Files.readString(file));
            if (!line.find()) {
                throw new UserError(file + " does not tell '" + name + "'.");
            }
            return Long.parseLong(line.group(1)) * KIB;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What came on top since an earlier moment; what has shrunk is negative. */
    public Footprint since(final Footprint earlier) {
        return new Footprint(
                programBytes - earlier.programBytes,
                dpuBytes - earlier.dpuBytes,
                slabBytes - earlier.slabBytes,
                programMicros - earlier.programMicros,
                dpuMicros - earlier.dpuMicros);
    }
}

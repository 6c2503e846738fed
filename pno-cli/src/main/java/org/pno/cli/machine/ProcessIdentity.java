package org.pno.cli.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A process beyond mistake: pids are reused and mean something only in their namespace.
 *
 * @param startTicks when it started, since boot (proc_pid_stat(5), field 22)
 * @param namespace of pids, as the link /proc/self/ns/pid names it
 */
public record ProcessIdentity(long pid, long startTicks, String namespace) {
    private static final int FIELDS_BEFORE_START_TICKS = 19; // after the name, which may hold blanks

    /** @return its identity, with a start of 0 if it has gone */
    public static ProcessIdentity of(final long pid) {
        return new ProcessIdentity(pid, startTicks(pid), ownNamespace());
    }

    public static ProcessIdentity ofThisProcess() {
        return of(ProcessHandle.current().pid());
    }

    /** Reads what {@link #toString} wrote. */
    public static ProcessIdentity parse(final String text) {
        final String[] parts = text.strip().split(" ", 3);
        if (parts.length != 3) {
            throw new IllegalArgumentException("not a process: '" + text + "'");
        }
        return new ProcessIdentity(Long.parseLong(parts[0]), Long.parseLong(parts[1]), parts[2]);
    }

    /** True if it is known to have ended; of another namespace's processes nothing is known. */
    public boolean hasEnded() {
        return namespace.equals(ownNamespace()) && (startTicks == 0 || startTicks(pid) != startTicks);
    }

    @Override
    public String toString() {
        return pid + " " + startTicks + " " + namespace;
    }

    private static String ownNamespace() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
        } catch (final IOException e) {
            return "unknown";
        }
    }

    private static long startTicks(final long pid) {
        try {
            final String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            final String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return fields[0].equals("Z") ? 0 : Long.parseLong(fields[FIELDS_BEFORE_START_TICKS]);
        } catch (final IOException e) {
            return 0;
        }
    }
}

package org.pno.cli.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JitTimeTest {
    @TempDir
    private Path proc;

    @Test
    void shouldAddUpTheCompilersOfAllMachinesAndNobodyElse() throws IOException {
        thread(7, 7, "java", 900, 900);
        thread(7, 8, "C2 CompilerThre", 150, 20);
        thread(7, 9, "C1 CompilerThre", 30, 0);
        thread(7, 10, "GC Thread#0", 50, 50);
        thread(11, 12, "C2 CompilerThre", 100, 0);
        thread(13, 14, "C2 CompilerThre", 5_000, 0);
        assertEquals(3, new JitTime(proc, List.of(7L, 11L)).seconds());
    }

    @Test
    void shouldKeepWhatAThreadThatEndedHadUsed() throws IOException {
        thread(7, 8, "C2 CompilerThre", 100, 0);
        thread(7, 9, "C2 CompilerThre", 40, 10);
        final JitTime jit = new JitTime(proc, List.of(7L));
        assertEquals(1.5, jit.seconds());
        Files.delete(proc.resolve("7/task/9/stat"));
        Files.delete(proc.resolve("7/task/9"));
        thread(7, 8, "C2 CompilerThre", 200, 0);
        assertEquals(2.5, jit.seconds());
    }

    @Test
    void shouldBeNothingWithoutMachinesAndOfThoseThatHaveGone() {
        assertEquals(0, new JitTime(proc, List.of()).seconds());
        assertEquals(0, new JitTime(proc, List.of(7L)).seconds());
    }

    /** Times in hundredths of a second. */
    private void thread(final long pid, final long tid, final String name, final int user, final int system)
            throws IOException {
        final Path directory = Files.createDirectories(proc.resolve(pid + "/task/" + tid));
        Files.writeString(
                directory.resolve("stat"),
                "%d (%s) S 1 %d %d 0 -1 4194560 0 0 0 0 %d %d 0 0 20 0 1 0 8000 0 0"
                        .formatted(tid, name, pid, pid, user, system));
    }
}

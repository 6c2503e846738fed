package org.pno.cli.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FootprintTest {
    @TempDir
    private Path proc;

    @Test
    void shouldAddUpProcessesAndTellWhatCameOnTop() throws IOException {
        slab(1_000);
        process(7, 100, 5, 5);
        process(8, 20, 1, 0);
        process(9, 300, 50, 0);
        final Footprint before = Footprint.of(proc, List.of(7L, 8L), List.of(9L));
        assertEquals(new Footprint(120 << 10, 300 << 10, 1_000 << 10, 110_000, 500_000), before);
        slab(1_200);
        process(8, 10, 1, 2);
        process(9, 400, 51, 0);
        assertEquals(
                new Footprint(-10 << 10, 100 << 10, 200 << 10, 20_000, 10_000),
                Footprint.of(proc, List.of(7L, 8L), List.of(9L)).since(before));
    }

    private void slab(final int kib) throws IOException {
        Files.writeString(proc.resolve("meminfo"), "Buffers:   5 kB\nSlab:      %d kB\n".formatted(kib));
    }

    /** Times in hundredths of a second. */
    private void process(final long pid, final int kib, final int user, final int system) throws IOException {
        final Path directory = Files.createDirectories(proc.resolve(Long.toString(pid)));
        Files.writeString(
                directory.resolve("smaps_rollup"),
                "0-1 ---p 0 00:00 0 [rollup]\nRss:  900 kB\nPss:  %d kB\nPss_Dirty:  1 kB\n".formatted(kib));
        Files.writeString(
                directory.resolve("stat"), "%d (a) S 1 1 1 0 -1 0 0 0 0 0 %d %d 0 0 20".formatted(pid, user, system));
    }
}

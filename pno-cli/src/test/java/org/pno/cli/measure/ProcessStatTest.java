package org.pno.cli.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProcessStatTest {
    @Test
    void shouldReadTimesBehindANameWithBlanksAndBrackets() {
        final String stat = "123 (a (b) c) S 1 123 123 0 -1 4194560 2000 0 0 0 37 500 0 0 20 0 1 0 8000 0 0";
        assertEquals(new ProcessStat("a (b) c", 370_000, 5_000_000), ProcessStat.parse(stat));
    }

    @Test
    void shouldFindNothingOfWhoHasEnded() {
        assertEquals(Optional.empty(), ProcessStat.read(Path.of("/proc/0/stat")));
    }
}

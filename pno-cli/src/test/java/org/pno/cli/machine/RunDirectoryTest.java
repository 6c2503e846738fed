package org.pno.cli.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {
    @Test
    void shouldFollowTheUsersRuntimeDirectory() {
        assertEquals(Path.of("/run/user/7/pno"), RunDirectory.place(7, "/run/user/7"));
    }

    @Test
    void shouldFallBackToTmp() {
        assertEquals(Path.of("/tmp/pno-7"), RunDirectory.place(7, null));
        assertEquals(Path.of("/tmp/pno-7"), RunDirectory.place(7, ""));
    }

    @Test
    void shouldRemoveATreeButNotWhatItsLinksPointTo(@TempDir final Path directory) throws IOException {
        final Path kept = Files.writeString(directory.resolve("kept"), "text");
        final Path tree = Files.createDirectories(directory.resolve("tree/below"));
        Files.createSymbolicLink(tree.resolve("link"), kept);
        RunDirectory.remove(directory.resolve("tree"));
        assertFalse(Files.exists(directory.resolve("tree")));
        assertEquals("text", Files.readString(kept));
    }
}

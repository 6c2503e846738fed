package org.pno.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedFileTest {
    @TempDir
    private Path directory;

    @Test
    void shouldShareItsWordsWithOtherMappings() throws IOException {
        final Path path = directory.resolve("words");
        try (MappedFile writer = MappedFile.create(path, 4096);
                MappedFile reader = MappedFile.openReadOnly(path)) {
            Words.setRelease(writer.segment(), 8, 42);

            assertEquals(4096, reader.segment().byteSize());
            assertEquals(42, Words.getAcquire(reader.segment(), 8));
        }
    }

    @Test
    void shouldRefuseToTakeOverAFile() throws IOException {
        final Path path = directory.resolve("taken");
        MappedFile.create(path, 4096).close();

        assertThrows(FileAlreadyExistsException.class, () -> MappedFile.create(path, 4096));
    }

    @Test
    void shouldRefuseToWriteWhatIsOpenToReadOnly() throws IOException {
        final Path path = directory.resolve("read-only");
        MappedFile.create(path, 4096).close();
        try (MappedFile reader = MappedFile.openReadOnly(path)) {
            assertThrows(IllegalArgumentException.class, () -> Words.setPlain(reader.segment(), 0, 1));
        }
    }
}

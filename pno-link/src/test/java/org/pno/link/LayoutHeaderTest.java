package org.pno.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LayoutHeaderTest {
    private static final Path COMMITTED = Path.of("..", "shim", "include", "pno_layout.h");

    @Test
    void shouldEqualTheCommittedHeader() throws IOException {
        assertEquals(
                LayoutHeader.generate(),
                Files.readString(COMMITTED),
                "shim/include/pno_layout.h is stale; regenerate it from the project's root: mvn -q -B -pl pno-link -am"
                        + " compile && java -cp pno-link/target/classes org.pno.link.LayoutHeader"
                        + " shim/include/pno_layout.h");
    }

    @Test
    void shouldPrintNegativeIntsAndLongsAsUnsignedHex() {
        final String header = LayoutHeader.generate();

        assertTrue(header.contains(" 0xFFFFFFFFU\n"), header);
        assertTrue(header.contains(" 0x414E4552414F4E50ULL\n"), header);
    }
}

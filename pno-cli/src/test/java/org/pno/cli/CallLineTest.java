package org.pno.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class CallLineTest {
    @Test
    void shouldNameTheCallAndTheProgram() {
        final Map<String, Object> call =
                Map.of("call", "ioctl", "times", 12.0, "pid", 345.0, "program", "redis-server", "running", 1.0);

        assertEquals("          12  345       redis-server     ioctl", CallLine.of(call));
    }

    @Test
    void shouldPutAProgramThatHasEndedInBrackets() {
        final Map<String, Object> call =
                Map.of("call", "ioctl", "times", 1.0, "pid", 7.0, "program", "curl", "running", 0.0);

        assertEquals("           1  7         (curl)           ioctl", CallLine.of(call));
    }
}

package org.pno.cli.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.pno.cli.machine.UserError;

class EchoComparisonTest {
    @Test
    void shouldReadWhatTheClientMeasured() {
        final String output = "requests=1000 seconds=0.500 p50=12.5 p99=80.0\n";
        assertEquals(new Sample(2_000, 12.5, 80, 3), EchoComparison.parse(output, 3_000));
    }

    @Test
    void shouldRefuseAnythingElse() {
        assertThrows(UserError.class, () -> EchoComparison.parse("echo: connect: Connection refused", 0));
    }
}

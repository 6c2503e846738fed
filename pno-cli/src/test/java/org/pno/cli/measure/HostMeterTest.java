package org.pno.cli.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class HostMeterTest {
    @Test
    void shouldReadUserTimeBehindANameWithBlanks() {
        final String stat = "123 (a (b) c) S 1 123 123 0 -1 4194560 2000 0 0 0 37 500 0 0 20 0 1 0 8000 0 0";
        assertEquals(370_000, HostMeter.userMicros(stat));
    }
}

package org.pno.cli.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadJobTest {
    @Test
    void shouldReadWordsAndFillInTheRest() {
        final LoadJob job = LoadJob.parse("to=10.0.0.1:6379 protocol=redis-get rate=2.5e3 reconnect=true");
        assertEquals("10.0.0.1", job.address());
        assertEquals(6379, job.port());
        assertEquals("redis-get", job.protocol());
        assertEquals(2_500, job.rate());
        assertEquals(true, job.reconnects());
        assertEquals(64, job.payloadBytes());
        assertEquals(1, job.pipeline());
    }

    @Test
    void shouldSayItselfWithAChangedWord() {
        final LoadJob job = LoadJob.parse("to=10.0.0.1:1 seconds=3");
        assertEquals("to=10.0.0.1:1 seconds=0.5", job.with("seconds", 0.5).toString());
        assertEquals(3, job.seconds());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "to",
                "to=10.0.0.1",
                "to=10.0.0.1:0",
                "to=10.0.0.1:70000",
                "to=1.1.1.1:1 wind=1",
                "to=1.1.1.1:1 payload=0",
                "to=1.1.1.1:1 connections=many"
            })
    void shouldRefuseWhatCannotBe(final String line) {
        assertThrows(IllegalArgumentException.class, () -> LoadJob.parse(line));
    }
}

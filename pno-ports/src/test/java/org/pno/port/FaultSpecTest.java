package org.pno.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultSpecTest {
    @Test
    void shouldReadFaultsForBothDirections() {
        final FaultSpec spec = FaultSpec.parse("loss=0.01,reorder=2%,reorder-by=5,duplicate=0.03,corrupt=0.04,"
                + "delay=5ms,jitter=300us,rate=1.5gbit,queue=20ms,seed=42");

        final FaultProfile expected =
                new FaultProfile(0.01, 0.04, 0.03, 0.02, 5, 5_000_000, 300_000, 1_500_000_000L, 20_000_000);
        assertEquals(expected, spec.rx());
        assertEquals(expected, spec.tx());
        assertEquals(42, spec.seed());
    }

    @Test
    void shouldPreferWhatIsSaidOfADirection() {
        final FaultSpec spec = FaultSpec.parse("loss=0.01,tx.loss=0.5,rx.delay=1s,seed=1");

        assertEquals(0.01, spec.rx().loss());
        assertEquals(0.5, spec.tx().loss());
        assertEquals(1_000_000_000L, spec.rx().delayNs());
        assertEquals(0, spec.tx().delayNs());
    }

    @Test
    void shouldTellTheSeedItDrew() {
        final FaultSpec spec = FaultSpec.parse("loss=0.01");

        assertEquals("loss=0.01,seed=" + spec.seed(), spec.toString());
        assertEquals(spec.seed(), FaultSpec.parse(spec.toString()).seed());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "loss",
                "=1",
                "loss=",
                "loss=2",
                "loss=-1",
                "loss=NaN",
                "loss=x",
                "loss=101%",
                "flood=1",
                "up.loss=1",
                "delay=5",
                "delay=ms",
                "delay=1h",
                "rate=100",
                "queue=100",
                "rate=1.2.3mbit",
                "seed=x",
                "seed=1,seed=2",
                "reorder-by=0",
                "reorder-by=65",
                "loss=0.1,,seed=1"
            })
    void shouldShowTheFaultsAndTheForm(final String text) {
        final PortException e = assertThrows(PortException.class, () -> FaultSpec.parse(text));

        assertTrue(e.getMessage().startsWith("'" + text + "' are no faults: "), e.getMessage());
        assertTrue(e.getMessage().contains("NAME=VALUE"), e.getMessage());
    }
}

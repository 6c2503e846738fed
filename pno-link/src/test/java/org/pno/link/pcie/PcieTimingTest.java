package org.pno.link.pcie;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pno.link.bus.BusException;
import org.pno.link.bus.BusSpec;

class PcieTimingTest {
    private static PcieTiming parse(final String text) {
        return PcieTiming.parse(BusSpec.parse(text));
    }

    @Test
    void shouldTakeAPreset() {
        assertEquals(128, parse("pcie:bluefield3").outstanding());
        assertTrue(parse("pcie:bluefield3").readNs() < parse("pcie:bluefield2").readNs());
    }

    @Test
    void shouldChangeAPreset() {
        final PcieTiming changed = parse("pcie:bluefield2,read=5us,order=none");
        assertEquals(5_000, changed.readNs());
        assertEquals(PcieOrder.NONE, changed.order());
        assertEquals(parse("pcie:bluefield2").writeNs(), changed.writeNs());
    }

    @Test
    void shouldTakeParametersAlone() {
        final PcieTiming plain = parse(
                "pcie:read=900ns,write=600ns,bandwidth=10GB/s,outstanding=8,doorbell=50ns," + "jitter=10%,cut=2s");
        assertEquals(new PcieTiming(900, 600, 10_000_000_000L, 8, 50, 0.1, PcieOrder.QUEUE, 2_000_000_000L), plain);
    }

    @Test
    void shouldOccupyTheLinkByItsBandwidth() {
        assertEquals(400, parse("pcie:read=0ns,write=0ns,bandwidth=10GB/s").transferNs(4_000));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pcie                          | say a preset (bluefield2, bluefield3)",
                "pcie:bluefield9               | 'bluefield9' is no preset",
                "pcie:read=1us                 | read= and write= at least",
                "pcie:bluefield2,speed=1       | 'speed' is no option",
                "pcie:bluefield2,read=2s       | read=2s: say a time",
                "pcie:bluefield2,outstanding=0 | outstanding=0: say a number from 1 to",
                "pcie:bluefield2,order=all     | order=all: say queue or none",
            })
    void shouldSayWhatIsWrong(final String text, final String why) {
        final BusException refused = assertThrows(BusException.class, () -> parse(text));
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }
}

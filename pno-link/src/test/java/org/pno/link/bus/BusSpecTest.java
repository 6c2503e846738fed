package org.pno.link.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BusSpecTest {
    @ParameterizedTest
    @ValueSource(strings = {"mapped", "pcie:bluefield3", "pcie:bluefield3,read=2us", "pcie:read=1us,write=1us"})
    void shouldReadWhatItWrites(final String text) {
        assertEquals(text, BusSpec.parse(text).toString());
    }

    @Test
    void shouldTellNameFromOptions() {
        final BusSpec spec = BusSpec.parse("fabric:tcp,host=10.0.0.1");
        assertEquals("fabric", spec.kind());
        assertEquals("tcp", spec.name());
        assertEquals("10.0.0.1", spec.options().get("host"));
        assertEquals("", BusSpec.parse("pcie:read=1us").name());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''            | no kind",
                ":x            | no kind",
                "pcie:         | nothing stands behind the colon",
                "pcie:x,read   | 'read' is no OPTION=VALUE",
                "pcie:x,=1     | '=1' is no OPTION=VALUE",
                "pcie:x,read=  | 'read=' is no OPTION=VALUE",
                "pcie:a=1,a=2  | option 'a' is given twice",
            })
    void shouldSayWhatIsWrong(final String text, final String why) {
        final BusException refused = assertThrows(BusException.class, () -> BusSpec.parse(text));
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }

    @Test
    void shouldNameTheOptionThatThereIsNot() {
        final BusSpec spec = BusSpec.parse("pcie:x,speed=2");
        final BusException refused = assertThrows(BusException.class, () -> spec.allow(List.of("read", "write")));
        assertEquals("'speed' is no option of 'pcie'; it has read, write", refused.getMessage());
    }
}

package org.pno.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortSpecTest {
    private final FramePool pool = new FramePool(4);

    @Test
    void shouldReadKindTargetAndOptions() {
        final PortSpec spec = PortSpec.parse("socket:/run/a:b,peer=/run/c");

        assertEquals("socket", spec.kind());
        assertEquals("/run/a:b", spec.target());
        assertEquals(Map.of("peer", "/run/c"), spec.options());
        assertEquals("socket:/run/a:b,peer=/run/c", spec.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tap",
                ":x",
                "tap:",
                "tap:,a=b",
                "tap:x,",
                "tap:x,peer",
                "tap:x,=1",
                "tap:x,a=",
                "tap:x,a=1,a=2"
            })
    void shouldShowTheValueAndTheFormsOfPorts(final String text) {
        final PortException e = assertThrows(PortException.class, () -> PortSpec.parse(text));

        assertTrue(e.getMessage().startsWith("'" + text + "' is no port: "), e.getMessage());
        assertTrue(e.getMessage().contains("tap:NAME"), e.getMessage());
    }

    @Test
    void shouldListAllKinds() {
        assertEquals(
                Set.of("tap", "socket", "packet", "ring"),
                Set.copyOf(PortFactory.kinds().stream().map(PortProvider::kind).toList()));
        for (final PortProvider kind : PortFactory.kinds()) {
            assertTrue(PortFactory.forms().contains(kind.form()), PortFactory.forms());
        }
        assertTrue(PortFactory.forms().startsWith("tap:NAME, "), PortFactory.forms());
        assertTrue(PortFactory.forms().endsWith(" or packet:INTERFACE"), PortFactory.forms());
    }

    @Test
    void shouldSayThatThereIsNoSuchKind() {
        final PortException e = assertThrows(PortException.class, () -> PortFactory.open("pigeon:loft", pool));

        assertTrue(e.getMessage().contains("'pigeon:loft'"), e.getMessage());
        assertTrue(e.getMessage().contains(PortFactory.forms()), e.getMessage());
    }

    @Test
    void shouldSayThatThereIsNoSuchOption() {
        final PortException e = assertThrows(PortException.class, () -> PortFactory.open("tap:x,peer=y", pool));

        assertTrue(e.getMessage().contains("'tap:x,peer=y': tap has no option 'peer'"), e.getMessage());
    }

    @Test
    void shouldSayThatAnInterfaceNameIsTooLong() {
        for (final String spec : List.of("tap:sixteen-bytes-xx", "packet:sixteen-bytes-xx")) {
            final PortException e = assertThrows(PortException.class, () -> PortFactory.open(spec, pool));
            assertTrue(e.getMessage().startsWith("cannot open " + spec), e.getMessage());
            assertTrue(e.getMessage().contains("1 to 15 bytes"), e.getMessage());
        }
    }

    @Test
    void shouldSayThatAnInterfaceIsMissing() {
        final PortException e = assertThrows(PortException.class, () -> PortFactory.open("packet:pno-no0", pool));

        assertTrue(e.getMessage().contains("ENODEV"), e.getMessage());
        assertTrue(e.getMessage().contains("ip link"), e.getMessage());
    }

    @Test
    void shouldSayThatAnInterfaceIsNoEthernet() {
        final PortException e = assertThrows(PortException.class, () -> PortFactory.open("packet:lo", pool));

        assertTrue(e.getMessage().contains("no Ethernet interface"), e.getMessage());
    }

    @Test
    void shouldNameEveryCount() throws Exception {
        final Set<String> labels = new HashSet<>();
        for (final PortCount count : PortCount.values()) {
            final PortCounters counters = new PortCounters();
            final String label = count.label().substring("port.".length());
            final StringBuilder field = new StringBuilder();
            for (final String word : label.split("-")) {
                final String first = field.isEmpty()
                        ? word.substring(0, 1)
                        : word.substring(0, 1).toUpperCase();
                field.append(first).append(word.substring(1));
            }
            PortCounters.class.getField(field.toString()).setLong(counters, 7);
            assertEquals(7, count.of(counters), count.label());
            assertTrue(labels.add(count.label()) && count.sentence().endsWith("."), count.label());
        }
        assertEquals(PortCounters.class.getFields().length, labels.size());
    }
}

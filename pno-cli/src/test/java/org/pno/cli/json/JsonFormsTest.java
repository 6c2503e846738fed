package org.pno.cli.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFormsTest {
    @Test
    void shouldReadEscapesNumbersAndBlanks() {
        assertEquals(
                Map.of("a", Arrays.asList(-1.5e3, "é\n/", null, List.of(), Map.of())),
                JsonReader.read(" { \"a\" : [ -1.5e3 , \"\\u00e9\\n\\/\" , null , [ ] , { } ] } "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "\"a", "\"\\u12\"", "\"\\x\"", "tru", "1 2", "-"})
    void shouldRefuseWhatIsNoJson(final String text) {
        assertThrows(IllegalArgumentException.class, () -> JsonReader.read(text));
    }

    @Test
    void shouldNotFollowNestingWithoutEnd() {
        assertThrows(IllegalArgumentException.class, () -> JsonReader.read("[".repeat(100_000)));
    }

    @Test
    void shouldGiveNoObjectsWhereThereIsNoSuchMember() {
        assertEquals(List.of(), JsonReader.objects(Map.of(), "connections"));
    }
}

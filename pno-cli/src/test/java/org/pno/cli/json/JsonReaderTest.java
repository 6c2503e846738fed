package org.pno.cli.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class JsonReaderTest {
    @Property
    void shouldReadBackAnyTextThatWasWritten(@ForAll final String text) {
        assertEquals(text, JsonReader.read(Json.write(text)));
    }

    @Property
    void shouldReadBackObjectsInLists(@ForAll final List<Integer> numbers, @ForAll final boolean truth) {
        final Map<String, Object> object = Json.object("numbers", numbers, "truth", truth, "none", null);
        final List<Double> expected = numbers.stream().map(Integer::doubleValue).toList();
        assertEquals(
                List.of(Json.object("numbers", expected, "truth", truth, "none", null)),
                JsonReader.read(Json.write(List.of(object))));
    }
}

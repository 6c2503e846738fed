package org.pno.cli.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void shouldWriteObjectsInTheOrderGiven() {
        assertEquals("{\"b\":1,\"a\":[true,null]}", Json.write(Json.object("b", 1, "a", Arrays.asList(true, null))));
    }

    @Test
    void shouldEscapeText() {
        assertEquals("\"a\\\"b\\\\c\\n\\u0001é\"", Json.write("a\"b\\c\n\u0001é"));
    }

    @Test
    void shouldWriteDecimalsWithoutTrailingZeros() {
        assertEquals("[1,1.5,1234567.125,0]", Json.write(List.of(1.0, 1.5, 1_234_567.125, 0.0001)));
    }

    @Test
    void shouldWriteNoNumberAsNull() {
        assertEquals("null", Json.write(Double.NaN));
    }
}

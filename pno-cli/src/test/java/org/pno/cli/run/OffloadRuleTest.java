package org.pno.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pno.cli.machine.UserError;

class OffloadRuleTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1",
                "10.0.0.0/8",
                "10.0.0.1:80",
                "0.0.0.0/0:8000-8999",
                "10.0.0.0/32:65535",
                "fd00::/8",
                "2001:db8::1",
                "[fd00::/8]:80",
                "[fd00::1]:8000-8999"
            })
    void shouldTakeRules(final String text) {
        assertEquals(text, OffloadRule.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.0.0",
                "256.0.0.1",
                "10.0.0.0/33",
                "10.0.0.1:0",
                "10.0.0.1:65536",
                "10.0.0.1:90-80",
                "x:1",
                "fd00::/129",
                "[fd00::]:0",
                "fd00:::1",
                "[10.0.0.1]:80",
                "::ffff:10.0.0.1"
            })
    void shouldRefuseWhatIsNoRule(final String text) {
        assertThrows(UserError.class, () -> OffloadRule.parse(text));
    }

    @Test
    void shouldNameTheValueThatIsOutOfBounds() {
        final UserError error = assertThrows(UserError.class, () -> OffloadRule.parse("10.0.0.0/40"));
        assertTrue(error.getMessage().contains("prefix 40"), error.getMessage());
    }
}

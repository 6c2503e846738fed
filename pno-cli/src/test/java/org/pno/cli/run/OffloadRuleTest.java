package org.pno.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pno.cli.machine.UserError;

class OffloadRuleTest {
    private static final String SOURCE = "--offload";

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
                "[fd00::1]:8000-8999",
                "*",
                "*:443@redis-cli",
                "dpu",
                "listen=dpu:6379",
                "connect=localhost@redis-benchmark",
                "127.0.0.1"
            })
    void shouldTakeRules(final String text) {
        assertEquals(text, OffloadRule.parse(SOURCE, text).toString());
    }

    /** The same that the shim refuses, in shim/test/test_units.c. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.0.0",
                "256.0.0.1",
                "10.77.0.0/33",
                "10.77.0/24",
                "10.77.0.0/24:",
                "10.77.0.0/24:70000",
                "10.0.0.1:90-80",
                "x",
                "x:1",
                "hello",
                "[::1",
                "[10.0.0.1]:80",
                "::ffff:10.0.0.1",
                "10.0.0.1:0",
                "*@",
                "listen=",
                "accept=*",
                "*@/bin/nginx",
                "fd00::/129",
                "localhost:80-",
                "dpu/24",
                "[::1]80",
                "[fd00::]:0",
                "127.0.0.1/-1",
                "*:http",
                "fd00:::1",
                "*:1-2-3@redis@me",
                "10.0.0.1/24/8",
                "10.0.0.1, 10.0.0.2"
            })
    void shouldRefuseWhatIsNoRule(final String text) {
        final UserError error = assertThrows(UserError.class, () -> OffloadRule.parse(SOURCE, text));
        assertTrue(error.getMessage().startsWith("--offload: '" + text + "' is no rule: "), error.getMessage());
    }

    @Test
    void shouldNameTheValueThatIsOutOfBounds() {
        final UserError error = assertThrows(UserError.class, () -> OffloadRule.parse(SOURCE, "10.0.0.0/40"));
        assertTrue(error.getMessage().contains("the prefix is not in 0..32"), error.getMessage());
    }
}

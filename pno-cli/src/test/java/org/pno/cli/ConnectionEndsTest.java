package org.pno.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pno.cli.machine.UserError;
import org.pno.link.CaptureRequest.Connection;
import org.pno.wire.IpAddress;

class ConnectionEndsTest {
    private static final IpAddress LEFT = IpAddress.parse("10.77.0.1");
    private static final IpAddress RIGHT = IpAddress.parse("10.77.0.2");
    private static final IpAddress V6 = IpAddress.parse("fd00::1");

    @Test
    void shouldReadOneEnd() {
        assertEquals(new Connection(LEFT.hi(), LEFT.lo(), 6379, 0, 0, 0), ConnectionEnds.parse("10.77.0.1:6379"));
    }

    @Test
    void shouldReadBothEnds() {
        assertEquals(
                new Connection(LEFT.hi(), LEFT.lo(), 6379, RIGHT.hi(), RIGHT.lo(), 40_000),
                ConnectionEnds.parse("10.77.0.1:6379-10.77.0.2:40000"));
    }

    @Test
    void shouldReadIpv6InBrackets() {
        assertEquals(
                new Connection(V6.hi(), V6.lo(), 80, V6.hi(), V6.lo(), 81),
                ConnectionEnds.parse("[fd00::1]:80-[fd00::1]:81"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "-",
                "[]:1",
                "10.77.0.1",
                "10.77.0.1:",
                "10.77.0.1:0",
                "10.77.0.1:65536",
                "10.77.0.1:-1",
                "fd00::1:80",
                "[10.77.0.1]:80",
                "[fd00::1:80",
                "10.77.0.1:1-",
                "10.77.0.1:1-10.77.0.2",
                "10.77.0.1:1-10.77.0.2:2-3",
                "10.77.0.1:99999999999"
            })
    void shouldRefuseAnythingElse(final String text) {
        assertThrows(UserError.class, () -> ConnectionEnds.parse(text));
    }
}

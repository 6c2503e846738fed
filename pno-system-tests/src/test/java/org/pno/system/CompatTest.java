package org.pno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pno.cli.compat.Compatibility;
import org.pno.cli.compat.RealProgram;
import org.pno.cli.measure.Transport;

/** Each program of {@code ./pno compat}. */
@Tag("system")
class CompatTest {
    static Stream<String> programs() {
        return Compatibility.programs().stream().map(RealProgram::name);
    }

    @ParameterizedTest
    @MethodSource("programs")
    void shouldDoAsOnLinux(final String name) {
        Pno.build();
        assertEquals(
                "",
                Compatibility.judge(
                                Compatibility.program(Compatibility.programs(), name),
                                Transport.PNO,
                                Testbed.busOptions())
                        .why(),
                name);
    }
}

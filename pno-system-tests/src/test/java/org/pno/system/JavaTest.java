package org.pno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pno.cli.machine.Side;
import org.pno.cli.measure.Transport;

/** What a JDK does with sockets that no other program does. */
@Tag("system")
class JavaTest {
    private static final int ROUNDS = 200;

    @ParameterizedTest
    @EnumSource
    void shouldEndBlockedCallsWhenAnotherThreadCloses(final Transport transport) {
        try (Testbed bed = Testbed.open("java", transport)) {
            final List<String> command = new ArrayList<>();
            if (transport == Transport.PNO) {
                command.addAll(List.of(Pno.command("run", "--")));
            }
            command.addAll(
                    Testbed.java(AsynchronousClose.class, transport.address(Side.HOST), Integer.toString(ROUNDS)));
            assertEquals(
                    "accepts\nreads\nchannels\nselectors\n",
                    bed.run(Await.PATIENCE.multipliedBy(4), Side.HOST, command.toArray(String[]::new)));
        }
    }
}

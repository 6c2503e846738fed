package org.pno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;
import org.pno.cli.measure.Transport;
import org.pno.sys.Cpu;

/** The kernel decides who gets a port, for programs by PnO as for its own, and between the two. */
@Tag("system")
class PortConflictTest {
    private static final String ANY = "0.0.0.0";
    private static final int PRIVILEGED_PORT = 1023;
    private static final String NOBODY = "65534";

    @ParameterizedTest
    @EnumSource
    void shouldRefuseAPortInUse(final Transport transport) {
        try (Testbed bed = Testbed.open("port", transport)) {
            final Redis first = Redis.start(bed);
            assertInUse(Redis.launch(bed, transport, first.port()));
            assertEquals("PONG", bed.redisCli(first, "PING"));
            Redis.launch(bed, transport, first.port() + 1).awaitReady();
        }
    }

    @Test
    void shouldRefuseAPortThatTheKernelListensOn() {
        try (Testbed bed = Testbed.open("portkernel", Transport.PNO)) {
            final Redis first = Redis.launch(bed, Transport.KERNEL, Redis.DEFAULT_PORT, "--bind", ANY)
                    .awaitReady();
            assertInUse(Redis.launch(bed, Transport.PNO, first.port()));
        }
    }

    @Test
    void shouldRefuseTheKernelAPortOfOurs() {
        try (Testbed bed = Testbed.open("portours", Transport.PNO)) {
            final Redis first = Redis.start(bed);
            assertInUse(Redis.launch(bed, Transport.KERNEL, first.port(), "--bind", ANY));
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseAPrivilegedPortToAnOrdinaryUser(final Transport transport) {
        assumeTrue(Cpu.effectiveUserId() == 0, "a lab of an ordinary user has no second user");
        try (Testbed bed = Testbed.open("portlow", transport)) {
            final LabProcess refused = redisOfNobody(bed, PRIVILEGED_PORT);
            assertEquals(1, refused.awaitEnd(Await.PATIENCE));
            assertTrue(refused.output().contains("Permission denied"), refused.output());
            final LabProcess served = redisOfNobody(bed, PRIVILEGED_PORT + 1);
            served.await(
                    "accept connections",
                    Await.PATIENCE,
                    () -> served.output().contains("Ready to accept connections"));
            assertEquals(
                    "PONG",
                    bed.run(
                                    Side.PEER,
                                    "redis-cli",
                                    "-h",
                                    bed.transport().address(Side.HOST),
                                    "-p",
                                    "" + (PRIVILEGED_PORT + 1),
                                    "PING")
                            .strip());
        }
    }

    private static LabProcess redisOfNobody(final Testbed bed, final int port) {
        final List<String> command = new ArrayList<>();
        if (bed.transport() == Transport.PNO) {
            command.addAll(List.of(Pno.command("run", "--")));
        }
        command.addAll(List.of("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--"));
        command.addAll(List.of("redis-server", "--bind", bed.transport().address(Side.HOST), "--port", "" + port));
        command.addAll(List.of("--protected-mode", "no", "--save", ""));
        return bed.start(Side.HOST, "redis-of-nobody", command.toArray(String[]::new));
    }

    private static void assertInUse(final Redis server) {
        assertEquals(1, server.process().awaitEnd(Await.PATIENCE));
        final String output = server.process().output();
        assertTrue(output.contains("Address already in use"), output);
    }
}

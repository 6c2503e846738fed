package org.pno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;
import org.pno.cli.measure.Transport;

/** Programs of one host that speak with each other: by the DPU's own address, by 127.0.0.1 and by ::1. */
@Tag("system")
class LocalProgramsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int REQUESTS = 5_000;
    private static final String LOOPED = "bridge.looped";
    private static final List<String> LOCAL =
            List.of(Side.HOST.offloadedAddress(), Side.HOST.offloadedAddressIpv6(), "127.0.0.1", "::1");

    private static Testbed open(final String purpose) {
        return Testbed.open(purpose, Transport.PNO, "--ip", Side.HOST.offloadedAddressIpv6() + "/64");
    }

    private static List<String> underPno(final List<String> program) {
        final List<String> command =
                new ArrayList<>(List.of(Pno.command("run", "--offload", "dpu", "--offload", "localhost", "--")));
        command.addAll(program);
        return command;
    }

    private static void start(final Testbed bed, final boolean offloaded, final String... addresses) {
        final List<String> server = new ArrayList<>(List.of("redis-server", "--protected-mode", "no", "--save", ""));
        server.addAll(List.of("--dir", bed.directory().toString(), "--bind"));
        server.addAll(List.of(addresses));
        final List<String> command = offloaded ? underPno(server) : server;
        final LabProcess process = bed.start(Side.HOST, "redis", command.toArray(String[]::new));
        process.await(
                "accept connections", Await.PATIENCE, () -> process.output().contains("Ready to accept connections"));
    }

    private static String ping(final Testbed bed, final Side side, final String address) {
        return bed.run(side, "redis-cli", "-h", address, "PING").strip();
    }

    private static String run(final Testbed bed, final String... program) {
        return bed.run(PATIENCE, Side.HOST, underPno(List.of(program)).toArray(String[]::new))
                .strip();
    }

    /** By PnO: each request and each answer is a frame that turns round in the DPU. */
    private static void assertServed(final Testbed bed, final String address) {
        final long before = bed.view().counter(LOOPED);
        assertEquals("PONG", run(bed, "redis-cli", "-h", address, "PING"), address);
        final String number = Integer.toString(REQUESTS);
        final String report =
                run(bed, "redis-benchmark", "-h", address, "-c", "4", "-t", "set,get", "--csv", "-n", number);
        assertTrue(report.contains("\"SET\",") && report.contains("\"GET\","), report);
        final long looped = bed.view().counter(LOOPED) - before;
        assertTrue(looped > REQUESTS, "of " + 2 * REQUESTS + " requests to " + address + ", " + looped + " frames");
    }

    @Test
    void shouldServeByAddressesOfItsOwn() {
        try (Testbed bed = open("local")) {
            start(bed, true, LOCAL.toArray(String[]::new));
            LOCAL.forEach(address -> assertServed(bed, address));
            final long before = bed.view().counter(LOOPED);
            assertEquals("PONG", ping(bed, Side.HOST, "127.0.0.1"));
            assertEquals("PONG", ping(bed, Side.HOST, "::1"));
            assertEquals(before, bed.view().counter(LOOPED), "frames of clients by the kernel");
            assertEquals("PONG", ping(bed, Side.PEER, Side.HOST.offloadedAddress()));
        }
    }

    @Test
    void shouldServeTheWildcardEverywhereAtOnce() {
        try (Testbed bed = open("localany")) {
            start(bed, true, "*", "-::*");
            LOCAL.forEach(address -> assertServed(bed, address));
            assertEquals("PONG", ping(bed, Side.HOST, "127.0.0.1"));
            assertEquals("PONG", ping(bed, Side.HOST, "::1"));
            assertEquals("PONG", ping(bed, Side.HOST, Side.HOST.kernelAddress()));
            for (final Transport transport : Transport.values()) {
                assertEquals("PONG", ping(bed, Side.PEER, transport.address(Side.HOST)));
                assertEquals("PONG", ping(bed, Side.PEER, transport.addressIpv6(Side.HOST)));
            }
        }
    }

    @Test
    void shouldReachTheKernelsServersByLoopback() {
        try (Testbed bed = open("localkern")) {
            start(bed, false, "127.0.0.1", "::1");
            assertEquals("PONG", run(bed, "redis-cli", "-h", "127.0.0.1", "PING"));
            assertEquals("PONG", run(bed, "redis-cli", "-h", "::1", "PING"));
        }
    }

    @Test
    void shouldTellThatNobodyServes() {
        try (Testbed bed = open("localnone")) {
            for (final String address : LOCAL) {
                final String told = bed.shell(
                        PATIENCE,
                        Side.HOST,
                        String.join(" ", underPno(List.of("redis-cli", "-h", address, "PING"))) + " 2>&1 || true");
                assertTrue(told.contains("Connection refused"), address + ": " + told);
            }
        }
    }
}

package org.pno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;
import org.pno.cli.measure.Transport;

/** Redis' programs in the ways they are used, on the host by PnO as by the kernel. */
@Tag("system")
class ProgramsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int REQUESTS = 20_000;
    private static final int MANY_CONNECTIONS = 10_000;

    @ParameterizedTest
    @EnumSource
    void shouldAnswerRedisCli(final Transport transport) {
        try (Testbed bed = Testbed.open("cli", transport)) {
            final Redis redis = Redis.start(bed);
            assertEquals("PONG", bed.redisCli(redis, "PING"));
            assertEquals("", bed.redisCli(redis, "BLPOP", "nothing", "0.1"));
            final LabProcess blocked =
                    bed.start(Side.PEER, "blpop", "redis-cli", "-h", redis.address(), "BLPOP", "list", "0");
            Await.until("a blocked client", () -> redis.info("blocked_clients") == 1);
            assertEquals("1", bed.redisCli(redis, "RPUSH", "list", "element"));
            assertEquals(0, blocked.awaitEnd(Await.PATIENCE));
            assertEquals("list\nelement\n", blocked.output());
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldServeThreadsAndPipelines(final Transport transport) {
        try (Testbed bed = Testbed.open("threads", transport)) {
            final Redis redis = Redis.start(bed);
            benchmark(redis, Side.PEER, "-c", "32", "--threads", "2");
            benchmark(redis, Side.PEER, "-c", "32", "-P", "16", "-d", "1024");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldServeWithThreadsOfItsOwn(final Transport transport) {
        try (Testbed bed = Testbed.open("iothreads", transport)) {
            final Redis redis = Redis.start(bed, "--io-threads", "2", "--io-threads-do-reads", "yes");
            benchmark(redis, Side.PEER, "-c", "32", "-P", "16");
            assertTrue(redis.info("io_threaded_reads_processed") > 0, "no thread has read anything");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldRunClientsOnTheHost(final Transport transport) {
        try (Testbed bed = Testbed.open("clients", transport)) {
            final Redis redis = Redis.startOnPeer(bed);
            assertEquals("PONG", onHost(bed, "redis-cli", "-h", redis.address(), "PING"));
            assertEquals("", onHost(bed, "redis-cli", "-h", redis.address(), "BLPOP", "nothing", "0.1"));
            benchmark(redis, Side.HOST, "-c", "32", "--threads", "2");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldServeByIpv6(final Transport transport) {
        try (Testbed bed = Testbed.open("ipv6", transport, "--ip", Side.HOST.offloadedAddressIpv6() + "/64")) {
            final String address = transport.addressIpv6(Side.HOST);
            final Redis redis = Redis.start(bed, "--bind", address);
            assertEquals(
                    "PONG",
                    bed.run(Side.PEER, "redis-cli", "-h", address, "PING").strip());
            benchmark(redis, Side.PEER, "-h", address, "-c", "32", "-P", "16", "-d", "4096");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldRunClientsOnTheHostByIpv6(final Transport transport) {
        try (Testbed bed = Testbed.open("clients6", transport, "--ip", Side.HOST.offloadedAddressIpv6() + "/64")) {
            final String address = transport.addressIpv6(Side.PEER);
            final Redis redis = Redis.startOnPeer(bed, "--bind", address);
            assertEquals("PONG", onHost(bed, "redis-cli", "-h", address, "PING"));
            benchmark(redis, Side.HOST, "-h", address, "-c", "32");
        }
    }

    @Test
    void shouldReachADualStackServerByBothFamilies() {
        try (Testbed bed = Testbed.open("dual", Transport.PNO, "--ip", Side.HOST.offloadedAddressIpv6() + "/64")) {
            Redis.start(bed, "--bind", "*", "-::*");
            for (final Transport transport : Transport.values()) {
                for (final String address : List.of(transport.address(Side.HOST), transport.addressIpv6(Side.HOST))) {
                    assertEquals(
                            "PONG",
                            bed.run(Side.PEER, "redis-cli", "-h", address, "PING")
                                    .strip(),
                            address);
                }
            }
        }
    }

    @Test
    void shouldReachAServerOnTheWildcardBothWays() {
        try (Testbed bed = Testbed.open("wildcard", Transport.PNO)) {
            Redis.start(bed, "--bind", "0.0.0.0");
            for (final Transport transport : Transport.values()) {
                assertEquals(
                        "PONG",
                        bed.run(Side.PEER, "redis-cli", "-h", transport.address(Side.HOST), "PING")
                                .strip());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldHoldManyConnectionsAndFreeThem(final Transport transport) {
        try (Testbed bed = Testbed.open("many", transport)) {
            final Redis redis = Redis.start(bed, "--maxclients", Integer.toString(MANY_CONNECTIONS + 100));
            final String before = bed.held();
            final PeerConnections first = PeerConnections.open(redis, MANY_CONNECTIONS);
            assertEquals(MANY_CONNECTIONS, bed.establishedConnections());
            first.close();
            Await.until("the end of all clients", () -> redis.info("connected_clients") == 1);
            bed.awaitHeld(before);
            final PeerConnections again = PeerConnections.open(redis, MANY_CONNECTIONS / 10);
            assertEquals("PONG", bed.redisCli(redis, "PING"));
            again.close();
        }
    }

    private static String onHost(final Testbed bed, final String... client) {
        return bed.run(PATIENCE, Side.HOST, underWay(bed, List.of(client))).strip();
    }

    private static String[] underWay(final Testbed bed, final List<String> client) {
        final List<String> command = new ArrayList<>();
        if (bed.transport() == Transport.PNO) {
            command.addAll(List.of(Pno.command("run", "--")));
        }
        command.addAll(client);
        return command.toArray(String[]::new);
    }

    /** SET, then GET, by redis-benchmark; the server must have seen them all. */
    private static void benchmark(final Redis redis, final Side side, final String... options) {
        final long before = redis.info("total_commands_processed");
        final List<String> command = new ArrayList<>(List.of("redis-benchmark", "-h", redis.address()));
        command.addAll(List.of("-p", Integer.toString(redis.port()), "-t", "set,get", "--csv"));
        command.addAll(List.of("-r", "1000", "-n", Integer.toString(REQUESTS)));
        command.addAll(List.of(options));
        final Testbed bed = redis.bed();
        final String report = side == Side.PEER
                ? bed.run(PATIENCE, side, command.toArray(String[]::new))
                : onHost(bed, command.toArray(String[]::new));
        assertTrue(report.contains("\"SET\",") && report.contains("\"GET\","), report);
        final long served = redis.info("total_commands_processed") - before;
        assertTrue(served >= 2 * REQUESTS, "of " + 2 * REQUESTS + " requests the server saw " + served);
    }
}

package org.pno.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pno.cli.lab.LabProcess;
import org.pno.cli.machine.Side;
import org.pno.cli.measure.Transport;

/** Who is killed takes down what Linux would take down with it, and nothing else; what it held is free again. */
@Tag("system")
class DeathTest {
    private static final int CLIENTS = 3;

    /** Redis waits so long for each key that it saves: its child lives until it is killed. */
    private static final String NEVER_SAVED = "1000000000";

    @ParameterizedTest
    @EnumSource
    void shouldCloseConnectionsOfAKilledProgram(final Transport transport) {
        try (Testbed bed = Testbed.open("death", transport)) {
            final Redis redis = Redis.start(bed);
            final PeerConnections clients = PeerConnections.open(redis, CLIENTS);
            redis.kill();
            assertEquals("eof=" + CLIENTS + " reset=0", clients.awaitEnd());
            bed.awaitHeld("");
            assertEquals("PONG", bed.redisCli(Redis.start(bed), "PING"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldResetConnectionsWhoseBytesAKilledProgramHasNotRead(final Transport transport) {
        try (Testbed bed = Testbed.open("unread", transport)) {
            final Redis redis = Redis.start(bed, "--enable-debug-command", "yes");
            final PeerConnections clients = PeerConnections.openTalking(redis, 1);
            redis.startAsking("DEBUG", "SLEEP", "1000");
            Await.until("bytes that redis has not read", () -> bed.unreadBytes() > 0);
            redis.kill();
            assertEquals("eof=0 reset=1", clients.awaitEnd());
            bed.awaitHeld("");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepConnectionsUntilTheSavingChildEndsToo(final Transport transport) {
        try (Testbed bed = Testbed.open("child", transport)) {
            final Redis redis = Redis.start(bed, "--rdb-key-save-delay", NEVER_SAVED);
            final PeerConnections clients = PeerConnections.open(redis, CLIENTS);
            final ProcessHandle child = startSaving(redis);
            redis.kill();
            Await.until("a refusal, since redis' child keeps no listener", () -> isRefused(redis));
            assertTrue(clients.isOpen(), "connections ended while a child held them");
            assertEquals(CLIENTS, bed.establishedConnections());
            child.destroyForcibly();
            assertEquals("eof=" + CLIENTS + " reset=0", clients.awaitEnd());
            bed.awaitHeld("");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldServeWhileAChildSaves(final Transport transport) {
        try (Testbed bed = Testbed.open("bgsave", transport)) {
            final Redis redis = Redis.start(bed, "--rdb-key-save-delay", NEVER_SAVED);
            final PeerConnections clients = PeerConnections.open(redis, CLIENTS);
            final ProcessHandle child = startSaving(redis);
            assertEquals("OK", bed.redisCli(redis, "SET", "meanwhile", "served"));
            assertEquals("served", bed.redisCli(redis, "GET", "meanwhile"));
            assertEquals(1, redis.info("rdb_bgsave_in_progress"));
            child.destroyForcibly();
            Await.until("the end of the save", () -> redis.info("rdb_bgsave_in_progress") == 0);
            redis.ask("CONFIG", "SET", "rdb-key-save-delay", "0");
            redis.ask("BGSAVE");
            Await.until("a save", () -> redis.info("rdb_bgsave_in_progress") == 0);
            assertTrue(redis.ask("INFO").contains("rdb_last_bgsave_status:ok"));
            assertEquals("served", bed.redisCli(redis, "GET", "meanwhile"));
            assertTrue(clients.isOpen(), "a child took connections with it");
            clients.close();
            Await.until("the end of all clients", () -> redis.info("connected_clients") == 1);
        }
    }

    @Test
    void shouldOutliveTheDpu() {
        try (Testbed bed = Testbed.open("dpu", Transport.PNO)) {
            final Redis redis = Redis.start(bed);
            final PeerConnections clients = PeerConnections.openTalking(redis, CLIENTS);
            bed.dpu().kill();
            Await.until("the end of all sockets", () -> redis.info("connected_clients") == 1);
            bed.startDpu();
            assertEquals("eof=0 reset=" + CLIENTS, clients.awaitEnd(), "the new DPU knows nothing of them");
            redis.ask("SHUTDOWN", "NOSAVE");
            assertEquals(0, redis.process().awaitEnd(Await.PATIENCE));
            assertEquals("PONG", bed.redisCli(Redis.start(bed), "PING"));
        }
    }

    @Test
    void shouldWakeABlockedClientWhenTheDpuIsKilled() {
        try (Testbed bed = Testbed.open("blocked", Transport.PNO)) {
            final Redis redis = Redis.startOnPeer(bed);
            final LabProcess client = bed.start(
                    Side.HOST,
                    "client",
                    Pno.command("run", "--", "redis-cli", "-h", redis.address(), "BLPOP", "nothing", "0"));
            Await.until("a blocked client", client::output, () -> redis.info("blocked_clients") == 1);
            bed.dpu().kill();
            assertEquals(1, client.awaitEnd(Await.PATIENCE));
            assertTrue(client.output().contains("Error"), client.output());
        }
    }

    @Test
    void shouldLeaveNothingBehind() throws IOException {
        final Set<String> sharedMemory = sharedMemory();
        final List<ProcessHandle> programs;
        final Set<Path> namespaces = new TreeSet<>();
        final Path directory;
        try (Testbed bed = Testbed.open("traces", Transport.PNO)) {
            final Redis redis = Redis.start(bed);
            PeerConnections.open(redis, CLIENTS);
            programs = List.of(redis.program(), bed.dpu().program());
            for (final ProcessHandle program : programs) {
                namespaces.add(namespace(program.pid()));
            }
            directory = bed.directory();
        }
        programs.forEach(program -> assertFalse(program.isAlive(), () -> program.info() + " still runs"));
        assertFalse(Files.exists(directory), directory + " is still there");
        assertEquals(sharedMemory, sharedMemory());
        namespaces.retainAll(namespacesInUse());
        assertEquals(Set.of(), namespaces, "namespaces still in use");
    }

    /** Has redis fork a child that saves. */
    private static ProcessHandle startSaving(final Redis redis) {
        redis.ask("SET", "key", "value");
        redis.ask("BGSAVE");
        Await.until("a child", () -> redis.program().children().findAny().isPresent());
        return redis.program().children().findAny().orElseThrow();
    }

    private static boolean isRefused(final Redis redis) {
        final String connect = "exec 3<> /dev/tcp/" + redis.address() + "/" + redis.port();
        final LabProcess client = redis.bed().start(Side.PEER, "connect", "bash", "-c", connect);
        return client.awaitEnd(Await.PATIENCE) == 1 && client.output().contains("Connection refused");
    }

    private static Set<String> sharedMemory() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/dev/shm"))) {
            return files.map(Path::toString)
                    .filter(name -> name.contains("pno"))
                    .collect(Collectors.toSet());
        }
    }

    private static Path namespace(final long pid) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/net"));
    }

    private static Set<Path> namespacesInUse() {
        return ProcessHandle.allProcesses()
                .flatMap(process -> {
                    try {
                        return Stream.of(namespace(process.pid()));
                    } catch (final IOException e) {
                        return Stream.empty(); // ended meanwhile
                    }
                })
                .collect(Collectors.toSet());
    }
}

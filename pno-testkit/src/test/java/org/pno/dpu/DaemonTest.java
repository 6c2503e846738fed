package org.pno.dpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pno.bridge.JournalDescriptor;
import org.pno.bridge.JournalReader;
import org.pno.dpu.DaemonFixture.Host;
import org.pno.link.ControlClient;
import org.pno.link.ControlException;
import org.pno.link.HandshakeDescriptor;
import org.pno.sim.HostListener;
import org.pno.sim.HostSocket;
import org.pno.sim.SimulatedHost;
import org.pno.sys.Descriptors;
import org.pno.sys.Errno;
import org.pno.sys.InetSocket;
import org.pno.sys.MemoryMapping;
import org.pno.sys.UnixAddress;
import org.pno.sys.UnixSocket;
import org.pno.wire.IpAddress;

/** The daemon over its real control socket, unprivileged. */
class DaemonTest {
    private static final IpAddress LEFT = IpAddress.parse("10.77.0.1");

    @TempDir
    Path directory;

    private static HostSocket connect(final Host host, final int port) {
        final HostSocket socket = host.host.takeRecord(host.channel);
        socket.connect(0, 0, 0, LEFT.hi(), LEFT.lo(), port);
        return socket;
    }

    private static HostSocket accept(final HostListener listener) {
        final HostSocket[] accepted = new HostSocket[1];
        DaemonFixture.await(() -> {
            if (accepted[0] == null) {
                accepted[0] = listener.accept();
            }
            return accepted[0] != null;
        });
        return accepted[0];
    }

    @Test
    void shouldWelcomeWithItsAddresses() throws IOException {
        try (DaemonFixture fixture = new DaemonFixture(directory);
                ControlClient client =
                        ControlClient.connect(fixture.dpu.socketPath(), HandshakeDescriptor.KIND_PROGRAM)) {
            assertEquals(1, client.addresses().size());
            assertEquals(LEFT.lo(), client.addresses().getFirst().lo());
            assertEquals(24, client.addresses().getFirst().prefixLength());
            assertTrue(client.bell() >= 0);
            assertTrue(client.epoch() != 0);
        }
    }

    @Test
    void shouldCarryBytesBetweenTwoHosts() throws IOException {
        try (DaemonFixture fixture = new DaemonFixture(directory)) {
            final Host server = fixture.host(fixture.dpu);
            final Host client = fixture.host(fixture.peer);
            final HostListener listener = new HostListener(server.host, server.channel);
            final int port = server.listen(listener);
            listener.postCredits(4);
            final HostSocket near = connect(client, port);
            DaemonFixture.await(near::isRequestDone);
            assertEquals(0, near.requestError());
            final HostSocket far = accept(listener);

            near.send(new byte[] {1, 2, 3}, 0, 3);
            DaemonFixture.await(() -> far.readable() == 3);
            assertArrayEquals(new byte[] {1, 2, 3}, far.receive(10));
            far.send(new byte[] {4, 5}, 0, 2);
            DaemonFixture.await(() -> near.readable() == 2);
        }
    }

    @Test
    void shouldFinishTheSocketsOfAProcessWhoseConnectionEnded() throws IOException {
        try (DaemonFixture fixture = new DaemonFixture(directory)) {
            final Host server = fixture.host(fixture.dpu);
            final Host client = fixture.host(fixture.peer);
            final HostListener listener = new HostListener(server.host, server.channel);
            final int port = server.listen(listener);
            listener.postCredits(4);
            final HostSocket near = connect(client, port);
            final HostSocket far = accept(listener);
            far.send(new byte[] {7}, 0, 1);
            server.client.close();

            DaemonFixture.await(() -> near.readable() == 1);
            near.receive(1);
            DaemonFixture.await(near::isAtEnd);
        }
    }

    @Test
    void shouldShowConnectionsAndCounters() throws IOException {
        try (DaemonFixture fixture = new DaemonFixture(directory)) {
            final Host server = fixture.host(fixture.dpu);
            final Host client = fixture.host(fixture.peer);
            final HostListener listener = new HostListener(server.host, server.channel);
            final int port = server.listen(listener);
            listener.postCredits(4);
            connect(client, port);
            accept(listener);
            try (ControlClient tool = ControlClient.connect(fixture.dpu.socketPath(), HandshakeDescriptor.KIND_TOOL)) {
                final String connections = tool.query(HandshakeDescriptor.QUERY_CONNECTIONS);
                assertTrue(connections.contains("\"state\":\"LISTEN\""), connections);
                assertTrue(connections.contains("\"state\":\"ESTAB\""), connections);
                assertTrue(connections.contains("\"localPort\":" + port), connections);
                assertTrue(
                        connections.contains(
                                "\"pid\":" + ProcessHandle.current().pid()),
                        connections);
                final String counters = tool.query(HandshakeDescriptor.QUERY_COUNTERS);
                assertTrue(counters.contains("\"name\":\"bridge.accepts\",\"value\":1"), counters);
            }
        }
    }

    @Test
    void shouldJournalWhatARestartNeeds() throws IOException {
        try (DaemonFixture fixture = new DaemonFixture(directory)) {
            final Host server = fixture.host(fixture.dpu);
            final Host client = fixture.host(fixture.peer);
            final HostListener listener = new HostListener(server.host, server.channel);
            final int port = server.listen(listener);
            listener.postCredits(4);
            connect(client, port);
            final HostSocket far = accept(listener);

            final JournalReader journal =
                    new JournalReader(fixture.dpu.dpu.journal().memory());
            assertEquals(server.client.epoch(), journal.epoch());
            assertTrue(journal.isArena(server.arena));
            assertTrue(journal.isListener(0));
            assertEquals(port, journal.listenerField(0, JournalDescriptor.LISTENER_PORT_OFFSET));
            assertTrue(journal.isConnection(0));
            assertEquals(far.record(), journal.connectionField(0, JournalDescriptor.RECORD_OFFSET));
            assertEquals(far.generation(), journal.connectionField(0, JournalDescriptor.GENERATION_OFFSET));
            assertEquals(port, journal.connectionPort(0, JournalDescriptor.LOCAL_PORT_OFFSET));
            assertTrue(journal.connectionWord(0, JournalDescriptor.EDGE_OFFSET) > 0);
        }
    }

    @Test
    void shouldRefuseAnArenaBeyondTheQuota() throws IOException {
        try (DaemonFixture fixture = new DaemonFixture(directory, new Quotas(1 << 20, 10, 10, 10));
                ControlClient client =
                        ControlClient.connect(fixture.dpu.socketPath(), HandshakeDescriptor.KIND_PROGRAM);
                SimulatedHost host = new SimulatedHost(SimulatedHost.smallGeometry(), () -> {})) {
            final ControlException refused =
                    assertThrows(ControlException.class, () -> client.arena(host.descriptor()));
            assertEquals(Errno.ENOMEM, refused.errno());
            assertTrue(refused.getMessage().contains("1048576 bytes"), refused.getMessage());
        }
    }

    @Test
    void shouldRefuseAnArenaThatIsNotSealed() throws IOException {
        final int unsealed = MemoryMapping.createMemfd("unsealed", 1 << 20);
        try (DaemonFixture fixture = new DaemonFixture(directory);
                ControlClient client =
                        ControlClient.connect(fixture.dpu.socketPath(), HandshakeDescriptor.KIND_PROGRAM)) {
            final ControlException refused = assertThrows(ControlException.class, () -> client.arena(unsealed));
            assertEquals(Errno.EINVAL, refused.errno());
        } finally {
            Descriptors.close(unsealed);
        }
    }

    @Test
    void shouldRefuseAnArenaOfZeros() throws IOException {
        final int zeros = MemoryMapping.createSealedMemfd("zeros", 1 << 20);
        try (DaemonFixture fixture = new DaemonFixture(directory);
                ControlClient client =
                        ControlClient.connect(fixture.dpu.socketPath(), HandshakeDescriptor.KIND_PROGRAM)) {
            final ControlException refused = assertThrows(ControlException.class, () -> client.arena(zeros));
            assertEquals(Errno.EPROTO, refused.errno());
        } finally {
            Descriptors.close(zeros);
        }
    }

    @Test
    void shouldRefuseOthersArenas() throws IOException {
        try (DaemonFixture fixture = new DaemonFixture(directory)) {
            final Host owner = fixture.host(fixture.dpu);
            final Host other = fixture.host(fixture.dpu);
            final ControlException refused = assertThrows(
                    ControlException.class, () -> other.client.channel(owner.arena, 1, other.channel.bell()));
            assertEquals(Errno.EPERM, refused.errno());
        }
    }

    @Test
    void shouldRefuseAnUnboundPlaceholder() throws IOException {
        final int unbound = InetSocket.open(InetSocket.AF_INET, InetSocket.SOCK_STREAM);
        try (DaemonFixture fixture = new DaemonFixture(directory)) {
            final Host host = fixture.host(fixture.dpu);
            final ControlException refused =
                    assertThrows(ControlException.class, () -> host.client.listen(host.arena, 0, 1, 1, unbound));
            assertEquals(Errno.EINVAL, refused.errno());
        } finally {
            Descriptors.close(unbound);
        }
    }

    @Test
    void shouldRefuseASecondDpuAtTheSamePlace() {
        try (DaemonFixture fixture = new DaemonFixture(directory)) {
            final DpuConfiguration same =
                    fixture.configuration("third", "left", "10.77.0.3/24").socketPath(fixture.dpu.socketPath());
            final DpuException refused = assertThrows(DpuException.class, () -> new Dpu(same).close());
            assertTrue(refused.getMessage().contains(fixture.dpu.socketPath()), refused.getMessage());
        }
    }

    @Test
    void shouldReplaceASocketThatADeadDpuLeft() throws IOException {
        final Path left = directory.resolve("left.sock");
        final int dead = UnixSocket.open(UnixSocket.SEQPACKET);
        UnixSocket.bind(dead, UnixAddress.of(left.toString()));
        Descriptors.close(dead);
        assertTrue(Files.exists(left));
        try (DaemonFixture fixture = new DaemonFixture(directory)) {
            ControlClient.connect(fixture.dpu.socketPath(), HandshakeDescriptor.KIND_TOOL)
                    .close();
        }
    }

    @Test
    void shouldLeaveNothingButItsSocketToBeFoundAfterAKill() throws IOException {
        try (DaemonFixture fixture = new DaemonFixture(directory);
                var files = Files.list(directory)) {
            final List<String> names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("left."))
                    .toList();
            assertEquals(List.of(Path.of(fixture.dpu.socketPath()).getFileName().toString()), names);
        }
    }

    @Test
    void shouldLeaveNothingBehindWhenItEnds() throws IOException {
        new DaemonFixture(directory).close();
        try (var files = Files.list(directory)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void shouldStartWhereAnotherWasKilledWhileItStarted() throws IOException {
        Files.createFile(directory.resolve("left.sock.lock"));
        try (DaemonFixture fixture = new DaemonFixture(directory)) {
            ControlClient.connect(fixture.dpu.socketPath(), HandshakeDescriptor.KIND_TOOL)
                    .close();
            assertFalse(Files.exists(directory.resolve("left.sock.lock")));
        }
    }

    @Test
    void shouldLeaveSomebodyElsesSocketAlone() {
        final Path left = directory.resolve("left.sock");
        final int other = UnixSocket.open(UnixSocket.STREAM);
        UnixSocket.bind(other, UnixAddress.of(left.toString()));
        UnixSocket.listen(other, 1);
        final DpuConfiguration configuration = new DpuConfiguration()
                .port("socket:" + directory.resolve("p"))
                .address("10.77.0.1/24")
                .socketPath(left.toString());
        assertThrows(DpuException.class, () -> new Dpu(configuration).close());
        assertTrue(Files.exists(left));
        Descriptors.close(other);
    }

    @Test
    void shouldNotReplaceAFileThatIsNoSocket() throws IOException {
        final Path file = Files.createFile(directory.resolve("precious"));
        final DpuConfiguration configuration = new DpuConfiguration()
                .port("socket:" + directory.resolve("p"))
                .address("10.77.0.1/24")
                .socketPath(file.toString());
        assertThrows(DpuException.class, () -> new Dpu(configuration).close());
        assertTrue(Files.exists(file));
    }

    @Test
    void shouldStopWhenItsOwnerAsksAndRemoveItsSocket() throws IOException {
        final DaemonFixture fixture = new DaemonFixture(directory);
        final Path socket = Path.of(fixture.dpu.socketPath());
        try (fixture;
                ControlClient client = ControlClient.connect(socket.toString(), HandshakeDescriptor.KIND_TOOL)) {
            assertTrue(Files.exists(socket));
            client.stop();
            fixture.dpu.join();
            assertFalse(fixture.dpu.isRunning());
        }
        assertFalse(Files.exists(socket));
    }

    @Test
    void shouldEndItsClientsConnectionsWhenItEnds() throws IOException {
        try (DaemonFixture fixture = new DaemonFixture(directory)) {
            final Host server = fixture.host(fixture.dpu);
            fixture.dpu.close();
            assertThrows(IOException.class, () -> server.client.query(HandshakeDescriptor.QUERY_COUNTERS));
        }
    }
}

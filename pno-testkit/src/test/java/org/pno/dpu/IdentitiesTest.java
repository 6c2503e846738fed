package org.pno.dpu;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.pno.dpu.DaemonFixture.Host;
import org.pno.link.ControlClient;
import org.pno.link.ControlException;
import org.pno.link.HandshakeDescriptor;
import org.pno.link.HolderDescriptor;
import org.pno.link.JoinGrant;
import org.pno.link.SubmissionDescriptor;
import org.pno.sim.HostListener;
import org.pno.sim.HostSocket;
import org.pno.sys.Descriptors;
import org.pno.sys.Errno;
import org.pno.sys.EventFd;
import org.pno.sys.InetSocket;
import org.pno.sys.MemoryMapping;
import org.pno.sys.UnixSocket;
import org.pno.wire.IpAddress;

/** Sockets that go from process to process, and processes that come for them, honest ones and others. */
class IdentitiesTest {
    private static final IpAddress LEFT = IpAddress.parse("10.77.0.1");
    private static final int SLOT = 1;

    @TempDir
    Path directory;

    private DaemonFixture fixture;
    private Host server;
    private HostListener listener;
    private int placeholder;
    private int port;

    @BeforeEach
    void listen() throws IOException {
        fixture = open(directory);
        server = fixture.host(fixture.dpu);
        listener = new HostListener(server.host, server.channel);
        placeholder = InetSocket.open(InetSocket.AF_INET, InetSocket.SOCK_STREAM);
        UnixSocket.listen(placeholder, 16);
        server.client.listen(
                server.arena, listener.socket().record(), listener.socket().generation(), 16, placeholder);
        port = InetSocket.localEndpoint(placeholder).port();
        listener.postCredits(4);
    }

    DaemonFixture open(final Path where) {
        return new DaemonFixture(where);
    }

    @AfterEach
    void end() {
        fixture.close();
        if (placeholder >= 0) {
            Descriptors.close(placeholder);
        }
    }

    private void closePlaceholder() {
        Descriptors.close(placeholder);
        placeholder = -1;
    }

    private HostSocket connect() throws IOException {
        final Host client = fixture.host(fixture.peer);
        final HostSocket socket = client.host.takeRecord(client.channel);
        socket.connect(0, 0, 0, LEFT.hi(), LEFT.lo(), port);
        DaemonFixture.await(socket::isRequestDone);
        return socket;
    }

    private HostSocket accept() {
        final HostSocket[] accepted = new HostSocket[1];
        DaemonFixture.await(() -> {
            if (accepted[0] == null) {
                accepted[0] = listener.accept();
            }
            return accepted[0] != null;
        });
        return accepted[0];
    }

    private int nameOf(final HostSocket socket) throws IOException {
        return server.client.identity(server.arena, socket.record(), socket.generation());
    }

    private ControlClient stranger() throws IOException {
        return ControlClient.connect(fixture.dpu.socketPath(), HandshakeDescriptor.KIND_PROGRAM);
    }

    private static void closeMemory(final JoinGrant grant) {
        Descriptors.close(grant.memory());
        Descriptors.close(grant.family());
    }

    private static int refusal(final ControlClient client, final int descriptor) {
        return assertThrows(ControlException.class, () -> client.join(descriptor))
                .errno();
    }

    private String connections() throws IOException {
        try (ControlClient tool = ControlClient.connect(fixture.dpu.socketPath(), HandshakeDescriptor.KIND_TOOL)) {
            return tool.query(HandshakeDescriptor.QUERY_CONNECTIONS);
        }
    }

    private boolean listens() {
        try {
            return connections().contains("LISTEN");
        } catch (final IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldKeepAConnectionAsLongAsSomethingNamesIt() throws IOException {
        final HostSocket near = connect();
        final HostSocket far = accept();
        final int name = nameOf(far);
        far.close();
        near.send(new byte[] {1}, 0, 1);
        DaemonFixture.await(() -> near.txAcked() == 1);
        assertFalse(near.isEndVisible(), "the name holds it");
        Descriptors.close(name);
        DaemonFixture.await(() -> near.isEndVisible() || near.soError() != 0);
    }

    @Test
    void shouldSendWhatWasWrittenBeforeItsProcessEnded() throws IOException {
        final HostSocket near = connect();
        final HostSocket far = accept();
        final int name = nameOf(far);
        far.send(new byte[] {7}, 0, 1);
        server.client.close();
        DaemonFixture.await(() -> near.readable() == 1);
        assertFalse(near.isEndVisible(), "the name holds it");
        Descriptors.close(name);
        near.receive(1);
        DaemonFixture.await(near::isAtEnd);
    }

    @Test
    void shouldGiveTheArenaToWhoShowsAName() throws IOException {
        connect();
        final HostSocket far = accept();
        final int name = nameOf(far);
        try (ControlClient other = stranger()) {
            final JoinGrant grant = other.join(name);
            assertEquals(server.arena, grant.arena());
            assertEquals(far.record(), grant.record());
            assertEquals(far.generation(), grant.generation());
            assertEquals(HandshakeDescriptor.ROLE_CONNECTION, grant.role());
            assertEquals(server.host.memory().byteSize(), MemoryMapping.size(grant.memory()));
            assertEquals(DaemonFixture.FAMILY_BYTES, MemoryMapping.size(grant.family()));
            closeMemory(grant);
        }
        Descriptors.close(name);
    }

    @Test
    void shouldLetWhoJoinedHoldASlot() throws IOException {
        final HostSocket near = connect();
        final HostSocket far = accept();
        final int name = nameOf(far);
        try (ControlClient other = stranger()) {
            closeMemory(other.join(name));
            final long slot = server.host.geometry().holderOffset(SLOT);
            final long word = slot + HolderDescriptor.BITMAP_OFFSET + far.record() / Long.SIZE * (long) Long.BYTES;
            server.host.memory().set(JAVA_LONG, word, 1L << far.record());
            server.host.memory().set(JAVA_LONG, slot + HolderDescriptor.STATE_OFFSET, HolderDescriptor.forking(4711));
            other.holder(server.arena, SLOT);
            Descriptors.close(name);
            server.client.close();
            near.send(new byte[] {1}, 0, 1);
            DaemonFixture.await(() -> near.txAcked() == 1);
            assertFalse(near.isEndVisible(), "the slot holds it");
        }
        DaemonFixture.await(() -> near.isEndVisible() || near.soError() != 0);
    }

    @Test
    void shouldRefuseASlotOfAnArenaThatWasNotJoined() throws IOException {
        server.host
                .memory()
                .set(
                        JAVA_LONG,
                        server.host.geometry().holderOffset(SLOT) + HolderDescriptor.STATE_OFFSET,
                        HolderDescriptor.forking(4711));
        try (ControlClient other = stranger()) {
            final ControlException refused =
                    assertThrows(ControlException.class, () -> other.holder(server.arena, SLOT));
            assertEquals(Errno.EPERM, refused.errno());
        }
    }

    @Test
    void shouldRefuseTheArenaToAnotherUserWhateverHeShows() throws IOException {
        connect();
        final int name = nameOf(accept());
        try (ControlClient other = OtherUser.connect(directory, fixture.dpu.socketPath())) {
            assertEquals(Errno.EPERM, refusal(other, name));
            assertEquals(Errno.EPERM, refusal(other, placeholder));
        }
        Descriptors.close(name);
    }

    @Test
    void shouldRefuseAnotherUserAllUseOfAnArena() throws IOException {
        connect();
        final HostSocket far = accept();
        final int bell = EventFd.create();
        final long state = server.host.geometry().holderOffset(SLOT) + HolderDescriptor.STATE_OFFSET;
        server.host.memory().set(JAVA_LONG, state, HolderDescriptor.forking(4711));
        try (ControlClient other = OtherUser.connect(directory, fixture.dpu.socketPath())) {
            final List<Executable> uses = List.of(
                    () -> other.holder(server.arena, SLOT),
                    () -> other.channel(server.arena, 1, bell),
                    () -> other.identity(server.arena, far.record(), far.generation()),
                    () -> other.unlisten(
                            server.arena,
                            listener.socket().record(),
                            listener.socket().generation()),
                    () -> other.listen(server.arena, far.record(), far.generation(), 1, placeholder));
            for (final Executable use : uses) {
                assertEquals(
                        Errno.EPERM, assertThrows(ControlException.class, use).errno());
            }
        }
        Descriptors.close(bell);
        assertTrue(listens());
    }

    @Test
    void shouldRefuseWhatNamesNoSocket() throws IOException {
        final int[] pair = UnixSocket.pair(UnixSocket.SEQPACKET);
        final int bell = EventFd.create();
        final int file =
                Descriptors.open(Files.createFile(directory.resolve("file")).toString(), Descriptors.O_RDWR);
        final int unknown = InetSocket.open(InetSocket.AF_INET, InetSocket.SOCK_STREAM);
        UnixSocket.listen(unknown, 16);
        try (ControlClient other = stranger()) {
            for (final int forged : new int[] {pair[0], bell, file, unknown}) {
                assertEquals(Errno.ENOENT, refusal(other, forged));
                Descriptors.close(forged);
            }
        }
        Descriptors.close(pair[1]);
    }

    @Test
    void shouldRefuseToNameWhatIsNoConnection() throws IOException {
        final int record = listener.socket().record();
        final ControlException refused =
                assertThrows(ControlException.class, () -> server.client.identity(server.arena, record + 1_000_000, 1));
        assertEquals(Errno.EAGAIN, refused.errno());
        assertThrows(ControlException.class, () -> server.client.identity(server.arena, -1, 1));
        try (ControlClient other = stranger()) {
            final ControlException notHis =
                    assertThrows(ControlException.class, () -> other.identity(server.arena, record, 1));
            assertEquals(Errno.EPERM, notHis.errno());
        }
    }

    @Test
    void shouldForgetANameWhoseConnectionWasReset() throws IOException {
        connect();
        final HostSocket far = accept();
        final int name = nameOf(far);
        far.abort();
        far.close();
        try (ControlClient other = stranger()) {
            closeMemory(other.join(name)); // Its end is still to be read by whoever gets it.
        }
        Descriptors.close(name);
        DaemonFixture.await(far::isFreed);
    }

    @Test
    void shouldRefuseToWriteIntoAName() throws IOException {
        connect();
        final int name = nameOf(accept());
        final MemoryMapping memory = MemoryMapping.anonymous(4096);
        assertEquals(-Errno.EPIPE, UnixSocket.send(name, memory.memory(), 0, 1));
        memory.close();
        Descriptors.close(name);
    }

    @Test
    void shouldKeepAListenerAsLongAsItsKernelSocket() throws IOException {
        server.client.close();
        try (ControlClient other = stranger()) {
            final JoinGrant grant = other.join(placeholder);
            assertEquals(HandshakeDescriptor.ROLE_LISTENER, grant.role());
            assertEquals(listener.socket().record(), grant.record());
            closeMemory(grant);
        }
        assertTrue(listens());
        closePlaceholder();
        DaemonFixture.await(() -> !listens());
    }

    @Test
    void shouldEndAListenerThatWasShutDown() throws IOException {
        server.client.unlisten(
                server.arena, listener.socket().record(), listener.socket().generation());
        server.client.close();
        DaemonFixture.await(() -> !listens());
    }

    @Test
    void shouldServeOnAndForgetAllWhenAnArenaIsFenced() throws IOException {
        connect();
        final HostSocket far = accept();
        final int name = nameOf(far);
        server.host
                .memory()
                .set(
                        JAVA_LONG,
                        server.host.geometry().recordOffset(far.record()),
                        Long.MAX_VALUE); // txWritten: far more than was granted
        far.submit(SubmissionDescriptor.FLAG_HOST_LINE);
        DaemonFixture.await(() -> {
            try {
                return !connections().contains("ESTAB");
            } catch (final IOException e) {
                throw new IllegalStateException(e);
            }
        });
        try (ControlClient other = stranger()) {
            assertEquals(Errno.ENOENT, refusal(other, name));
        }
        Descriptors.close(name);
    }
}

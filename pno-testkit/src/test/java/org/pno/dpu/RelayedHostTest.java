package org.pno.dpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pno.dpu.DaemonFixture.Host;
import org.pno.dpu.RelayedDpu.RunningAgent;
import org.pno.host.HostAgent;
import org.pno.host.HostException;
import org.pno.link.CaptureRequest;
import org.pno.link.ControlClient;
import org.pno.link.ControlException;
import org.pno.link.HandshakeDescriptor;
import org.pno.relay.RelayAddress;
import org.pno.relay.RelayCertificates;
import org.pno.relay.RelayDescriptor;
import org.pno.relay.RelayEncoder;
import org.pno.relay.RelayException;
import org.pno.relay.RelayKeys;
import org.pno.relay.SecureChannel;
import org.pno.relay.Side;
import org.pno.relay.Thing;
import org.pno.sim.HostListener;
import org.pno.sim.HostSocket;
import org.pno.sim.SimulatedHost;
import org.pno.sys.Descriptors;
import org.pno.sys.Errno;
import org.pno.sys.InetSocket;
import org.pno.sys.PeerCredentials;
import org.pno.sys.StreamSocket;
import org.pno.wire.IpAddress;

/** A DPU and a {@code pno host} with a real connection between them, honest peers and others. */
@Timeout(120)
class RelayedHostTest {
    private static final IpAddress LEFT = IpAddress.parse("10.77.0.1");
    private static final int PATIENCE_MILLIS = 20_000;

    @TempDir
    Path directory;

    private DaemonFixture fixture;
    private RelayedDpu relayed;

    @BeforeEach
    void open() {
        fixture = new DaemonFixture(directory, configuration -> relayed = RelayedDpu.open(directory, configuration));
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    /** Two ends of a connection. */
    private record Pair(Host server, HostSocket near, HostSocket far) {}

    private Pair connect() throws IOException {
        final Host server = fixture.host(fixture.dpu);
        final Host client = fixture.host(fixture.peer);
        final HostListener listener = new HostListener(server.host, server.channel);
        final int port = server.listen(listener);
        listener.postCredits(4);
        final HostSocket near = client.host.takeRecord(client.channel);
        near.connect(0, 0, 0, LEFT.hi(), LEFT.lo(), port);
        final HostSocket[] far = new HostSocket[1];
        DaemonFixture.await(() -> {
            if (far[0] == null) {
                far[0] = listener.accept();
            }
            return far[0] != null && near.isRequestDone();
        });
        return new Pair(server, near, far[0]);
    }

    @Test
    void shouldCarryBytesBothWays() throws IOException {
        final Pair pair = connect();
        pair.near().send(new byte[] {1, 2, 3}, 0, 3);
        DaemonFixture.await(() -> pair.far().readable() == 3);
        assertArrayEquals(new byte[] {1, 2, 3}, pair.far().receive(10));
        pair.far().send(new byte[] {4, 5}, 0, 2);
        DaemonFixture.await(() -> pair.near().readable() == 2);
    }

    @Test
    void shouldRingAProgramThatSleeps() throws IOException {
        final Pair pair = connect();
        DaemonFixture.await(() -> pair.server().channel.sleep());
        pair.near().send(new byte[] {1}, 0, 1);
        DaemonFixture.await(pair.server().channel::isRung);
        assertEquals(1, pair.far().readable());
    }

    @Test
    void shouldAnswerToolsOnBothSides() throws IOException {
        connect();
        for (final String path : List.of(relayed.socketPath(), relayed.ownSocketPath())) {
            try (ControlClient tool = ControlClient.connect(path, HandshakeDescriptor.KIND_TOOL)) {
                final String connections = tool.query(HandshakeDescriptor.QUERY_CONNECTIONS);
                assertTrue(connections.contains("\"state\":\"ESTAB\""), connections);
                assertTrue(connections.contains("\"state\":\"LISTEN\""), connections);
            }
        }
    }

    @Test
    void shouldNotBeStoppedFromAHost() throws IOException {
        try (ControlClient tool = ControlClient.connect(relayed.socketPath(), HandshakeDescriptor.KIND_TOOL)) {
            assertEquals(
                    Errno.EPERM,
                    assertThrows(ControlException.class, tool::stop).errno());
        }
    }

    @Test
    void shouldNotBeCapturedFromAHost() throws IOException {
        try (ControlClient tool = ControlClient.connect(relayed.socketPath(), HandshakeDescriptor.KIND_TOOL)) {
            final CaptureRequest everything = new CaptureRequest(100, 0, 0, 0, List.of());
            assertEquals(
                    Errno.EOPNOTSUPP,
                    assertThrows(ControlException.class, () -> tool.capture(everything))
                            .errno());
        }
    }

    @Test
    void shouldTakeNoArenaOfItsOwnMachine() throws IOException {
        try (ControlClient client = ControlClient.connect(relayed.ownSocketPath(), HandshakeDescriptor.KIND_PROGRAM);
                SimulatedHost host = new SimulatedHost(SimulatedHost.smallGeometry(), () -> {})) {
            assertEquals(
                    Errno.EINVAL,
                    assertThrows(ControlException.class, () -> client.arena(host.descriptor()))
                            .errno());
        }
    }

    @Test
    void shouldRefuseWhatIsNoBell() throws IOException {
        final Host host = fixture.host(fixture.dpu);
        final int noBell = Descriptors.open("/dev/null", Descriptors.O_RDWR);
        final ControlException refusal = assertThrows(
                ControlException.class,
                () -> host.client.channel(host.arena, host.host.openChannel().number(), noBell));
        assertTrue(refusal.getMessage().contains("no eventfd"), refusal.getMessage());
        Descriptors.close(noBell);
    }

    @Test
    void shouldRefuseAPlaceholderThatIsNotBound() throws IOException {
        final Host host = fixture.host(fixture.dpu);
        final HostListener listener = new HostListener(host.host, host.channel);
        final int unbound = InetSocket.open(InetSocket.AF_INET, InetSocket.SOCK_STREAM);
        final ControlException refusal = assertThrows(
                ControlException.class,
                () -> host.client.listen(
                        host.arena,
                        listener.socket().record(),
                        listener.socket().generation(),
                        16,
                        unbound));
        assertTrue(refusal.getMessage().contains("not bound"), refusal.getMessage());
        Descriptors.close(unbound);
    }

    @Test
    void shouldResetConnectionsWhenTheHostIsGone() throws IOException {
        final Pair pair = connect();
        relayed.agent().close();
        DaemonFixture.await(() -> pair.near().soError() == Errno.ECONNRESET);
    }

    @Test
    void shouldServeAHostThatComesAnew() throws IOException {
        connect();
        relayed.replaceAgent();
        shouldCarryBytesBothWays();
    }

    @Test
    void shouldTellWhyTheHostEndsWhenTheDpuIsGone() throws IOException {
        connect(); // Of a handshake under way the kernel ends the link, once the process of the DPU has ended.
        relayed.endDpu();
        final String why = relayed.agent().awaitFailure();
        assertTrue(why.contains("ended the connection"), why);
    }

    @Test
    void shouldGiveTheHostsPlaceToTheOneThatCameLast() throws IOException {
        try (RunningAgent second = new RunningAgent(
                relayed.relayAddress(),
                RelayedDpu.keys(),
                directory.resolve("second.sock").toString())) {
            final String why = relayed.agent().awaitFailure();
            assertTrue(why.contains("ended the connection"), why);
            ControlClient.connect(second.socketPath(), HandshakeDescriptor.KIND_PROGRAM)
                    .close();
        }
    }

    @Test
    void shouldRefuseAHostWithKeysOfAnotherPair() throws Exception {
        final Path others = Files.createDirectory(directory.resolve("others"));
        RelayCertificates.make(others);
        final HostException refusal = assertThrows(
                HostException.class,
                () -> new HostAgent(
                        relayed.relayAddress(),
                        others,
                        directory.resolve("other.sock").toString(),
                        (fabric, own) -> new BorrowedMemory.Sharing()));
        assertTrue(refusal.getMessage().contains("not the one in our keys"), refusal.getMessage());
        shouldCarryBytesBothWays();
    }

    @Test
    void shouldSayWhereNoDpuAnswers() throws IOException {
        final StreamSocket nobody = StreamSocket.open();
        assertEquals(0, nobody.bind(0x7F00_0001, 0));
        final String address = RelayAddress.format(InetSocket.localEndpoint(nobody.descriptor()));
        final HostException refusal = assertThrows(
                HostException.class,
                () -> new HostAgent(
                        address, RelayedDpu.keys(), directory.resolve("x.sock").toString(), null));
        assertTrue(refusal.getMessage().contains("no DPU answers at " + address), refusal.getMessage());
        nobody.close();
    }

    @Test
    void shouldServeItsHostWhileStrangersKeepHandshakesWaiting() throws IOException {
        final Pair pair = connect();
        final StreamSocket[] strangers = new StreamSocket[2 * RemoteHosts.MOST_HANDSHAKES];
        for (int i = 0; i < strangers.length; i++) {
            strangers[i] = knock();
        }
        pair.near().send(new byte[] {1}, 0, 1);
        DaemonFixture.await(() -> pair.far().readable() == 1);
        for (final StreamSocket stranger : strangers) {
            stranger.close();
        }
    }

    private StreamSocket knock() {
        try {
            final InetSocket.Endpoint address = RelayAddress.parse(relayed.relayAddress());
            final StreamSocket socket = StreamSocket.openFor(address);
            socket.connect(address);
            return socket;
        } catch (final RelayException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A host with the right key that says what it likes. */
    private final class Rogue implements AutoCloseable {
        private final MemorySegment record = Arena.ofAuto().allocate(RelayDescriptor.MAX_BYTES, Long.BYTES);
        private final RelayEncoder encoder = new RelayEncoder().wrap(record);
        private final SecureChannel channel;
        private String refusal;

        Rogue() throws RelayException {
            channel = new SecureChannel(knock(), RelayKeys.load(RelayedDpu.keys(), Side.HOST));
            channel.handshake(PATIENCE_MILLIS);
        }

        void send(final int length) throws RelayException {
            channel.send(record, length);
            channel.flush();
        }

        /** What the DPU says until it ends the connection. */
        void awaitEnd() {
            try {
                boolean isOpen = true;
                while (isOpen) {
                    assertTrue(Descriptors.poll(channel.descriptor(), Descriptors.POLLIN, PATIENCE_MILLIS) != 0);
                    isOpen = channel.receive((decoder, memory) -> {
                        if (decoder.type() == RelayDescriptor.REFUSED) {
                            refusal = decoder.refusedText();
                        }
                    });
                }
            } catch (final RelayException e) {
                assertTrue(e.getMessage().contains("broke"), e.getMessage());
            }
        }

        @Override
        public void close() {
            channel.close();
        }
    }

    @Test
    void shouldRefuseAHostOfAnotherVersion() throws Exception {
        try (Rogue rogue = new Rogue()) {
            final int length = rogue.encoder.hello("");
            rogue.record.set(ValueLayout.JAVA_INT, RelayDescriptor.HELLO_VERSION_OFFSET, 99);
            rogue.send(length);
            rogue.awaitEnd();
            assertTrue(rogue.refusal.contains("99"), rogue.refusal);
        }
        shouldCarryBytesBothWays();
    }

    @Test
    void shouldEndAHostThatDoesNotGreet() throws Exception {
        try (Rogue rogue = new Rogue()) {
            rogue.send(rogue.encoder.open(1, new PeerCredentials(1, 0, 0)));
            rogue.awaitEnd();
        }
        shouldCarryBytesBothWays();
    }

    @Test
    void shouldEndAHostThatSendsWhatOnlyADpuDoes() throws Exception {
        try (Rogue rogue = new Rogue()) {
            rogue.send(rogue.encoder.hello(""));
            rogue.send(rogue.encoder.ring(new int[] {1}, 1));
            rogue.awaitEnd();
        }
        relayed.replaceAgent();
        shouldCarryBytesBothWays();
    }

    @Test
    void shouldEndAHostThatSpeaksNoRecords() throws Exception {
        try (Rogue rogue = new Rogue()) {
            rogue.record.fill((byte) 0xEE);
            rogue.send(100);
            rogue.awaitEnd();
        }
        shouldCarryBytesBothWays();
    }

    @Test
    void shouldEndAHostThatGivesTwoThingsOneNumber() throws Exception {
        try (Rogue rogue = new Rogue()) {
            rogue.send(rogue.encoder.hello(""));
            rogue.send(rogue.encoder.open(1, new PeerCredentials(1, 0, 0)));
            final MemorySegment message = MemorySegment.ofArray(new byte[8]);
            rogue.send(rogue.encoder.request(1, List.of(Thing.bell(5), Thing.bell(5)), message, 8));
            rogue.awaitEnd();
        }
        relayed.replaceAgent();
        assertFalse(relayed.socketPath().isEmpty());
        shouldCarryBytesBothWays();
    }
}
